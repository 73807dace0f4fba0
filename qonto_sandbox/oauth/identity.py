"""The id token and the keys with which it can be checked."""

import base64
from functools import cache
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from werkzeug.wrappers import Response

from qonto_sandbox.core import constants
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.oauth.scopes import SCOPES

KEY_ID = "public:local-qonto"
LIFE_SECONDS = 3600


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def id_token(call: Call, consent: Record, nonce: str) -> str:
    """A JWT signed RS256 about the user who consented."""
    now = int(call.world.now().timestamp())
    claims = {
        "iss": call.url("/"),
        "sub": consent["membership_id"],
        "aud": [constants.CLIENT_ID],
        "iat": now,
        "auth_time": now,
        "exp": now + LIFE_SECONDS,
        "organization_id": consent["organization_id"],
    } | ({"nonce": nonce} if nonce else {})
    header = {"alg": "RS256", "kid": KEY_ID, "typ": "JWT"}
    signed = f"{_b64(orjson.dumps(header))}.{_b64(orjson.dumps(claims))}"
    return f"{signed}.{_b64(_key().sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@endpoint("GET", "/.well-known/jwks.json", auth=("none",), tag="oauth")
def jwks(call: Call) -> Response:
    """Clés publiques des jetons d’identité."""
    numbers = _key().public_key().public_numbers()
    key = {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": KEY_ID,
        "n": _b64(numbers.n.to_bytes(256, "big")),
        "e": _b64(numbers.e.to_bytes(3, "big")),
    }
    return answer({"keys": [key]})


@endpoint("GET", "/.well-known/openid-configuration", auth=("none",), tag="oauth")
def discovery(call: Call) -> Response:
    """Description du serveur d’autorisation."""
    described: dict[str, Any] = {
        "issuer": call.url("/"),
        "authorization_endpoint": call.url("/oauth2/auth"),
        "token_endpoint": call.url("/oauth2/token"),
        "revocation_endpoint": call.url("/oauth2/revoke"),
        "jwks_uri": call.url("/.well-known/jwks.json"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
        "scopes_supported": list(SCOPES),
    }
    return answer(described)
