"""An event of the Business API (partner reference §4.2): only what names the object, which is then read again."""

from pydantic import Field

from qonto_link.api.schemas.base import Moment, Schema, Texte


class AccountEventData(Schema):
    id: Texte = ""
    event: Texte = ""
    bank_account_id: Texte = ""


class AccountEvent(Schema):
    id: str
    type: str
    subscription_id: Texte = ""
    organization_id: Texte = ""
    created_at: Moment = None
    data: AccountEventData = Field(default_factory=AccountEventData)
