"""Credit notes (partner reference §3.8): listed and shown. They have no status."""

from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import not_found
from qonto_sandbox.core.formats import moment
from qonto_sandbox.core.pagination import page_answer
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.resources import invoice_shapes as shapes

READ = ("client_invoices.read",)


def view(record: Record) -> dict[str, Any]:
    hidden = {"organization_id"} | ({"einvoicing_status"} if record["einvoicing_status"] is None else set())
    shown = {name: value for name, value in record.items() if name not in hidden}
    # Absent texts are empty here, as in the published sample.
    addresses = ("billing_address", "delivery_address")
    texts = {"first_name": None, "last_name": None, **record["client"]}
    client = {name: value if name in addresses else value or "" for name, value in texts.items()}
    items = [item | {name: item[name] or "" for name in ("description", "unit")} for item in record["items"]]
    return shown | {"client": client, "items": items}


@endpoint(
    "GET",
    "/v2/credit_notes",
    scopes=READ,
    query=shapes.CreditNoteQuery,
    response=shapes.CreditNotePage,
    errors=(400, 401, 403, 422),
)
def list_credit_notes(call: Call) -> Response:
    """Lister les avoirs."""
    query = call.query
    start, end = query.instant("filter[created_at_from]"), query.instant("filter[created_at_to]")
    _, descending = query.sort({"created_at": ("asc", "desc")}, "created_at:desc")
    rows = [
        row
        for row in call.world.store["credit_notes"].by("organization_id", call.organization_id)
        if (start is None or moment(row["created_at"]) >= start) and (end is None or moment(row["created_at"]) <= end)
    ]
    rows.sort(key=lambda row: (moment(row["created_at"]), row["id"]), reverse=descending)
    return page_answer(query, "credit_notes", rows, view)


@endpoint(
    "GET",
    "/v2/credit_notes/{id}",
    scopes=READ,
    response=shapes.OneCreditNote,
    errors=(401, 403, 404),
)
def show_credit_note(call: Call) -> Response:
    """Lire un avoir."""
    record = call.world.store["credit_notes"].get(call.path["id"])
    if record is None or record["organization_id"] != call.organization_id:
        raise not_found()
    return answer({"credit_note": view(record)})
