"""Requests of transfers, which another member approves or declines (reference §13.2)."""

from datetime import date
from typing import Any, Literal

from pydantic import Field, RootModel
from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, invalid, not_found
from qonto_sandbox.core.formats import PARIS, decimal_text, french_euros, instant, moment
from qonto_sandbox.core.pagination import page_answer, sorted_by
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.payments import batches, orders, payees, sca
from qonto_sandbox.resources import recurring_transfers
from qonto_sandbox.resources.recurring_transfers import FREQUENCIES
from qonto_sandbox.resources.shapes import Meta, PageQuery
from qonto_sandbox.schemas.common import Asked, Wire

MAX_TRANSFERS = 400
STATUSES = ("pending", "approved", "canceled", "declined")
TYPES = ("transfer", "multi_transfer", "flash_card", "virtual_card")
ONCE = "once"
ORDINARY: dict[str, Any] = {"scheduled_date": None, "beneficiary_id": None}
RECURRENCES = (ONCE, *FREQUENCIES)
# The path says the plural, the object the singular.
PATHS = {"transfers": "transfer", "multi_transfers": "multi_transfer"}
COMMON = (
    "id",
    "request_type",
    "status",
    "initiator_id",
    "approver_id",
    "note",
    "declined_note",
    "scheduled_date",
    "processed_at",
    "created_at",
)


Recurrence = Literal["once", "weekly", "monthly", "quarterly", "half_yearly", "yearly"]


class AskedTransfer(Asked):
    amount: str = Field(pattern=r"^\d+(\.\d{1,2})?$")
    currency: Literal["EUR"] = "EUR"
    credit_iban: str
    credit_account_name: str = Field(max_length=140)
    credit_account_currency: Literal["EUR"] = "EUR"
    reference: str = Field(max_length=140)
    attachment_ids: list[str] = Field(default=[], max_length=5)


class NewTransferRequest(AskedTransfer):
    note: str | None = None
    scheduled_date: str | None = None
    recurrence: Recurrence = "once"
    last_recurrence_date: str | None = None
    debit_iban: str | None = None


class TransferRequestCreation(Asked):
    request_transfer: NewTransferRequest


class NewMultiTransferRequest(Asked):
    note: str | None = None
    scheduled_date: str | None = None
    debit_iban: str | None = None
    transfers: list[AskedTransfer] = Field(min_length=1, max_length=MAX_TRANSFERS)


class MultiTransferRequestCreation(Asked):
    request_multi_transfer: NewMultiTransferRequest


class RequestedTransfer(Wire):
    id: str
    credit_account_name: str
    amount: str
    currency: Literal["EUR"]
    reference: str


class RequestBase(Asked):
    id: str
    request_type: str
    status: Literal["pending", "approved", "canceled", "declined"]
    initiator_id: str
    approver_id: str | None
    note: str
    declined_note: str | None
    scheduled_date: str
    processed_at: str | None
    created_at: str


class TransferRequest(RequestBase, Wire):
    creditor_name: str
    amount: str
    currency: Literal["EUR"]
    recurrence: Recurrence
    last_recurrence_date: str | None
    attachment_ids: list[str]


class MultiTransferRequest(RequestBase, Wire):
    total_transfers_amount: str
    total_transfers_amount_currency: Literal["EUR"]
    total_transfers_count: int
    transfers: list[RequestedTransfer]


class OneTransferRequest(Wire):
    request_transfer: TransferRequest


class OneMultiTransferRequest(Wire):
    request_multi_transfer: MultiTransferRequest


class DecidedRequest(RootModel[OneTransferRequest | OneMultiTransferRequest]):
    """The request of either kind, in its own envelope."""


class RequestPage(Wire):
    requests: list[MultiTransferRequest | TransferRequest]
    meta: Meta


class RequestQuery(PageQuery):
    status: list[str] = Field(default=[], alias="status[]")
    request_type: list[str] = Field(default=[], alias="request_type[]")
    created_at_from: str | None = None
    created_at_to: str | None = None
    processed_at_from: str | None = None
    processed_at_to: str | None = None
    sort_by: str = "created_at:desc"


class Decision(Asked):
    debit_iban: str | None = None


class Refusal(Asked):
    declined_note: str | None = None


def view(record: Record) -> dict[str, Any]:
    # Without a date, that of the request.
    day = record["scheduled_date"] or moment(record["created_at"]).astimezone(PARIS).date().isoformat()
    shown = {name: record[name] for name in COMMON} | {"note": record["note"] or "", "scheduled_date": day}
    if record["request_type"] == "transfer":
        (row,) = record["transfers"]
        return {
            **shown,
            "creditor_name": row["payee"]["name"],
            "amount": decimal_text(row["amount_cents"]),
            "currency": "EUR",
            "recurrence": record["recurrence"],
            "last_recurrence_date": record["last_recurrence_date"],
            "attachment_ids": row["attachment_ids"],
        }
    return {
        **shown,
        "total_transfers_amount": decimal_text(total_of(record)),
        "total_transfers_amount_currency": "EUR",
        "total_transfers_count": len(record["transfers"]),
        "transfers": [
            {
                "id": row["id"],
                "credit_account_name": row["payee"]["name"],
                "amount": decimal_text(row["amount_cents"]),
                "currency": "EUR",
                "reference": row["reference"],
            }
            for row in record["transfers"]
        ],
    }


def total_of(record: Record) -> int:
    return sum(row["amount_cents"] for row in record["transfers"])


def _envelope(record: Record) -> dict[str, Any]:
    return {f"request_{record['request_type']}": view(record)}


def _read_transfer(call: Call, body: Body) -> dict[str, Any]:
    body.choice("currency", ("EUR",), required=False)
    iban, name = payees.read_iban(body, "credit_iban"), body.text("credit_account_name", longest=140)
    payee = {"name": name, "iban": iban, "bic": payees.bic_of(iban), "email": None, "activity_tag": None}
    return {
        "id": ids.new(),
        "amount_cents": body.amount("amount"),
        "reference": body.text("reference", longest=140),
        "payee": payee,
        "attachment_ids": list(orders.read_attachments(call, body)),
    }


def _debit_iban(call: Call, body: Body) -> str | None:
    iban = body.text("debit_iban", required=False).replace(" ", "").upper()
    if iban and account_of(call, iban) is None:
        detail = "debit_iban is not an active account of the organization"
        raise ApiError(400, "bank_account_not_found", detail, pointer=body.pointer("debit_iban"))
    return iban or None


def account_of(call: Call, iban: str | None) -> Record | None:
    """The account to debit: the one named, or the main one."""
    for account in call.world.store["bank_accounts"].by("organization_id", call.organization_id):
        if account["status"] == "active" and (account["iban"] == iban or (iban is None and account["main"])):
            return account
    return None


def _recurrence(call: Call, body: Body) -> dict[str, str | None]:
    """How often the transfer comes back once approved, and until when."""
    asked = body.choice("recurrence", RECURRENCES, required=False) or ONCE
    last = orders.optional_future_day(call, body, "last_recurrence_date")
    first = body.day("scheduled_date") or call.world.today()
    if last is not None and asked == ONCE:
        raise invalid(body.pointer("last_recurrence_date"), "last_recurrence_date needs a recurrence")
    if last is not None and last < first:
        raise invalid(body.pointer("last_recurrence_date"), "last_recurrence_date must not precede scheduled_date")
    return {"recurrence": asked, "last_recurrence_date": last.isoformat() if last else None}


def _create(
    call: Call, body: Body, kind: str, transfers: list[dict[str, Any]], recurrence: dict[str, str | None]
) -> Response:
    day = orders.optional_future_day(call, body, "scheduled_date")
    record = call.world.store["requests"].put(
        {
            "id": ids.new(),
            "organization_id": call.organization_id,
            "request_type": kind,
            "status": "pending",
            "initiator_id": call.principal.membership_id,
            "approver_id": None,
            "note": body.text("note", required=False, longest=255) or None,
            "declined_note": None,
            "scheduled_date": day.isoformat() if day else None,
            "debit_iban": _debit_iban(call, body),
            "processed_at": None,
            "created_at": call.world.stamp(),
            "updated_at": call.world.stamp(),
            "transfers": transfers,
            "transfer_ids": [],
            **recurrence,
        }
    )
    return answer(_envelope(record))


@endpoint(
    "POST",
    "/v2/requests/transfers",
    auth=("oauth",),
    scopes=("request_transfers.write",),
    idempotent=True,
    request=TransferRequestCreation,
    response=OneTransferRequest,
    errors=(400, 401, 403, 404, 422),
)
def create_transfer_request(call: Call) -> Response:
    """Create a transfer request"""
    body = call.body.object("request_transfer")
    return _create(call, body, "transfer", [_read_transfer(call, body)], _recurrence(call, body))


@endpoint(
    "POST",
    "/v2/requests/multi_transfers",
    auth=("oauth",),
    scopes=("request_transfers.write",),
    idempotent=True,
    request=MultiTransferRequestCreation,
    response=OneMultiTransferRequest,
    errors=(400, 401, 403, 404, 422),
    single=(422,),
)
def create_multi_transfer_request(call: Call) -> Response:
    """Create a request of several transfers"""
    body = call.body.object("request_multi_transfer")
    rows = [_read_transfer(call, row) for row in body.objects("transfers", at_most=MAX_TRANSFERS)]
    return _create(call, body, "multi_transfer", rows, {"recurrence": ONCE, "last_recurrence_date": None})


@endpoint(
    "GET",
    "/v2/requests",
    scopes=("organization.read",),
    query=RequestQuery,
    response=RequestPage,
    errors=(400, 401, 403, 422),
    single=(422,),
)
def list_requests(call: Call) -> Response:
    """List requests"""
    query = call.query
    statuses, types = query.choices("status", STATUSES), query.choices("request_type", TYPES)
    orders_by = dict.fromkeys(("created_at", "processed_at", "status"), ("asc", "desc"))
    field, descending = query.sort(orders_by, "created_at:desc")
    bounds = [
        (name, query.instant(f"{name}_from"), query.instant(f"{name}_to")) for name in ("created_at", "processed_at")
    ]
    rows = [
        row
        for row in call.world.store["requests"].by("organization_id", call.organization_id)
        if (not statuses or row["status"] in statuses)
        and (not types or row["request_type"] in types)
        and all(start is None or (row[name] or "") >= instant(start) for name, start, _ in bounds)
        and all(end is None or (row[name] is not None and row[name] <= instant(end)) for name, _, end in bounds)
    ]
    return page_answer(query, "requests", sorted_by(rows, field, descending), view)


def _pending(call: Call) -> Record:
    kind = call.path["request_type"]
    record = call.world.store["requests"].get(call.path["id"])
    if record is None or record["organization_id"] != call.organization_id:
        raise not_found()
    if record["request_type"] != PATHS.get(kind, kind):
        raise not_found()
    if record["status"] != "pending":
        raise ApiError(400, "bad_request", f"The request is already {record['status']}")
    return record


def _execute(call: Call, record: Record, account: Record) -> None:
    """What was asked for is done: its transfers, or the order that makes them one after the other."""
    if record["recurrence"] == ONCE:
        record["transfer_ids"] = batches.execute_request(call.world, record, account)
        return
    (row,) = record["transfers"]
    first = max(date.fromisoformat(record["scheduled_date"] or "0001-01-01"), call.world.today())
    order = batches.read_back(call.world, {**row, **ORDINARY, "note": record["note"]})
    assert order is not None, "a request names its payee inline"
    recurring_transfers.start(
        call.world,
        account=account,
        initiator_id=record["initiator_id"],
        order=order,
        frequency=record["recurrence"],
        first=first,
        last=record["last_recurrence_date"],
    )


@endpoint(
    "POST",
    "/v2/requests/{request_type}/{id}/approve",
    auth=("oauth",),
    scopes=("request_review.write",),
    idempotent=True,
    body="optional",
    request=Decision,
    response=DecidedRequest,
    errors=(400, 401, 403, 404, 412, 422, 428),
    single=(422,),
)
def approve_request(call: Call) -> Response:
    """Approve a request; its transfers are created"""
    call.require_role("owner", "admin", "manager")
    record, body = _pending(call), call.body
    account = account_of(call, _debit_iban(call, body) or record["debit_iban"])
    assert account is not None, "an organization has a main account"
    session = sca.authorise(call, "request.approve", f"Approuver la demande de {french_euros(total_of(record))}")
    if (record["scheduled_date"] or "") <= call.world.today().isoformat():
        orders.check_funds(account, total_of(record))
    _execute(call, record, account)
    record.update(status="approved", approver_id=call.principal.membership_id, processed_at=call.world.stamp())
    record["updated_at"] = call.world.stamp()
    call.world.store["requests"].put(record)
    sca.consume(call.world, session)
    return answer(_envelope(record))


@endpoint(
    "POST",
    "/v2/requests/{request_type}/{id}/decline",
    scopes=("request_review.write",),
    body="optional",
    request=Refusal,
    response=DecidedRequest,
    errors=(400, 401, 403, 404),
    single=(422,),
)
def decline_request(call: Call) -> Response:
    """Decline a request"""
    call.require_role("owner", "admin", "manager")
    record, body = _pending(call), call.body
    record.update(
        status="declined",
        declined_note=body.text("declined_note", required=False, longest=255) or None,
        approver_id=call.principal.membership_id,
        processed_at=call.world.stamp(),
        updated_at=call.world.stamp(),
    )
    call.world.store["requests"].put(record)
    return answer(_envelope(record))
