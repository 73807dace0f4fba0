"""Quotes (partner reference §3.8): flat in both directions, lists apart."""

from typing import Any, Literal

from pydantic import Field
from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer, empty
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.formats import moment
from qonto_sandbox.core.pagination import page_answer
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.documents import issued
from qonto_sandbox.invoicing import build, checks
from qonto_sandbox.invoicing.amounts import AMOUNT, ITALIAN, compute_item, reduced
from qonto_sandbox.resources.invoice_shapes import Item, NewDiscount, NewItem
from qonto_sandbox.resources.shapes import Meta, Money, PageQuery
from qonto_sandbox.schemas.common import Asked, Wire

READ, WRITE = ("client_invoices.read",), ("client_invoice.write",)
STATUSES = ("pending_approval", "approved", "canceled")
TEXTS = ("terms_and_conditions", "header", "footer")
LINE = ("title", "description", "quantity", "unit", "unit_price", "vat_rate", "vat_exemption_reason", "discount")


class QuoteChanges(Asked):
    client_id: str | None = None
    issue_date: str | None = None
    expiry_date: str | None = None
    items: list[NewItem] | None = None
    terms_and_conditions: str | None = None
    header: str | None = None
    footer: str | None = None
    number: str | None = Field(default=None, max_length=40)
    discount: NewDiscount | None = None
    settings: dict[str, Any] | None = None


class NewQuote(QuoteChanges):
    client_id: str
    issue_date: str
    expiry_date: str
    currency: Literal["EUR"]
    items: list[NewItem] = Field(min_length=1)
    terms_and_conditions: str


class Sending(Asked):
    send_to: list[str]
    email_title: str
    email_body: str | None = None
    copy_to_self: bool = True


class Quote(Wire):
    id: str
    organization_id: str
    number: str
    status: Literal["pending_approval", "approved", "canceled"]
    currency: Literal["EUR"]
    issue_date: str
    expiry_date: str
    terms_and_conditions: str
    header: str
    footer: str
    contact_email: str
    quote_url: str
    attachment_id: str | None
    total_amount: Money
    total_amount_cents: int
    vat_amount: Money
    vat_amount_cents: int
    discount: dict[str, Any] | None
    stamp_duty_amount: str | None
    welfare_fund: dict[str, Any] | None
    withholding_tax: dict[str, Any] | None
    items: list[Item]
    client: dict[str, Any]
    organization: dict[str, Any]
    invoice_ids: list[str]
    created_at: str
    updated_at: str
    approved_at: str | None
    canceled_at: str | None


class QuotePage(Wire):
    quotes: list[Quote]
    meta: Meta


class QuoteQuery(PageQuery):
    filter_status: str | None = Field(default=None, alias="filter[status]")
    filter_created_at_from: str | None = Field(default=None, alias="filter[created_at_from]")
    filter_created_at_to: str | None = Field(default=None, alias="filter[created_at_to]")
    sort_by: Literal["created_at:asc", "created_at:desc"] = "created_at:desc"


def _discount(body: Body) -> dict[str, Any] | None:
    """On the whole quote, before VAT."""
    if not body.has("discount"):
        return None
    asked = body.object("discount")
    return {"type": asked.choice("type", checks.DISCOUNTS), "value": checks.decimal(asked, "value", AMOUNT)}


def read(call: Call, data: dict[str, Any]) -> Record:
    """What was posted, checked, with its amounts."""
    body = Body(data, checks.BASE)
    client = checks.client_of(call, data)
    issue, expiry = body.day("issue_date", required=True), body.day("expiry_date", required=True)
    assert issue is not None and expiry is not None, "both are required"
    if expiry < issue:
        raise checks.refusal("invalid_format", "expiry_date must not precede issue_date", "expiry_date")
    if body.text("currency") != "EUR":
        raise checks.refusal("invalid_currency", "Only EUR is supported", "currency")
    body.text("terms_and_conditions")
    items = [compute_item(checks.read_item(row)) for row in body.objects("items", at_most=500)]
    return {
        "currency": "EUR",
        "issue_date": issue.isoformat(),
        "expiry_date": expiry.isoformat(),
        **{name: body.text(name, required=False, longest=1000) for name in TEXTS},
        **reduced(items, _discount(body)),
        **ITALIAN,
        "items": items,
        "client": build.embedded_client(client),
        "organization": build.seller(
            call.organization, dict(body.object("settings").data) if body.has("settings") else {}
        ),
    }


def own_quote(call: Call) -> Record:
    record = call.world.store["quotes"].get(call.path["id"])
    if record is None or record["organization_id"] != call.organization_id:
        raise not_found()
    return record


@endpoint(
    "GET",
    "/v2/quotes",
    scopes=READ,
    query=QuoteQuery,
    response=QuotePage,
    errors=(400, 401, 403, 422),
    family="invoices",
)
def list_quotes(call: Call) -> Response:
    """Lister les devis."""
    query = call.query
    statuses = query.choices("filter[status]", STATUSES)
    start, end = query.instant("filter[created_at_from]"), query.instant("filter[created_at_to]")
    _, descending = query.sort({"created_at": ("asc", "desc")}, "created_at:desc")
    rows = [
        row
        for row in call.world.store["quotes"].by("organization_id", call.organization_id)
        if (not statuses or row["status"] in statuses)
        and (start is None or moment(row["created_at"]) >= start)
        and (end is None or moment(row["created_at"]) <= end)
    ]
    rows.sort(key=lambda row: (moment(row["created_at"]), row["id"]), reverse=descending)
    return page_answer(query, "quotes", rows, dict)


@endpoint(
    "GET", "/v2/quotes/{id}", scopes=READ, response=Quote, errors=(401, 403, 404), family="invoices", single=(404,)
)
def show_quote(call: Call) -> Response:
    """Lire un devis."""
    return answer(own_quote(call))


@endpoint(
    "POST",
    "/v2/quotes",
    scopes=WRITE,
    status=201,
    request=NewQuote,
    response=Quote,
    errors=(400, 401, 403, 409, 422),
    family="invoices",
)
def create_quote(call: Call) -> Response:
    """Créer un devis."""
    data = dict(call.body.data)
    rows = call.world.store["quotes"].by("organization_id", call.organization_id)
    number = Body(data, checks.BASE).text("number", required=False, longest=40)
    if number and any(row["number"] == number for row in rows):
        raise ApiError(409, "quote_number_already_exists", "A quote with this number already exists")
    identifier, stamp = ids.new(), build.stamp(call.world.now())
    record: Record = {
        "id": identifier,
        "organization_id": call.organization_id,
        "number": number or f"D-{call.world.today().year}-{len(rows) + 1:04d}",
        "status": "pending_approval",
        "contact_email": "",
        "quote_url": f"https://pay.qonto.com/quotes/{identifier}",
        "attachment_id": None,
        **read(call, data),
        "invoice_ids": [],
        "created_at": stamp,
        "updated_at": stamp,
        "approved_at": None,
        "canceled_at": None,
    }
    record["attachment_id"] = issued.quote_file(call.world, record)
    return answer(call.world.store["quotes"].put(record), 201)


@endpoint(
    "PATCH",
    "/v2/quotes/{id}",
    scopes=WRITE,
    request=QuoteChanges,
    response=Quote,
    errors=(400, 401, 403, 404, 412, 422),
    family="invoices",
    single=(404,),
)
def update_quote(call: Call) -> Response:
    """Modifier un devis qui attend son approbation."""
    record = own_quote(call)
    if record["status"] != "pending_approval":
        raise ApiError(412, "quote_not_pending_approval", "Only a quote pending approval can be changed")
    posted: dict[str, Any] = {name: record[name] for name in ("issue_date", "expiry_date", "currency", *TEXTS)}
    posted["client_id"] = record["client"]["id"]
    posted["discount"] = record["discount"]
    posted["items"] = [{name: item[name] for name in LINE} for item in record["items"]]
    changed = record | read(call, posted | dict(call.body.data)) | {"updated_at": build.stamp(call.world.now())}
    changed["attachment_id"] = issued.quote_file(call.world, changed)
    return answer(call.world.store["quotes"].put(changed))


@endpoint("DELETE", "/v2/quotes/{id}", scopes=WRITE, status=204, errors=(401, 403, 404), family="invoices")
def delete_quote(call: Call) -> Response:
    """Supprimer un devis."""
    call.world.store["quotes"].delete(own_quote(call)["id"])
    return empty(204)


@endpoint(
    "POST",
    "/v2/quotes/{id}/send",
    scopes=WRITE,
    request=Sending,
    status=204,
    errors=(400, 401, 403, 404, 422),
    family="invoices",
)
def send_quote(call: Call) -> Response:
    """Envoyer un devis par e-mail."""
    own_quote(call)
    body = Body(call.body.data, checks.BASE)
    body.array("send_to", at_least=1, at_most=100)
    body.text("email_title")
    return empty(204)
