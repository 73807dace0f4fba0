"""The WSGI application: the checks in the order of the reference (§17.1), then the endpoint."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import ClosingIterator

from qonto_sandbox.core import auth, constants, idempotency, ids, striking
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, OAuthError, RawError
from qonto_sandbox.core.families import told_by
from qonto_sandbox.core.faults import Fault
from qonto_sandbox.core.routing import Call, Endpoint, url_map
from qonto_sandbox.core.world import World

logger = logging.getLogger("qonto_sandbox")

CONTROL = "/_sandbox"
# The user's browser opens these and cannot send the staging header.
OPEN_PREFIXES = (CONTROL, "/registrations/", "/embed-auth-link/", "/oauth2/auth", "/.well-known/", "/healthz")
FILES = "/files/"
MAX_BODY = 40 * 1024 * 1024

WsgiBody = Iterable[bytes] | ClosingIterator
Shortcut = Callable[[World, dict[str, Any], Callable[..., object]], list[bytes] | None]


class Application:
    """`shortcut` may answer a call before anything else; None leaves it to the general way."""

    def __init__(self, world: World, *, shortcut: Shortcut | None = None) -> None:
        self.world, self._urls, self._shortcut = world, url_map(), shortcut

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> WsgiBody:
        if self._shortcut is not None:
            quick = self._shortcut(self.world, environ, start_response)
            if quick is not None:
                return quick
        request = Request(environ)
        request.max_content_length = MAX_BODY
        response = self.respond(request)
        return response(environ, start_response)  # type: ignore[arg-type]

    def respond(self, request: Request) -> Response:
        trace_id = ids.trace()
        faults: list[Fault] = []
        if self.world.faults and not request.path.startswith(CONTROL):
            faults = self.world.faults.take(request.method, request.path)
            # What struck tells its error as the endpoint would.
            self._match(request)
        try:
            response = striking.before(faults, request) or self._answer(request, trace_id)
            response = striking.after(faults, request, response)
        except ApiError as error:
            response = self._told(request, error, trace_id)
            if error.status == 401:
                self.world.limits.refused(request.remote_addr or "")
        except RawError as error:
            response = answer(error.content | {"trace_id": trace_id}, error.status)
        except OAuthError as error:
            response = answer(error.body(), error.status)
            response.headers["Cache-Control"] = "no-store"
        except ConnectionAbortedError:
            raise
        except Exception:
            logger.exception("%s %s", request.method, request.path)
            response = Response("", 500)
        response.headers["X-Tyk-Trace-Id"] = trace_id
        if "sandbox.request_id" in request.environ:
            response.headers["X-Request-Id"] = request.environ["sandbox.request_id"]
        return response

    @staticmethod
    def _told(request: Request, error: ApiError, trace_id: str) -> Response:
        endpoint: Endpoint | None = request.environ.get("sandbox.endpoint")
        if endpoint is not None:
            error = told_by(endpoint.family, error, single=endpoint.single)
        response = answer(error.body(trace_id), error.status)
        response.headers.extend(error.headers)
        return response

    def _answer(self, request: Request, trace_id: str) -> Response:
        closed = self._gate(request)
        if closed is not None:
            return closed
        found = self._match(request)
        if found is None:
            return Response("404 page not found\n", 404, content_type="text/plain; charset=utf-8")
        endpoint, path = found
        request.environ["sandbox.respond"] = self.respond
        if self.world.options.rate_limits and not request.path.startswith(CONTROL):
            self.world.limits.check(request.remote_addr or "")
        # Past the gateway: an answer of the application, success or not, has a request id.
        request.environ["sandbox.request_id"] = ids.new()
        return self._perform(request, endpoint, path, trace_id)

    def _match(self, request: Request) -> tuple[Endpoint, dict[str, str]] | None:
        """The endpoint asked for and what fills its path; None for what is not served."""
        try:
            endpoint, path = self._urls.bind_to_environ(request.environ).match()
        except (NotFound, MethodNotAllowed, RequestRedirect):
            return None
        request.environ["sandbox.endpoint"] = endpoint
        return endpoint, dict(path)

    def _gate(self, request: Request) -> Response | None:
        options = self.world.options
        if not options.gate or request.path.startswith(OPEN_PREFIXES):
            return None
        if request.path.startswith(FILES) and not options.gate_files:
            return None
        if request.headers.get("X-Qonto-Staging-Token") == constants.STAGING_TOKEN:
            return None
        return striking.gate(html=options.gate_html)

    def _perform(self, request: Request, endpoint: Endpoint, path: dict[str, str], trace_id: str) -> Response:
        if not endpoint.locked:
            principal = auth.authenticate(self.world, request, endpoint)
            auth.check_scopes(endpoint, principal)
            return endpoint.handler(Call(self.world, request, endpoint, path, principal, trace_id))
        if endpoint.body != "none":
            # A slow upload must not hold the lock.
            self._receive(request)
        with self.world.act():
            principal = auth.authenticate(self.world, request, endpoint)
            auth.check_scopes(endpoint, principal)
            return self._run(Call(self.world, request, endpoint, path, principal, trace_id))

    @staticmethod
    def _receive(request: Request) -> None:
        try:
            request.get_data(cache=True, parse_form_data=False)
        except RequestEntityTooLarge:
            raise ApiError(422, "file_too_large", "The request body is too large") from None
        except HTTPException as error:
            raise ApiError(400, "bad_request", error.description or "Bad request") from None

    @staticmethod
    def _run(call: Call) -> Response:
        if call.endpoint.body in ("json", "optional"):
            _ = call.body
        if not call.endpoint.idempotent:
            return call.endpoint.handler(call)
        key = idempotency.key_of(call)
        response = idempotency.replay(call, key)
        if response is None:
            response = call.endpoint.handler(call)
            if response.status_code < 300:
                idempotency.keep(call, key, response)
        return response
