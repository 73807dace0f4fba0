"""Shapes of client invoices and credit notes, for the OpenAPI description."""

from typing import Any, Literal

from pydantic import Field

from qonto_sandbox.resources.shapes import Meta, Money, PageQuery
from qonto_sandbox.schemas.common import Asked, Wire

Status = Literal["draft", "unpaid", "paid", "canceled"]


class UnitPrice(Asked):
    value: str
    currency: Literal["EUR"]


class NewDiscount(Asked):
    type: Literal["percentage", "absolute", "amount"]
    value: str


class NewItem(Asked):
    title: str
    quantity: str
    unit_price: UnitPrice
    vat_rate: str
    description: str | None = None
    unit: str | None = Field(default=None, max_length=20)
    vat_exemption_reason: str | None = None
    discount: NewDiscount | None = None


class PaymentIban(Asked):
    iban: str


class InvoiceChanges(Asked):
    client_id: str | None = None
    issue_date: str | None = None
    due_date: str | None = None
    payment_methods: PaymentIban | None = None
    items: list[NewItem] | None = None
    number: str | None = Field(default=None, max_length=40)
    purchase_order: str | None = Field(default=None, max_length=40)
    terms_and_conditions: str | None = None
    header: str | None = None
    footer: str | None = None
    performance_start_date: str | None = None
    performance_end_date: str | None = None
    upload_id: str | None = None
    report_einvoicing: bool | None = None
    settings: dict[str, Any] | None = None


class NewInvoice(InvoiceChanges):
    client_id: str
    issue_date: str
    due_date: str
    currency: Literal["EUR"]
    payment_methods: PaymentIban
    items: list[NewItem] = Field(min_length=1)
    status: Literal["draft", "unpaid"] | None = None


class PaidAt(Asked):
    paid_at: str | None = None


class Sending(Asked):
    send_to: list[str]
    email_title: str
    email_body: str | None = None
    copy_to_self: bool = True


class Discount(NewDiscount, Wire):
    amount: Money
    amount_cents: int


class Item(Wire):
    title: str
    description: str | None
    quantity: str
    unit: str | None
    unit_price: Money
    unit_price_cents: int
    vat_rate: str
    vat_exemption_reason: str | None
    discount: Discount | None
    subtotal: Money
    subtotal_cents: int
    total_vat: Money
    total_vat_cents: int
    total_amount: Money
    total_amount_cents: int


class LifecycleEvent(Wire):
    status_code: int
    reason: str
    reason_message: str
    timestamp: str


class Document(Asked):
    """What invoices and credit notes share."""

    id: str
    number: str
    terms_and_conditions: str | None
    header: str | None
    footer: str | None
    currency: str
    total_amount: Money
    total_amount_cents: int
    vat_amount: Money
    vat_amount_cents: int
    stamp_duty_amount: str
    contact_email: str | None
    invoice_url: str
    created_at: str
    finalized_at: str | None
    items: list[Item] | None
    client: dict[str, Any]
    einvoicing_status: str | None = None
    einvoicing_lifecycle_events: list[LifecycleEvent]
    # Italy only.
    welfare_fund: dict[str, Any] | None
    withholding_tax: dict[str, Any] | None
    payment_reporting: dict[str, Any] | None


class Invoice(Document, Wire):
    organization_id: str
    invoice_number: str
    purchase_order: str
    status: Status
    invoice_type: Literal["standard", "deposit", "balance"]
    attachment_id: str | None = None
    discount_conditions: str | None
    late_payment_penalties: str | None
    legal_fixed_compensation: str | None
    amount_paid: Money | None
    deposit_amount: Money | None
    discount: Discount | None
    issue_date: str | None
    due_date: str | None
    performance_start_date: str
    performance_end_date: str
    updated_at: str
    paid_at: str | None
    payment_methods: list[dict[str, str]]
    credit_notes_ids: list[str]
    organization: dict[str, Any]


class OneInvoice(Wire):
    client_invoice: Invoice


class InvoicePage(Wire):
    client_invoices: list[Invoice]
    meta: Meta


class InvoiceQuery(PageQuery):
    filter_status: str | None = Field(default=None, alias="filter[status]")
    filter_created_at_from: str | None = Field(default=None, alias="filter[created_at_from]")
    filter_created_at_to: str | None = Field(default=None, alias="filter[created_at_to]")
    filter_updated_at_from: str | None = Field(default=None, alias="filter[updated_at_from]")
    filter_updated_at_to: str | None = Field(default=None, alias="filter[updated_at_to]")
    filter_due_date: str | None = Field(default=None, alias="filter[due_date]")
    filter_due_date_from: str | None = Field(default=None, alias="filter[due_date_from]")
    filter_due_date_to: str | None = Field(default=None, alias="filter[due_date_to]")
    exclude_imported: bool = True
    sort_by: Literal["created_at:asc", "created_at:desc"] = "created_at:desc"


class CreditNote(Document, Wire):
    invoice_id: str
    attachment_id: str
    issue_date: str
    invoice_issue_date: str


class OneCreditNote(Wire):
    credit_note: CreditNote


class CreditNotePage(Wire):
    credit_notes: list[CreditNote]
    meta: Meta


class CreditNoteQuery(PageQuery):
    filter_created_at_from: str | None = Field(default=None, alias="filter[created_at_from]")
    filter_created_at_to: str | None = Field(default=None, alias="filter[created_at_to]")
    sort_by: Literal["created_at:asc", "created_at:desc"] = "created_at:desc"
