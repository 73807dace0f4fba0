"""Papers of a company being created (partner reference §1.6)."""

from pathlib import Path
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer, empty
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.files import file_url
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.onboarding import progress, rules
from qonto_sandbox.resources.registrations import PARTNER, own_registration
from qonto_sandbox.schemas.common import Asked, Wire

SIGNATURES = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


class Upload(Asked):
    file_type: str
    stakeholder_id: str | None = None
    file: bytes


class RegistrationFile(Wire):
    id: str
    filename: str
    filesize_bytes: int
    url: str
    created_at: str
    file_type: str
    stakeholder_id: str | None


class OneFile(Wire):
    registration_file: RegistrationFile


class SomeFiles(Wire):
    registration_files: list[RegistrationFile]


def view(call: Call, record: Record) -> dict[str, Any]:
    names = ("id", "filename", "filesize_bytes")
    rest = ("created_at", "file_type", "stakeholder_id")
    url = file_url(call, record["id"], content_type=record["content_type"], file_name=record["filename"])
    return {**{name: record[name] for name in names}, "url": url, **{name: record[name] for name in rest}}


def _own_file(call: Call) -> Record:
    registration = own_registration(call, "registration_id")
    record = call.world.store["registration_files"].get(call.path["id"])
    if record is None or record["registration_id"] != registration["id"]:
        raise not_found()
    return record


def _refused(status: int, code: str, detail: str, pointer: str) -> ApiError:
    return ApiError(status, code, detail, pointer=pointer)


def _document(call: Call) -> tuple[FileStorage, bytes, str]:
    """The single binary part, whatever its name: its type is told by its extension and confirmed by its bytes."""
    parts = list(call.request.files.values())
    if len(parts) != 1:
        raise _refused(400, "missing", "file is missing", "/file")
    part = parts[0]
    mime = rules.MIME_TYPES.get(Path(part.filename or "").suffix.lower())
    content = part.stream.read(rules.MAX_FILE_BYTES + 1)
    if len(content) > rules.MAX_FILE_BYTES:
        raise _refused(422, "file_too_large", "file must not exceed 30 MB", "/file")
    if mime is None or not content.startswith(SIGNATURES[mime]):
        raise _refused(422, "invalid_format", "file must be a PDF, a PNG or a JPEG", "/file")
    return part, content, mime


def _owner_of_file(call: Call, registration: Record, file_type: str) -> str | None:
    """The stakeholder of a personal paper; None for one of the company."""
    if not file_type.startswith("stakeholder-"):
        return None
    stakeholder_id = call.request.form.get("stakeholder_id", "")
    if not stakeholder_id:
        raise _refused(422, "missing", "stakeholder_id is missing", "/stakeholder_id")
    if stakeholder_id not in {person["id"] for person in registration["stakeholders"]}:
        raise not_found(parameter="stakeholder_id")
    return stakeholder_id


@endpoint(
    "POST",
    "/register/registrations/{registration_id}/files",
    auth=PARTNER,
    body="multipart",
    status=201,
    request=Upload,
    response=OneFile,
    errors=(401, 404, 409, 422),
)
def upload_file(call: Call) -> Response:
    """Déposer une pièce ; une seule par type (et par associé)."""
    registration = own_registration(call, "registration_id")
    if registration["legal_flow"] != "company_creation":
        raise _refused(422, "not_allowed", "files are supported for company_creation only", "/legal_flow")
    file_type = call.request.form.get("file_type", "")
    if not file_type:
        raise _refused(422, "missing", "file_type is missing", "/file_type")
    if file_type not in rules.FILE_TYPES:
        detail = f"file_type must be one of: {', '.join(rules.FILE_TYPES)}"
        raise _refused(422, "not_in_list", detail, "/file_type")
    stakeholder_id = _owner_of_file(call, registration, file_type)
    part, content, mime = _document(call)
    for row in progress.files_of(call.world, registration["id"]):
        if (row["file_type"], row["stakeholder_id"]) == (file_type, stakeholder_id):
            raise _refused(409, "already_exists", "A file of this type exists: delete it first", "/file_type")
    record = progress.add_file(
        call.world,
        registration,
        file_type=file_type,
        stakeholder_id=stakeholder_id,
        filename=part.filename or "document",
        content=content,
        content_type=mime,
    )
    return answer({"registration_file": view(call, record)}, 201)


@endpoint(
    "GET",
    "/register/registrations/{registration_id}/files",
    auth=PARTNER,
    response=SomeFiles,
    errors=(401, 404),
)
def list_files(call: Call) -> Response:
    """Lister les pièces d’un dossier."""
    rows = progress.files_of(call.world, own_registration(call, "registration_id")["id"])
    return answer({"registration_files": [view(call, row) for row in rows]})


@endpoint(
    "GET",
    "/register/registrations/{registration_id}/files/{id}",
    auth=PARTNER,
    response=OneFile,
    errors=(401, 404),
)
def show_file(call: Call) -> Response:
    """Lire la fiche d’une pièce."""
    return answer({"registration_file": view(call, _own_file(call))})


@endpoint(
    "GET",
    "/register/registrations/{registration_id}/files/{id}/download",
    auth=PARTNER,
    media_type="application/octet-stream",
    errors=(401, 404),
)
def download_file(call: Call) -> Response:
    """Télécharger une pièce."""
    record = _own_file(call)
    return Response(call.world.blob(record["id"]) or b"", 200, content_type=record["content_type"])


@endpoint(
    "DELETE",
    "/register/registrations/{registration_id}/files/{id}",
    auth=PARTNER,
    status=204,
    errors=(401, 404),
)
def delete_file(call: Call) -> Response:
    """Supprimer une pièce, pour la remplacer."""
    record = _own_file(call)
    call.world.store["registration_files"].delete(record["id"])
    call.world.store.delete_blob(record["id"])
    return empty(204)
