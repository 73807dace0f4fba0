"""Callbacks of the onboarding partner, the events sent to them, and the test aid (partner reference §1.10)."""

from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.pagination import page_answer
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.onboarding import events, rules
from qonto_sandbox.resources.registrations import PARTNER
from qonto_sandbox.resources.shapes import Meta, PageQuery
from qonto_sandbox.schemas.common import Asked, Wire

STEPS = {step for steps in (*rules.STEPS.values(), rules.STEPS_ABROAD) for step in steps}
EVENT_TYPES = (*sorted(f"registrations.{step}" for step in STEPS), "organizations.deleted")
FIELDS = ("id", "created_at", "updated_at", "callback_url", "enabled", "secret")


class NewCallback(Asked):
    callback_url: str
    enabled: bool = True
    secret: str


class Callback(NewCallback, Wire):
    id: str
    created_at: str
    updated_at: str


class Event(Wire):
    id: str
    event_type: str
    resource_type: str
    resource_id: str
    created_at: str


class EventPage(Wire):
    events: list[Event]
    meta: Meta


class Trigger(Asked):
    resource_id: str
    event_type: str


def _create(call: Call) -> Response:
    body = call.body
    url, secret = body.text("callback_url"), body.text("secret")
    if not url.startswith(("https://", "http://")):
        raise ApiError(422, "invalid_format", "callback_url must be a URL", pointer="/callback_url")
    stamp = call.world.stamp()
    record: Record = {
        "id": ids.new(),
        "partner_id": call.principal.client_id,
        "created_at": stamp,
        "updated_at": stamp,
        "callback_url": url,
        "enabled": body.boolean("enabled", default=True),
        "secret": secret,
    }
    call.world.store["onboarding_webhooks"].put(record)
    return answer(view(record), 201)


def view(record: Record) -> dict[str, Any]:
    return {name: record[name] for name in FIELDS}


@endpoint(
    "POST",
    "/register/webhooks",
    auth=PARTNER,
    status=201,
    request=NewCallback,
    response=Callback,
    errors=(400, 401, 422),
)
def create_webhook(call: Call) -> Response:
    """Enregistrer une adresse qui reçoit tous les événements."""
    return _create(call)


@endpoint(
    "POST",
    "/data_api/webhooks",
    auth=PARTNER,
    status=201,
    request=NewCallback,
    response=Callback,
    errors=(400, 401, 422),
)
def create_webhook_by_former_path(call: Call) -> Response:
    """Le chemin que les guides nomment encore."""
    return _create(call)


@endpoint("GET", "/register/events", auth=PARTNER, query=PageQuery, response=EventPage, errors=(400, 401, 422))
def list_events(call: Call) -> Response:
    """Lister les événements émis, le plus récent d’abord."""
    rows = sorted(call.world.store["onboarding_events"], key=lambda row: int(row["rank"]), reverse=True)
    return page_answer(call.query, "events", rows, events.view, default=25)


@endpoint(
    "POST",
    "/register/dev/trigger_event",
    auth=PARTNER,
    status=201,
    request=Trigger,
    response=Event,
    errors=(400, 401, 404, 422),
)
def trigger_event(call: Call) -> Response:
    """Faire partir un événement, sans que le dossier change (essais)."""
    event_type, resource_id = call.body.choice("event_type", EVENT_TYPES), call.body.uuid("resource_id")
    known = call.world.store["registrations"].get(resource_id)
    if known is None or known["partner_id"] != call.principal.client_id:
        raise not_found(parameter="resource_id")
    return answer(events.view(events.emit(call.world, event_type, resource_id)), 201)
