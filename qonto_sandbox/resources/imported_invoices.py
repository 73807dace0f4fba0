"""Client invoices made elsewhere and brought to Qonto, and the files uploaded for invoices (partner §3.9)."""

import hashlib
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal

from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.files import file_url
from qonto_sandbox.core.formats import moment
from qonto_sandbox.core.later import Later
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.invoicing import build, lifecycle
from qonto_sandbox.invoicing.amounts import both, cents_of
from qonto_sandbox.invoicing.received import SIGNATURES, day_of, read_document
from qonto_sandbox.resources import clients
from qonto_sandbox.schemas.common import Asked, Wire

if TYPE_CHECKING:
    from qonto_sandbox.documents import reading
else:
    reading = Later("qonto_sandbox.documents.reading")

MOST, LARGEST, TOGETHER = 5, 5 * 1024 * 1024, 15 * 1024 * 1024
WRITE, READ = ("client_invoice.write",), ("client_invoices.read",)


class Imported(Wire):
    invoice_id: str
    file_name: str


class ImportedInvoices(Wire):
    client_invoices: list[Imported]


class Files(Asked):
    client_invoices: list[bytes]


class UploadedFile(Asked):
    client_invoices_upload: bytes


class Upload(Wire):
    id: str
    organization_id: str
    filename: str
    content_type: str
    file_size: int
    url: str
    created_at: str
    updated_at: str


class OneUpload(Wire):
    client_invoice_upload: Upload


class UploadData(Wire):
    type: Literal["client_invoices_upload"]
    id: str
    attributes: Upload


class ShownUpload(Wire):
    data: UploadData


def _refused(code: str, detail: str) -> ApiError:
    return ApiError(422, code, detail, pointer="/client_invoices", extra={"status": "422"})


def _contents(parts: list[FileStorage]) -> list[tuple[str, bytes]]:
    """All or nothing: one bad file refuses the lot."""
    if not 1 <= len(parts) <= MOST:
        raise _refused("invalid_size", f"client_invoices must hold between 1 and {MOST} files")
    read = [(part.filename or "document.pdf", part.stream.read()) for part in parts]
    if any(len(content) > LARGEST for _, content in read) or sum(len(content) for _, content in read) > TOGETHER:
        raise _refused("file_too_large", "Files must not exceed 5 MB each and 15 MB together")
    if not all(content.startswith(SIGNATURES) for _, content in read):
        raise _refused("invalid_file_type", "Files must be PDF, JPEG or PNG")
    return read


@endpoint(
    "POST",
    "/v2/client_invoices/bulk",
    scopes=WRITE,
    body="multipart",
    request=Files,
    response=ImportedInvoices,
    errors=(401, 403, 422),
    family="invoices",
)
def import_client_invoices(call: Call) -> Response:
    """Importer des factures faites ailleurs ; le même fichier rend la même facture."""
    read = _contents(call.request.files.getlist("client_invoices") + call.request.files.getlist("client_invoices[]"))
    made = [{"invoice_id": _imported(call, name, content)["id"], "file_name": name} for name, content in read]
    return answer({"client_invoices": made})


def _cents(text: str | None) -> int:
    try:
        return cents_of(Decimal(text or "0"))
    except InvalidOperation:
        return 0


def _imported(call: Call, name: str, content: bytes) -> Record:
    digest = hashlib.sha256(content).hexdigest()
    for row in call.world.store["client_invoices"].by("organization_id", call.organization_id):
        if row["imported"] == digest:
            return row
    told = reading.factur_x(content)
    attachment = read_document(call.world, call.organization_id, name, content)
    account = next(
        row for row in call.world.store["bank_accounts"].by("organization_id", call.organization_id) if row["main"]
    )
    client = clients.blank(call.organization_id, call.world.stamp())
    client |= {"name": told.get("buyer") or "Client inconnu", "country_code": "FR", "currency": "EUR", "locale": "fr"}
    today = call.world.today().isoformat()
    body: dict[str, Any] = {
        "issue_date": day_of(told.get("issue_date")) or today,
        "due_date": day_of(told.get("due_date")) or today,
        "currency": "EUR",
        "items": [],
    }
    record = build.new_invoice(
        organization=call.organization,
        account=account,
        client=client,
        body=body,
        number=told.get("number") or name.rsplit(".", 1)[0],
        now=call.world.now(),
    )
    record |= both("total_amount", _cents(told.get("total"))) | both("vat_amount", _cents(told.get("vat")))
    # The digest marks the invoice as imported and recognises the file when it comes again.
    record |= {"imported": digest, "status": "unpaid", "attachment_id": attachment["id"]}
    record["finalized_at"] = record["created_at"]
    return lifecycle.save(call.world, record, "created")


def _upload_view(call: Call, row: Record) -> dict[str, Any]:
    stamp, kind, name = build.stamp(moment(row["created_at"])), row["file_content_type"], row["file_name"]
    return {
        "id": row["id"],
        "organization_id": row["organization_id"],
        "filename": name,
        "content_type": kind,
        "file_size": row["file_size"],
        "url": file_url(call, row["id"], content_type=kind, file_name=name),
        "created_at": stamp,
        "updated_at": stamp,
    }


@endpoint(
    "POST",
    "/v2/client_invoices/uploads",
    scopes=WRITE,
    body="multipart",
    request=UploadedFile,
    response=OneUpload,
    errors=(401, 403, 422),
    family="invoices",
)
def upload_file(call: Call) -> Response:
    """Déposer un fichier à joindre à une facture ; le nom de la partie est libre."""
    parts = list(call.request.files.values())
    if len(parts) != 1:
        raise ApiError(400, "missing", "client_invoices_upload is missing", pointer="/client_invoices_upload")
    ((name, content),) = _contents(parts)
    row = read_document(call.world, call.organization_id, name, content)
    call.world.store["invoice_uploads"].put({"id": row["id"], "organization_id": call.organization_id})
    return answer({"client_invoice_upload": _upload_view(call, row)})


@endpoint(
    "GET",
    "/v2/client_invoices/uploads/{id}",
    scopes=READ,
    response=ShownUpload,
    errors=(401, 403, 404),
    family="invoices",
)
def show_upload(call: Call) -> Response:
    """Lire un fichier déposé."""
    known = call.world.store["invoice_uploads"].get(call.path["id"])
    row = call.world.store["attachments"].get(call.path["id"])
    if known is None or row is None or row["organization_id"] != call.organization_id:
        raise not_found()
    shown = _upload_view(call, row)
    return answer({"data": {"type": "client_invoices_upload", "id": row["id"], "attributes": shown}})
