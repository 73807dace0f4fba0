"""Parts that many bodies share."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Uuid = Annotated[
    str, Field(json_schema_extra={"format": "uuid"}, pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
]
DateTime = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, pattern=r"^\d{4}-\d\d-\d\d$")]
Amount = Annotated[str, Field(pattern=r"^\d+(\.\d{1,2})?$", examples=["1100.50"])]


class Wire(BaseModel):
    """A body that holds what is named here and nothing else. Built at its first use, by OpenAPI or a test."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Asked(BaseModel):
    """A request: what it holds besides is ignored."""

    model_config = ConfigDict(extra="ignore", defer_build=True)


class Meta(Wire):
    current_page: int
    next_page: int | None
    prev_page: int | None
    total_pages: int
    total_count: int
    per_page: int


class PageQuery(Asked):
    page: int = Field(1, ge=1)
    per_page: int = Field(100, ge=1, le=100)


class Source(Wire):
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None


class ErrorItem(BaseModel):
    model_config = ConfigDict(extra="allow")

    code: str
    detail: str
    source: Source | None = None
    status: str | None = None
    message: str | None = None


class ErrorMessage(Wire):
    message: str


class ListErrorBody(Wire):
    errors: list[ErrorItem] = Field(min_length=1)
    trace_id: str


class SingleErrorBody(Wire):
    """Some statuses of some endpoints tell one error instead of a list."""

    errors: ErrorItem
    trace_id: str


class CodeErrorBody(Wire):
    code: str
    message: str
    trace_id: str


class ErrorBody(Wire):
    """Where a strong authentication may refuse too, with its message alone."""

    errors: list[ErrorItem] | ErrorItem | ErrorMessage
    trace_id: str


class FlatErrorBody(Wire):
    """Webhook subscriptions tell an error without the list."""

    code: str
    detail: str
    source: Source | None = None
    trace_id: str


class ScaBody(Wire):
    """428: a challenge with its token, or a user without any device."""

    code: Literal["sca_required", "sca_not_enrolled"]
    message: str
    trace_id: str
    action_type: str | None = None
    sca_session_token: str | None = None
    sca_recovery_token: str | None = None


class OAuthErrorBody(Wire):
    error: str
    error_description: str
    error_hint: str | None = None
    status_code: int


class Anything(BaseModel):
    """A body that is described elsewhere."""

    model_config = ConfigDict(extra="allow")


JsonObject = dict[str, Any]
