"""Shapes that several resources share, for the OpenAPI description."""

from pydantic import Field

from qonto_sandbox.schemas.common import Asked, Wire


class Meta(Wire):
    current_page: int
    next_page: int | None
    prev_page: int | None
    total_pages: int
    total_count: int
    per_page: int


class PageQuery(Asked):
    page: int = Field(default=1, ge=1)
    per_page: int = Field(default=100, ge=1, le=100)


class Money(Wire):
    value: str
    currency: str
