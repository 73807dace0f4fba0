"""Every parameter of every list, with a value that it takes and what it then says of each row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.qonto_sandbox.endpoints.stage import Stage

Row = dict[str, Any]
Holds = Callable[[Row], bool]
PAST, FUTURE = "2000-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"


@dataclass(frozen=True)
class Asked:
    operation: str
    name: str
    value: Any
    # What is true of each row; None when the rows do not tell.
    holds: Holds | None = None
    # Whether rows are expected at all.
    found: bool = True

    @property
    def id(self) -> str:
        return f"{self.operation} {self.name}={self.value}"


def equal(field: str, value: Any) -> Holds:
    return lambda row: bool(row[field] == value)


def has(field: str) -> Holds:
    return lambda row: field in row


def bounds(operation: str, field: str, *, start: str = "", end: str = "", to_day: bool = False) -> Iterator[Asked]:
    """Both bounds of a time, wide then closed."""
    low, high = start or f"{field}_from", end or f"{field}_to"
    cut = slice(0, 10) if to_day else slice(None)
    yield Asked(operation, low, PAST[cut], lambda row: row[field] is not None)
    yield Asked(operation, low, FUTURE[cut], found=False)
    yield Asked(operation, high, FUTURE[cut], lambda row: row[field] is not None)
    yield Asked(operation, high, PAST[cut], found=False)


def sorts(operation: str, *orders: str) -> Iterator[Asked]:
    yield from (Asked(operation, "sort_by", order) for order in orders)


def of_transactions() -> Iterator[Asked]:
    name = "GET /v2/transactions"
    for status in ("pending", "declined", "completed", "reversed"):
        yield Asked(name, "status[]", status, equal("status", status), found=status != "reversed")
    for side in ("credit", "debit"):
        yield Asked(name, "side", side, equal("side", side))
    for operation in ("income", "transfer", "card", "direct_debit", "qonto_fee"):
        yield Asked(name, "operation_type[]", operation, equal("operation_type", operation))
    yield Asked(name, "with_attachments", "true", lambda row: bool(row["attachment_ids"]))
    yield Asked(name, "with_attachments", "false", lambda row: not row["attachment_ids"])
    for included in ("labels", "attachments", "vat_details"):
        yield Asked(name, "includes[]", included, has(included))
        yield Asked("GET /v2/transactions/{id}", "includes[]", included)
    for field in ("updated_at", "emitted_at", "settled_at", "created_at"):
        yield from bounds(name, field)
        yield from sorts(name, f"{field}:asc", f"{field}:desc")


def of_payments() -> Iterator[Asked]:
    name = "GET /v2/sepa/beneficiaries"
    for status in ("pending", "validated", "declined"):
        yield Asked(name, "status[]", status, equal("status", status))
    for trusted in (True, False):
        yield Asked(name, "trusted", str(trusted).lower(), equal("trusted", trusted))
    yield Asked(name, "iban[]", "DE00", found=False)
    yield from bounds(name, "updated_at")
    yield from sorts(name, "updated_at:asc", "updated_at:desc")
    name, unknown = "GET /v2/sepa/transfers", "018f6c1f-9d07-7c1b-8f10-2a6a5c0d7b11"
    for status in ("pending", "processing", "canceled", "declined", "settled"):
        yield Asked(name, "status[]", status, equal("status", status), found=status not in ("processing", "pending"))
    for listed in ("ids[]", "beneficiary_ids[]", "recurring_transfer_ids[]"):
        yield Asked(name, listed, unknown, found=False)
    yield from bounds(name, "updated_at")
    yield from bounds(name, "scheduled_date", to_day=True)
    yield from sorts(name, "updated_at:asc", "updated_at:desc", "scheduled_date:asc", "scheduled_date:desc")
    name = "GET /v2/requests"
    for status in ("pending", "approved", "declined", "canceled"):
        yield Asked(name, "status[]", status, equal("status", status), found=status != "canceled")
    for kind in ("transfer", "multi_transfer"):
        yield Asked(name, "request_type[]", kind, equal("request_type", kind))
    yield from bounds(name, "created_at")
    yield from bounds(name, "processed_at")
    yield from sorts(name, "created_at:asc", "created_at:desc", "processed_at:asc", "status:desc")


def of_statements() -> Iterator[Asked]:
    name = "GET /v2/statements"
    yield Asked(name, "period_from", "01-2000")
    yield Asked(name, "period_to", "01-2000", found=False)
    yield from sorts(name, "period:asc", "period:desc")
    yield Asked("GET /v2/organization", "include_external_accounts", "true")


def of_invoicing() -> Iterator[Asked]:
    name = "GET /v2/client_invoices"
    for status in ("draft", "unpaid", "paid", "canceled"):
        yield Asked(name, "filter[status]", status, equal("status", status))
    yield Asked(name, "filter[status]", "paid,canceled", lambda row: row["status"] in ("paid", "canceled"))
    for field in ("created_at", "updated_at"):
        yield from bounds(name, field, start=f"filter[{field}_from]", end=f"filter[{field}_to]")
    yield from bounds(name, "due_date", start="filter[due_date_from]", end="filter[due_date_to]", to_day=True)
    yield Asked(name, "filter[due_date]", "2000-01-01", found=False)
    for hidden in ("true", "false"):
        yield Asked(name, "exclude_imported", hidden)
    yield from sorts(name, "created_at:asc", "created_at:desc")
    name = "GET /v2/clients"
    yield Asked(name, "filter[name]", "hotel", lambda row: "Hôtel" in row["name"])
    for field in ("email", "vat_number", "tax_identification_number"):
        yield Asked(name, f"filter[{field}]", "nobody", found=False)
    yield from sorts(name, "name:asc", "name:desc", "created_at:asc", "created_at:desc")
    for name in ("GET /v2/credit_notes", "GET /v2/quotes"):
        yield from bounds(name, "created_at", start="filter[created_at_from]", end="filter[created_at_to]")
        yield from sorts(name, "created_at:asc", "created_at:desc")
    for status in ("pending_approval", "approved", "canceled"):
        yield Asked("GET /v2/quotes", "filter[status]", status, equal("status", status))
    for kind in ("good", "service"):
        yield Asked("GET /v2/products", "filter[type]", kind, equal("type", kind), found=kind == "good")
    yield from sorts("GET /v2/products", "title:asc", "title:desc", "created_at:asc", "created_at:desc")


def of_supplier_invoices() -> Iterator[Asked]:
    name = "GET /v2/supplier_invoices"
    for status in ("to_review", "to_pay", "paid", "archived", "rejected", "discarded"):
        yield Asked(name, "filter[status]", status, equal("status", status))
    yield Asked(name, "filter[due_date]", "missing_date", equal("due_date", None), found=False)
    yield Asked(name, "filter[due_date]", "past_and_today", lambda row: row["due_date"] is not None)
    yield Asked(name, "filter[due_date]", "future", lambda row: row["due_date"] is not None)
    for field in ("issue_date", "payment_date"):
        for period in ("today", "yesterday", "this_week", "past_week", "this_month", "past_month"):
            yield Asked(name, f"filter[{field}]", period, lambda row: bool(row["issue_date"]), found=False)
    yield from bounds(name, "issue_date", start="filter[issue_date_from]", end="filter[issue_date_to]", to_day=True)
    for field in ("created_at", "updated_at"):
        yield from bounds(name, field, start=f"filter[{field}_from]", end=f"filter[{field}_to]")
    for listed in ("filter[approver_id][]", "filter[attachment_id]"):
        yield Asked(name, listed, "018f6c1f-9d07-7c1b-8f10-2a6a5c0d7b11", found=False)
    yield Asked(name, "filter[missing_data]", "false", lambda row: row["iban"] is not None)
    needed = ("supplier_name", "invoice_number", "iban", "total_amount", "due_date")
    yield Asked(name, "filter[missing_data]", "true", lambda row: any(row[one] is None for one in needed))
    yield Asked(
        name, "filter[matched_transactions]", "true", lambda row: bool(row["matched_transactions"]), found=False
    )
    yield Asked(name, "filter[matched_transactions]", "false", lambda row: not row["matched_transactions"])
    for kind in ("duplicates", "non_financial_documents"):
        yield Asked(name, "filter[document_type]", kind, found=False)
    yield Asked(name, "filter[exclude_credit_notes]", "true", equal("is_credit_note", False))
    yield Asked(
        name, "filter[payable_amount]", "gte:0.01:EUR", lambda row: float(row["payable_amount"]["value"]) >= 0.01
    )
    yield Asked(name, "query", "zzzz", found=False)
    yield Asked(name, "query_fields", "supplier_name,invoice_number")
    yield from sorts(name, "created_at:desc", "due_date:asc", "supplier_name:asc")


def asked() -> list[Asked]:
    parts = (of_transactions, of_payments, of_statements, of_invoicing, of_supplier_invoices)
    return [one for part in parts for one in part()]


def held(stage: Stage) -> Iterator[Asked]:
    """Those whose value is a thing that exists."""
    account, payee = stage.account_id, stage.beneficiary()
    for field, value in (("bank_account_id", account), ("iban", stage.company["iban"])):
        yield Asked("GET /v2/transactions", field, value, equal("bank_account_id", account))
    yield Asked("GET /v2/statements", "bank_account_ids[]", account, equal("bank_account_id", account))
    yield Asked("GET /v2/statements", "ibans[]", stage.company["iban"], equal("bank_account_id", account))
    yield Asked("GET /v2/sepa/beneficiaries", "iban[]", payee["iban"], equal("id", payee["id"]))
    transfer = stage.first("GET /v2/sepa/transfers", **{"status[]": "settled"})
    yield Asked("GET /v2/sepa/transfers", "ids[]", transfer["id"], equal("id", transfer["id"]))
    known = transfer["beneficiary_id"]
    yield Asked("GET /v2/sepa/transfers", "beneficiary_ids[]", known, equal("beneficiary_id", known))
    invoice = stage.first("GET /v2/supplier_invoices")
    paper = invoice["attachment_id"]
    yield Asked("GET /v2/supplier_invoices", "filter[attachment_id]", paper, equal("attachment_id", paper))
