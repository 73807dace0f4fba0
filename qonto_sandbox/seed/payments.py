"""Transfers behind the seeded lines, and one of each other kind of order in each of its states."""

from datetime import date, datetime, time, timedelta
from typing import Any

from qonto_sandbox.core import ids, ledger
from qonto_sandbox.core.formats import PARIS, instant
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.payments import engine
from qonto_sandbox.payments.bank_days import next_bank_day
from qonto_sandbox.payments.batches import told
from qonto_sandbox.payments.payees import bic_of
from qonto_sandbox.payments.vop import state_holder
from qonto_sandbox.resources import recurring_transfers
from qonto_sandbox.seed.cast import COMPANIES, LENOIR, Company
from qonto_sandbox.seed.payees import AARO, beneficiary_id

STATUSES = {"completed": "settled", "pending": "processing", "declined": "declined"}


def seed(world: World, anchor: date) -> None:
    for company in COMPANIES:
        own = {account.iban for account in company.accounts}
        for line in world.store["transactions"].by("bank_account_id", company.account_id(0)):
            iban = line.get("detail", {}).get("transfer", {}).get("counterparty_account_number")
            if line["side"] == "debit" and iban and iban not in own and line["status"] in STATUSES:
                _behind(world, company, line, iban)
    _others(world, anchor)
    _in_process(world, anchor)
    _recurring(world, anchor)
    _requests(world, anchor)
    _bulk(world, anchor)


def _payee(world: World, company: Company, name: str, iban: str, stamp: str) -> Record:
    """The beneficiary of a seeded line; the bank knows it by the name it was paid under."""
    for row in world.store["beneficiaries"].where(organization_id=company.id, iban=iban):
        return row
    state_holder(world, iban, name)
    return world.store["beneficiaries"].put(
        {
            "id": beneficiary_id(company.slug, iban),
            "organization_id": company.id,
            "name": name,
            "iban": iban,
            "bic": bic_of(iban),
            "status": "validated",
            "trusted": False,
            "created_at": stamp,
            "updated_at": stamp,
            "email": None,
            "activity_tag": None,
        }
    )


def _transfer(company: Company, key: object, stamp: str, **fields: Any) -> Record:
    return {
        "id": ids.stable("transfer", company.slug, key),
        "organization_id": company.id,
        "initiator_id": company.membership_id(0),
        "bank_account_id": company.account_id(0),
        "beneficiary_id": "",
        "amount_cents": 0,
        "status": "pending",
        "reference": "",
        "note": None,
        "declined_reason": None,
        "scheduled_date": stamp[:10],
        "created_at": stamp,
        "updated_at": stamp,
        "processed_at": None,
        "completed_at": None,
        "transaction_id": None,
        "recurring_transfer_id": None,
        "attachment_ids": [],
        "instant": None,
        **fields,
    }


def _behind(world: World, company: Company, line: Record, iban: str) -> None:
    """The order that made the line."""
    name = line["clean_counterparty_name"] or line["label"]
    payee = _payee(world, company, name, iban, line["emitted_at"])
    status = STATUSES[line["status"]]
    record = _transfer(
        company,
        line["id"],
        line["emitted_at"],
        beneficiary_id=payee["id"],
        amount_cents=line["amount_cents"],
        status=status,
        reference=line["reference"] or line["label"],
        note=line["note"],
        declined_reason="beneficiary_network_rules_error" if status == "declined" else None,
        updated_at=line["settled_at"] or line["updated_at"],
        processed_at=line["emitted_at"],
        completed_at=line["settled_at"],
        transaction_id=line["id"],
        instant=False,
    )
    world.store["transfers"].put(record)


def _others(world: World, anchor: date) -> None:
    """Transfers without a line: scheduled, canceled, declined before they started."""
    stamp = instant(datetime.combine(anchor - timedelta(days=3), time(9, 30), PARIS))
    aaro, mill = beneficiary_id(LENOIR.slug, "aaro"), beneficiary_id(LENOIR.slug, "minoterie")
    day = (anchor + timedelta(days=21)).isoformat()
    scheduled = _transfer(
        LENOIR,
        "scheduled",
        stamp,
        beneficiary_id=mill,
        amount_cents=84_250,
        reference="FARINE DECEMBRE",
        scheduled_date=day,
    )
    world.store["transfers"].put(scheduled)
    engine.plan(world, scheduled)
    canceled = {"beneficiary_id": mill, "amount_cents": 12_000, "reference": "ACOMPTE", "status": "canceled"}
    world.store["transfers"].put(_transfer(LENOIR, "canceled", stamp, **canceled))
    declined = {
        "beneficiary_id": aaro,
        "amount_cents": 4_590,
        "reference": "FS9288001",
        "status": "declined",
        "declined_reason": "beneficiary_iban_invalid",
    }
    world.store["transfers"].put(_transfer(LENOIR, "declined", stamp, **declined))


def _in_process(world: World, anchor: date) -> None:
    """Debited this morning, sent to the network on the next bank day."""
    at = min(datetime.combine(anchor, time(7, 45), PARIS), world.now())
    account = world.store["bank_accounts"].get(LENOIR.account_id(0))
    payee = world.store["beneficiaries"].get(beneficiary_id(LENOIR.slug, "cremerie"))
    assert account is not None and payee is not None, "planted before"
    record = _transfer(
        LENOIR,
        "processing",
        instant(at),
        beneficiary_id=payee["id"],
        amount_cents=31_240,
        status="processing",
        reference="CREMERIE ACOMPTE",
        processed_at=instant(at),
        instant=False,
    )
    line = ledger.post(
        world,
        account,
        id=ids.stable("transaction", LENOIR.slug, "processing"),
        at=at,
        side="debit",
        amount_cents=record["amount_cents"],
        operation_type="transfer",
        status="pending",
        label="CREMERIE DES ALPES",
        clean_counterparty_name=payee["name"],
        reference=record["reference"],
        initiator_id=record["initiator_id"],
        category="food_and_grocery",
        detail={"transfer": ledger.counterparty(payee["iban"], payee["bic"] or "")},
    )
    world.store["transfers"].put(record | {"transaction_id": line["id"]})
    settlement = datetime.combine(next_bank_day(anchor), time(9, 0), PARIS)
    world.schedule(settlement, "transfer.settle", transfer_id=record["id"])


def _recurring(world: World, anchor: date) -> None:
    stamp = instant(datetime.combine(anchor - timedelta(days=70), time(11, 0), PARIS))
    first = (anchor - timedelta(days=62)).replace(day=5)
    following = (anchor.replace(day=1) + timedelta(days=32)).replace(day=5)
    states = (("active", following.isoformat(), "LOYER BOUTIQUE"), ("canceled", None, "LOCATION RESERVE"))
    for status, upcoming, reference in states:
        payee = beneficiary_id(LENOIR.slug, "bailleur")
        record: Record = {
            "id": ids.stable("recurring_transfer", LENOIR.slug, status),
            "organization_id": LENOIR.id,
            "initiator_id": LENOIR.membership_id(0),
            "bank_account_id": LENOIR.account_id(0),
            "beneficiary_id": payee,
            "amount_cents": 145_000 if status == "active" else 22_000,
            "reference": reference,
            "note": "Bail commercial",
            "frequency": "monthly",
            "first_execution_date": first.isoformat(),
            "last_execution_date": None,
            "next_execution_date": upcoming,
            "executions": (following.year - first.year) * 12 + following.month - first.month,
            "status": status,
            "created_at": stamp,
            "updated_at": stamp,
        }
        names = ("amount_cents", "reference", "note", "beneficiary_id")
        order = {name: record[name] for name in names}
        record["order"] = {**order, "scheduled_date": None, "attachment_ids": [], "payee": None}
        world.store["recurring_transfers"].put(record)
        if upcoming:
            recurring_transfers.plan(world, record)


def _requests(world: World, anchor: date) -> None:
    for rank, status in enumerate(("pending", "approved", "declined", "canceled")):
        for kind in ("transfer", "multi_transfer"):
            _request(world, anchor - timedelta(days=2 * rank + 1), kind, status)


def _request(world: World, day: date, kind: str, status: str) -> None:
    stamp = instant(datetime.combine(day, time(14, 5), PARIS))
    decided = status in ("approved", "declined")
    payee = {"name": "AARO", "iban": AARO, "bic": bic_of(AARO), "email": None, "activity_tag": None}
    rows = [
        {
            "id": ids.stable("requested", kind, status, rank),
            "amount_cents": 6_450 + 1_000 * rank,
            "reference": f"DEMANDE {rank + 1}",
            "payee": payee,
            "attachment_ids": [],
        }
        for rank in range(1 if kind == "transfer" else 2)
    ]
    world.store["requests"].put(
        {
            "id": ids.stable("request", kind, status),
            "organization_id": LENOIR.id,
            "request_type": kind,
            "status": status,
            # Karim asks, Alice decides.
            "initiator_id": LENOIR.membership_id(1),
            "approver_id": LENOIR.membership_id(0) if decided else None,
            "note": "Matériel de caisse",
            "declined_note": "Déjà payé par carte" if status == "declined" else None,
            "scheduled_date": None,
            "debit_iban": LENOIR.accounts[0].iban,
            "processed_at": stamp if decided else None,
            "created_at": stamp,
            "updated_at": stamp,
            "transfers": rows,
            "transfer_ids": [],
            "recurrence": "once",
            "last_recurrence_date": None,
        }
    )


def _bulk(world: World, anchor: date) -> None:
    """One item in each state; the pending one never leaves it."""
    stamp = instant(datetime.combine(anchor - timedelta(days=9), time(9, 0), PARIS))
    errors = [told({"code": "insufficient_funds", "detail": "Insufficient funds on the debit account"})]
    made = ids.stable("transfer", LENOIR.slug, "canceled")
    states = (("completed", made, None), ("pending", None, None), ("failed", None, errors))
    world.store["bulk_transfers"].put(
        {
            "id": ids.stable("bulk_transfer", LENOIR.slug),
            "organization_id": LENOIR.id,
            "initiator_id": LENOIR.membership_id(0),
            "bank_account_id": LENOIR.account_id(0),
            "created_at": stamp,
            "updated_at": stamp,
            "total_count": len(states),
            "items": [
                {
                    "client_transfer_id": ids.stable("client_transfer", status),
                    "transfer_id": transfer_id,
                    "status": status,
                    "errors": found,
                }
                for status, transfer_id, found in states
            ],
        }
    )
