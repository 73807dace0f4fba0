"""How a fault changes an answer, down to the socket."""

import socket
import time
from collections.abc import Iterator
from typing import Any

from werkzeug.wrappers import Request, Response

from qonto_sandbox.core import constants
from qonto_sandbox.core.auth import invalid_token
from qonto_sandbox.core.errors import ApiError
from qonto_sandbox.core.faults import Fault
from qonto_sandbox.core.limits import too_many

GATE_PAGE = (
    "<!doctype html><html><head><title>OneLogin</title></head>"
    "<body><h1>Sign in</h1><p>This environment is restricted.</p></body></html>"
)


def gate(*, html: bool) -> Response:
    """What a call without staging token meets: a page, or the way to one. Never JSON."""
    if html:
        return Response(GATE_PAGE, 200, content_type="text/html; charset=utf-8")
    return Response("", 302, {"Location": constants.GATE_URL}, content_type="text/html; charset=utf-8")


def before(faults: list[Fault], request: Request) -> Response | None:
    """The faults that stand in for the answer, or delay it."""
    for fault in faults:
        if fault.kind == "latency":
            time.sleep(fault.seconds)
        elif fault.kind == "rate_limit":
            raise too_many(fault.retry_after - 1)
        elif fault.kind == "revoked":
            raise invalid_token()
        elif fault.kind in {"html", "redirect"}:
            return gate(html=fault.kind == "html")
        elif fault.kind == "status" and not fault.after:
            return _status(fault, request)
        elif fault.kind == "cut" and not fault.after:
            cut(request)
    return None


def after(faults: list[Fault], request: Request, response: Response) -> Response:
    """The faults that spoil an answer already made."""
    for fault in faults:
        if fault.kind == "status" and fault.after:
            return _status(fault, request)
        if fault.kind == "cut" and fault.after:
            cut(request)
        elif fault.kind == "truncated":
            body = response.get_data()
            response.set_data(body[: len(body) // 2])
        elif fault.kind == "cut_body":
            response = _streamed(response, _cut_midway(request, response.get_data()))
        elif fault.kind == "slow_body":
            response = _streamed(response, _slowly(response.get_data(), fault.seconds))
    return response


def cut(request: Request) -> None:
    """Close the connection without a word."""
    wire: Any = request.environ.get("gunicorn.socket")
    if wire is not None:
        wire.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError


def _status(fault: Fault, request: Request) -> Response:
    """Qonto's own 500 is empty, but for invoicing which names it; a gateway's 502, 503, 504 is a line of text."""
    endpoint = request.environ.get("sandbox.endpoint")
    if fault.status == 500 and not fault.body and endpoint is not None and endpoint.family == "invoices":
        raise ApiError(500, "internal_server_error", "Internal server error")
    return Response(fault.body, fault.status, content_type="text/plain; charset=utf-8")


def _streamed(response: Response, pieces: Iterator[bytes]) -> Response:
    length = str(len(response.get_data()))
    spoiled = Response(pieces, response.status, response.headers, direct_passthrough=True)
    spoiled.headers["Content-Length"] = length
    return spoiled


def _cut_midway(request: Request, body: bytes) -> Iterator[bytes]:
    yield body[: max(1, len(body) // 2)]
    wire: Any = request.environ.get("gunicorn.socket")
    if wire is not None:
        wire.shutdown(socket.SHUT_RDWR)


def _slowly(body: bytes, seconds: float) -> Iterator[bytes]:
    size = max(1, -(-len(body) // 10))
    for start in range(0, len(body), size):
        time.sleep(seconds / 10)
        yield body[start : start + size]
