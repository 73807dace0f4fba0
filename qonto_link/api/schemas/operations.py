"""Lines of an account and their attachments (reference §5, §6)."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from qonto_link.api.schemas.base import ListeVide, Moment, Schema, Texte
from qonto_link.api.schemas.comptes import Label


class ProbativeAttachment(Schema):
    status: Texte = ""
    file_name: Texte = ""
    file_size: int | None = None
    file_content_type: Texte = ""
    url: Texte = ""


class Attachment(Schema):
    """`url` is presigned and lives 30 minutes: read the attachment again rather than keep it."""

    id: str
    created_at: Moment = None
    file_name: Texte = ""
    file_size: int = 0
    file_content_type: Texte = ""
    url: Texte = ""
    probative_attachment: ProbativeAttachment | None = None


class Counterparty(Schema):
    counterparty_account_number: Texte = ""
    counterparty_account_number_format: Texte = ""
    counterparty_bank_identifier: Texte = ""
    counterparty_bank_identifier_format: Texte = ""


class Check(Schema):
    check_number: Texte = ""
    check_key: Texte = ""


class Category(Schema):
    name: Texte = ""


class VatItem(Schema):
    amount_cents: int | None = None
    amount_excluding_vat_cents: int | None = None
    rate: Texte = ""


class VatDetails(Schema):
    items: Annotated[tuple[VatItem, ...], ListeVide] = ()


class Transaction(Schema):
    """One line. Amounts are positive cents, the sign is in `side`."""

    id: str
    transaction_id: Texte = ""
    amount_cents: int
    side: str
    currency: Texte = "EUR"
    local_amount_cents: int | None = None
    local_currency: Texte = ""
    settled_balance_cents: int | None = None
    operation_type: Texte = ""
    subject_type: Texte = ""
    status: str
    label: Texte = ""
    clean_counterparty_name: Texte = ""
    reference: Texte = ""
    note: Texte = ""
    emitted_at: Moment = None
    settled_at: Moment = None
    created_at: Moment = None
    updated_at: datetime
    vat_amount_cents: int | None = None
    vat_rate: Decimal | None = None
    initiator_id: Texte = ""
    label_ids: Annotated[tuple[str, ...], ListeVide] = ()
    attachment_ids: Annotated[tuple[str, ...], ListeVide] = ()
    attachment_lost: bool = False
    attachment_required: bool = True
    card_last_digits: Texte = ""
    category: Texte = ""
    cashflow_category: Category | None = None
    cashflow_subcategory: Category | None = None
    bank_account_id: Texte = ""
    is_external_transaction: bool = False
    attachments: Annotated[tuple[Attachment, ...], ListeVide] = ()
    labels: Annotated[tuple[Label, ...], ListeVide] = ()
    vat_details: VatDetails | None = None
    transfer: Counterparty | None = None
    income: Counterparty | None = None
    swift_income: Counterparty | None = None
    direct_debit: Counterparty | None = None
    direct_debit_collection: Counterparty | None = None
    check: Check | None = None

    @property
    def signed_cents(self) -> int:
        """The amount as on the statement: negative when money left."""
        return self.amount_cents if self.side == "credit" else -self.amount_cents

    @property
    def counterparty(self) -> Counterparty | None:
        """The account on the other side, whichever detail object holds it."""
        return self.transfer or self.income or self.swift_income or self.direct_debit or self.direct_debit_collection
