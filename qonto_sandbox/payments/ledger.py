"""Lines that payments write on an account, and what they do to its two balances."""

from typing import Any

from qonto_sandbox.core import ids
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World


def _counterparty(iban: str | None, bic: str | None) -> dict[str, str | None]:
    return {
        "counterparty_account_number": iban,
        "counterparty_account_number_format": "IBAN",
        "counterparty_bank_identifier": bic,
        "counterparty_bank_identifier_format": "SWIFT_BIC",
    }


def _new_line(world: World, account: Record, *, cents: int, side: str, kind: str, **fields: Any) -> Record:
    rank = account["transactions_count"] = account.get("transactions_count", 0) + 1
    organization = world.store["organizations"].get(account["organization_id"])
    slug = organization["slug"] if organization else "qonto"
    stamp = world.stamp()
    return {
        "id": ids.new(),
        "organization_id": account["organization_id"],
        "bank_account_id": account["id"],
        "transaction_id": f"{slug}-{account['number']}-transaction-{rank}",
        "amount_cents": cents,
        "settled_balance_cents": None,
        "attachment_ids": [],
        "logo": None,
        "local_amount_cents": cents,
        "side": side,
        "operation_type": kind,
        "currency": "EUR",
        "local_currency": "EUR",
        "settled_at": None,
        "emitted_at": stamp,
        "created_at": stamp,
        "updated_at": stamp,
        "status": "pending",
        "vat_amount_cents": None,
        "vat_items": [],
        "vat_rate": None,
        "label_ids": [],
        "attachment_lost": False,
        "attachment_required": side == "debit",
        "card_last_digits": None,
        "category": "other_expense" if side == "debit" else "other_income",
        "cashflow_category": None,
        "cashflow_subcategory": None,
        "subject_type": kind.capitalize(),
        "is_external_transaction": False,
        **fields,
    }


def _save(world: World, line: Record, event: str) -> Record:
    line["updated_at"] = world.stamp()
    world.store["transactions"].put(line)
    world.events.publish("transactions", event, line)
    return line


def _touch(world: World, account: Record) -> None:
    account["updated_at"] = world.stamp()
    world.store["bank_accounts"].put(account)
    world.events.publish("accounts", "updated", account)


def debit(world: World, *, account: Record, transfer: Record, beneficiary: Record | None) -> Record:
    """The pending line of a transfer: the available balance goes down, the balance does not move yet."""
    payee = beneficiary or {"name": "Bénéficiaire supprimé", "iban": None, "bic": None, "activity_tag": None}
    line = _new_line(
        world,
        account,
        cents=transfer["amount_cents"],
        side="debit",
        kind="transfer",
        label=payee["name"],
        clean_counterparty_name=payee["name"],
        note=transfer["note"],
        reference=transfer["reference"],
        initiator_id=transfer["initiator_id"],
        detail={"transfer": _counterparty(payee["iban"], payee["bic"])},
    )
    line["category"] = payee["activity_tag"] or line["category"]
    line["attachment_ids"] = list(transfer["attachment_ids"])
    account["authorized_balance_cents"] -= transfer["amount_cents"]
    _touch(world, account)
    return _save(world, line, "created")


def _account_of(world: World, line: Record) -> Record:
    account = world.store["bank_accounts"].get(line["bank_account_id"])
    assert account is not None, "a line belongs to an account"
    return account


def settle(world: World, line: Record) -> None:
    account = _account_of(world, line)
    account["balance_cents"] += line["amount_cents"] if line["side"] == "credit" else -line["amount_cents"]
    if line["side"] == "credit":
        account["authorized_balance_cents"] += line["amount_cents"]
    line.update(status="completed", settled_at=world.stamp(), settled_balance_cents=account["balance_cents"])
    _touch(world, account)
    _save(world, line, "updated")


def decline(world: World, line: Record) -> None:
    """A pending debit that will not happen gives back the available balance."""
    account = _account_of(world, line)
    if line["side"] == "debit":
        account["authorized_balance_cents"] += line["amount_cents"]
    line["status"] = "declined"
    _touch(world, account)
    _save(world, line, "updated")


def credit_return(world: World, *, account: Record, transfer: Record, beneficiary: Record | None) -> Record:
    """Money that the payee's bank sends back: a new credit line, since the settled one has moved the balance."""
    payee = beneficiary or {"name": "Bénéficiaire supprimé", "iban": None, "bic": None}
    line = _new_line(
        world,
        account,
        cents=transfer["amount_cents"],
        side="credit",
        kind="income",
        label=payee["name"],
        clean_counterparty_name=payee["name"],
        note=None,
        reference=f"RETOUR {transfer['reference']}"[:140],
        initiator_id=None,
        detail={"income": _counterparty(payee["iban"], payee["bic"])},
    )
    _save(world, line, "created")
    settle(world, line)
    return line


def move_between(world: World, *, debited: Record, credited: Record, cents: int, reference: str, by: str) -> None:
    """Two lines at once, between accounts of one organization."""
    sides = ((debited, "debit", "transfer", credited), (credited, "credit", "income", debited))
    for account, side, kind, other in sides:
        line = _new_line(
            world,
            account,
            cents=cents,
            side=side,
            kind=kind,
            label=other["name"],
            clean_counterparty_name=other["name"],
            note=None,
            reference=reference,
            initiator_id=by if side == "debit" else None,
            detail={kind: _counterparty(other["iban"], other["bic"])},
        )
        line["category"] = "treasury_and_interco"
        if side == "debit":
            account["authorized_balance_cents"] -= cents
        _save(world, line, "created")
        settle(world, line)
