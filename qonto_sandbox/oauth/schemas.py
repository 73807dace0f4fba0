"""Bodies of the authorization server."""

from pydantic import BaseModel, ConfigDict


class TokenAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    refresh_token: str | None = None
    id_token: str | None = None
