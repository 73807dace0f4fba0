"""Supplier invoices received by Qonto (partner reference §3.8)."""

import hashlib
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.formats import instant
from qonto_sandbox.core.later import Later
from qonto_sandbox.core.pagination import page_answer, sorted_by
from qonto_sandbox.core.params import Query, bad_parameter
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.invoicing.received import SIGNATURES, blank, read_document
from qonto_sandbox.resources.shapes import Meta, Money, PageQuery
from qonto_sandbox.schemas.common import Asked, Wire

if TYPE_CHECKING:
    from qonto_sandbox.documents import reading
else:
    reading = Later("qonto_sandbox.documents.reading")

STATUSES = (
    "to_review",
    "to_pay",
    "to_approve",
    "awaiting_payment",
    "pending",
    "scheduled",
    "paid",
    "archived",
    "rejected",
    "discarded",
)
SOURCES = ("pay_by_invoice", "supplier_invoices", "integration", "transaction_attachment", "generic_upload")
DUE = ("past_and_today", "future", "missing_date")
PERIODS = ("today", "yesterday", "this_week", "past_week", "this_month", "past_month")
QUERY_FIELDS = ("supplier_name", "amount", "file_name", "invoice_number")
AMOUNT_TEST = re.compile(r"(lte|gte|eq|lt|gt):(\d+(?:\.\d{1,2})?)(?::EUR)?")
BOTH = ("asc", "desc")
ORDERS = (
    "created_at",
    "updated_at",
    "due_date",
    "issue_date",
    "payment_date",
    "scheduled_date",
    "supplier_name",
    "file_name",
)
SORTS = dict.fromkeys(ORDERS, BOTH)
PARTS = re.compile(r"supplier_invoices\[(\d*)\]\[(file|idempotency_key)\]")

NOTHING_SUGGESTED: dict[str, Any] = {
    "has_suggested_credit_notes": False,
    "related_invoices": [],
    "suggested_transactions": [],
    "total_amount_credit_notes": None,
}

Test = Callable[[Record], bool]


class AvailableActions(Wire):
    delete: bool
    archive: bool
    unarchive: bool
    pay: bool
    reasons: dict[str, list[str]]


class RelatedInvoice(Wire):
    id: str
    attachment_id: str
    file_name: str
    invoice_number: str | None
    total_amount: Money | None


class SuggestedTransaction(Wire):
    id: str
    score: float


class SupplierInvoice(Wire):
    id: str
    organization_id: str
    status: str
    source_type: str
    source: str
    attachment_id: str
    display_attachment_id: str
    file_name: str
    supplier_name: str | None
    invoice_number: str | None
    iban: str | None
    vat_number: str | None
    tin: str | None
    tin_number: str | None
    total_amount: Money | None
    payable_amount: Money | None
    issue_date: str | None
    due_date: str | None
    payment_date: str | None
    scheduled_date: str | None
    is_einvoice: bool
    e_invoice_type: str | None
    einvoicing_lifecycle_events: list[dict[str, Any]]
    matched_transactions: list[str]
    transfer_ids: list[str]
    is_credit_note: bool
    approval_workflow: dict[str, Any] | None
    available_actions: AvailableActions
    description: str | None
    initiator_id: str | None
    declined_note: str
    request_transfer: dict[str, Any] | None
    attachment_category: str
    is_attachment_invoice: bool
    is_attachment_non_financial: bool
    has_duplicates: bool
    has_discrepancies: bool
    has_suggested_credit_notes: bool
    related_invoices: list[RelatedInvoice]
    suggested_transactions: list[SuggestedTransaction]
    total_amount_credit_notes: Money | None
    meta: dict[str, Any]
    analyzed_at: str | None
    created_at: str
    updated_at: str


class OneSupplierInvoice(Wire):
    supplier_invoice: SupplierInvoice


class SupplierInvoicePage(Wire):
    supplier_invoices: list[SupplierInvoice]
    meta: Meta


class BulkAnswer(Wire):
    supplier_invoices: list[SupplierInvoice]
    errors: list[dict[str, Any]]


class BulkUpload(Asked):
    source: str | None = None
    supplier_invoices: list[dict[str, Any]]


class SupplierInvoiceQuery(PageQuery):
    per_page: int = Field(default=25, ge=1, le=100)
    filter_status: str | None = Field(default=None, alias="filter[status]")
    filter_due_date: str | None = Field(default=None, alias="filter[due_date]")
    filter_issue_date: str | None = Field(default=None, alias="filter[issue_date]")
    filter_issue_date_from: str | None = Field(default=None, alias="filter[issue_date_from]")
    filter_issue_date_to: str | None = Field(default=None, alias="filter[issue_date_to]")
    filter_approver_id: list[str] = Field(default=[], alias="filter[approver_id][]")
    filter_payment_date: str | None = Field(default=None, alias="filter[payment_date]")
    filter_created_at_from: str | None = Field(default=None, alias="filter[created_at_from]")
    filter_created_at_to: str | None = Field(default=None, alias="filter[created_at_to]")
    filter_updated_at_from: str | None = Field(default=None, alias="filter[updated_at_from]")
    filter_updated_at_to: str | None = Field(default=None, alias="filter[updated_at_to]")
    filter_attachment_id: str | None = Field(default=None, alias="filter[attachment_id]")
    filter_missing_data: bool | None = Field(default=None, alias="filter[missing_data]")
    filter_matched_transactions: bool | None = Field(default=None, alias="filter[matched_transactions]")
    filter_document_type: str | None = Field(default=None, alias="filter[document_type]")
    filter_exclude_credit_notes: bool | None = Field(default=None, alias="filter[exclude_credit_notes]")
    filter_payable_amount: str | None = Field(default=None, alias="filter[payable_amount]")
    query: str | None = None
    query_fields: str | None = None
    sort_by: str = "created_at:desc"


def view(record: Record) -> dict[str, Any]:
    shown = {name: value for name, value in record.items() if name not in ("sha256", "idempotency_key")}
    # Both names are seen. Nothing is suggested here: neither a credit note nor a transaction.
    return shown | NOTHING_SUGGESTED | {"tin_number": record["tin"], "available_actions": _actions(record)}


def _actions(record: Record) -> dict[str, Any]:
    """What its state still allows, and why not."""
    status = record["status"]
    payable = status in ("to_review", "to_pay") and not record["is_credit_note"]
    reason = "is_credit_note" if record["is_credit_note"] else "invalid_status"
    return {
        "delete": status in ("to_review", "archived", "discarded"),
        "archive": status not in ("archived", "scheduled", "pending"),
        "unarchive": status == "archived",
        "pay": payable,
        "reasons": {} if payable else {"pay": [reason]},
    }


def _period(name: str, today: date) -> tuple[date, date]:
    """The first and the last day of a named period."""
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    yesterday, eve = today - timedelta(days=1), first - timedelta(days=1)
    return {
        "today": (today, today),
        "yesterday": (yesterday, yesterday),
        "this_week": (monday, monday + timedelta(days=6)),
        "past_week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "this_month": (first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)),
        "past_month": (eve.replace(day=1), eve),
    }[name]


def _between(name: str, low: str = "", high: str = "") -> Test:
    """The property is filled and within the bounds that are given."""
    return lambda row: bool(row[name]) and low <= row[name] and (not high or row[name] <= high)


def _day_tests(query: Query, today: date) -> list[Test]:
    tests: list[Test] = []
    for name in ("issue_date", "payment_date"):
        asked = query.choice(f"filter[{name}]", PERIODS)
        if asked:
            first, last = _period(asked, today)
            tests.append(_between(name, first.isoformat(), last.isoformat()))
    first_day, last_day = query.day("filter[issue_date_from]"), query.day("filter[issue_date_to]")
    if first_day or last_day:
        high = last_day.isoformat() if last_day else ""
        tests.append(_between("issue_date", first_day.isoformat() if first_day else "", high))
    due = query.choice("filter[due_date]", DUE)
    if due == "missing_date":
        tests.append(lambda row: row["due_date"] is None)
    elif due == "future":
        tests.append(_between("due_date", (today + timedelta(days=1)).isoformat()))
    elif due:
        tests.append(_between("due_date", "", today.isoformat()))
    for name in ("created_at", "updated_at"):
        start, end = query.instant(f"filter[{name}_from]"), query.instant(f"filter[{name}_to]")
        tests.append(_between(name, instant(start) if start else "", instant(end) if end else ""))
    return tests


def _flag_tests(query: Query) -> list[Test]:
    tests: list[Test] = []
    missing, matched = query.boolean("filter[missing_data]"), query.boolean("filter[matched_transactions]")
    needed = ("supplier_name", "invoice_number", "iban", "total_amount", "due_date")
    if missing is not None:
        tests.append(lambda row: any(row[name] is None for name in needed) is missing)
    if matched is not None:
        tests.append(lambda row: bool(row["matched_transactions"]) is matched)
    if query.boolean("filter[exclude_credit_notes]"):
        tests.append(lambda row: not row["is_credit_note"])
    attachment = query.text("filter[attachment_id]")
    if attachment:
        tests.append(lambda row: row["attachment_id"] == attachment)
    approvers = query.many("filter[approver_id]")
    if approvers:
        tests.append(lambda row: (row["approval_workflow"] or {}).get("approver_id") in approvers)
    # Duplicates and non-financial documents are sorted out by Qonto's reading; the local one finds none.
    if query.choice("filter[document_type]", ("duplicates", "non_financial_documents")):
        tests.append(lambda row: False)
    return tests


def _amount_test(query: Query) -> list[Test]:
    asked = query.text("filter[payable_amount]")
    if not asked:
        return []
    found = AMOUNT_TEST.fullmatch(asked)
    if found is None:
        raise bad_parameter("filter[payable_amount]", "filter[payable_amount] must be like lte:100.00:EUR")
    compare = {
        "lte": float.__le__,
        "gte": float.__ge__,
        "eq": float.__eq__,
        "lt": float.__lt__,
        "gt": float.__gt__,
    }[found[1]]
    limit = float(found[2])
    return [
        lambda row: row["payable_amount"] is not None and bool(compare(float(row["payable_amount"]["value"]), limit))
    ]


def _word_test(query: Query) -> list[Test]:
    words = query.text("query").lower()
    if not words:
        return []
    fields = query.choices("query_fields", QUERY_FIELDS) or list(QUERY_FIELDS)

    def found(row: Record) -> bool:
        amount = (row["total_amount"] or {}).get("value", "")
        texts = {**row, "amount": amount}
        return any(words in str(texts[name] or "").lower() for name in fields)

    return [found]


@endpoint(
    "GET",
    "/v2/supplier_invoices",
    scopes=("supplier_invoice.read",),
    query=SupplierInvoiceQuery,
    response=SupplierInvoicePage,
    errors=(400, 401, 403, 422),
)
def list_supplier_invoices(call: Call) -> Response:
    """Lister les factures fournisseurs."""
    query = call.query
    statuses = query.choices("filter[status]", STATUSES)
    tests: list[Test] = [lambda row: not statuses or row["status"] in statuses]
    tests += [*_day_tests(query, call.world.today()), *_flag_tests(query), *_amount_test(query), *_word_test(query)]
    field, descending = query.sort(SORTS, "created_at:desc")
    rows = [
        row
        for row in call.world.store["supplier_invoices"].by("organization_id", call.organization_id)
        if all(test(row) for test in tests)
    ]
    return page_answer(query, "supplier_invoices", sorted_by(rows, field, descending), view, default=25)


@endpoint(
    "GET",
    "/v2/supplier_invoices/{id}",
    scopes=("supplier_invoice.read",),
    response=OneSupplierInvoice,
    errors=(401, 403, 404),
)
def show_supplier_invoice(call: Call) -> Response:
    """Lire une facture fournisseur."""
    record = call.world.store["supplier_invoices"].get(call.path["id"])
    if record is None or record["organization_id"] != call.organization_id:
        raise not_found()
    return answer({"supplier_invoice": view(record)})


def _parts(call: Call) -> list[tuple[FileStorage, str]]:
    """The files with their keys, in the order sent: `supplier_invoices[][file]` and `[idempotency_key]`."""
    files, keys = [], []
    for name, part in call.request.files.items(multi=True):
        if PARTS.fullmatch(name):
            files.append(part)
    for name, value in call.request.form.items(multi=True):
        if PARTS.fullmatch(name):
            keys.append(value)
    return [(part, keys[rank] if rank < len(keys) else "") for rank, part in enumerate(files)]


@endpoint(
    "POST",
    "/v2/supplier_invoices/bulk",
    scopes=("supplier_invoice.write",),
    body="multipart",
    request=BulkUpload,
    response=BulkAnswer,
    errors=(400, 401, 403),
)
def create_supplier_invoices(call: Call) -> Response:
    """Déposer des factures fournisseurs ; répond toujours 200, les échecs sont dans `errors`."""
    source = call.request.form.get("source") or "supplier_invoices"
    if source not in SOURCES:
        raise ApiError(400, "not_in_list", f"source must be one of: {', '.join(SOURCES)}", pointer="/source")
    made: list[Record] = []
    errors: list[dict[str, Any]] = []
    for rank, (part, key) in enumerate(_parts(call)):
        content = part.stream.read()
        if not content.startswith(SIGNATURES):
            detail = "file must be a PDF, a PNG or a JPEG"
            errors.append(
                {"code": "invalid_file_type", "detail": detail, "source": {"pointer": f"/supplier_invoices/{rank}"}}
            )
            continue
        made.append(_received(call, part.filename or "document.pdf", content, key, source))
    return answer({"supplier_invoices": [view(row) for row in made], "errors": errors})


def _received(call: Call, name: str, content: bytes, key: str, source: str) -> Record:
    """The invoice of a file; the same key or the same bytes give the one that exists."""
    digest = hashlib.sha256(content).hexdigest()
    for row in call.world.store["supplier_invoices"].by("organization_id", call.organization_id):
        if (key and row["idempotency_key"] == key) or row["sha256"] == digest:
            return row
    attachment = read_document(call.world, call.organization_id, name, content)
    record = blank(
        id=ids.new(),
        organization_id=call.organization_id,
        attachment_id=attachment["id"],
        file_name=name,
        stamp=call.world.stamp(),
        told=reading.factur_x(content),
    )
    record |= {"source": source, "sha256": digest, "idempotency_key": key}
    return call.world.store["supplier_invoices"].put(record)
