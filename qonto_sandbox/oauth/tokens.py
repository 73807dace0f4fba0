"""The token endpoint: exchange of a code, refresh with rotation, revocation."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core import constants, ids
from qonto_sandbox.core.answers import answer, empty
from qonto_sandbox.core.errors import OAuthError
from qonto_sandbox.core.formats import instant, moment
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.oauth.identity import id_token
from qonto_sandbox.oauth.schemas import TokenAnswer

ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=90)
# The former refresh token still works this long after its first use.
GRACE = timedelta(seconds=60)
INVALID_GRANT = "The provided authorization grant or refresh token is invalid, expired or revoked."

Form = Mapping[str, str]


def invalid_grant(hint: str) -> OAuthError:
    return OAuthError(400, "invalid_grant", INVALID_GRANT, hint)


@endpoint("POST", "/oauth2/token", auth=("none",), body="form", tag="oauth", response=TokenAnswer, errors=(400, 401))
def token(call: Call) -> Response:
    """Échanger un code, ou renouveler un jeton."""
    form = call.request.form
    _check_client(form)
    grants: dict[str, Callable[[Call, Form], dict[str, Any]]] = {
        "authorization_code": _exchange,
        "refresh_token": _refresh,
    }
    asked = _required(form, "grant_type")
    if asked not in grants:
        raise OAuthError(
            400,
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server.",
        )
    response = answer(grants[asked](call, form))
    response.headers["Cache-Control"] = "no-store"
    return response


@endpoint("POST", "/oauth2/revoke", auth=("none",), body="form", tag="oauth", errors=(400, 401))
def revoke(call: Call) -> Response:
    """Révoquer un jeton, et tous ceux de la même autorisation."""
    form = call.request.form
    _check_client(form)
    found = call.world.store["tokens"].get(_required(form, "token"))
    if found is not None:
        revoke_all(call, found["consent_id"])
    return empty(200)


@endpoint(
    "DELETE", "/v2/oauth2/consents", scopes=("organization.read",), auth=("oauth",), status=204, errors=(401, 403)
)
def delete_consents(call: Call) -> Response:
    """Révoquer les consentements de l’utilisateur pour cette application."""
    store, email = call.world.store, call.membership["email"]
    for consent in list(store["consents"]):
        member = store["memberships"].get(consent["membership_id"])
        same = member is not None and member["email"] == email and consent["client_id"] == call.principal.client_id
        if same and consent["revoked_at"] is None:
            withdraw(call, consent)
    return empty(204)


def withdraw(call: Call, consent: Record) -> None:
    """The consent is gone and every token of it dies."""
    consent["revoked_at"] = call.world.stamp()
    call.world.store["consents"].put(consent)
    revoke_all(call, consent["id"])
    call.world.events.publish("consent-revocations", "revoked", consent)


def revoke_all(call: Call, consent_id: str) -> None:
    for row in call.world.store["tokens"].by("consent_id", consent_id):
        row["revoked"] = True
        call.world.store["tokens"].put(row)


def _required(form: Form, name: str) -> str:
    value = form.get(name, "").strip()
    if not value:
        raise OAuthError(
            400,
            "invalid_request",
            "The request is missing a required parameter, includes an invalid parameter value, includes a parameter "
            "more than once, or is otherwise malformed.",
            f"Request parameter '{name}' is missing.",
        )
    return value


def _check_client(form: Form) -> None:
    """Credentials travel in the body; a Basic header is not read."""
    right = hmac.compare_digest(form.get("client_id", "").encode(), constants.CLIENT_ID.encode())
    right &= hmac.compare_digest(form.get("client_secret", "").encode(), constants.CLIENT_SECRET.encode())
    if not right:
        raise OAuthError(
            401,
            "invalid_client",
            "Client authentication failed (e.g., unknown client, no client authentication included, or unsupported "
            "authentication method).",
        )


def _exchange(call: Call, form: Form) -> dict[str, Any]:
    world = call.world
    code = world.store["codes"].get(_required(form, "code"))
    if code is None or code["expires_at"] <= world.stamp():
        raise invalid_grant("The authorization code is unknown or has expired.")
    if code["used"]:
        # Someone else may hold what was given for it.
        revoke_all(call, code["consent_id"])
        raise invalid_grant("The authorization code has already been used.")
    if form.get("redirect_uri", "") != code["redirect_uri"]:
        raise invalid_grant("The 'redirect_uri' from this request does not match the one from the authorize request.")
    if code["code_challenge"] and not _proves(form.get("code_verifier", ""), code["code_challenge"]):
        raise invalid_grant("The PKCE code challenge did not match the code verifier.")
    code["used"] = True
    world.store["codes"].put(code)
    return issue(call, code["consent_id"], code["scopes"], nonce=code["nonce"])


def _proves(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).decode().rstrip("="), challenge)


def _refresh(call: Call, form: Form) -> dict[str, Any]:
    world = call.world
    former = world.store["tokens"].get(_required(form, "refresh_token"))
    if former is None or former["kind"] != "refresh" or former["revoked"] or former["expires_at"] <= world.stamp():
        raise invalid_grant("The refresh token is unknown, expired or revoked.")
    if former["used_at"] is None:
        former["used_at"] = world.stamp()
        world.store["tokens"].put(former)
    elif world.now() > moment(former["used_at"]) + GRACE:
        raise invalid_grant("The refresh token was already used.")
    return issue(call, former["consent_id"], former["scopes"])


def issue(call: Call, consent_id: str, scopes: list[str], *, nonce: str = "") -> dict[str, Any]:
    """A new pair of tokens."""
    body: dict[str, Any] = {
        "access_token": _token(call, "access", "ory_at_", ACCESS_LIFE, consent_id, scopes),
        "expires_in": int(ACCESS_LIFE.total_seconds()) - 1,
        "scope": " ".join(scopes),
        "token_type": "bearer",
    }
    if "offline_access" in scopes:
        body["refresh_token"] = _token(call, "refresh", "ory_rt_", REFRESH_LIFE, consent_id, scopes)
    if "openid" in scopes:
        consent = call.world.store["consents"].get(consent_id) or {}
        body["id_token"] = id_token(call, consent, nonce)
    return body


def _token(call: Call, kind: str, prefix: str, life: timedelta, consent_id: str, scopes: list[str]) -> str:
    now = call.world.now()
    value = ids.opaque(prefix)
    call.world.store["tokens"].put(
        {
            "id": value,
            "kind": kind,
            "consent_id": consent_id,
            "scopes": scopes,
            "created_at": instant(now),
            "expires_at": instant(now + life),
            "used_at": None,
            "revoked": False,
        }
    )
    return value
