"""Documents that come from outside: supplier invoices, and client invoices made elsewhere."""

from typing import Any

from qonto_sandbox.core import ids
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World

SIGNATURES = (b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
MIME = {b"%PDF": "application/pdf", b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def mime_of(content: bytes) -> str:
    return next((mime for start, mime in MIME.items() if content.startswith(start)), "application/octet-stream")


def read_document(world: World, organization_id: str, name: str, content: bytes) -> Record:
    """Store the file as an attachment."""
    identifier = ids.new()
    world.store.put_blob(identifier, content)
    return world.store["attachments"].put(
        {
            "id": identifier,
            "organization_id": organization_id,
            "created_at": world.stamp(),
            "file_name": name,
            "file_size": len(content),
            "file_content_type": mime_of(content),
            "probative_status": "unavailable",
            "transaction_id": None,
        }
    )


def day_of(text: str | None) -> str | None:
    """`20261031` as `2026-10-31`."""
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if text and len(text) == 8 and text.isdigit() else None


def blank(
    *, id: str, organization_id: str, attachment_id: str, file_name: str, stamp: str, told: dict[str, str]
) -> Record:
    """A supplier invoice just received, filled with what its Factur-X told."""
    amount: dict[str, Any] | None = {"value": told["total"], "currency": "EUR"} if "total" in told else None
    return {
        "id": id,
        "organization_id": organization_id,
        "status": "to_review",
        "source_type": "direct_upload",
        "source": "supplier_invoices",
        "attachment_id": attachment_id,
        "display_attachment_id": attachment_id,
        "file_name": file_name,
        "supplier_name": told.get("seller"),
        "invoice_number": told.get("number"),
        "iban": told.get("iban"),
        "vat_number": told.get("seller_vat"),
        "tin": told.get("seller_siren"),
        "total_amount": amount,
        "payable_amount": amount,
        "issue_date": day_of(told.get("issue_date")),
        "due_date": day_of(told.get("due_date")),
        "payment_date": None,
        "scheduled_date": None,
        "is_einvoice": bool(told),
        "e_invoice_type": "factur-x" if told else None,
        "einvoicing_lifecycle_events": [],
        "matched_transactions": [],
        "transfer_ids": [],
        "is_credit_note": told.get("type_code") == "381",
        "approval_workflow": None,
        "description": None,
        "initiator_id": None,
        "declined_note": "",
        "request_transfer": None,
        "attachment_category": "INVOICE",
        "is_attachment_invoice": True,
        "is_attachment_non_financial": False,
        "has_duplicates": False,
        "has_discrepancies": False,
        "meta": {
            "integration_type": None,
            "connector": None,
            "accounting_recorded_at": None,
            "accounting_recorded_source": None,
        },
        "analyzed_at": stamp,
        "created_at": stamp,
        "updated_at": stamp,
        "sha256": "",
        "idempotency_key": "",
    }
