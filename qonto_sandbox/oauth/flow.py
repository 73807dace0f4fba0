"""One passage of a user's browser through the consent page: its request, checked, and its state."""

import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from werkzeug.wrappers import Response

from qonto_sandbox.core import constants, ids
from qonto_sandbox.core.pages import page
from qonto_sandbox.core.routing import Call
from qonto_sandbox.core.store import Record
from qonto_sandbox.oauth.scopes import SCOPES

COOKIE = "oauth2_authentication_csrf"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
STATE_MINIMUM = 8
PARAMETERS = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "organization_id",
    "registration_id",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "login_hint",
    "identity_type",
)
IDENTITIES = ("", "membership", "user")


@dataclass
class Refusal(Exception):
    """The flow ends. Towards the application when its address can be trusted, on a page otherwise."""

    error: str
    description: str
    redirect_uri: str = ""
    state: str = ""

    def response(self) -> Response:
        if not self.redirect_uri:
            return page("erreur.html", 400, error=self.error, description=self.description)
        return redirect_with(self.redirect_uri, error=self.error, error_description=self.description, state=self.state)


def redirect_with(uri: str, **parameters: str) -> Response:
    """Back to the application, parameters added to those that its address already has."""
    given = urlencode({name: value for name, value in parameters.items() if value})
    response = Response("", 303)
    response.headers["Location"] = f"{uri}{'&' if '?' in uri else '?'}{given}"
    response.headers["Cache-Control"] = "no-store"
    return response


def redirect_allowed(call: Call, uri: str) -> bool:
    """A loopback address on any port, or one registered through the control API."""
    parts = urlsplit(uri)
    if parts.fragment or not parts.hostname:
        return False
    registered: list[str] = call.world.options.redirect_uris
    return (parts.scheme in {"http", "https"} and parts.hostname in LOOPBACK) or uri in registered


def begin(call: Call) -> Record:
    """Check the authorize request and remember it. Raises Refusal."""
    request = {name: call.request.args.get(name, "") for name in PARAMETERS}
    if request["client_id"] != constants.CLIENT_ID:
        raise Refusal("invalid_client", "Client authentication failed (unknown client).")
    uri, state = request["redirect_uri"], request["state"]
    if not redirect_allowed(call, uri):
        raise Refusal(
            "invalid_request",
            "The 'redirect_uri' parameter does not match any of the OAuth 2.0 Client's pre-registered redirect urls.",
        )
    problem = _problem(request)
    if problem:
        raise Refusal(*problem, redirect_uri=uri, state=state)
    organization_id = _preselected(call, request)
    flow = {
        "id": ids.new(),
        "csrf": secrets.token_urlsafe(24),
        "created_at": call.world.stamp(),
        "organization_preselected": organization_id,
        "email": "",
        **request,
    }
    return call.world.store["flows"].put(flow)


def _problem(request: dict[str, str]) -> tuple[str, str] | None:
    if request["response_type"] != "code":
        return (
            "unsupported_response_type",
            "The authorization server does not support obtaining a token using this method.",
        )
    if len(request["state"]) < STATE_MINIMUM:
        return (
            "invalid_state",
            "The state is missing or does not have enough characters and is therefore considered too weak. "
            f"Request parameter 'state' must be at least be {STATE_MINIMUM} characters long.",
        )
    if request["identity_type"] not in IDENTITIES:
        return ("invalid_request", "The 'identity_type' parameter must be one of: membership, user.")
    scopes = request["scope"].split()
    unknown = next((scope for scope in scopes if scope not in SCOPES), None if scopes else "")
    if unknown is not None:
        return (
            "invalid_scope",
            "The requested scope is invalid, unknown, or malformed. "
            f"The OAuth 2.0 Client is not allowed to request scope '{unknown}'.",
        )
    if request["code_challenge"] and request["code_challenge_method"] != "S256":
        return ("invalid_request", "Clients must use code_challenge_method=S256, plain is not allowed.")
    return None


def _preselected(call: Call, request: dict[str, str]) -> str:
    """The organization that the application named, by itself or through a registration."""
    organization_id = request["organization_id"]
    if request["registration_id"] and not organization_id:
        registration = call.world.store["registrations"].get(request["registration_id"])
        organization_id = (registration or {}).get("organization_id") or "unknown"
    if organization_id and organization_id not in call.world.store["organizations"]:
        raise Refusal(
            "invalid_request",
            "The organization cannot be pre-selected: it does not exist or is not open yet.",
            redirect_uri=request["redirect_uri"],
            state=request["state"],
        )
    return organization_id


def resume(call: Call) -> Record:
    """The flow that a form continues. Raises Refusal unless the browser is the one that began it."""
    flow = call.world.store["flows"].get(call.request.form.get("flow", ""))
    cookie = call.request.cookies.get(COOKIE, "")
    if flow is None or not hmac.compare_digest(flow["csrf"], cookie):
        raise Refusal(
            "request_forbidden",
            "The request is not allowed. No CSRF value available in the session cookie.",
        )
    return flow


def people(call: Call, flow: Record) -> list[tuple[Record, list[Record]]]:
    """Who may sign in, by organization."""
    groups: list[tuple[Record, list[Record]]] = []
    for organization in call.world.store["organizations"]:
        if flow["organization_preselected"] in {"", organization["id"]}:
            members = call.world.store["memberships"].by("organization_id", organization["id"])
            groups.append((organization, [row for row in members if row["status"] == "active" and row["email"]]))
    return groups


def memberships_of(call: Call, flow: Record) -> list[Record]:
    """The memberships among which the signed-in person chooses an organization."""
    return [row for _, members in people(call, flow) for row in members if row["email"] == flow["email"]]
