"""Receipts."""

from pydantic import Field

from qonto_sandbox.schemas.common import Asked, DateTime, Uuid, Wire


class Upload(Asked):
    file: bytes = Field(json_schema_extra={"format": "binary"})


class UploadedId(Wire):
    id: Uuid


class UploadAnswer(Wire):
    attachment: UploadedId


class Probative(Wire):
    status: str = Field(pattern="^(pending|available|unavailable|corrupted)$")
    file_name: str | None = None
    file_content_type: str | None = None
    file_size: str | None = None
    url: str | None = None


class Attachment(Wire):
    id: Uuid
    created_at: DateTime
    file_name: str
    file_size: str = Field(pattern=r"^\d+$")
    file_content_type: str
    url: str
    probative_attachment: Probative


class AttachmentAnswer(Wire):
    attachment: Attachment


class AttachmentList(Wire):
    attachments: list[Attachment]
