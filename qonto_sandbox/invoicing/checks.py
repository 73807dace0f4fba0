"""What a posted invoice must hold."""

from typing import TYPE_CHECKING, Any

from qonto_sandbox.core.errors import ApiError
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.store import Record
from qonto_sandbox.invoicing.amounts import AMOUNT, RATE

if TYPE_CHECKING:
    from qonto_sandbox.core.routing import Call

BASE = "/data/attributes"
# Quotes say `amount` where invoices say `absolute`.
DISCOUNTS = ("percentage", "absolute", "amount")
EXEMPTIONS = (
    "S293B S262.1 S259 S283 S261 S262 S263 S19.1 N1 N2 N2.1 N2.2 N3.1 N3.2 N3.3 N3.4 N3.5 N3.6 N4 N5 N6.1 N6.2 N6.3 "
    "N6.4 N6.5 N6.6 N6.7 N6.8 N6.9 N7 S4 S4.1A S4.1B S13B S122 S25 S21 S69 S20 S84.1.2"
)


def refusal(code: str, detail: str, name: str) -> ApiError:
    return ApiError(422, code, detail, pointer=f"{BASE}/{name}")


def decimal(body: Body, name: str, pattern: Any) -> str:
    value = body.text(name)
    if not pattern.fullmatch(value):
        raise ApiError(422, "invalid_format", f"{name} must be a decimal string", pointer=body.pointer(name))
    return value


def read_item(row: Body) -> dict[str, Any]:
    price = row.object("unit_price")
    decimal(price, "value", AMOUNT)
    price.choice("currency", ("EUR",))
    item: dict[str, Any] = {
        "title": row.text("title", longest=120),
        "description": row.text("description", required=False, longest=1800) or None,
        "quantity": decimal(row, "quantity", AMOUNT),
        "unit": row.text("unit", required=False, longest=20) or None,
        "unit_price": {"value": price.text("value"), "currency": "EUR"},
        "vat_rate": decimal(row, "vat_rate", RATE),
        "vat_exemption_reason": row.choice("vat_exemption_reason", EXEMPTIONS.split(), required=False) or None,
        "discount": None,
    }
    if row.has("discount"):
        discount = row.object("discount")
        kind = discount.choice("type", DISCOUNTS)
        item["discount"] = {"type": kind, "value": decimal(discount, "value", AMOUNT)}
    return item


def read_invoice(data: dict[str, Any]) -> dict[str, Any]:
    """The body, checked, with plain values."""
    body = Body(data, BASE)
    issue, due = body.day("issue_date", required=True), body.day("due_date", required=True)
    assert issue is not None and due is not None, "both are required"
    if due < issue:
        raise refusal("invalid_format", "due_date must not precede issue_date", "due_date")
    if body.text("currency") != "EUR":
        raise refusal("invalid_currency", "Only EUR is supported", "currency")
    start, end = body.day("performance_start_date"), body.day("performance_end_date")
    if end and (start is None or end < start):
        raise refusal(
            "invalid_format", "performance_start_date must precede performance_end_date", "performance_start_date"
        )
    texts = ("terms_and_conditions", "header", "footer")
    return {
        "issue_date": issue.isoformat(),
        "due_date": due.isoformat(),
        "currency": "EUR",
        "performance_start_date": start.isoformat() if start else "",
        "performance_end_date": end.isoformat() if end else "",
        "number": body.text("number", required=False, longest=40),
        "purchase_order": body.text("purchase_order", required=False, longest=40),
        **{name: body.text(name, required=False, longest=1000) for name in texts},
        "settings": body.object("settings").data if body.has("settings") else {},
        "items": [read_item(row) for row in body.objects("items", at_most=500)],
    }


def client_of(call: "Call", data: dict[str, Any]) -> Record:
    """The client, complete enough to be invoiced: currency, locale and an address."""
    body = Body(data, BASE)
    client = call.world.store["clients"].get(body.text("client_id"))
    if client is None or client["organization_id"] != call.organization_id:
        raise refusal("invalid_client_id", "client_id is not a client of the organization", "client_id")
    if not client["currency"]:
        raise refusal("invalid_currency", "The client has no currency", "currency")
    if not client["locale"]:
        raise refusal("invalid_client", "The client has no locale", "locale")
    if not (client["address"] or client["billing_address"]):
        raise refusal("invalid_client", "The client has no address", "billing_address")
    return client


def account_of(call: "Call", data: dict[str, Any]) -> Record:
    """The Qonto account on which the invoice is to be paid."""
    methods = data.get("payment_methods")
    iban = methods.get("iban") if isinstance(methods, dict) else None
    if not iban:
        raise refusal("invalid_iban", "IBAN is empty", "payment_methods/iban")
    for account in call.world.store["bank_accounts"].by("iban", str(iban).replace(" ", "")):
        if account["organization_id"] == call.organization_id:
            return account
    raise refusal("invalid_iban", "IBAN is not an account of the organization", "payment_methods/iban")
