"""Registrations of the Onboarding Partners API (partner reference §1)."""

from typing import Annotated

from qonto_link.api.schemas.base import Argent, ListeVide, Moment, Schema, Texte


class BreakdownSource(Schema):
    pointer: Texte = ""
    parameter: Texte = ""


class Breakdown(Schema):
    """One reason why the flow is not the seamless one."""

    code: Texte = ""
    detail: Texte = ""
    source: BreakdownSource | None = None


class Flow(Schema):
    type: Texte = ""
    breakdown: Annotated[tuple[Breakdown, ...], ListeVide] = ()


class PartnerUser(Schema):
    email: Texte = ""
    first_name: Texte = ""
    last_name: Texte = ""


class RegistrationOrganization(Schema):
    id: Texte = ""
    legal_name: Texte = ""
    legal_form: Texte = ""
    legal_number: Texte = ""
    total_capital_amount: Argent | None = None


class Stakeholder(Schema):
    id: Texte = ""
    is_owner: bool = False
    first_name: Texte = ""
    last_name: Texte = ""
    email: Texte = ""


class Registration(Schema):
    id: str
    legal_flow: Texte = ""
    status: Texte = "pending"
    flow: Flow | None = None
    redirection_link: Texte = ""
    created_at: Moment = None
    updated_at: Moment = None
    partner_user: PartnerUser | None = None
    organization: RegistrationOrganization | None = None
    stakeholders: Annotated[tuple[Stakeholder, ...], ListeVide] = ()


class RegistrationFile(Schema):
    id: str
    filename: Texte = ""
    filesize_bytes: int = 0
    file_type: Texte = ""
    stakeholder_id: Texte = ""
    url: Texte = ""
    created_at: Moment = None


class OnboardingWebhook(Schema):
    id: str
    callback_url: Texte = ""
    enabled: bool = True


class OnboardingEvent(Schema):
    id: str
    event_type: Texte = ""
    resource_type: Texte = ""
    resource_id: Texte = ""
    created_at: Moment = None
