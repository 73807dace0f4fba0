"""Client invoices (partner reference §3.2–3.6). Bodies are flat, answers are wrapped."""

from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer, empty
from qonto_sandbox.core.errors import ApiError, Shape, not_found
from qonto_sandbox.core.formats import moment
from qonto_sandbox.core.pagination import page_answer
from qonto_sandbox.core.params import Body, Query
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.documents import issued
from qonto_sandbox.invoicing import build, checks, lifecycle
from qonto_sandbox.resources import invoice_shapes as shapes

READ, WRITE = ("client_invoices.read",), ("client_invoice.write",)
STATUSES = ("draft", "unpaid", "paid", "canceled")
# Shown only when filled: a draft has no PDF, an invoice outside the network no status there.
OPTIONAL = ("attachment_id", "einvoicing_status")


def attach(world: World) -> None:
    world.makers.append(issued.make)


def view(record: Record) -> dict[str, Any]:
    shown = {
        name: value
        for name, value in record.items()
        if name != "imported" and (name not in OPTIONAL or value is not None)
    }
    return shown | {"items": record["items"] or None}


def own_invoice(call: Call) -> Record:
    record = call.world.store["client_invoices"].get(call.path["id"])
    if record is None or record["organization_id"] != call.organization_id:
        raise not_found()
    return record


def _within(query: Query, rows: list[Record], name: str) -> list[Record]:
    start, end = query.instant(f"filter[{name}_from]"), query.instant(f"filter[{name}_to]")
    return [
        row
        for row in rows
        if (start is None or moment(row[name]) >= start) and (end is None or moment(row[name]) <= end)
    ]


def _due(query: Query, rows: list[Record]) -> list[Record]:
    on = query.day("filter[due_date]")
    first, last = query.day("filter[due_date_from]") or on, query.day("filter[due_date_to]") or on
    if first is None and last is None:
        return rows
    return [
        row
        for row in rows
        if row["due_date"]
        and (first is None or row["due_date"] >= first.isoformat())
        and (last is None or row["due_date"] <= last.isoformat())
    ]


@endpoint(
    "GET",
    "/v2/client_invoices",
    scopes=READ,
    query=shapes.InvoiceQuery,
    response=shapes.InvoicePage,
    errors=(400, 401, 403, 422),
    family="invoices",
)
def list_client_invoices(call: Call) -> Response:
    """Lister les factures clients ; les factures importées seulement sur demande."""
    query = call.query
    statuses = query.choices("filter[status]", STATUSES)
    hide_imported = query.boolean("exclude_imported")
    _, descending = query.sort({"created_at": ("asc", "desc")}, "created_at:desc")
    rows = [
        row
        for row in call.world.store["client_invoices"].by("organization_id", call.organization_id)
        if (not statuses or row["status"] in statuses) and not (hide_imported is not False and row["imported"])
    ]
    for name in ("created_at", "updated_at"):
        rows = _within(query, rows, name)
    rows = _due(query, rows)
    rows.sort(key=lambda row: (moment(row["created_at"]), row["id"]), reverse=descending)
    return page_answer(query, "client_invoices", rows, view)


@endpoint(
    "GET",
    "/v2/client_invoices/{id}",
    scopes=READ,
    response=shapes.OneInvoice,
    errors=(401, 403, 404),
    family="invoices",
)
def show_client_invoice(call: Call) -> Response:
    """Lire une facture client."""
    return answer({"client_invoice": view(own_invoice(call))})


def _check_number(call: Call, number: str, *, but: str = "") -> None:
    rows = call.world.store["client_invoices"].by("organization_id", call.organization_id)
    if number and any(row["number"] == number and row["id"] != but for row in rows):
        detail = "An invoice with this number already exists"
        raise ApiError(409, "invoice_number_already_exists", detail, pointer=f"{checks.BASE}/number")


def _built(call: Call, data: dict[str, Any], *, invoice_id: str | None = None) -> Record:
    client, body = checks.client_of(call, data), checks.read_invoice(data)
    account = checks.account_of(call, data)
    _check_number(call, body["number"], but=invoice_id or "")
    made = build.new_invoice(
        organization=call.organization,
        account=account,
        client=client,
        body=body,
        number=body["number"],
        now=call.world.now(),
        invoice_id=invoice_id,
    )
    return made | {"imported": False}


@endpoint(
    "POST",
    "/v2/client_invoices",
    scopes=WRITE,
    request=shapes.NewInvoice,
    response=shapes.OneInvoice,
    errors=(400, 401, 403, 409, 422),
    family="invoices",
)
def create_client_invoice(call: Call) -> Response:
    """Créer une facture client, en brouillon ou finalisée."""
    data = _posted(call)
    status = Body(data, checks.BASE).choice("status", ("draft", "unpaid"), required=False)
    invoice = lifecycle.save(call.world, _built(call, data), "created")
    if status == "unpaid":
        lifecycle.finalize(call.world, invoice)
    return answer({"client_invoice": view(invoice)})


def _posted(call: Call) -> dict[str, Any]:
    """The flat body; some clients wrap it as the answer is."""
    wrapped = call.body.get("client_invoice")
    return dict(wrapped) if isinstance(wrapped, dict) else dict(call.body.data)


def _only_draft(invoice: Record, *, shape: Shape = "list") -> None:
    if invoice["status"] != "draft":
        raise ApiError(412, "invoice_not_in_draft_status", "The invoice is not a draft", shape=shape)


def _as_posted(invoice: Record) -> dict[str, Any]:
    """The invoice as a body, so that a change replaces only what it names."""
    names = (
        "issue_date",
        "due_date",
        "currency",
        "number",
        "purchase_order",
        "terms_and_conditions",
        "header",
        "footer",
    )
    lines = ("title", "description", "quantity", "unit", "unit_price", "vat_rate", "vat_exemption_reason", "discount")
    dates = ("performance_start_date", "performance_end_date")
    return {
        **{name: invoice[name] for name in (*names, *dates)},
        "client_id": invoice["client"]["id"],
        "payment_methods": {"iban": invoice["payment_methods"][0]["iban"]},
        "items": [{name: item[name] for name in lines} for item in invoice["items"]],
        "settings": {name: invoice["organization"][name] for name in build.SETTINGS}
        | {name: invoice[name] for name in build.LEGAL_TEXTS},
    }


@endpoint(
    "PATCH",
    "/v2/client_invoices/{id}",
    scopes=WRITE,
    request=shapes.InvoiceChanges,
    response=shapes.OneInvoice,
    errors=(400, 401, 403, 404, 409, 412, 422),
    family="invoices",
)
def update_client_invoice(call: Call) -> Response:
    """Modifier un brouillon."""
    invoice = own_invoice(call)
    # Published so, unlike the refusal of a deletion.
    _only_draft(invoice, shape="code")
    changes = {name: value for name, value in _posted(call).items() if name not in ("status", "currency")}
    made = _built(call, _as_posted(invoice) | changes, invoice_id=invoice["id"])
    kept = {name: invoice[name] for name in ("created_at", "imported")}
    lifecycle.save(call.world, made | kept)
    return show_client_invoice(call)


@endpoint(
    "DELETE", "/v2/client_invoices/{id}", scopes=WRITE, status=204, errors=(401, 403, 404, 412), family="invoices"
)
def delete_client_invoice(call: Call) -> Response:
    """Supprimer un brouillon."""
    invoice = own_invoice(call)
    _only_draft(invoice)
    call.world.store["client_invoices"].delete(invoice["id"])
    return empty(204)


@endpoint(
    "POST",
    "/v2/client_invoices/{id}/finalize",
    scopes=WRITE,
    body="none",
    response=shapes.OneInvoice,
    errors=(401, 403, 404, 422),
    family="invoices",
)
def finalize_client_invoice(call: Call) -> Response:
    """Finaliser un brouillon : il devient à encaisser."""
    return answer({"client_invoice": view(lifecycle.finalize(call.world, own_invoice(call)))})


@endpoint(
    "POST",
    "/v2/client_invoices/{id}/mark_as_paid",
    scopes=WRITE,
    body="optional",
    request=shapes.PaidAt,
    response=shapes.OneInvoice,
    errors=(400, 401, 403, 404, 422),
    family="invoices",
)
def mark_client_invoice_as_paid(call: Call) -> Response:
    """Marquer une facture comme payée, ou changer la date de son paiement."""
    paid_on = call.body.day("paid_at") or call.world.today()
    if paid_on > call.world.today():
        raise checks.refusal("invalid_format", "paid_at must not be in the future", "paid_at")
    moment_paid = build.day_stamp(paid_on)
    return answer({"client_invoice": view(lifecycle.mark_as_paid(call.world, own_invoice(call), moment_paid))})


@endpoint(
    "POST",
    "/v2/client_invoices/{id}/unmark_as_paid",
    scopes=WRITE,
    body="none",
    response=shapes.OneInvoice,
    errors=(401, 403, 404, 422),
    family="invoices",
)
def unmark_client_invoice_as_paid(call: Call) -> Response:
    """Revenir à « à encaisser »."""
    return answer({"client_invoice": view(lifecycle.unmark_as_paid(call.world, own_invoice(call)))})


@endpoint(
    "POST",
    "/v2/client_invoices/{id}/mark_as_canceled",
    scopes=WRITE,
    body="none",
    response=shapes.OneInvoice,
    errors=(401, 403, 404, 422),
    family="invoices",
)
def cancel_client_invoice(call: Call) -> Response:
    """Annuler une facture à encaisser."""
    return answer({"client_invoice": view(lifecycle.cancel(call.world, own_invoice(call)))})


@endpoint(
    "POST",
    "/v2/client_invoices/{id}/send",
    scopes=WRITE,
    request=shapes.Sending,
    status=204,
    errors=(400, 401, 403, 404, 422),
    family="invoices",
)
def send_client_invoice(call: Call) -> Response:
    """Envoyer une facture par e-mail."""
    invoice, body = own_invoice(call), Body(call.body.data, checks.BASE)
    addresses = body.array("send_to", at_least=1, at_most=100)
    if not all(isinstance(address, str) and "@" in address for address in addresses):
        raise checks.refusal("invalid_format", "send_to must hold e-mail addresses", "send_to")
    body.text("email_title")
    if invoice["status"] == "draft":
        raise lifecycle.conflict("The invoice is not finalized")
    return empty(204)


@endpoint(
    "POST",
    "/v2/client_invoices/{id}/send_by_einvoice",
    scopes=WRITE,
    body="none",
    status=204,
    errors=(401, 403, 404, 422),
    family="invoices",
)
def send_client_invoice_by_network(call: Call) -> Response:
    """Envoyer une facture par le réseau de facturation électronique."""
    lifecycle.send_by_einvoice(call.world, own_invoice(call))
    return empty(204)
