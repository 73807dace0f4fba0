"""Lines that payments write on an account, and what they do to its two balances."""

from qonto_sandbox.core import ledger
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World

GONE: Record = {"name": "Bénéficiaire supprimé", "iban": None, "bic": None, "activity_tag": None}

settle = ledger.settle
decline = ledger.decline


def debit(world: World, *, account: Record, transfer: Record, beneficiary: Record | None) -> Record:
    """The pending line of a transfer: the available balance goes down, the balance does not move yet."""
    payee = beneficiary or GONE
    return ledger.post(
        world,
        account,
        side="debit",
        amount_cents=transfer["amount_cents"],
        operation_type="transfer",
        status="pending",
        label=payee["name"],
        clean_counterparty_name=payee["name"],
        note=transfer["note"],
        reference=transfer["reference"],
        initiator_id=transfer["initiator_id"],
        attachment_ids=list(transfer["attachment_ids"]),
        by_api=True,
        category=payee["activity_tag"] or "other_expense",
        detail={"transfer": ledger.counterparty(payee["iban"], payee["bic"])},
    )


def credit_return(world: World, *, account: Record, transfer: Record, beneficiary: Record | None) -> Record:
    """Money that the payee's bank sends back: a new credit line, since the settled one has moved the balance."""
    payee = beneficiary or GONE
    return ledger.post(
        world,
        account,
        side="credit",
        amount_cents=transfer["amount_cents"],
        operation_type="income",
        label=payee["name"],
        clean_counterparty_name=payee["name"],
        reference=f"RETOUR {transfer['reference']}"[:140],
        category="other_income",
        attachment_required=False,
        detail={"income": ledger.counterparty(payee["iban"], payee["bic"])},
    )


def move_between(world: World, *, debited: Record, credited: Record, cents: int, reference: str, by: str) -> None:
    """Two lines at once, between accounts of one organization."""
    sides = ((debited, "debit", "transfer", credited), (credited, "credit", "income", debited))
    for account, side, kind, other in sides:
        ledger.post(
            world,
            account,
            side=side,
            amount_cents=cents,
            operation_type=kind,
            label=other["name"],
            clean_counterparty_name=other["name"],
            reference=reference,
            initiator_id=by if side == "debit" else None,
            by_api=True,
            category="treasury_and_interco",
            attachment_required=False,
            detail={kind: ledger.counterparty(other["iban"], other["bic"])},
        )
