"""Receipts: uploaded alone or on a line, with an address that expires (reference §6)."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from qonto_sandbox.core import ids, ledger
from qonto_sandbox.core.answers import answer, empty
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.files import file_url
from qonto_sandbox.core.jobs import job
from qonto_sandbox.core.later import Later
from qonto_sandbox.core.pagination import meta, page_of
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.schemas import attachments as schemas
from qonto_sandbox.schemas import common

if TYPE_CHECKING:
    from qonto_sandbox.documents import receipts
else:
    receipts = Later("qonto_sandbox.documents.receipts")

READ, WRITE = ("organization.read",), ("attachment.write",)
MOST_PER_LINE = 5
LARGEST = 15 * 1024 * 1024
SIGNATURES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
SEAL_DELAY = timedelta(seconds=2)
SEAL = b"\n%% sceau du Qonto local\n"


def attach(world: World) -> None:
    world.makers.append(_receipt)
    world.makers.append(_sealed)


def _receipt(world: World, id: str) -> bytes | None:
    return receipts.make(world, id)


def _sealed(world: World, id: str) -> bytes | None:
    """The sealed copy of a receipt is made when somebody fetches it."""
    if not id.startswith("sealed-"):
        return None
    original = world.blob(id.removeprefix("sealed-"))
    return original + SEAL if original is not None else None


def size_of(world: World, row: Record) -> int:
    """The size of the file; a seeded receipt is drawn the first time that somebody asks."""
    if row["file_size"] is None:
        row["file_size"] = len(world.blob(row["id"]) or b"")
        world.store["attachments"].put(row)
    size: int = row["file_size"]
    return size


def embedded(call: Call, row: Record) -> dict[str, Any]:
    """As a line shows it: of the sealed copy, only its status."""
    return {
        "id": row["id"],
        "created_at": row["created_at"],
        "file_name": row["file_name"],
        "file_size": str(size_of(call.world, row)),
        "file_content_type": row["file_content_type"],
        "url": file_url(call, row["id"], content_type=row["file_content_type"], file_name=row["file_name"]),
        "probative_attachment": {"status": row["probative_status"]},
    }


def view(call: Call, row: Record) -> dict[str, Any]:
    shown = embedded(call, row)
    if row["probative_status"] == "available":
        name, id = f"probative-{row['file_name']}", f"sealed-{row['id']}"
        shown["probative_attachment"] |= {
            "file_name": name,
            "file_content_type": "application/pdf",
            "file_size": str(size_of(call.world, row) + len(SEAL)),
            "url": file_url(call, id, content_type="application/pdf", file_name=name),
        }
    return shown


def of_line(world: World, line: Record) -> list[Record]:
    rows = (world.store["attachments"].get(id) for id in line["attachment_ids"])
    return [row for row in rows if row is not None]


def own_attachment(call: Call, id: str) -> Record:
    row = call.world.store["attachments"].get(id)
    if row is None or row["organization_id"] != call.organization_id:
        raise not_found()
    return row


def received(call: Call) -> Record:
    """Store the part named `file`. Raises 400 when absent, 422 when it is not an acceptable document."""
    part: FileStorage | None = call.request.files.get("file")
    if part is None:
        raise ApiError(400, "missing", "file is missing", pointer="/file")
    content = part.stream.read()
    kind = next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)
    if kind is None:
        raise refused("invalid_file_type", "file must be a JPEG, PNG or PDF")
    if len(content) > LARGEST:
        raise refused("file_too_large", f"file must not exceed {LARGEST // 1024 // 1024} MB")
    id = ids.new()
    call.world.store.put_blob(id, content)
    row = {
        "id": id,
        "organization_id": call.organization_id,
        "created_at": call.world.stamp(),
        "file_name": part.filename or "document",
        "file_size": len(content),
        "file_content_type": kind,
        "probative_status": "pending",
        "transaction_id": None,
    }
    call.world.schedule(call.world.now() + SEAL_DELAY, "attachment.seal", id=id)
    return call.world.store["attachments"].put(row)


def refused(code: str, detail: str) -> ApiError:
    return ApiError(422, code, detail, pointer="/file", extra={"status": "422", "message": detail})


@job("attachment.seal")
def seal(world: World, id: str) -> None:
    row = world.store["attachments"].get(id)
    if row is not None:
        row["probative_status"] = "available" if row["file_content_type"] == "application/pdf" else "unavailable"
        world.store["attachments"].put(row)


@job("attachment.attach")
def attach_later(world: World, id: str, line_id: str) -> None:
    """The background part of an upload to a line."""
    row, line = world.store["attachments"].get(id), world.store["transactions"].get(line_id)
    if row is None or line is None or len(line["attachment_ids"]) >= MOST_PER_LINE:
        return
    row["transaction_id"] = line_id
    world.store["attachments"].put(row)
    ledger.touch(world, line, attachment_ids=[*line["attachment_ids"], id])


@endpoint(
    "POST",
    "/v2/attachments",
    scopes=WRITE,
    idempotent=True,
    body="multipart",
    request=schemas.Upload,
    response=schemas.UploadAnswer,
    errors=(400, 401, 403, 422),
)
def upload(call: Call) -> Response:
    """Déposer un justificatif, pour l’attacher ensuite."""
    return answer({"attachment": {"id": received(call)["id"]}})


@endpoint(
    "GET",
    "/v2/attachments/{id}",
    scopes=("attachment.read", "organization.read"),
    response=schemas.AttachmentAnswer,
    errors=(401, 403, 404),
)
def show_attachment(call: Call) -> Response:
    """Lire un justificatif et obtenir une adresse de téléchargement."""
    return answer({"attachment": view(call, own_attachment(call, call.path["id"]))})


def _line(call: Call) -> Record:
    line = call.world.store["transactions"].get(call.path["id"])
    if line is None or line["organization_id"] != call.organization_id:
        raise not_found()
    return line


@endpoint(
    "GET",
    "/v2/transactions/{id}/attachments",
    scopes=READ,
    query=common.PageQuery,
    response=schemas.AttachmentList,
    errors=(401, 403, 404, 422),
    single=(404,),
)
def list_attachments(call: Call) -> Response:
    """Lister les justificatifs d’une transaction."""
    rows = of_line(call.world, _line(call))
    page, per_page = page_of(call.query)
    # The answer is documented without `meta`; a page beyond the end is refused all the same.
    meta(page=page, per_page=per_page, total=len(rows))
    shown = rows[(page - 1) * per_page : page * per_page]
    return answer({"attachments": [view(call, row) for row in shown]})


@endpoint(
    "POST",
    "/v2/transactions/{id}/attachments",
    scopes=WRITE,
    idempotent=True,
    body="multipart",
    request=schemas.Upload,
    errors=(400, 401, 403, 404, 422),
    single=(404,),
)
def upload_to_line(call: Call) -> Response:
    """Attacher un justificatif à une transaction ; il apparaît un peu plus tard."""
    line = _line(call)
    if len(line["attachment_ids"]) >= MOST_PER_LINE:
        raise refused("too_many_attachments", f"A transaction holds at most {MOST_PER_LINE} attachments")
    row = received(call)
    when = call.world.now() + timedelta(seconds=call.world.options.attachment_delay)
    call.world.schedule(when, "attachment.attach", id=row["id"], line_id=line["id"])
    return empty(200)


@endpoint("DELETE", "/v2/transactions/{id}/attachments", scopes=WRITE, errors=(401, 403, 404), single=(404,))
def delete_attachments(call: Call) -> Response:
    """Retirer tous les justificatifs d’une transaction."""
    _remove(call, _line(call), lambda _: True)
    return empty(200)


@endpoint(
    "DELETE", "/v2/transactions/{id}/attachments/{attachment_id}", scopes=WRITE, errors=(401, 403, 404), single=(404,)
)
def delete_attachment(call: Call) -> Response:
    """Retirer un justificatif d’une transaction."""
    line = _line(call)
    if call.path["attachment_id"] not in line["attachment_ids"]:
        raise not_found(parameter="attachment_id")
    _remove(call, line, lambda id: id == call.path["attachment_id"])
    return empty(200)


def _remove(call: Call, line: Record, gone: Callable[[str], bool]) -> None:
    kept = [id for id in line["attachment_ids"] if not gone(id)]
    for id in set(line["attachment_ids"]) - set(kept):
        call.world.store["attachments"].delete(id)
    if kept != line["attachment_ids"]:
        ledger.touch(call.world, line, attachment_ids=kept)
