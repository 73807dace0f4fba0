"""The life of a SEPA transfer on the sandbox's clock: pending → processing → settled, declined or canceled.

When
    Without a future date a transfer leaves `pending` after `options.processing_delay` seconds. With one it leaves on
    the first TARGET day on or after the date, at six in the morning, Paris time. An instant transfer settles at once;
    a standard one after `options.settlement_delay` seconds, or on the next TARGET day when `realistic_settlement` is
    set.
Instant or not
    As Qonto says: standard above 5 000 € or 20 000 € in 24 hours to an untrusted payee, above 10 000 € or 50 000 € to
    a trusted one.
Declines, all deterministic
    a `declined_reason` written in the reference is the reason · a declined beneficiary gives `beneficiary_status` · an
    account that lacks the money on the day gives `debit_account_insufficient_funds`. When the reference also holds the
    word `late`, the refusal comes after `processing`: the bank line exists and is then declined.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from qonto_sandbox.core.formats import PARIS, instant
from qonto_sandbox.core.jobs import job
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.payments import ledger, payees
from qonto_sandbox.payments.bank_days import bank_day_on_or_after, next_bank_day

REASONS = (
    "beneficiary_bic_invalid",
    "beneficiary_iban_invalid",
    "beneficiary_network_rules_error",
    "beneficiary_status",
    "debit_account_insufficient_funds",
    "organisation_compliance_reasons",
    "qonto_processing_failed",
)
# (each, per payee in 24 hours), in cents, by trust
CEILINGS = {False: (5_000_00, 20_000_00), True: (10_000_00, 50_000_00)}
EXECUTION, SETTLEMENT = time(6, 0), time(9, 0)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, PARIS)


def plan(world: World, transfer: Record) -> None:
    """Put the execution on the clock."""
    day = date.fromisoformat(transfer["scheduled_date"])
    when = world.now() + timedelta(seconds=world.options.processing_delay)
    if day > world.today():
        when = _at(bank_day_on_or_after(day), EXECUTION)
    world.schedule(when, "transfer.process", transfer_id=transfer["id"])


def move(world: World, transfer: Record, *, status: str, **changes: Any) -> None:
    transfer.update(status=status, updated_at=world.stamp(), **changes)
    world.store["transfers"].put(transfer)
    world.events.publish("transfers", "updated", transfer)


def is_instant(world: World, transfer: Record, beneficiary: Record | None) -> bool:
    each, in_a_day = CEILINGS[bool(beneficiary and beneficiary["trusted"])]
    since = instant(world.now() - timedelta(hours=24))
    spent: int = sum(
        row["amount_cents"]
        for row in world.store["transfers"].by("organization_id", transfer["organization_id"])
        if row["beneficiary_id"] == transfer["beneficiary_id"]
        and row["instant"]
        and (row["processed_at"] or "") > since
    )
    cents: int = transfer["amount_cents"]
    return cents <= each and spent + cents <= in_a_day


def asked_refusal(transfer: Record) -> str | None:
    """The reason that the reference asks for."""
    return next((reason for reason in REASONS if reason in transfer["reference"].lower()), None)


def is_late(transfer: Record, reason: str) -> bool:
    text: str = transfer["reference"].lower()
    return reason in text and "late" in text.split()


def refusal_of(transfer: Record, beneficiary: Record | None, account: Record) -> str | None:
    """The reason for which the transfer is declined, if any."""
    asked = asked_refusal(transfer)
    if asked:
        return asked
    if beneficiary is None or beneficiary["status"] == "declined":
        return "beneficiary_status"
    if account["authorized_balance_cents"] < transfer["amount_cents"]:
        return "debit_account_insufficient_funds"
    return None


def decline(world: World, transfer: Record, reason: str) -> None:
    """Refused, before or after the line was written."""
    move(world, transfer, status="declined", declined_reason=reason)
    line = world.store["transactions"].get(transfer["transaction_id"] or "")
    if line is not None:
        ledger.decline(world, line)


@job("transfer.process")
def process(world: World, transfer_id: str) -> None:
    """Debit the account: the line is written and the available balance lowered."""
    transfer = world.store["transfers"].get(transfer_id)
    if transfer is None or transfer["status"] != "pending":
        return
    store = world.store
    account = store["bank_accounts"].get(transfer["bank_account_id"])
    beneficiary = store["beneficiaries"].get(transfer["beneficiary_id"])
    assert account is not None, "accounts are never deleted"
    reason = refusal_of(transfer, beneficiary, account)
    if reason and not is_late(transfer, reason):
        decline(world, transfer, reason)
        return
    quick = is_instant(world, transfer, beneficiary) and not reason
    line = ledger.debit(world, account=account, transfer=transfer, beneficiary=beneficiary)
    move(
        world,
        transfer,
        status="processing",
        processed_at=world.stamp(),
        transaction_id=line["id"],
        instant=quick,
    )
    if quick:
        settle(world, transfer_id)
    else:
        world.schedule(_settlement(world), "transfer.settle", transfer_id=transfer_id)


def _settlement(world: World) -> datetime:
    if world.options.realistic_settlement:
        return _at(next_bank_day(world.today()), SETTLEMENT)
    return world.now() + timedelta(seconds=world.options.settlement_delay)


@job("transfer.settle")
def settle(world: World, transfer_id: str) -> None:
    """Sent to the network: the line is completed and the balance moves; a pending payee becomes validated."""
    transfer = world.store["transfers"].get(transfer_id)
    if transfer is None or transfer["status"] != "processing":
        return
    beneficiary = world.store["beneficiaries"].get(transfer["beneficiary_id"])
    reason = asked_refusal(transfer)
    if reason:
        decline(world, transfer, reason)
        return
    line = world.store["transactions"].get(transfer["transaction_id"])
    assert line is not None, "a transfer in process has its line"
    ledger.settle(world, line)
    move(world, transfer, status="settled", completed_at=world.stamp())
    if beneficiary is not None and beneficiary["status"] == "pending":
        beneficiary["status"] = "validated"
        payees.save(world, beneficiary)


def force(world: World, transfer: Record, *, outcome: str, reason: str = "qonto_processing_failed") -> Record:
    """The control page's hand: settle now, or decline now."""
    if outcome == "decline" and transfer["status"] in ("pending", "processing"):
        decline(world, transfer, reason)
    elif outcome == "settle":
        process(world, transfer["id"])
        settle(world, transfer["id"])
    return transfer


def give_back(world: World, transfer: Record) -> Record | None:
    """The payee's bank returns a settled transfer: a new credit line, the transfer stays settled."""
    account = world.store["bank_accounts"].get(transfer["bank_account_id"])
    if account is None or transfer["status"] != "settled":
        return None
    beneficiary = world.store["beneficiaries"].get(transfer["beneficiary_id"])
    return ledger.credit_return(world, account=account, transfer=transfer, beneficiary=beneficiary)
