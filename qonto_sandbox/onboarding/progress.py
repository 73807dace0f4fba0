"""A registration moves one step at a time; each step has its event and its consequences."""

from typing import TYPE_CHECKING, Any

from qonto_sandbox.core import ids
from qonto_sandbox.core.later import Later
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.onboarding import events, rules
from qonto_sandbox.onboarding.opening import open_account

if TYPE_CHECKING:
    from qonto_sandbox.documents import pdf
else:
    pdf = Later("qonto_sandbox.documents.pdf")

CERTIFICATES = ("capital_deposit_certificate_signed", "capital_deposit_statement_ready")


def files_of(world: World, registration_id: str) -> list[Record]:
    return [row for row in world.store["registration_files"] if row["registration_id"] == registration_id]


def move(world: World, registration: Record, status: str) -> Record:
    registration.update(status=status, updated_at=world.stamp())
    if status in CERTIFICATES:
        _certificate(world, registration)
    if status == "completed":
        open_account(world, registration)
    world.store["registrations"].put(registration)
    events.emit(world, f"registrations.{status}", registration["id"])
    return registration


def forward(world: World, registration: Record) -> Record:
    """The next step, if there is one."""
    following = rules.next_step(registration)
    return move(world, registration, following) if following else registration


def delete(world: World, registration: Record) -> Record:
    """The registration was reset at Qonto (creation only)."""
    registration.update(status="deleted", updated_at=world.stamp())
    world.store["registrations"].put(registration)
    events.emit(world, "organizations.deleted", registration["organization"]["id"], resource_type="organization")
    return registration


def add_file(
    world: World,
    registration: Record,
    *,
    file_type: str,
    stakeholder_id: str | None,
    filename: str,
    content: bytes,
    content_type: str,
) -> Record:
    record: dict[str, Any] = {
        "id": ids.new(),
        "registration_id": registration["id"],
        "filename": filename,
        "filesize_bytes": len(content),
        "content_type": content_type,
        "created_at": world.stamp(),
        "file_type": file_type,
        "stakeholder_id": stakeholder_id,
    }
    world.store.put_blob(record["id"], content)
    return world.store["registration_files"].put(record)


def _certificate(world: World, registration: Record) -> None:
    """Signed by the notary, read by the partner through the API."""
    organization = registration["organization"]
    rows = [
        ("Objet", "Attestation de dépôt de capital"),
        ("Société en formation", str(organization.get("legal_name"))),
        ("Capital", f"{(organization.get('total_capital_amount') or {}).get('value', '0.00')} EUR"),
        ("Signée le", world.stamp()[:10]),
    ]
    add_file(
        world,
        registration,
        file_type="organization-deposit-certificate",
        stakeholder_id=None,
        filename="attestation-depot-capital.pdf",
        content=pdf.transfer_proof_pdf(rows, title="Attestation de dépôt de capital"),
        content_type="application/pdf",
    )
