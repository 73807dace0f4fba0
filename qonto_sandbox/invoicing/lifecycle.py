"""The moves of an invoice: finalize, pay, cancel, send by the network."""

from datetime import timedelta
from typing import Any

from qonto_sandbox.core import ids
from qonto_sandbox.core.errors import ApiError
from qonto_sandbox.core.formats import instant
from qonto_sandbox.core.jobs import job
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.documents.issued import file_record
from qonto_sandbox.invoicing import build

# (seconds after the sending, status, code of the reform)
NETWORK_STEPS = ((1, "submitted", 200), (2, "submitted", 201), (4, "submitted", 202), (8, "approved", 205))


def conflict(detail: str) -> ApiError:
    """A move that the state of the invoice forbids: the acts are described without any 409."""
    return ApiError(422, "invalid_status", detail)


def save(world: World, invoice: Record, event: str = "updated") -> Record:
    if event == "updated":
        invoice["updated_at"] = build.stamp(world.now())
    world.store["client_invoices"].put(invoice)
    world.events.publish("client_invoices", event, invoice)
    return invoice


def numbers_of(world: World, organization_id: str) -> set[str]:
    return {row["number"] for row in world.store["client_invoices"].by("organization_id", organization_id)}


def next_number(world: World, organization_id: str) -> str:
    """F-2026-0109: the year of the clock, then the next rank that nobody took."""
    year, taken = world.today().year, numbers_of(world, organization_id)
    prefix = f"F-{year}-"
    ranks = [
        int(number[len(prefix) :]) for number in taken if number.startswith(prefix) and number[len(prefix) :].isdigit()
    ]
    return f"{prefix}{max(ranks, default=0) + 1:04d}"


def finalize(world: World, invoice: Record) -> Record:
    """The draft becomes payable: it gets its number and its PDF."""
    if invoice["status"] != "draft":
        raise conflict("The invoice is not a draft")
    if not invoice["items"]:
        raise conflict("The invoice has no item")
    number = invoice["number"] or next_number(world, invoice["organization_id"])
    attachment = file_record(
        world,
        invoice["organization_id"],
        id=ids.stable("client_invoice_pdf", invoice["id"]),
        file_name=f"{number}.pdf",
        origin=f"client_invoices:{invoice['id']}",
    )
    invoice.update(
        number=number,
        invoice_number=number,
        status="unpaid",
        attachment_id=attachment["id"],
        finalized_at=build.stamp(world.now()),
    )
    return save(world, invoice)


def mark_as_paid(world: World, invoice: Record, paid_at: str) -> Record:
    if invoice["status"] not in ("unpaid", "paid"):
        raise conflict(f"A {invoice['status']} invoice cannot be paid")
    build.pay(invoice, paid_at=paid_at, now=world.now())
    return save(world, invoice)


def unmark_as_paid(world: World, invoice: Record) -> Record:
    if invoice["status"] != "paid":
        raise conflict("The invoice is not paid")
    build.unpay(invoice, now=world.now())
    return save(world, invoice)


def cancel(world: World, invoice: Record) -> Record:
    if invoice["status"] != "unpaid":
        raise conflict("Only an unpaid invoice can be canceled")
    invoice["status"] = "canceled"
    return save(world, invoice)


def send_by_einvoice(world: World, invoice: Record) -> None:
    """Accepted for asynchronous work; a second call does nothing."""
    if invoice["status"] == "draft":
        raise conflict("The invoice is not finalized")
    client = world.store["clients"].get(invoice["client"]["id"])
    if client is None or not client["e_invoicing_reachable"]:
        raise ApiError(422, "client_not_reachable", "The client cannot receive electronic invoices")
    if invoice["einvoicing_status"] is not None:
        return
    invoice["einvoicing_status"] = "pending"
    save(world, invoice)
    for seconds, status, code in NETWORK_STEPS:
        when = world.now() + timedelta(seconds=seconds)
        world.schedule(when, "einvoicing.step", invoice_id=invoice["id"], status=status, code=code)


def lifecycle_event(code: int, moment: str) -> dict[str, Any]:
    return {"status_code": code, "reason": "", "reason_message": "", "timestamp": moment}


@job("einvoicing.step")
def network_step(world: World, invoice_id: str, status: str, code: int) -> None:
    invoice = world.store["client_invoices"].get(invoice_id)
    if invoice is None:
        return
    invoice["einvoicing_status"] = status
    invoice["einvoicing_lifecycle_events"].append(lifecycle_event(code, instant(world.now())))
    save(world, invoice)
