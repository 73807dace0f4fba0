"""A year of movements for each company, in order of settlement so that balances add up line by line."""

from datetime import date, datetime, time, timedelta
from typing import Any

from qonto_sandbox.core import ids, ledger
from qonto_sandbox.core.formats import PARIS, instant
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.seed.accidents import ACCIDENTS, Accident
from qonto_sandbox.seed.cast import COMPANIES, Company
from qonto_sandbox.seed.habits import Occurrence, draw
from qonto_sandbox.seed.lives import LIVES
from qonto_sandbox.seed.parties import party

YEAR = timedelta(days=365)
MONTHS = ("JAN", "FEV", "MARS", "AVR", "MAI", "JUIN", "JUIL", "AOUT", "SEPT", "OCT", "NOV", "DEC")
MIXED_RATES = ((5.5, 70), (20.0, 30))
DETAILED = frozenset({"transfer", "income", "direct_debit", "direct_debit_collection"})
DOLLAR = 1.08


def seed(world: World, anchor: date) -> None:
    for company in COMPANIES:
        rows: list[tuple[datetime, str, dict[str, Any]]] = [
            *(_habitual(company, found, anchor) for found in _occurrences(company, anchor)),
            *(_accidental(company, row, anchor) for row in ACCIDENTS.get(company.slug, ())),
        ]
        account = world.store["bank_accounts"].get(company.account_id(0))
        assert account is not None
        for at, _, fields in sorted(rows, key=lambda row: (row[0], row[1])):
            _plant(world, company, account, at, fields)
    _savings(world, anchor)


def _occurrences(company: Company, anchor: date) -> list[Occurrence]:
    return draw(company.slug, LIVES[company.slug], anchor - YEAR, anchor)


def _plant(world: World, company: Company, account: Record, at: datetime, fields: dict[str, Any]) -> None:
    receipts, picture = fields.pop("receipts", 0), fields.pop("picture", "")
    final, settles_at = fields.pop("final", ""), fields.pop("settles_at", None)
    later = fields.pop("updated_after", None)
    line = ledger.post(world, account, at=at, **fields)
    if final == "reversed":
        ledger.decline(world, line, status="reversed")
        line["updated_at"] = account["updated_at"] = instant(at + timedelta(days=2))
    for rank in range(receipts):
        _receipt(world, line, rank, picture, at)
    if later is not None and line["status"] == "completed":
        line["updated_at"] = instant(at + later)
    world.store["transactions"].put(line)
    if settles_at is not None:
        world.schedule(settles_at, "transaction.settle", id=line["id"])


def _receipt(world: World, line: Record, rank: int, picture: str, at: datetime) -> None:
    kind, extension = {"png": ("image/png", "png"), "jpeg": ("image/jpeg", "jpg")}.get(
        picture, ("application/pdf", "pdf")
    )
    id = ids.stable("attachment", line["id"], rank)
    name = (line["clean_counterparty_name"] or line["label"]).lower().replace(" ", "-").replace("’", "-")
    world.store["attachments"].put(
        {
            "id": id,
            "organization_id": line["organization_id"],
            "created_at": instant(at + timedelta(minutes=12 * (rank + 1))),
            "file_name": f"facture-{name}-{line['emitted_at'][:10]}{f'-{rank + 1}' if rank else ''}.{extension}",
            # Drawn, hence measured, when somebody first asks for it.
            "file_size": None,
            "file_content_type": kind,
            "probative_status": "available" if kind == "application/pdf" else "unavailable",
            "transaction_id": line["id"],
        }
    )
    line["attachment_ids"] = [*line["attachment_ids"], id]


def _vat(rate: float | None, cents: int) -> dict[str, Any]:
    """The VAT that a user confirmed: one rate, several (-1), or none."""
    if rate is None:
        return {}
    parts = MIXED_RATES if rate == -1 else ((float(rate), 100),)
    items, left = [], cents
    for index, (part_rate, share) in enumerate(parts):
        gross = left if index == len(parts) - 1 else cents * share // 100
        left -= gross
        amount = gross - round(gross / (1 + part_rate / 100))
        items.append({"amount_cents": amount, "amount_excluding_vat_cents": gross - amount, "rate": part_rate})
    return {
        "vat_rate": float(rate),
        "vat_amount_cents": sum(item["amount_cents"] for item in items),
        "vat_items": items,
    }


def _habitual(company: Company, found: Occurrence, anchor: date) -> tuple[datetime, str, dict[str, Any]]:
    habit, rng = found.habit, found.rng
    words = {"mois": f"{MONTHS[found.day.month - 1]} {found.day.year}", "jour": found.day.strftime("%d%m%y")}
    iban, bic = (habit.iban, habit.bic) if habit.iban else party(habit.label)
    receipts = 1 if rng.random() < habit.receipt else 0
    fields: dict[str, Any] = {
        "id": ids.stable("transaction", company.slug, habit.key, found.day),
        "side": habit.side,
        "amount_cents": found.amount_cents,
        "operation_type": habit.kind,
        "label": habit.label,
        "clean_counterparty_name": habit.name,
        "emitted_at": found.emitted_at,
        "category": habit.category,
        "cashflow_category": habit.flow[0],
        "cashflow_subcategory": habit.flow[1],
        "reference": habit.reference.format(**words) or None,
        "attachment_required": habit.required,
        "label_ids": [ids.stable("label", company.slug, habit.tag)] if habit.tag and habit.tag != "USD" else [],
        "detail": {habit.kind: ledger.counterparty(iban, bic)} if habit.kind in DETAILED else {},
        "receipts": receipts,
        # Somebody added the receipt, or a note, a few days later.
        "updated_after": timedelta(hours=rng.randint(1, 70)) if receipts else None,
    }
    if habit.kind in {"card", "transfer"}:
        fields["initiator_id"] = company.membership_id(min(habit.who, len(company.people) - 1))
    if habit.kind == "card":
        fields["card_last_digits"] = (company.slug[-4:], "7310", "2254")[habit.who]
    if habit.kind == "cheque":
        fields["detail"] = {"check": {"check_number": f"{rng.randint(1, 9_999_999):07d}", "check_key": "42"}}
    if habit.tag == "USD":
        fields |= {"local_currency": "USD", "local_amount_cents": round(found.amount_cents * DOLLAR)}
    if receipts or habit.kind == "qonto_fee":
        fields |= _vat(habit.rate, found.amount_cents)
    if found.settled_at.date() > anchor:
        return found.emitted_at, habit.key, fields | {"status": "pending", "settles_at": found.settled_at}
    return found.settled_at, habit.key, fields


def _accidental(company: Company, row: Accident, anchor: date) -> tuple[datetime, str, dict[str, Any]]:
    day = anchor - timedelta(days=row.days_ago)
    at = datetime.combine(day, time(0, 6, len(row.key)) if row.days_ago == 0 else time(12, 30, len(row.key)), PARIS)
    fields: dict[str, Any] = {
        "id": ids.stable("transaction", company.slug, row.key),
        "side": row.side,
        "amount_cents": row.cents,
        "operation_type": row.kind,
        "label": row.label,
        "clean_counterparty_name": row.name or None,
        "status": "pending" if row.status == "reversed" else row.status,
        "final": row.status,
        "emitted_at": at - timedelta(seconds=20),
        "category": row.category,
        "detail": row.detail,
        "receipts": row.receipts,
        "picture": row.picture,
        **row.fields,
    }
    if "vat_rate" in row.fields:
        fields |= _vat(row.fields["vat_rate"], row.cents)
    if row.kind in {"card", "transfer"} and row.side == "debit":
        fields["initiator_id"] = company.membership_id(0)
    if row.kind == "direct_debit" and not row.detail:
        fields["detail"] = {"direct_debit": ledger.counterparty(*party(row.name))}
    if row.status == "pending":
        fields["settles_at"] = at + timedelta(days=2)
    return at, row.key, fields


def _savings(world: World, anchor: date) -> None:
    """The VAT put aside each quarter: one line on each of the two accounts of the main company."""
    company = COMPANIES[0]
    account = world.store["bank_accounts"].get(company.account_id(1))
    assert account is not None
    mirrors = [
        line
        for line in world.store["transactions"].by("bank_account_id", company.account_id(0))
        if line["operation_type"] == "transfer" and line["label"] == account["name"]
    ]
    for line in sorted(mirrors, key=lambda row: str(row["settled_at"])):
        ledger.post(
            world,
            account,
            id=ids.stable("mirror", line["id"]),
            side="credit",
            amount_cents=line["amount_cents"],
            operation_type="income",
            label="Compte principal",
            clean_counterparty_name="Compte principal",
            at=datetime.fromisoformat(line["settled_at"]),
            reference=line["reference"],
            category="treasury_and_interco",
            attachment_required=False,
            detail={"income": ledger.counterparty(company.accounts[0].iban, "QNTOFRP1XXX")},
        )
