"""Orders kept as they were read (bulk items, recurring orders, requests) and turned into transfers later."""

from datetime import date
from typing import Any

from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.payments import engine, orders


def stored_order(order: orders.Order) -> dict[str, Any]:
    return {
        "amount_cents": order.amount_cents,
        "reference": order.reference,
        "note": order.note,
        "scheduled_date": order.scheduled_date.isoformat() if order.scheduled_date else None,
        "attachment_ids": list(order.attachment_ids),
        "beneficiary_id": order.beneficiary["id"] if order.beneficiary else None,
        "payee": order.payee,
    }


def stored_item(order: orders.Order, *, client_transfer_id: str) -> dict[str, Any]:
    state = {"client_transfer_id": client_transfer_id, "transfer_id": None, "status": "pending", "errors": None}
    return {**state, "order": stored_order(order)}


def read_back(world: World, stored: dict[str, Any]) -> orders.Order | None:
    """None when its beneficiary was deleted meanwhile."""
    known = stored["beneficiary_id"]
    beneficiary = world.store["beneficiaries"].get(known) if known else None
    if known and beneficiary is None:
        return None
    day = date.fromisoformat(stored["scheduled_date"]) if stored["scheduled_date"] else None
    return orders.Order(
        amount_cents=stored["amount_cents"],
        reference=stored["reference"],
        note=stored["note"],
        scheduled_date=day,
        attachment_ids=tuple(stored["attachment_ids"]),
        beneficiary=beneficiary,
        payee=stored["payee"],
        prefix="",
    )


def told(error: dict[str, str]) -> dict[str, Any]:
    """The error of an item: nested as documented, and plain beside it, as some clients read it."""
    return {**error, "errors": [error]}


def create_all(world: World, batch: Record) -> None:
    """Each item is judged alone; what the earlier ones will take is no longer available to the later ones."""
    account = world.store["bank_accounts"].get(batch["bank_account_id"])
    assert account is not None, "accounts are never deleted"
    available = account["authorized_balance_cents"]
    for item in batch["items"]:
        if item["status"] != "pending":
            continue
        order = read_back(world, item["order"])
        error = _fault(world, account, order, available)
        if error is not None:
            item.update(status="failed", errors=[told(error)])
            continue
        assert order is not None, "without an order there is an error"
        if not orders.is_future(world, order):
            available -= order.amount_cents
        transfer = orders.new_transfer(world, account=account, initiator_id=batch["initiator_id"], order=order)
        engine.plan(world, transfer)
        item.update(status="completed", transfer_id=transfer["id"])


def _fault(world: World, account: Record, order: orders.Order | None, available: int) -> dict[str, str] | None:
    if order is None:
        return {"code": "not_found", "detail": "Beneficiary not found"}
    if order.amount_cents > orders.ATTACHMENT_ABOVE and not order.attachment_ids:
        return {"code": "attachment_required", "detail": "Transfers above 30000 EUR require at least one attachment"}
    own = world.store["bank_accounts"].by("iban", order.iban)
    if any(row["organization_id"] == account["organization_id"] for row in own):
        return {"code": "transfer_to_same_organization", "detail": "The beneficiary belongs to the same organization"}
    if not orders.is_future(world, order) and available < order.amount_cents:
        return {"code": "insufficient_funds", "detail": "Insufficient funds on the debit account"}
    return None


def execute_request(world: World, request: Record, account: Record) -> list[str]:
    """The transfers of an approved request, in the name of who asked for them."""
    made = []
    for row in request["transfers"]:
        stored = {**row, "note": request["note"], "scheduled_date": request["scheduled_date"], "beneficiary_id": None}
        order = read_back(world, stored)
        assert order is not None, "a request names its payees inline"
        transfer = orders.new_transfer(world, account=account, initiator_id=request["initiator_id"], order=order)
        engine.plan(world, transfer)
        made.append(transfer["id"])
    return made
