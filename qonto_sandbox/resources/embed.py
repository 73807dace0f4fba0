"""Qonto Embed: links to hosted pages, and requests forwarded for the browser's kit (partner reference §2.3, §2.4)."""

import base64
from datetime import timedelta
from typing import Any, Literal

import orjson
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.schemas.common import Asked, Wire

ACTIONS = ("create_payment_link", "display_card", "create_sepa_transfer")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LIFE = timedelta(minutes=10)
DISPATCH = "/v1/encoded_requests/dispatch"


class AskedLink(Asked):
    post_authn_action: Literal["create_payment_link", "display_card", "create_sepa_transfer"]
    callback_url: str | None = None


class NewLink(Asked):
    embed_auth_link: AskedLink


class Link(Wire):
    url: str
    post_authn_action: str
    callback_url: str | None
    expired_at: str
    used_at: str | None


class OneLink(Wire):
    embed_auth_link: Link


class Encoded(Wire):
    data: str


@endpoint(
    "POST",
    "/v1/embed_auth_links",
    auth=("oauth",),
    scopes=("embed_auth_link.write",),
    request=NewLink,
    response=OneLink,
    errors=(400, 401, 403),
)
def create_link(call: Call) -> Response:
    """Un lien court, à usage unique, vers une page de Qonto où l’utilisateur est déjà connu."""
    body = call.body.object("embed_auth_link")
    action, back = body.choice("post_authn_action", ACTIONS), body.text("callback_url", required=False)
    if back and not back.startswith(("https://", "http://")):
        raise ApiError(400, "bad_request", "callback_url must be a URL", pointer=body.pointer("callback_url"))
    link = call.world.store["embed_links"].put(
        {
            "id": ids.new(),
            "organization_id": call.organization_id,
            "membership_id": call.principal.membership_id,
            "post_authn_action": action,
            "callback_url": back or None,
            "expired_at": f"{(call.world.now() + LIFE).isoformat()[:19]}Z",
            "used_at": None,
        }
    )
    names = ("post_authn_action", "callback_url", "expired_at", "used_at")
    url = call.url(f"/embed-auth-link/{link['id']}")
    return answer({"embed_auth_link": {"url": url, **{name: link[name] for name in names}}})


def _decoded(call: Call) -> Body:
    data = call.body.text("data")
    try:
        return Body.read(base64.b64decode(data, validate=True))
    except (ValueError, ApiError):
        raise ApiError(400, "bad_request", "data must be base64 of a JSON object", pointer="/data") from None


def _forwarded(call: Call, asked: Body) -> Request:
    """The request inside, with the token of the one that carries it."""
    method, path = asked.choice("method", METHODS), asked.text("path")
    if not path.startswith(("/v1/", "/v2/")) or path.startswith(DISPATCH):
        raise ApiError(400, "bad_request", "path must be an endpoint of the Business API", pointer="/path")
    headers = asked.object("headers").data if asked.has("headers") else {}
    for name in ("Authorization", "X-Qonto-Staging-Token"):
        if name in call.request.headers:
            headers = {**headers, name: call.request.headers[name]}
    payload = asked.get("payload")
    path, _, query = path.partition("?")
    builder = EnvironBuilder(
        path,
        base_url=call.request.host_url,
        query_string=query,
        method=method,
        headers=[(str(name), str(value)) for name, value in headers.items()],
        data=b"" if payload is None else orjson.dumps(payload),
        content_type="application/json",
    )
    return Request(builder.get_environ())


@endpoint(
    "POST",
    DISPATCH,
    auth=("oauth",),
    request=Encoded,
    response=Encoded,
    errors=(400, 401),
    locked=False,
)
def dispatch(call: Call) -> Response:
    """Transmettre une requête préparée par la trousse du navigateur."""
    inner = call.forward(_forwarded(call, _decoded(call)))
    content = inner.get_data()
    shown: dict[str, Any] = {
        "status": inner.status_code,
        "headers": dict(inner.headers),
        "body": orjson.loads(content) if content and "json" in (inner.content_type or "") else None,
    }
    return answer({"data": base64.b64encode(orjson.dumps(shown)).decode()})
