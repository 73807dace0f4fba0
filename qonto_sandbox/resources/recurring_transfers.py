"""Recurring SEPA transfers: each execution is an ordinary transfer (reference §12)."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from pydantic import Field
from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer, empty
from qonto_sandbox.core.errors import ApiError, invalid, not_found
from qonto_sandbox.core.formats import PARIS, euros, french_euros
from qonto_sandbox.core.jobs import job
from qonto_sandbox.core.pagination import page_answer, sorted_by
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.payments import batches, engine, orders, sca, vop
from qonto_sandbox.payments.bank_days import bank_day_on_or_after
from qonto_sandbox.resources.sepa_transfers import InlinePayee
from qonto_sandbox.resources.shapes import Meta, PageQuery
from qonto_sandbox.schemas.common import Asked, Wire

MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
FREQUENCIES = ("weekly", *MONTHS)
FIELDS = (
    "id",
    "initiator_id",
    "bank_account_id",
    "beneficiary_id",
    "reference",
    "note",
    "frequency",
    "first_execution_date",
    "last_execution_date",
    "next_execution_date",
    "status",
    "created_at",
    "updated_at",
)


class NewRecurringTransfer(Asked):
    bank_account_id: str
    reference: str = Field(max_length=140)
    amount: str = Field(pattern=r"^\d+(\.\d{1,2})?$")
    frequency: Literal["weekly", "monthly", "quarterly", "half_yearly", "yearly"]
    first_execution_date: str
    last_execution_date: str | None = None
    beneficiary_id: str | None = None
    beneficiary: InlinePayee | None = None
    note: str | None = None
    attachment_ids: list[str] = Field(default=[], max_length=5)


class RecurringCreation(Asked):
    vop_proof_token: str
    recurring_transfer: NewRecurringTransfer


class RecurringTransfer(Wire):
    id: str
    initiator_id: str
    bank_account_id: str
    beneficiary_id: str
    amount: float
    amount_cents: int
    amount_currency: Literal["EUR"]
    reference: str
    note: str | None = None
    frequency: str
    first_execution_date: str
    last_execution_date: str | None
    next_execution_date: str | None
    status: str
    created_at: str
    updated_at: str


class OneRecurringTransfer(Wire):
    recurring_transfer: RecurringTransfer


class RecurringTransferPage(Wire):
    recurring_transfers: list[RecurringTransfer]
    meta: Meta


def view(record: Record) -> dict[str, Any]:
    cents = record["amount_cents"]
    money = {"amount": euros(cents), "amount_cents": cents, "amount_currency": "EUR"}
    shown = {**{name: record[name] for name in FIELDS}, **money}
    # The live sandbox leaves an absent note out.
    return shown if record["note"] is not None else {name: shown[name] for name in shown if name != "note"}


def execution_day(first: date, frequency: str, rank: int) -> date:
    """The rank-th execution; the day of the month is kept where the month has it."""
    if frequency == "weekly":
        return first + timedelta(weeks=rank)
    months = first.month - 1 + MONTHS[frequency] * rank
    year, month = first.year + months // 12, months % 12 + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


@endpoint(
    "POST",
    "/v2/sepa/recurring_transfers",
    auth=("oauth",),
    scopes=("payment.write",),
    idempotent=True,
    request=RecurringCreation,
    response=OneRecurringTransfer,
    errors=(400, 401, 403, 404, 412, 422, 428),
)
def create_recurring_transfer(call: Call) -> Response:
    """Create a recurring SEPA transfer; it always needs SCA"""
    body = call.body.object("recurring_transfer")
    order = orders.read_order(call, body, dated=False)
    frequency = body.choice("frequency", FREQUENCIES)
    first, last = orders.future_day(call, body, "first_execution_date"), body.day("last_execution_date")
    if last is not None and last < first:
        raise invalid(body.pointer("last_execution_date"), "last_execution_date must not precede the first one")
    account = orders.debit_account(call, body)
    vop.require_token(call.world, call.body.data, [order.iban])
    orders.check_policies(call, order)
    about = f"Virement récurrent de {french_euros(order.amount_cents)} à {order.name}"
    session = sca.authorise(call, "transfer.recurring.create", about)
    record = start(
        call.world,
        account=account,
        initiator_id=call.principal.membership_id,
        order=order,
        frequency=frequency,
        first=first,
        last=last.isoformat() if last else None,
    )
    sca.consume(call.world, session)
    return answer({"recurring_transfer": view(record)})


def start(
    world: World,
    *,
    account: Record,
    initiator_id: str,
    order: orders.Order,
    frequency: str,
    first: date,
    last: str | None,
) -> Record:
    """The recurring order; its executions follow on the clock."""
    beneficiary, stamp = orders.beneficiary_of(world, account["organization_id"], order), world.stamp()
    record = world.store["recurring_transfers"].put(
        {
            "id": ids.new(),
            "organization_id": account["organization_id"],
            "initiator_id": initiator_id,
            "bank_account_id": account["id"],
            "beneficiary_id": beneficiary["id"],
            "amount_cents": order.amount_cents,
            "reference": order.reference,
            "note": order.note,
            "frequency": frequency,
            "first_execution_date": first.isoformat(),
            "last_execution_date": last,
            "next_execution_date": first.isoformat(),
            "executions": 0,
            "status": "active",
            "created_at": stamp,
            "updated_at": stamp,
            "order": batches.stored_order(order) | {"beneficiary_id": beneficiary["id"], "payee": None},
        }
    )
    plan(world, record)
    return record


def plan(world: World, record: Record) -> None:
    day = bank_day_on_or_after(date.fromisoformat(record["next_execution_date"]))
    when = datetime.combine(day, time(6, 0), PARIS)
    world.schedule(max(when, world.now()), "recurring.execute", recurring_id=record["id"])


@job("recurring.execute")
def execute(world: World, recurring_id: str) -> None:
    """Make the transfer of the day, then plan the next one."""
    record = world.store["recurring_transfers"].get(recurring_id)
    if record is None or record["status"] != "active":
        return
    account, order = (
        world.store["bank_accounts"].get(record["bank_account_id"]),
        batches.read_back(world, record["order"]),
    )
    if account is not None and order is not None:
        initiator = record["initiator_id"]
        made = orders.new_transfer(
            world, account=account, initiator_id=initiator, order=order, recurring_id=recurring_id
        )
        engine.plan(world, made)
    record["executions"] += 1
    first = date.fromisoformat(record["first_execution_date"])
    following = execution_day(first, record["frequency"], record["executions"]).isoformat()
    ended = record["last_execution_date"] is not None and following > record["last_execution_date"]
    record.update(
        next_execution_date=None if ended else following,
        status="completed" if ended else "active",
        updated_at=world.stamp(),
    )
    world.store["recurring_transfers"].put(record)
    if not ended:
        plan(world, record)


def _get(call: Call) -> Record:
    record = call.world.store["recurring_transfers"].get(call.path["id"])
    if record is None or record["organization_id"] != call.organization_id:
        raise not_found()
    return record


@endpoint(
    "GET",
    "/v2/sepa/recurring_transfers",
    scopes=("organization.read",),
    query=PageQuery,
    response=RecurringTransferPage,
    errors=(400, 401, 403, 422),
)
def list_recurring_transfers(call: Call) -> Response:
    """List recurring SEPA transfers"""
    rows = call.world.store["recurring_transfers"].by("organization_id", call.organization_id)
    return page_answer(call.query, "recurring_transfers", sorted_by(rows, "updated_at", True), view)


@endpoint(
    "GET",
    "/v2/sepa/recurring_transfers/{id}",
    scopes=("organization.read",),
    response=OneRecurringTransfer,
    errors=(401, 403, 404),
)
def show_recurring_transfer(call: Call) -> Response:
    """Retrieve a recurring SEPA transfer"""
    return answer({"recurring_transfer": view(_get(call))})


@endpoint(
    "POST",
    "/v2/sepa/recurring_transfers/{id}/cancel",
    scopes=("payment.write",),
    body="none",
    status=204,
    errors=(400, 401, 403, 404),
)
def cancel_recurring_transfer(call: Call) -> Response:
    """Cancel a recurring SEPA transfer"""
    record = _get(call)
    if record["status"] != "active":
        raise ApiError(400, "cannot_cancel", "Only active recurring transfers can be canceled")
    record.update(status="canceled", next_execution_date=None, updated_at=call.world.stamp())
    call.world.store["recurring_transfers"].put(record)
    return empty(204)
