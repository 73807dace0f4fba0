"""Lines of an account."""

from pydantic import Field

from qonto_sandbox.schemas.attachments import Attachment
from qonto_sandbox.schemas.common import Asked, DateTime, Meta, PageQuery, Uuid, Wire
from qonto_sandbox.schemas.organization import Label


class Logo(Wire):
    small: str
    medium: str


class Named(Wire):
    name: str


class Counterparty(Wire):
    counterparty_account_number: str | None
    counterparty_account_number_format: str
    counterparty_bank_identifier: str | None
    counterparty_bank_identifier_format: str


class Check(Wire):
    check_number: str
    check_key: str


class Installment(Wire):
    total_installments_number: int
    current_installment_number: int


class Pagopa(Wire):
    notice_number: str
    creditor_fiscal_code: str
    iuv: str


class Hold(Wire):
    guarding_rate: str


class VatItem(Wire):
    amount: float
    amount_cents: int
    amount_excluding_vat: float
    amount_excluding_vat_cents: int
    rate: float


class VatDetails(Wire):
    items: list[VatItem]


class Transaction(Wire):
    id: Uuid
    transaction_id: str
    amount: float = Field(ge=0)
    amount_cents: int = Field(ge=0)
    settled_balance: float | None
    settled_balance_cents: int | None
    attachment_ids: list[Uuid] = Field(max_length=5)
    logo: Logo | None
    local_amount: float
    local_amount_cents: int
    side: str = Field(pattern="^(debit|credit)$")
    operation_type: str
    currency: str
    local_currency: str
    label: str
    clean_counterparty_name: str | None
    settled_at: DateTime | None
    emitted_at: DateTime
    created_at: DateTime
    updated_at: DateTime
    status: str = Field(pattern="^(pending|declined|completed|reversed)$")
    note: str | None
    reference: str | None
    vat_amount: float | None
    vat_amount_cents: int | None
    vat_rate: float | None
    initiator_id: Uuid | None
    label_ids: list[Uuid]
    attachment_lost: bool
    attachment_required: bool
    card_last_digits: str | None
    category: str
    cashflow_category: Named | None
    cashflow_subcategory: Named | None
    subject_type: str
    bank_account_id: Uuid
    is_external_transaction: bool
    # At most one of these.
    transfer: Counterparty | None = None
    income: Counterparty | None = None
    swift_income: Counterparty | None = None
    direct_debit: Counterparty | None = None
    direct_debit_collection: Counterparty | None = None
    check: Check | None = None
    financing_installment: Installment | None = None
    pagopa_payment: Pagopa | None = None
    direct_debit_hold: Hold | None = None
    # Only when asked for.
    attachments: list[Attachment] | None = None
    labels: list[Label] | None = None
    vat_details: VatDetails | None = None


class TransactionAnswer(Wire):
    transaction: Transaction


class TransactionList(Wire):
    transactions: list[Transaction]
    meta: Meta


class TransactionQuery(Asked):
    includes: list[str] = Field([], alias="includes[]")


class TransactionsQuery(PageQuery):
    bank_account_id: Uuid | None = None
    iban: str | None = None
    includes: list[str] = Field([], alias="includes[]")
    status: list[str] = Field(["completed"], alias="status[]")
    side: str | None = None
    operation_type: list[str] = Field([], alias="operation_type[]")
    with_attachments: bool | None = None
    updated_at_from: DateTime | None = None
    updated_at_to: DateTime | None = None
    emitted_at_from: DateTime | None = None
    emitted_at_to: DateTime | None = None
    settled_at_from: DateTime | None = None
    settled_at_to: DateTime | None = None
    created_at_from: DateTime | None = None
    created_at_to: DateTime | None = None
    sort_by: str = "settled_at:desc"
