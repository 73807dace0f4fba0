"""The lines of an account (reference §5)."""

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.formats import euros, instant
from qonto_sandbox.core.pagination import DEEPEST, page_answer, sorted_by
from qonto_sandbox.core.params import Query, bad_parameter
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.resources import attachments, labels
from qonto_sandbox.schemas import transactions as schemas
from qonto_sandbox.volume import transactions as generated

READ = ("organization.read",)
INCLUDES = ("labels", "attachments", "vat_details")
STATUSES = ("pending", "declined", "completed")
# Of the API of 2021; programs still send it.
FORMER_STATUS = "reversed"
BOTH = ("asc", "desc")
SORTS = {"settled_at": BOTH, "updated_at": BOTH, "emitted_at": BOTH, "created_at": BOTH}
BOUNDED = ("updated_at", "emitted_at", "settled_at", "created_at")


def _money(name: str, cents: int | None) -> dict[str, Any]:
    return {name: None if cents is None else euros(cents), f"{name}_cents": cents}


def _named(name: str | None) -> dict[str, str] | None:
    return {"name": name} if name else None


def view(line: Record) -> dict[str, Any]:
    """A line without its included objects."""
    return {
        "id": line["id"],
        "transaction_id": line["transaction_id"],
        **_money("amount", line["amount_cents"]),
        **_money("settled_balance", line["settled_balance_cents"]),
        "attachment_ids": line["attachment_ids"],
        "logo": line.get("logo"),
        **_money("local_amount", line["local_amount_cents"]),
        "side": line["side"],
        "operation_type": line["operation_type"],
        "currency": "EUR",
        "local_currency": line["local_currency"],
        "label": line["label"],
        "clean_counterparty_name": line["clean_counterparty_name"],
        "settled_at": line["settled_at"],
        "emitted_at": line["emitted_at"],
        "created_at": line["created_at"],
        "updated_at": line["updated_at"],
        "status": line["status"],
        "note": line["note"],
        "reference": line["reference"],
        **_money("vat_amount", line["vat_amount_cents"]),
        "vat_rate": line["vat_rate"],
        "initiator_id": line["initiator_id"],
        "label_ids": line["label_ids"],
        "attachment_lost": line["attachment_lost"],
        "attachment_required": line["attachment_required"],
        "card_last_digits": line["card_last_digits"],
        "category": line["category"],
        "cashflow_category": _named(line["cashflow_category"]),
        "cashflow_subcategory": _named(line["cashflow_subcategory"]),
        "subject_type": line["subject_type"],
        "bank_account_id": line["bank_account_id"],
        "is_external_transaction": False,
        **line["detail"],
    }


def _vat_item(item: Record) -> dict[str, Any]:
    return {
        **_money("amount", item["amount_cents"]),
        **_money("amount_excluding_vat", item["amount_excluding_vat_cents"]),
        "rate": item["rate"],
    }


def viewer(call: Call) -> Callable[[Record], dict[str, Any]]:
    """How a line is shown with the objects named by `includes[]`."""
    includes = set(call.query.choices("includes", INCLUDES))

    def show(line: Record) -> dict[str, Any]:
        shown = view(line)
        if "labels" in includes:
            rows = (call.world.store["labels"].get(id) for id in line["label_ids"])
            shown["labels"] = [labels.view(row) for row in rows if row is not None]
        if "attachments" in includes:
            shown["attachments"] = [attachments.embedded(call, row) for row in attachments.of_line(call.world, line)]
        if "vat_details" in includes:
            shown["vat_details"] = {"items": [_vat_item(item) for item in line["vat_items"]]}
        return shown

    return show


def asked_account(call: Call) -> Record:
    """The account named by `bank_account_id`, which wins, or by `iban`."""
    accounts = call.world.store["bank_accounts"]
    id, iban = call.query.text("bank_account_id"), call.query.text("iban").replace(" ", "").upper()
    if not id and not iban:
        raise bad_parameter("bank_account_id", "bank_account_id or iban is missing", code="missing")
    found = accounts.get(id) if id else next(iter(accounts.by("iban", iban)), None)
    if found is None or found["organization_id"] != call.organization_id:
        name = "bank_account_id" if id else "iban"
        raise bad_parameter(name, "Bank account not found", code="bank_account_not_found")
    return found


def _statuses(query: Query) -> set[str]:
    values = query.many("status")
    if any(value not in {*STATUSES, FORMER_STATUS} for value in values):
        raise bad_parameter("status", f"status must be one of: {', '.join(STATUSES)}", code="not_in_list")
    return set(values) or {"completed"}


def filtered(call: Call, rows: list[Record]) -> list[Record]:
    """The rows that match every filter of the query. Bounds are inclusive on both sides."""
    query = call.query
    statuses, operations = _statuses(query), set(query.many("operation_type"))
    side, attached = query.choice("side", ("credit", "debit")), query.boolean("with_attachments")
    tests: list[Callable[[Record], bool]] = [lambda row: row["status"] in statuses]
    if operations:
        tests.append(lambda row: row["operation_type"] in operations)
    if side:
        tests.append(lambda row: bool(row["side"] == side))
    if attached is not None:
        tests.append(lambda row: bool(row["attachment_ids"]) == attached)
    if call.world.options.hide_api_transfers:
        tests.append(lambda row: not row.get("by_api"))
    for field in BOUNDED:
        tests += _bounds(query, field)
    return [row for row in rows if all(test(row) for test in tests)]


def _bounds(query: Query, field: str) -> list[Callable[[Record], bool]]:
    first, last = query.instant(f"{field}_from"), query.instant(f"{field}_to")
    tests: list[Callable[[Record], bool]] = []
    if first is not None:
        low = instant(first)
        tests.append(lambda row: row[field] is not None and row[field] >= low)
    if last is not None:
        high = instant(last)
        tests.append(lambda row: row[field] is not None and row[field] <= high)
    return tests


def limit_reached() -> ApiError:
    detail = f"More than {DEEPEST} results match your search, please narrow it with date filters"
    extra = {"status": "422", "message": detail}
    return ApiError(422, "search_limit_reached", detail, extra=extra)


@endpoint(
    "GET",
    "/v2/transactions",
    scopes=READ,
    query=schemas.TransactionsQuery,
    response=schemas.TransactionList,
    errors=(400, 401, 403, 422),
    single=(422,),
)
def list_transactions(call: Call) -> Response:
    """Lister les transactions d’un compte."""
    show, account = viewer(call), asked_account(call)
    field, descending = call.query.sort(SORTS, "settled_at:desc")
    if "volume_rank" in account:
        response = generated.listed(
            call,
            account,
            statuses=_statuses(call.query),
            includes=set(call.query.many("includes")),
            descending=descending,
        )
        if response is None:
            raise limit_reached()
        return response
    rows = filtered(call, call.world.store["transactions"].by("bank_account_id", account["id"]))
    if len(rows) > DEEPEST:
        raise limit_reached()
    return page_answer(call.query, "transactions", sorted_by(rows, field, descending), show)


def own_line(call: Call, id: str) -> Record:
    """The line, or the documented 404."""
    line = call.world.store["transactions"].get(id)
    hidden = call.world.options.hide_api_transfers and (line or {}).get("by_api")
    if line is None or line["organization_id"] != call.organization_id or hidden:
        raise not_found()
    return line


@endpoint(
    "GET",
    "/v2/transactions/{id}",
    scopes=READ,
    query=schemas.TransactionQuery,
    response=schemas.TransactionAnswer,
    errors=(400, 401, 403, 404),
    single=(404,),
)
def show_transaction(call: Call) -> Response:
    """Lire une transaction."""
    show = viewer(call)
    if "account_id" in call.organization:
        return generated.shown(call, call.path["id"], set(call.query.many("includes")))
    return answer({"transaction": show(own_line(call, call.path["id"]))})
