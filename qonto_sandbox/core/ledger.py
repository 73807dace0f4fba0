"""The lines of an account and what they do to its balances (reference §5.5).

A pending line moves `authorized_balance_cents` alone, a completed one both; a pending line declined or reversed gives
back what it had taken. Settled lines never change their effect.
"""

from datetime import datetime
from typing import Any

from qonto_sandbox.core import ids
from qonto_sandbox.core.formats import instant
from qonto_sandbox.core.jobs import job
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World

# What a line holds when nobody says otherwise.
DEFAULTS: dict[str, Any] = {
    "clean_counterparty_name": None,
    "note": None,
    "reference": None,
    "vat_amount_cents": None,
    "vat_rate": None,
    "vat_items": [],
    "initiator_id": None,
    "label_ids": [],
    "attachment_ids": [],
    "attachment_lost": False,
    "attachment_required": True,
    "card_last_digits": None,
    "category": "other_expense",
    "cashflow_category": None,
    "cashflow_subcategory": None,
    # The detail object of the line's kind: {"transfer": {…}}, {"income": {…}}, {"check": {…}}…
    "detail": {},
}
SUBJECTS = {
    "income": "Income",
    "transfer": "Transfer",
    "card": "Card",
    "direct_debit": "DirectDebit",
    "direct_debit_collection": "DirectDebitCollection",
    "direct_debit_hold": "DirectDebitHold",
    "qonto_fee": "BillingTransfer",
    "cheque": "Check",
    "recall": "Recall",
    "swift_income": "SwiftIncome",
    "pay_later": "PayLater",
    "financing_installment": "FinancingInstallment",
    "pagopa_payment": "PagopaPayment",
    "other": "Other",
}


def counterparty(iban: str | None, bic: str | None = "") -> dict[str, str | None]:
    """The detail object of a transfer, income or direct debit."""
    return {
        "counterparty_account_number": iban,
        "counterparty_account_number_format": "IBAN",
        "counterparty_bank_identifier": bic or None,
        "counterparty_bank_identifier_format": "SWIFT_BIC",
    }


def signed(line: Record) -> int:
    cents: int = line["amount_cents"]
    return cents if line["side"] == "credit" else -cents


def post(
    world: World,
    account: Record,
    *,
    side: str,
    amount_cents: int,
    operation_type: str,
    label: str,
    status: str = "completed",
    at: datetime | None = None,
    emitted_at: datetime | None = None,
    id: str = "",
    **fields: Any,
) -> Record:
    """Add a line at `at` (now unless given): completed, pending or declined. `fields` replace DEFAULTS."""
    moment = at or world.now()
    emitted, stamp = instant(emitted_at or moment), instant(moment)
    account["last_number"] = account.get("last_number", 0) + 1
    organization = world.store["organizations"].get(account["organization_id"]) or {"slug": "organization"}
    line: Record = {
        "id": id or ids.new(),
        "organization_id": account["organization_id"],
        "bank_account_id": account["id"],
        "transaction_id": f"{organization['slug']}-{account['number']}-transaction-{account['last_number']}",
        "side": side,
        "amount_cents": amount_cents,
        "local_amount_cents": amount_cents,
        "local_currency": "EUR",
        "operation_type": operation_type,
        "subject_type": SUBJECTS.get(operation_type, "Other"),
        "label": label,
        "status": "pending",
        "emitted_at": emitted,
        "created_at": emitted,
        "updated_at": stamp,
        "settled_at": None,
        "settled_balance_cents": None,
        **{key: value.copy() if isinstance(value, list | dict) else value for key, value in DEFAULTS.items()},
        **fields,
    }
    if status == "declined":
        line["status"] = "declined"
    else:
        account["authorized_balance_cents"] += signed(line)
        if status == "completed":
            _complete(account, line, stamp)
    account["updated_at"] = max(account["updated_at"], stamp)
    _save(world, account, line, "created")
    return line


def settle(world: World, line: Record) -> None:
    """A pending line takes effect on the balance, now."""
    assert line["status"] == "pending", line["status"]
    account = account_of(world, line)
    _complete(account, line, world.stamp())
    account["updated_at"] = line["updated_at"] = world.stamp()
    _save(world, account, line, "updated")


def decline(world: World, line: Record, *, status: str = "declined") -> None:
    """A pending line is refused, or undone with `status="reversed"`."""
    assert line["status"] == "pending", line["status"]
    account = account_of(world, line)
    account["authorized_balance_cents"] -= signed(line)
    line["status"] = status
    account["updated_at"] = line["updated_at"] = world.stamp()
    _save(world, account, line, "updated")


def touch(world: World, line: Record, **changes: Any) -> None:
    """Change what does not move money: note, labels, VAT, attachments."""
    line.update(changes)
    line["updated_at"] = world.stamp()
    world.store["transactions"].put(line)
    world.events.publish("transactions", "updated", line)


def account_of(world: World, line: Record) -> Record:
    account = world.store["bank_accounts"].get(line["bank_account_id"])
    assert account is not None
    return account


@job("transaction.settle")
def settle_later(world: World, id: str) -> None:
    line = world.store["transactions"].get(id)
    if line is not None and line["status"] == "pending":
        settle(world, line)


def _complete(account: Record, line: Record, stamp: str) -> None:
    account["balance_cents"] += signed(line)
    line.update(status="completed", settled_at=stamp, settled_balance_cents=account["balance_cents"])


def _save(world: World, account: Record, line: Record, event: str) -> None:
    world.store["transactions"].put(line)
    world.store["bank_accounts"].put(account)
    world.events.publish("transactions", event, line)
    world.events.publish("accounts", "updated", account)
