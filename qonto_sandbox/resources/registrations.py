"""Registrations of the onboarding partner (partner reference §1.3–1.5). Not OAuth: two static headers."""

from typing import Any, Literal

from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer, empty
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.pagination import page_answer, sorted_by
from qonto_sandbox.core.routing import Auth, Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.onboarding import events, progress, rules
from qonto_sandbox.onboarding.faults import Refused
from qonto_sandbox.resources.shapes import Meta, PageQuery
from qonto_sandbox.schemas.common import Asked, Wire

PARTNER: tuple[Auth, ...] = ("partner",)


class PartnerUser(Asked):
    email: str
    first_name: str
    last_name: str


class NewRegistration(Asked):
    legal_flow: Literal["company_creation", "existing_company"]
    locale: Literal["en", "fr", "it", "de", "es", "pt"]
    partner_redirect_url: str | None = None
    partner_user: PartnerUser
    organization: dict[str, Any]
    stakeholders: list[dict[str, Any]] | None = None


class Flow(Wire):
    type: Literal["seamless", "manual"]
    breakdown: list[dict[str, Any]]


class Registration(Wire):
    id: str
    legal_flow: str
    flow: Flow
    status: str
    redirection_link: str
    partner_redirect_url: str | None
    created_at: str
    updated_at: str
    locale: str
    partner_user: PartnerUser
    organization: dict[str, Any]
    stakeholders: list[dict[str, Any]]


class OneRegistration(Wire):
    registration: Registration


class RegistrationPage(Wire):
    registrations: list[Registration]
    meta: Meta


class PartnerEvent(Asked):
    event: str
    organization_id: str | None = None
    registration_id: str | None = None
    occurred_at: str


class RecordedEvent(Wire):
    event: str
    occurred_at: str


class OneRecordedEvent(Wire):
    partner_event: RecordedEvent


def view(call: Call, record: Record) -> dict[str, Any]:
    files = progress.files_of(call.world, record["id"])
    shown = {name: record[name] for name in ("id", "legal_flow")}
    rest = (
        "partner_redirect_url",
        "created_at",
        "updated_at",
        "locale",
        "partner_user",
        "organization",
        "stakeholders",
    )
    return {
        **shown,
        "flow": rules.flow_of(record, files),
        "status": record["status"],
        "redirection_link": call.url(f"/registrations/{record['id']}"),
        **{name: record[name] for name in rest},
    }


def own_registration(call: Call, name: str = "id") -> Record:
    record = call.world.store["registrations"].get(call.path[name])
    if record is None or record["partner_id"] != call.principal.client_id:
        raise not_found(parameter=name)
    return record


def _organization(asked: dict[str, Any]) -> dict[str, Any]:
    names = ("entity_type", "legal_name", "legal_form", "legal_number", "legal_sector", "legal_registration_date")
    address = asked.get("address") or {}
    lines = ("line_1", "line_2", "postal_code", "city", "country")
    return {
        "id": ids.new(),
        **dict.fromkeys(names),
        "legal_vat_number": None,
        **asked,
        "address": {name: address.get(name) for name in lines} if address else None,
        "total_capital_amount": asked.get("total_capital_amount"),
    }


def _stakeholder(asked: dict[str, Any]) -> dict[str, Any]:
    entities = [{"id": ids.new(), **entity} for entity in asked.get("legal_entities") or []]
    return {"id": ids.new(), **asked, "legal_entities": entities}


@endpoint(
    "POST",
    "/register/registrations",
    auth=PARTNER,
    status=201,
    request=NewRegistration,
    response=OneRegistration,
    errors=(400, 401, 422),
)
def create_registration(call: Call) -> Response:
    """Ouvrir un dossier d’adhésion."""
    body = dict(call.body.data)
    errors = rules.errors_of(body, embed_partner=call.world.options.embed_partner)
    if errors:
        raise Refused(422, errors)
    stamp = call.world.stamp()
    record: Record = {
        "id": ids.new(),
        "partner_id": call.principal.client_id,
        # Filled when the account is open: the organization that OAuth pre-selects.
        "organization_id": None,
        "legal_flow": body["legal_flow"],
        "status": "pending",
        "partner_redirect_url": body.get("partner_redirect_url"),
        "created_at": stamp,
        "updated_at": stamp,
        "locale": body["locale"],
        "partner_user": {name: body["partner_user"][name] for name in ("first_name", "last_name", "email")},
        "organization": _organization(body["organization"]),
        "stakeholders": [_stakeholder(person) for person in body.get("stakeholders") or []],
    }
    call.world.store["registrations"].put(record)
    events.emit(call.world, "registrations.pending", record["id"])
    return answer({"registration": view(call, record)}, 201)


@endpoint(
    "GET",
    "/register/registrations",
    auth=PARTNER,
    query=PageQuery,
    response=RegistrationPage,
    errors=(400, 401, 422),
)
def list_registrations(call: Call) -> Response:
    """Lister les dossiers d’adhésion du partenaire."""
    rows = [row for row in call.world.store["registrations"] if row["partner_id"] == call.principal.client_id]
    rows = sorted_by(rows, "created_at", True)
    return page_answer(call.query, "registrations", rows, lambda row: view(call, row), default=25)


@endpoint("GET", "/register/registrations/{id}", auth=PARTNER, response=OneRegistration, errors=(401, 404))
def show_registration(call: Call) -> Response:
    """Lire un dossier d’adhésion."""
    return answer({"registration": view(call, own_registration(call))})


@endpoint(
    "POST",
    "/register/registrations/{id}/trigger_owner_email",
    auth=PARTNER,
    body="none",
    status=204,
    errors=(401, 404),
)
def trigger_owner_email(call: Call) -> Response:
    """Envoyer au dirigeant le lien de son dossier."""
    record = own_registration(call)
    record["owner_email_sent_at"] = call.world.stamp()
    call.world.store["registrations"].put(record)
    return empty(204)


@endpoint(
    "POST",
    "/register/partner_events",
    auth=PARTNER,
    status=201,
    request=PartnerEvent,
    response=OneRecordedEvent,
    errors=(400, 401, 404, 422),
)
def record_partner_event(call: Call) -> Response:
    """Noter une étape de l’immatriculation ; la plus ancienne date reste."""
    body = call.body
    event, moment = body.text("event"), body.text("occurred_at")
    registration = call.world.store["registrations"].get(body.text("registration_id", required=False))
    organization_id = body.text("organization_id", required=False)
    if registration is None and organization_id:
        rows = call.world.store["registrations"]
        registration = next((row for row in rows if row["organization"]["id"] == organization_id), None)
    if registration is None or registration["partner_id"] != call.principal.client_id:
        raise not_found(parameter="registration_id")
    if organization_id and registration["organization"]["id"] != organization_id:
        detail = "registration_id and organization_id must name the same organization"
        raise ApiError(422, "invalid_format", detail, pointer="/organization_id")
    key = f"{call.principal.client_id}|{registration['organization']['id']}|{event}"
    former = call.world.store["partner_events"].get(key)
    earliest = min(moment, former["occurred_at"]) if former else moment
    row = call.world.store["partner_events"].put({"id": key, "event": event, "occurred_at": earliest})
    return answer({"partner_event": {"event": row["event"], "occurred_at": row["occurred_at"]}}, 201)
