"""The error bodies of Qonto (reference §3.1)."""

from typing import Any, Literal

# list: {"errors": [{…}]} · object: {"errors": {…}} · message: {"errors": {"message": …}} · flat: {code, detail} ·
# code: {code, message}
Shape = Literal["list", "object", "message", "flat", "code"]


class ApiError(Exception):
    """An answer that is not a success. `extra` is added to the error item (`status`, `message`, `meta`…)."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        pointer: str = "",
        parameter: str = "",
        shape: Shape = "list",
        extra: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail, self.shape = status, code, detail, shape
        self.source = {"pointer": pointer} if pointer else {"parameter": parameter} if parameter else {}
        self.extra, self.headers = extra or {}, headers or {}

    @property
    def item(self) -> dict[str, Any]:
        item: dict[str, Any] = {"code": self.code, "detail": self.detail}
        return item | ({"source": self.source} if self.source else {}) | self.extra

    def body(self, trace_id: str) -> dict[str, Any]:
        if self.shape == "flat":
            return self.item | {"trace_id": trace_id}
        if self.shape == "code":
            return {"code": self.code, "message": self.detail, "trace_id": trace_id}
        if self.shape == "message":
            return {"errors": {"message": self.detail}, "trace_id": trace_id}
        return {"errors": self.item if self.shape == "object" else [self.item], "trace_id": trace_id}


class RawError(Exception):
    """An error whose whole body is its own (428, verification of payee). `trace_id` is added to it."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(status))
        self.status, self.content = status, body


class OAuthError(Exception):
    """The flat body of the authorization server."""

    def __init__(self, status: int, error: str, description: str, hint: str = "") -> None:
        super().__init__(error)
        self.status, self.error, self.description, self.hint = status, error, description, hint

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"error": self.error, "error_description": self.description}
        return body | ({"error_hint": self.hint} if self.hint else {}) | {"status_code": self.status}


def not_found(*, shape: Shape = "list", parameter: str = "id") -> ApiError:
    return ApiError(404, "not_found", "Not found", parameter=parameter, shape=shape)


def missing(pointer: str) -> ApiError:
    return ApiError(400, "missing", f"{pointer.rsplit('/', 1)[-1]} is missing", pointer=pointer)


def not_a_string(pointer: str) -> ApiError:
    return ApiError(400, "not_a_string", f"{pointer.rsplit('/', 1)[-1]} must be a string", pointer=pointer)


def invalid(pointer: str, detail: str, *, code: str = "invalid", shape: Shape = "list") -> ApiError:
    """422: well written, but not acceptable."""
    return ApiError(422, code, detail, pointer=pointer, shape=shape, extra={"status": "422", "message": detail})


def forbidden(detail: str = "User does not have sufficient permissions for this action.") -> ApiError:
    return ApiError(403, "forbidden", detail)
