"""X-Qonto-Idempotency-Key (reference §1.4): only successes are kept, 30 minutes."""

import base64
from datetime import timedelta

from werkzeug.wrappers import Response

from qonto_sandbox.core.errors import ApiError
from qonto_sandbox.core.formats import instant
from qonto_sandbox.core.routing import Call

HEADER = "X-Qonto-Idempotency-Key"
LIFE = timedelta(minutes=30)


def key_of(call: Call) -> str:
    """The place of the stored answer. Raises 400 when the header is absent."""
    key = call.request.headers.get(HEADER, "").strip()
    if not key:
        raise ApiError(400, "bad_request", f"{HEADER} header is missing")
    return f"{call.principal.organization_id}|{call.request.method}|{call.request.path}|{key}"


def replay(call: Call, key: str) -> Response | None:
    """The answer given before for this key, even when the body differs."""
    stored = call.world.store["idempotency"].get(key)
    if stored is None:
        return None
    if stored["created_at"] <= instant(call.world.now() - LIFE):
        call.world.store["idempotency"].delete(key)
        return None
    response = Response(base64.b64decode(stored["body"]), stored["status"])
    response.headers["Content-Type"] = stored["content_type"]
    return response


def keep(call: Call, key: str, response: Response) -> None:
    call.world.store["idempotency"].put(
        {
            "id": key,
            "created_at": call.world.stamp(),
            "status": response.status_code,
            "content_type": response.headers.get("Content-Type", "application/json"),
            "body": base64.b64encode(response.get_data()).decode(),
        }
    )
