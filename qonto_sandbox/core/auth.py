"""Who calls: access token, API key, or the two headers of an onboarding partner."""

import hmac
from collections.abc import Callable

from werkzeug.wrappers import Request

from qonto_sandbox.core import constants
from qonto_sandbox.core.errors import ApiError, forbidden
from qonto_sandbox.core.routing import Endpoint, Principal
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World

ORGANIZATION = "X-Qonto-Organization-Id"
# About the user himself, whatever the organization.
OF_USER = ("/v2/user_organizations", "/v2/oauth2/consents")


def invalid_token() -> ApiError:
    return ApiError(401, "authorization_token_invalid", "Authorization token is invalid")


def authenticate(world: World, request: Request, endpoint: Endpoint) -> Principal:
    """Raises 401 (no or bad credentials) or 403 (right credentials of a kind that this endpoint refuses)."""
    if "none" in endpoint.auth:
        return Principal("none")
    header = request.headers.get("Authorization", "").strip()
    if not header:
        raise ApiError(401, "authorization_header_missing", "Authorization header is missing")
    scheme, _, credentials = header.partition(" ")
    if "partner" in endpoint.auth:
        return _partner(request, scheme, credentials)
    if scheme.lower() == "bearer":
        principal = _bearer(world, request, endpoint, credentials.strip())
    else:
        principal = _api_key(world, header)
    if principal.kind not in endpoint.auth:
        raise forbidden("This endpoint does not accept this kind of credentials.")
    return principal


def check_scopes(endpoint: Endpoint, principal: Principal) -> None:
    """An API key has no scopes and every power; a token needs one of those named."""
    if principal.kind == "oauth" and endpoint.scopes and principal.scopes.isdisjoint(endpoint.scopes):
        raise forbidden("missing required oauth scope")


def _partner(request: Request, scheme: str, token: str) -> Principal:
    partner = request.headers.get("Qonto-Partner-Id", "")
    right = hmac.compare_digest(partner, constants.PARTNER_ID) & hmac.compare_digest(token, constants.PARTNER_TOKEN)
    if scheme.lower() != "bearer" or not right:
        raise invalid_token()
    return Principal("partner", client_id=partner)


# Whoever knows other credentials: (world, "oauth" or "key", token or login, secret).
Finder = Callable[[World, str, str, str], Principal | None]
FINDERS: list[Finder] = []


def _found_elsewhere(world: World, kind: str, name: str, secret: str = "") -> Principal | None:
    return next((found for finder in FINDERS if (found := finder(world, kind, name, secret))), None)


def _bearer(world: World, request: Request, endpoint: Endpoint, token: str) -> Principal:
    found = world.store["tokens"].get(token)
    if found is None and (other := _found_elsewhere(world, "oauth", token)) is not None:
        return other
    if found is None or found["kind"] != "access" or found["revoked"] or found["expires_at"] <= world.stamp():
        raise invalid_token()
    consent = world.store["consents"].get(found["consent_id"])
    if consent is None or consent["revoked_at"] is not None:
        raise invalid_token()
    organization_id, membership_id = _acting_for(consent, request, endpoint)
    return Principal(
        "oauth",
        organization_id=organization_id,
        membership_id=membership_id,
        client_id=consent["client_id"],
        scopes=frozenset(found["scopes"]),
        token_id=token,
    )


def _acting_for(consent: Record, request: Request, endpoint: Endpoint) -> tuple[str, str]:
    """Organization and membership. The token of a user holds for several: the header names one of them."""
    memberships: dict[str, str] = consent.get("memberships") or {}
    asked = request.headers.get(ORGANIZATION, "").strip()
    if asked and memberships and asked not in memberships:
        raise forbidden("The user has not given access to this organization.")
    if asked in memberships:
        return asked, memberships[asked]
    if len(memberships) > 1 and endpoint.path not in OF_USER:
        raise ApiError(400, "bad_request", f"{ORGANIZATION} header is missing")
    return consent["organization_id"], consent["membership_id"]


def _api_key(world: World, header: str) -> Principal:
    login, _, secret = header.partition(":")
    key = world.store["api_keys"].get(login)
    if key is None and (other := _found_elsewhere(world, "key", login, secret)) is not None:
        return other
    if key is None or not hmac.compare_digest(key["secret"].encode(), secret.encode()):
        raise invalid_token()
    return Principal("key", organization_id=key["organization_id"], membership_id=key["membership_id"])
