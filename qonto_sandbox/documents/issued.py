"""The PDF of an invoice or credit note is drawn the first time that somebody fetches it, and then kept."""

from pathlib import Path
from typing import TYPE_CHECKING

from qonto_sandbox.core import ids
from qonto_sandbox.core.formats import french_euros
from qonto_sandbox.core.later import Later
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.invoicing.build import printable_credit_note

if TYPE_CHECKING:
    from qonto_sandbox.documents import pdf
else:
    pdf = Later("qonto_sandbox.documents.pdf")

DRAWN = ("client_invoices", "credit_notes", "quotes")
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
    document = world.store[kind].get(source) if kind in DRAWN else None
    if document is None:
        return None
    if kind == "quotes":
        return pdf.transfer_proof_pdf(_of_quote(document), title=f"Devis {document['number']}")
    if kind == "client_invoices":
        return pdf.invoice_pdf(document)
    invoice = world.store["client_invoices"].get(document["invoice_id"])
    assert invoice is not None, "a credit note has its invoice"
    return pdf.invoice_pdf(printable_credit_note(document, invoice), credit_note=True)


def quote_file(world: World, quote: Record, *, created_at: str = "") -> str:
    """The PDF of a quote, drawn anew after a change; returns the id of its attachment."""
    identifier = ids.stable("quote_pdf", quote["id"])
    world.store.delete_blob(identifier)
    name, origin = f"{quote['number']}.pdf", f"quotes:{quote['id']}"
    file_record(world, quote["organization_id"], id=identifier, file_name=name, origin=origin, created_at=created_at)
    return identifier


def _of_quote(quote: Record) -> list[tuple[str, str]]:
    lines = [
        (f"{item['quantity']} × {item['title']}", french_euros(item["total_amount_cents"])) for item in quote["items"]
    ]
    return [
        ("Émetteur", str(quote["organization"]["legal_name"])),
        ("Client", str(quote["client"]["name"])),
        ("Établi le", pdf.french_day(quote["issue_date"])),
        ("Valable jusqu’au", pdf.french_day(quote["expiry_date"])),
        *lines,
        ("Dont TVA", french_euros(quote["vat_amount_cents"])),
        ("Total TTC", french_euros(quote["total_amount_cents"])),
        ("Conditions", quote["terms_and_conditions"]),
    ]
