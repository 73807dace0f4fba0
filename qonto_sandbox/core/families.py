"""How each family of endpoints tells its errors, those of the gateway included (partner reference §0.5)."""

from collections.abc import Callable, Collection
from typing import Literal

from qonto_sandbox.core.errors import ApiError

# business: the standard list · invoices: the list with the status of each item · webhooks: one flat object ·
# onboarding: the list, malformed JSON being a 400
Family = Literal["business", "invoices", "webhooks", "onboarding"]
UNREADABLE, NO_BODY = "invalid_body", "invalid_body: EOF"


def _invoices(error: ApiError) -> None:
    """A bad property is a 422, each item has its status and the name of the property."""
    pointer = error.source.get("pointer", "")
    if error.code == UNREADABLE and error.detail != NO_BODY:
        error.status, error.code = 400, "malformed_json"
    elif error.status == 401:
        error.code = "unauthorized"
    elif error.status == 400 and pointer:
        error.status = 422
        error.code = "missing" if error.code == "missing" else "invalid_format"
    error.extra = {**error.extra, "status": str(error.status)}
    if pointer:
        error.extra["meta"] = {"validation_param": pointer.rsplit("/", 1)[-1]}


def _webhooks(error: ApiError) -> None:
    error.shape, error.extra = "flat", {}
    if error.code == UNREADABLE:
        error.status, error.code = 400, "bad_request"


def _onboarding(error: ApiError) -> None:
    """A bad property is a 422 (partner reference §1.5)."""
    if error.code == UNREADABLE:
        error.status, error.code = 400, "malformed_json"
    elif error.status == 400 and "pointer" in error.source:
        error.status = 422
        error.code = error.code if error.code in ("missing", "not_in_list") else "invalid_format"


_TOLD: dict[str, Callable[[ApiError], None]] = {
    "invoices": _invoices,
    "webhooks": _webhooks,
    "onboarding": _onboarding,
}


def told_by(family: Family, error: ApiError, *, single: Collection[int] = ()) -> ApiError:
    """The error as this family writes it; one object instead of a list for the statuses of `single`."""
    if family in _TOLD:
        _TOLD[family](error)
    if error.status in single and error.shape == "list":
        error.shape = "object"
    return error
