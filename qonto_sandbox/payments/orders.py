"""What every kind of SEPA order shares: reading it, its policies, and the transfer that it becomes."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from qonto_sandbox.core import ids
from qonto_sandbox.core.errors import ApiError, invalid, missing
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.payments import payees

if TYPE_CHECKING:
    from qonto_sandbox.core.routing import Call

LONGEST = 140
MAX_ATTACHMENTS = 5
ATTACHMENT_ABOVE = 30_000_00


@dataclass(frozen=True)
class Order:
    """One payment as asked. `payee` is inline data, `beneficiary` a known one: exactly one of them."""

    amount_cents: int
    reference: str
    note: str | None
    scheduled_date: date | None
    attachment_ids: tuple[str, ...]
    beneficiary: Record | None
    payee: dict[str, Any] | None
    prefix: str

    @property
    def iban(self) -> str:
        return str(self.beneficiary["iban"] if self.beneficiary else (self.payee or {})["iban"])

    @property
    def name(self) -> str:
        return str(self.beneficiary["name"] if self.beneficiary else (self.payee or {})["name"])

    @property
    def trusted(self) -> bool:
        """Only a payee named by its id is exempt from strong authentication."""
        return self.beneficiary is not None and bool(self.beneficiary["trusted"])


def debit_account(call: "Call", body: Body) -> Record:
    """The active account of the organization; a slug or a foreign id is not found."""
    identifier = body.text("bank_account_id")
    account = call.world.store["bank_accounts"].get(identifier)
    if account is None or account["organization_id"] != call.organization_id:
        detail = "Bank account not found"
        raise ApiError(400, "bank_account_not_found", detail, pointer=body.pointer("bank_account_id"))
    if account["status"] != "active":
        raise ApiError(
            400, "bank_account_not_active", "Bank account is closed", pointer=body.pointer("bank_account_id")
        )
    return account


def read_order(call: "Call", body: Body, *, dated: bool = True) -> Order:
    order = Order(
        amount_cents=body.amount("amount"),
        reference=body.text("reference", longest=LONGEST),
        note=body.text("note", required=False, longest=LONGEST) or None,
        scheduled_date=optional_future_day(call, body, "scheduled_date") if dated else None,
        attachment_ids=read_attachments(call, body),
        **_payee(call, body),
        prefix=body.prefix,
    )
    return order


def optional_future_day(call: "Call", body: Body, name: str) -> date | None:
    day = body.day(name)
    if day is not None and day < call.world.today():
        raise invalid(body.pointer(name), f"{name} must not be in the past")
    return day


def future_day(call: "Call", body: Body, name: str) -> date:
    day = optional_future_day(call, body, name)
    if day is None:
        raise missing(body.pointer(name))
    return day


def _payee(call: "Call", body: Body) -> dict[str, Any]:
    known, inline = body.has("beneficiary_id"), body.has("beneficiary")
    if known and inline:
        detail = "beneficiary_id and beneficiary are mutually exclusive"
        raise ApiError(400, "bad_request", detail, pointer=body.pointer("beneficiary_id"))
    if inline:
        return {"beneficiary": None, "payee": payees.read_payee(body.object("beneficiary"))}
    record = call.world.store["beneficiaries"].get(body.text("beneficiary_id"))
    if record is None or record["organization_id"] != call.organization_id:
        raise ApiError(404, "not_found", "Beneficiary not found", pointer=body.pointer("beneficiary_id"))
    return {"beneficiary": record, "payee": None}


def read_attachments(call: "Call", body: Body) -> tuple[str, ...]:
    wanted = body.uuids("attachment_ids", at_most=MAX_ATTACHMENTS)
    for identifier in wanted:
        known = call.world.store["attachments"].get(identifier)
        if known is None or known["organization_id"] != call.organization_id:
            detail = f"Attachment {identifier} not found"
            raise ApiError(404, "not_found", detail, pointer=body.pointer("attachment_ids"))
    return tuple(wanted)


def check_policies(call: "Call", order: Order) -> None:
    """Attachment above 30 000 €, own organization, four eyes."""
    if order.amount_cents > ATTACHMENT_ABOVE and not order.attachment_ids:
        detail = "Transfers above 30000 EUR require at least one attachment"
        raise ApiError(400, "attachment_required", detail, pointer=f"{order.prefix}/attachment_ids")
    for account in call.world.store["bank_accounts"].by("iban", order.iban):
        if account["organization_id"] == call.organization_id:
            detail = "The beneficiary belongs to the same organization: use an internal transfer"
            raise ApiError(400, "transfer_to_same_organization", detail)
    check_four_eyes(call, order.amount_cents)


def check_four_eyes(call: "Call", cents: int) -> None:
    policy = call.organization.get("payment_policy")
    if not policy or cents <= policy["threshold_cents"]:
        return
    if policy.get("approver", True):
        raise ApiError(400, "payment_policy_approval_required", "This payment requires an approval")
    raise ApiError(400, "payment_policy_approver_missing", "No member can approve this payment")


def check_funds(account: Record, cents: int) -> None:
    if account["authorized_balance_cents"] < cents:
        raise ApiError(400, "insufficient_funds", "Insufficient funds on the debit account")


def is_future(world: World, order: Order) -> bool:
    return order.scheduled_date is not None and order.scheduled_date > world.today()


def beneficiary_of(world: World, organization_id: str, order: Order) -> Record:
    """The beneficiary of the order, created or overwritten when the payee was given inline."""
    if order.beneficiary is not None:
        return order.beneficiary
    assert order.payee is not None, "an order has a payee"
    return payees.create_or_overwrite(world, organization_id, order.payee)


def new_transfer(
    world: World, *, account: Record, initiator_id: str, order: Order, recurring_id: str | None = None
) -> Record:
    """The transfer and, for an inline payee, its beneficiary. The engine moves it from here."""
    beneficiary = beneficiary_of(world, account["organization_id"], order)
    stamp = world.stamp()
    return world.store["transfers"].put(
        {
            "id": ids.new(),
            "organization_id": account["organization_id"],
            "initiator_id": initiator_id,
            "bank_account_id": account["id"],
            "beneficiary_id": beneficiary["id"],
            "amount_cents": order.amount_cents,
            "status": "pending",
            "reference": order.reference,
            "note": order.note,
            "declined_reason": None,
            "scheduled_date": (order.scheduled_date or world.today()).isoformat(),
            "created_at": stamp,
            "updated_at": stamp,
            "processed_at": None,
            "completed_at": None,
            "transaction_id": None,
            "recurring_transfer_id": recurring_id,
            "attachment_ids": list(order.attachment_ids),
            "instant": None,
        }
    )
