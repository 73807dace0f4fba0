"""Answer of the token endpoint (reference §2.2.2)."""

from datetime import datetime, timedelta

from pydantic import SecretStr

from qonto_link.api.schemas.base import Schema, Texte


class Tokens(Schema):
    """The tokens hide themselves in logs and messages: read them with `get_secret_value()`."""

    access_token: SecretStr
    refresh_token: SecretStr = SecretStr("")
    expires_in: int = 3600
    scope: Texte = ""
    token_type: Texte = "bearer"

    def expire_le(self, maintenant: datetime) -> datetime:
        return maintenant + timedelta(seconds=self.expires_in)
