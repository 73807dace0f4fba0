"""Control of the lines of an account: what happens there without anyone calling the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core import formats, ids, ledger
from qonto_sandbox.core.answers import answer, empty
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.resources.attachments import MOST_PER_LINE
from qonto_sandbox.resources.transactions import view
from qonto_sandbox.seed.parties import bank_of, party

MOST = 20_000
CREDITS = frozenset({"income", "swift_income", "cheque", "direct_debit_collection"})
WITH_PARTY = frozenset({"income", "transfer", "direct_debit", "direct_debit_collection", "swift_income"})
# Fields that `PATCH` may change. The last ones falsify the statement, to try how a client proves it.
PLAIN = ("label", "clean_counterparty_name", "note", "reference", "category", "attachment_lost", "attachment_required")
FALSIFIED = ("amount_cents", "settled_balance_cents", "settled_at", "emitted_at")


def account_named(world: World, id: str) -> Record:
    """By id, by IBAN, or the main account of an organization named by its slug."""
    accounts = world.store["bank_accounts"]
    found = accounts.get(id) or next(iter(accounts.by("iban", id)), None)
    if found is None:
        owner = next((row for row in world.store["organizations"] if row["slug"] == id), None)
        rows = accounts.by("organization_id", owner["id"]) if owner else []
        found = next((row for row in rows if row["main"]), None)
    if found is None:
        raise not_found(parameter="bank_account_id")
    return found


def add(world: World, account: Record, asked: Body) -> Record:
    """A line, now. `operation_type` decides the side unless `side` is given."""
    kind = asked.text("operation_type", required=False) or "income"
    side = asked.choice("side", ("credit", "debit"), required=False) or ("credit" if kind in CREDITS else "debit")
    status = asked.choice("status", ("completed", "pending", "declined"), required=False) or "completed"
    label = asked.text("label", required=False) or "MOUVEMENT D’ESSAI"
    given, bic = asked.text("iban", required=False), ""
    iban, bic = (given, bank_of(given)) if given else party(label)
    line = ledger.post(
        world,
        account,
        side=side,
        amount_cents=asked.amount("amount"),
        operation_type=kind,
        label=label,
        clean_counterparty_name=asked.text("clean_counterparty_name", required=False) or label.title(),
        status=status,
        reference=asked.text("reference", required=False) or None,
        note=asked.text("note", required=False) or None,
        category=asked.text("category", required=False) or ("sales" if side == "credit" else "other_expense"),
        card_last_digits="4821" if kind == "card" else None,
        attachment_required=side == "debit",
        detail={kind: ledger.counterparty(iban, bic)} if kind in WITH_PARTY else {},
    )
    if status == "pending" and asked.boolean("settles", default=True):
        world.schedule(world.now() + timedelta(days=1), "transaction.settle", id=line["id"])
    if asked.boolean("receipt"):
        add_receipt(world, line)
    return line


def add_receipt(world: World, line: Record) -> None:
    if len(line["attachment_ids"]) >= MOST_PER_LINE:
        raise ApiError(422, "too_many_attachments", f"A transaction holds at most {MOST_PER_LINE} attachments")
    id = ids.new()
    world.store["attachments"].put(
        {
            "id": id,
            "organization_id": line["organization_id"],
            "created_at": world.stamp(),
            "file_name": f"justificatif-{line['emitted_at'][:10]}.pdf",
            "file_size": None,
            "file_content_type": "application/pdf",
            "probative_status": "available",
            "transaction_id": line["id"],
        }
    )
    ledger.touch(world, line, attachment_ids=[*line["attachment_ids"], id])


def line_named(world: World, id: str) -> Record:
    line = world.store["transactions"].get(id)
    if line is None:
        raise not_found()
    return line


@endpoint("POST", "/_sandbox/api/movements", auth=("none",), tag="control", status=201)
def add_movement(call: Call) -> Response:
    """Ajouter un mouvement, ou `count` : bank_account_id (ou slug, ou IBAN), amount, operation_type, label…"""
    account = account_named(call.world, call.body.text("bank_account_id"))
    count = call.body.get("count", 1)
    if not isinstance(count, int) or not 1 <= count <= MOST:
        raise ApiError(400, "bad_request", f"count must be between 1 and {MOST}", pointer="/count")
    lines = [add(call.world, account, call.body) for _ in range(count)]
    return answer({"transaction": view(lines[-1]), "count": count}, 201)


@endpoint("PATCH", "/_sandbox/api/transactions/{id}", auth=("none",), tag="control")
def change(call: Call) -> Response:
    """Modifier une transaction : libellé, note, référence… ; montant et soldes aussi, pour fausser un relevé."""
    line = line_named(call.world, call.path["id"])
    unknown = set(call.body.data) - {*PLAIN, *FALSIFIED}
    if unknown:
        detail = f"must be one of: {', '.join((*PLAIN, *FALSIFIED))}"
        raise ApiError(400, "not_in_list", detail, pointer=f"/{sorted(unknown)[0]}")
    ledger.touch(call.world, line, **call.body.data)
    return answer({"transaction": view(line)})


@endpoint("DELETE", "/_sandbox/api/transactions/{id}", auth=("none",), tag="control", status=204)
def vanish(call: Call) -> Response:
    """Faire disparaître une ligne sans toucher aux soldes, comme une ligne perdue."""
    call.world.store["transactions"].delete(line_named(call.world, call.path["id"])["id"])
    return empty(204)


def _pending(act: Callable[[World, Record], Any]) -> Callable[[World, Record], Any]:
    def checked(world: World, line: Record) -> None:
        if line["status"] != "pending":
            raise ApiError(400, "bad_request", "Only a pending transaction can change its status")
        act(world, line)

    return checked


def duplicate(world: World, line: Record) -> None:
    """The same line again under another id, which moves the balance."""
    copied = ("side", "amount_cents", "operation_type", "label", "clean_counterparty_name", "reference", "detail")
    ledger.post(world, ledger.account_of(world, line), **{name: line[name] for name in copied})


ACTS: dict[str, Callable[[World, Record], Any]] = {
    "receipt": add_receipt,
    "settle": _pending(ledger.settle),
    "decline": _pending(ledger.decline),
    "reverse": _pending(lambda world, line: ledger.decline(world, line, status="reversed")),
    "duplicate": duplicate,
}


@endpoint("POST", "/_sandbox/api/transactions/{id}/{act}", auth=("none",), body="none", tag="control")
def act_on(call: Call) -> Response:
    """Agir sur une transaction : receipt, settle, decline, reverse ou duplicate."""
    act = ACTS.get(call.path["act"])
    if act is None:
        raise ApiError(400, "not_in_list", f"act must be one of: {', '.join(ACTS)}", parameter="act")
    line = line_named(call.world, call.path["id"])
    act(call.world, line)
    return answer({"transaction": view(line)})


@endpoint("GET", "/_sandbox/api/organizations", auth=("none",), tag="control")
def organizations(call: Call) -> Response:
    """Les organisations, leurs comptes et leurs soldes."""
    store = call.world.store
    rows = [
        {
            "id": row["id"],
            "slug": row["slug"],
            "legal_name": row["legal_name"],
            "siren": row["siren"],
            "bank_accounts": [
                {
                    "id": one["id"],
                    "name": one["name"],
                    "iban": one["iban"],
                    "balance": formats.euros(one["balance_cents"]),
                }
                for one in store["bank_accounts"].by("organization_id", row["id"])
            ],
        }
        for row in store["organizations"]
    ]
    return answer({"organizations": rows})
