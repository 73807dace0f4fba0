"""Supplier invoices of the main company: one in each state, real Factur-X files among them."""

from datetime import date, datetime, time, timedelta

import orjson

from qonto_sandbox.core import ids
from qonto_sandbox.core.formats import PARIS, instant
from qonto_sandbox.core.world import World
from qonto_sandbox.documents.issued import SAMPLES, file_record
from qonto_sandbox.invoicing.received import blank
from qonto_sandbox.resources.supplier_invoices import STATUSES
from qonto_sandbox.seed.cast import LENOIR, PORT

# What the Factur-X of each sample says, read once: a test holds it against the files.
TOLD = "echantillons.json"
FILES = (
    "Facture_FR_EN16931.pdf",
    "Facture_FR_BASICWL.pdf",
    "Facture_UE_BASICWL.pdf",
    "Facture_FR_MINIMUM.pdf",
    "Avoir_FR_type381_BASIC.pdf",
)
SOURCES = (("email", "email_forward"), ("e_invoicing", "e_invoicing"), ("direct_upload", "supplier_invoices"))


def seed(world: World, anchor: date) -> None:
    told = orjson.loads((SAMPLES / TOLD).read_bytes())
    for rank, status in enumerate(STATUSES):
        _plant(world, anchor, rank, status, told)
    port = world.store["organizations"].get(PORT.id)
    assert port is not None, "planted before"
    world.store["organizations"].put(
        port | {"einvoicing_settings": {"sending_status": "disabled", "receiving_status": "pending_creation"}}
    )


def _plant(world: World, anchor: date, rank: int, status: str, told: dict[str, dict[str, str]]) -> None:
    day = anchor - timedelta(days=4 * rank + 2)
    stamp = instant(datetime.combine(day, time(7, 40), PARIS))
    file_name = FILES[rank % len(FILES)]
    attachment = ids.stable("supplier_invoice_file", rank)
    shown = f"facture-fournisseur-{rank + 1}.pdf"
    file_record(world, LENOIR.id, id=attachment, file_name=shown, origin=f"sample:{file_name}", created_at=stamp)
    record = blank(
        id=ids.stable("supplier_invoice", rank),
        organization_id=LENOIR.id,
        attachment_id=attachment,
        file_name=shown,
        stamp=stamp,
        told=told[file_name],
    )
    source_type, source = SOURCES[rank % len(SOURCES)]
    record |= {
        "status": status,
        "source_type": source_type,
        "source": source,
        "issue_date": day.isoformat(),
        # The invoice still to be read has no due date yet.
        "due_date": (day + timedelta(days=30)).isoformat() if status != "to_review" else None,
        "payment_date": anchor.isoformat() if status == "paid" else None,
        "scheduled_date": (anchor + timedelta(days=5)).isoformat() if status == "scheduled" else None,
    }
    world.store["supplier_invoices"].put(record)
