"""Client invoices and credit notes in Qonto's shape, from what was posted or seeded."""

import uuid
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from qonto_sandbox.invoicing.amounts import both, compute_item, money, totals

PARIS = ZoneInfo("Europe/Paris")
TEXTS = ("terms_and_conditions", "header", "footer")
LEGAL_TEXTS = {
    "discount_conditions": "Pas d’escompte pour paiement anticipé",
    "late_payment_penalties": "Pénalités de retard : trois fois le taux d’intérêt légal",
    "legal_fixed_compensation": "Indemnité forfaitaire pour frais de recouvrement : 40 €",
}
SETTINGS = (
    "vat_number",
    "company_leadership",
    "district_court",
    "commercial_register_number",
    "tax_number",
    "legal_capital_share",
    "transaction_type",
    "vat_payment_condition",
)


def stamp(moment: datetime) -> str:
    """Date-times of invoices carry an offset and no fraction: `2026-10-01T10:12:44+02:00`."""
    return moment.astimezone(PARIS).isoformat(timespec="seconds")


def seller(organization: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """The issuer as written in the invoice."""
    address = organization["address"] or {}
    capital = money(round(organization["legal_share_capital"] * 100))
    return {
        "id": organization["id"],
        "legal_name": organization["legal_name"],
        "legal_number": organization["siren"],
        "legal_country": organization["legal_country"],
        "address_line_1": address.get("street_address", ""),
        "address_line_2": "",
        "address_zipcode": address.get("zip_code", ""),
        "address_city": address.get("city", ""),
        "address_country": organization["legal_country"],
        "company_leadership": "",
        "district_court": "",
        "commercial_register_number": "",
        "vat_number": organization.get("vat_number") or "",
        "tax_number": "",
        "legal_capital_share": capital,
        "transaction_type": "goods",
        "vat_payment_condition": "",
        **{name: settings[name] for name in SETTINGS if settings.get(name) is not None},
    }


def embedded_client(client: dict[str, Any]) -> dict[str, Any]:
    """The client as it stands inside an invoice: the key is `type`, not `kind`."""
    names = ("first_name", "last_name") if client["kind"] != "company" else ()
    return {
        "id": client["id"],
        "type": client["kind"],
        "name": client["name"],
        **{name: client[name] for name in names},
        "email": client["email"] or "",
        "vat_number": client["vat_number"],
        "tax_identification_number": client["tax_identification_number"],
        "address": client["address"],
        "city": client["city"],
        "zip_code": client["zip_code"],
        "province_code": client["province_code"],
        "country_code": client["country_code"],
        "recipient_code": client["recipient_code"],
        "locale": client["locale"],
        "billing_address": client["billing_address"],
        "delivery_address": client["delivery_address"],
    }


def new_invoice(
    *,
    organization: dict[str, Any],
    account: dict[str, Any],
    client: dict[str, Any],
    body: dict[str, Any],
    number: str,
    now: datetime,
    invoice_id: str | None = None,
) -> dict[str, Any]:
    """A draft. `body` was checked before."""
    identifier = invoice_id or str(uuid.uuid4())
    items = [compute_item(item) for item in body["items"]]
    settings = body.get("settings") or {}
    return {
        "id": identifier,
        "organization_id": organization["id"],
        "number": number,
        "invoice_number": number,
        "purchase_order": body.get("purchase_order") or "",
        "status": "draft",
        "invoice_type": "standard",
        "invoice_url": f"https://pay.qonto.com/invoices/{identifier}",
        "attachment_id": None,
        "contact_email": organization.get("contact_email") or "",
        **{name: body.get(name) or "" for name in TEXTS},
        **{name: settings.get(name) or default for name, default in LEGAL_TEXTS.items()},
        "currency": body["currency"],
        **totals(items),
        "amount_paid": money(0),
        "deposit_amount": None,
        "discount": None,
        "stamp_duty_amount": "0.00",
        "issue_date": body["issue_date"],
        "due_date": body["due_date"],
        "performance_start_date": body.get("performance_start_date") or "",
        "performance_end_date": body.get("performance_end_date") or "",
        "created_at": stamp(now),
        "updated_at": stamp(now),
        "finalized_at": None,
        "paid_at": None,
        "items": items,
        "client": embedded_client(client),
        "payment_methods": [
            {
                "beneficiary_name": organization["legal_name"],
                "bic": account["bic"],
                "iban": account["iban"],
                "type": "transfer",
            }
        ],
        "credit_notes_ids": [],
        "organization": seller(organization, settings),
        "einvoicing_status": None,
        "einvoicing_lifecycle_events": [],
        "welfare_fund": None,
        "withholding_tax": None,
        "payment_reporting": None,
    }


def new_credit_note(
    *, invoice: dict[str, Any], items: list[dict[str, Any]], number: str, issue_date: str, now: datetime, note_id: str
) -> dict[str, Any]:
    """A finalised credit note on the given lines; a credit note has no status."""
    lines = [compute_item(item) for item in items]
    names = ("header", "footer", "terms_and_conditions", "currency", "contact_email", "client")
    return {
        "id": note_id,
        "invoice_id": invoice["id"],
        "attachment_id": None,
        "number": number,
        "issue_date": issue_date,
        "invoice_issue_date": invoice["issue_date"],
        **{name: invoice[name] for name in names},
        **totals(lines),
        "stamp_duty_amount": "0.00",
        "created_at": stamp(now),
        "finalized_at": stamp(now),
        "invoice_url": f"https://pay.qonto.com/credit-notes/{note_id}",
        "einvoicing_status": None,
        "einvoicing_lifecycle_events": [],
        "items": lines,
        "welfare_fund": None,
        "withholding_tax": None,
        "payment_reporting": None,
    }


def printable_credit_note(note: dict[str, Any], invoice: dict[str, Any]) -> dict[str, Any]:
    """What the page and the Factur-X need beside the wire fields."""
    return {**note, "organization": invoice["organization"], "invoice_number": invoice["number"]}


def pay(invoice: dict[str, Any], *, paid_at: str, now: datetime) -> None:
    invoice.update(status="paid", paid_at=paid_at, updated_at=stamp(now), **_paid(invoice["total_amount_cents"]))


def unpay(invoice: dict[str, Any], *, now: datetime) -> None:
    invoice.update(status="unpaid", paid_at=None, updated_at=stamp(now), **_paid(0))


def _paid(cents: int) -> dict[str, Any]:
    return {"amount_paid": both("amount_paid", cents)["amount_paid"]}


def day_stamp(day: date) -> str:
    """The moment written for a payment of which only the day is known: noon in Paris."""
    return stamp(datetime.combine(day, time(12, 0), PARIS))
