"""Webhook subscriptions of the Business API (partner reference §4.1). Flat objects; errors in shape C."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field
from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer, empty
from qonto_sandbox.core.errors import ApiError, forbidden, not_found
from qonto_sandbox.core.pagination import page_answer
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Auth, Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.resources.shapes import Meta, PageQuery
from qonto_sandbox.schemas.common import Asked, Wire
from qonto_sandbox.webhooks import business

OAUTH: tuple[Auth, ...] = ("oauth",)
SCOPES = ("webhook",)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SubscriptionChanges(Asked):
    callback_url: str = Field(max_length=512)
    types: list[str] = Field(min_length=1)
    description: str | None = Field(default=None, max_length=256)


class NewSubscription(SubscriptionChanges):
    secret: str | None = Field(default=None, min_length=32, max_length=128)


class Subscription(Wire):
    id: str
    organization_id: str
    membership_id: str
    callback_url: str
    types: list[str]
    description: str | None = None
    # Null, and only when the switch `subscription_secret_key` is on.
    secret: str | None = None
    created_at: str
    updated_at: str


class CreatedSubscription(Subscription, Wire):
    secret: str


class SubscriptionPage(Wire):
    subscriptions: list[Subscription]
    meta: Meta


def attach(world: World) -> None:
    business.listen(world)


def _again(call: Call, record: Record) -> dict[str, Any]:
    """As it is told after its creation: its secret never is."""
    return view(record) | ({"secret": None} if call.world.options.subscription_secret_key else {})


def view(record: Record, *, secret: bool = False) -> dict[str, Any]:
    names = ("id", "organization_id", "membership_id", "callback_url", "types", "created_at", "updated_at")
    shown = {name: record[name] for name in names}
    if record["description"]:
        shown["description"] = record["description"]
    return shown | ({"secret": record["secret"]} if secret else {})


def _read_url(body: Body) -> str:
    if not body.has("callback_url"):
        raise ApiError(400, "bad_request", "CallbackURL is missing", pointer="/callback_url")
    url = body.text("callback_url")
    parts = urlsplit(url)
    # The real Qonto wants https on a public host; the portal of a demonstration listens on the loopback.
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ApiError(400, "bad_request", "CallbackURL must be a valid https URL", pointer="/callback_url")
    if len(url) > 512:
        raise ApiError(400, "bad_request", "CallbackURL is too long", pointer="/callback_url")
    return url


def _read(call: Call) -> dict[str, Any]:
    body = call.body
    url, types = _read_url(body), body.array("types", at_least=1)
    for topic in types:
        if topic not in business.TOPICS:
            detail = f"types must be one of: {', '.join(business.TOPICS)}"
            raise ApiError(400, "not_in_list", detail, pointer="/types")
        needed = business.TOPICS[topic]
        if needed and needed not in call.principal.scopes:
            raise forbidden("missing required oauth scope")
    description = body.text("description", required=False)
    if len(description) > 256:
        raise ApiError(400, "bad_request", "Description is too long", pointer="/description")
    return {"callback_url": url, "types": list(dict.fromkeys(types)), "description": description or None}


def _read_secret(body: Body) -> str:
    secret = body.text("secret", required=False)
    if secret and not 32 <= len(secret) <= 128:
        raise ApiError(400, "bad_request", "Secret must have between 32 and 128 characters", pointer="/secret")
    return secret or f"whsec_{secrets.token_urlsafe(32)}"


def _mine(call: Call) -> list[Record]:
    """Only those made by the same user for the same application."""
    rows = call.world.store["webhook_subscriptions"].by("organization_id", call.organization_id)
    me = (call.principal.membership_id, call.principal.client_id)
    return [row for row in rows if (row["membership_id"], row["client_id"]) == me]


def _own(call: Call) -> Record:
    found = next((row for row in _mine(call) if row["id"] == call.path["id"]), None)
    if found is None:
        raise not_found()
    return found


@endpoint(
    "GET",
    "/v2/webhook_subscriptions",
    auth=OAUTH,
    scopes=SCOPES,
    query=PageQuery,
    response=SubscriptionPage,
    errors=(400, 401, 403),
    family="webhooks",
)
def list_subscriptions(call: Call) -> Response:
    """Lister les abonnements de cet utilisateur et de cette application."""
    return page_answer(call.query, "subscriptions", _mine(call), lambda row: _again(call, row))


@endpoint(
    "POST",
    "/v2/webhook_subscriptions",
    auth=OAUTH,
    scopes=SCOPES,
    status=201,
    request=NewSubscription,
    response=CreatedSubscription,
    errors=(400, 401, 403),
    family="webhooks",
)
def create_subscription(call: Call) -> Response:
    """S’abonner à des notifications."""
    stamp = call.world.stamp()
    record: Record = {
        "id": ids.new(),
        "organization_id": call.organization_id,
        "membership_id": call.principal.membership_id,
        "client_id": call.principal.client_id,
        **_read(call),
        "secret": _read_secret(call.body),
        "created_at": stamp,
        "updated_at": stamp,
    }
    call.world.store["webhook_subscriptions"].put(record)
    return answer(view(record, secret=True), 201)


@endpoint(
    "GET",
    "/v2/webhook_subscriptions/{id}",
    auth=OAUTH,
    scopes=SCOPES,
    response=Subscription,
    errors=(401, 403, 404),
    family="webhooks",
)
def show_subscription(call: Call) -> Response:
    """Lire un abonnement."""
    return answer(_again(call, _own(call)))


@endpoint(
    "PUT",
    "/v2/webhook_subscriptions/{id}",
    auth=OAUTH,
    scopes=SCOPES,
    request=SubscriptionChanges,
    response=Subscription,
    errors=(400, 401, 403, 404),
    family="webhooks",
)
def replace_subscription(call: Call) -> Response:
    """Remplacer un abonnement ; son secret reste."""
    record = _own(call)
    record.update(**_read(call), updated_at=call.world.stamp())
    call.world.store["webhook_subscriptions"].put(record)
    return answer(_again(call, record))


@endpoint(
    "DELETE",
    "/v2/webhook_subscriptions/{id}",
    auth=OAUTH,
    scopes=SCOPES,
    status=204,
    errors=(401, 403, 404),
    family="webhooks",
)
def delete_subscription(call: Call) -> Response:
    """Se désabonner."""
    call.world.store["webhook_subscriptions"].delete(_own(call)["id"])
    return empty(204)
