"""OAuth 2.0 authorization code with PKCE, refresh and revocation (reference §2.2)."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from qonto_link.api.errors import Contexte
from qonto_link.api.ressources import lire, sans_vide
from qonto_link.api.schemas.jetons import Tokens
from qonto_link.api.transport import Reglages, Transport

TOKEN = "/oauth2/token"


def nouveau_state() -> str:
    """An unpredictable value; Qonto refuses one shorter than 8 characters."""
    return secrets.token_urlsafe(32)


def nouveau_verifier() -> str:
    return secrets.token_urlsafe(48)


def challenge_de(code_verifier: str) -> str:
    """The S256 challenge of PKCE."""
    return base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")


class OAuthClient:
    """A context manager over one HTTP session to the authorization server."""

    def __init__(
        self,
        *,
        base_url: str,
        client_id: str,
        client_secret: str,
        staging_token: str = "",
        reglages: Reglages | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._client_id = client_id
        self._identifiants = {"client_id": client_id, "client_secret": client_secret}
        self._transport = Transport(
            base_url, entetes={}, staging_token=staging_token, reglages=reglages or Reglages(reprises=0)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    def authorize_url(
        self,
        *,
        redirect_uri: str,
        scopes: Sequence[str],
        state: str,
        code_challenge: str,
        organization_id: str = "",
        registration_id: str = "",
    ) -> str:
        """The page to open in the user's own browser. An organization or a registration skips Qonto's chooser."""
        params = sans_vide(
            {
                "client_id": self._client_id,
                "redirect_uri": redirect_uri,
                "response_type": "code",
                "scope": " ".join(scopes),
                "state": state,
                "code_challenge": code_challenge,
                "code_challenge_method": "S256",
                "organization_id": organization_id,
                "registration_id": registration_id,
            }
        )
        return f"{self._base_url}/oauth2/auth?{urlencode(params)}"

    def exchange(self, *, code: str, redirect_uri: str, code_verifier: str) -> Tokens:
        """Raises Refused (`invalid_grant`) when the code is unknown, used, or too old."""
        return self._jetons(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": code_verifier,
            }
        )

    def refresh(self, refresh_token: str) -> Tokens:
        """A new pair: store it before using it, the former refresh token dies 60 seconds later.

        Raises Refused (`invalid_grant`) when the consent was revoked or the token is not the last one.
        """
        return self._jetons({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def revoke(self, token: str) -> None:
        self._transport.appeler("POST", "/oauth2/revoke", formulaire={**self._identifiants, "token": token})

    def _jetons(self, champs: dict[str, str]) -> Tokens:
        corps = self._transport.json("POST", TOKEN, formulaire={**self._identifiants, **champs})
        jetons = lire(Tokens, corps, Contexte("POST", TOKEN))
        # Nothing readable stays beside the secrets.
        jetons._brut = {}
        return jetons
