"""Client invoices and credit notes (partner reference §3)."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from qonto_link.api.schemas.base import Argent, Jour, ListeVide, Moment, Schema, Texte


class InvoiceItem(Schema):
    title: Texte = ""
    description: Texte = ""
    quantity: Texte = "1"
    unit: Texte = ""
    unit_price_cents: int | None = None
    vat_rate: Texte = "0"
    vat_exemption_reason: Texte = ""
    subtotal_cents: int | None = None
    total_vat_cents: int | None = None
    total_amount_cents: int | None = None


class InvoiceClient(Schema):
    id: Texte = ""
    type: Texte = ""
    kind: Texte = ""
    name: Texte = ""
    first_name: Texte = ""
    last_name: Texte = ""
    email: Texte = ""
    vat_number: Texte = ""
    tax_identification_number: Texte = ""
    address: Texte = ""
    city: Texte = ""
    zip_code: Texte = ""
    country_code: Texte = ""

    @property
    def nom(self) -> str:
        return self.name or f"{self.first_name} {self.last_name}".strip()


class InvoiceOrganization(Schema):
    """The seller as the document knows it. `transaction_type`: goods, services, goods_and_services or nothing."""

    legal_name: Texte = ""
    legal_number: Texte = ""
    vat_number: Texte = ""
    transaction_type: Texte = ""
    vat_payment_condition: Texte = ""


class _Document(Schema):
    """What an invoice and a credit note share."""

    id: str
    organization_id: Texte = ""
    number: Texte = ""
    attachment_id: Texte = ""
    currency: Texte = "EUR"
    total_amount: Argent | None = None
    total_amount_cents: int
    vat_amount: Argent | None = None
    vat_amount_cents: int = 0
    issue_date: Jour = None
    created_at: Moment = None
    updated_at: Moment = None
    finalized_at: Moment = None
    contact_email: Texte = ""
    header: Texte = ""
    footer: Texte = ""
    items: Annotated[tuple[InvoiceItem, ...], ListeVide] = ()
    client: InvoiceClient | None = None
    organization: InvoiceOrganization | None = None
    einvoicing_status: Texte = ""


class ClientInvoice(_Document):
    """`status`: draft, unpaid, paid, canceled – or one that Qonto added since."""

    status: str
    invoice_type: Texte = "standard"
    invoice_url: Texte = ""
    purchase_order: Texte = ""
    due_date: Jour = None
    paid_at: Moment = None
    performance_start_date: Jour = None
    performance_end_date: Jour = None
    amount_paid: Argent | None = None
    credit_notes_ids: Annotated[tuple[str, ...], ListeVide] = ()


class CreditNote(_Document):
    invoice_id: Texte = ""
    invoice_issue_date: Jour = None
    reason: Texte = Field(default="")

    @model_validator(mode="before")
    @classmethod
    def _majuscule(cls, brut: Any) -> Any:
        # The sandbox was seen to write this one key with a capital.
        if isinstance(brut, dict) and "Invoice_issue_date" in brut and "invoice_issue_date" not in brut:
            return {**brut, "invoice_issue_date": brut["Invoice_issue_date"]}
        return brut
