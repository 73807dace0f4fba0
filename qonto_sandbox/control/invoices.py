"""Control of invoices: make one, let the client pay it, credit it."""

from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core import ids, ledger
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.documents.issued import file_record
from qonto_sandbox.invoicing import build, lifecycle
from qonto_sandbox.resources.client_invoices import view
from qonto_sandbox.resources.credit_notes import view as note_view

PAYER_IBAN = "FR7630004008190001045237750"


def main_account(world: World, organization_id: str) -> Record:
    rows = world.store["bank_accounts"].by("organization_id", organization_id)
    return next(row for row in rows if row["main"])


def make(world: World, organization: Record, *, cents: int, rate: str, title: str) -> Record:
    """A finalised invoice of one line, to the first client."""
    clients = world.store["clients"].by("organization_id", organization["id"])
    if not clients:
        raise ApiError(400, "bad_request", "The organization has no client")
    today = world.today()
    price = {"value": f"{cents / 100:.2f}", "currency": "EUR"}
    body: dict[str, Any] = {
        "issue_date": today.isoformat(),
        "due_date": (today + timedelta(days=30)).isoformat(),
        "currency": "EUR",
        "items": [{"title": title, "quantity": "1", "unit_price": price, "vat_rate": rate}],
    }
    invoice = build.new_invoice(
        organization=organization,
        account=main_account(world, organization["id"]),
        client=clients[0],
        body=body,
        number="",
        now=world.now(),
    )
    invoice["imported"] = False
    lifecycle.save(world, invoice, "created")
    return lifecycle.finalize(world, invoice)


def collect(world: World, invoice: Record) -> Record:
    """The client pays by transfer: a credit line, and Qonto matches it with the invoice."""
    if invoice["status"] != "unpaid":
        raise lifecycle.conflict("Only an unpaid invoice can be collected")
    ledger.post(
        world,
        main_account(world, invoice["organization_id"]),
        side="credit",
        amount_cents=invoice["total_amount_cents"],
        operation_type="income",
        label=invoice["client"]["name"].upper(),
        clean_counterparty_name=invoice["client"]["name"],
        reference=invoice["number"],
        category="sales",
        attachment_required=False,
        detail={"income": ledger.counterparty(PAYER_IBAN, "BNPAFRPPXXX")},
    )
    return lifecycle.mark_as_paid(world, invoice, build.stamp(world.now()))


def credit(world: World, invoice: Record) -> Record:
    """A credit note on the whole invoice; an unpaid one is canceled."""
    if invoice["status"] == "draft":
        raise lifecycle.conflict("A draft has no credit note")
    rank = len(world.store["credit_notes"].by("organization_id", invoice["organization_id"])) + 1
    number = f"AV-{world.today().year}-{rank:04d}"
    note = build.new_credit_note(
        invoice=invoice,
        items=invoice["items"],
        number=number,
        issue_date=world.today().isoformat(),
        now=world.now(),
        note_id=ids.new(),
    )
    note["organization_id"] = invoice["organization_id"]
    note["attachment_id"] = ids.new()
    world.store["credit_notes"].put(note)
    file_record(
        world,
        invoice["organization_id"],
        id=note["attachment_id"],
        file_name=f"{number}.pdf",
        origin=f"credit_notes:{note['id']}",
    )
    invoice["credit_notes_ids"].append(note["id"])
    if invoice["status"] == "unpaid":
        lifecycle.cancel(world, invoice)
    else:
        lifecycle.save(world, invoice)
    return note


def _invoice(call: Call) -> Record:
    found = call.world.store["client_invoices"].get(call.path["id"])
    if found is None:
        raise not_found()
    return found


@endpoint("POST", "/_sandbox/api/organizations/{id}/einvoicing_settings", auth=("none",), tag="control")
def set_einvoicing(call: Call) -> Response:
    """Réglages du réseau : {"sending_status": …, "receiving_status": …} ; sans eux, il n’y en a pas (404)."""
    organization = call.world.store["organizations"].get(call.path["id"])
    if organization is None:
        raise not_found()
    names = ("sending_status", "receiving_status")
    given = {name: call.body.text(name) for name in names} if call.body.has(names[0]) else {}
    organization["einvoicing_settings"] = given
    call.world.store["organizations"].put(organization)
    return answer({"einvoicing_settings": given})


@endpoint("POST", "/_sandbox/api/organizations/{id}/client_invoices", auth=("none",), tag="control")
def make_invoice(call: Call) -> Response:
    """Émettre une facture : {"amount": "120.00", "vat_rate": "0.2", "title": …}, hors taxes."""
    organization = call.world.store["organizations"].get(call.path["id"])
    if organization is None:
        raise not_found()
    body = call.body
    made = make(
        call.world,
        organization,
        cents=body.amount("amount"),
        rate=body.text("vat_rate", required=False) or "0.2",
        title=body.text("title", required=False) or "Prestation",
    )
    return answer({"client_invoice": view(made)})


@endpoint("POST", "/_sandbox/api/client_invoices/{id}/collect", auth=("none",), body="none", tag="control")
def collect_invoice(call: Call) -> Response:
    """Le client paie la facture par virement."""
    return answer({"client_invoice": view(collect(call.world, _invoice(call)))})


@endpoint("POST", "/_sandbox/api/client_invoices/{id}/credit", auth=("none",), body="none", tag="control")
def credit_invoice(call: Call) -> Response:
    """Émettre un avoir sur toute la facture."""
    return answer({"credit_note": note_view(credit(call.world, _invoice(call)))})
