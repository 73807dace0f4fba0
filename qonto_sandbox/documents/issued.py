"""The PDF of an invoice or credit note is drawn the first time that somebody fetches it, and then kept."""

from pathlib import Path
from typing import TYPE_CHECKING

from qonto_sandbox.core.later import Later
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.invoicing.build import printable_credit_note

if TYPE_CHECKING:
    from qonto_sandbox.documents import pdf
else:
    pdf = Later("qonto_sandbox.documents.pdf")

SAMPLES = Path(__file__).resolve().parent.parent / "data"


def file_record(
    world: World, organization_id: str, *, id: str, file_name: str, origin: str, created_at: str = ""
) -> Record:
    """The attachment of a document. `origin` says what to draw: `client_invoices:<id>`, `sample:<file>`…"""
    return world.store["attachments"].put(
        {
            "id": id,
            "organization_id": organization_id,
            "created_at": created_at or world.stamp(),
            "file_name": file_name,
            "file_size": None,
            "file_content_type": "application/pdf",
            "probative_status": "unavailable",
            "transaction_id": None,
            "origin": origin,
        }
    )


def make(world: World, id: str) -> bytes | None:
    attachment = world.store["attachments"].get(id)
    origin: str = (attachment or {}).get("origin", "")
    kind, _, source = origin.partition(":")
    if kind == "sample":
        return bytes((SAMPLES / source).read_bytes())
    document = world.store[kind].get(source) if kind in ("client_invoices", "credit_notes") else None
    if document is None:
        return None
    if kind == "client_invoices":
        return pdf.invoice_pdf(document)
    invoice = world.store["client_invoices"].get(document["invoice_id"])
    assert invoice is not None, "a credit note has its invoice"
    return pdf.invoice_pdf(printable_credit_note(document, invoice), credit_note=True)
