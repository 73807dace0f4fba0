"""Control of webhooks: log, resend, pause, order, duplicates."""

import orjson
from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import not_found
from qonto_sandbox.core.routing import Call, endpoint

ORDERS = ("fifo", "lifo", "random")


def _state(call: Call) -> dict[str, object]:
    return call.world.deliveries.settings()


@endpoint("GET", "/_sandbox/api/webhooks", auth=("none",), tag="control")
def log(call: Call) -> Response:
    """Journal des envois, le plus récent d’abord."""
    return answer({**_state(call), "deliveries": orjson.loads(orjson.dumps(call.world.deliveries.log()))})


@endpoint("POST", "/_sandbox/api/webhooks/settings", auth=("none",), tag="control")
def settings(call: Call) -> Response:
    """Retenir les envois (paused), les mélanger (shuffle), les doubler (copies)."""
    queue, body = call.world.deliveries, call.body
    queue.paused = body.boolean("paused", default=queue.paused)
    queue.shuffle = body.boolean("shuffle", default=queue.shuffle)
    copies = body.get("copies", queue.copies)
    queue.copies = copies if isinstance(copies, int) and 1 <= copies <= 10 else 1
    return answer(_state(call))


@endpoint("POST", "/_sandbox/api/webhooks/release", auth=("none",), tag="control")
def release(call: Call) -> Response:
    """Relâcher ce qui est retenu : fifo, lifo (le plus récent d’abord) ou random."""
    order = call.body.choice("order", ORDERS, required=False) or "fifo"
    return answer({"released": call.world.deliveries.release(order=order)})


@endpoint("POST", "/_sandbox/api/webhooks/{id}/resend", auth=("none",), body="none", tag="control")
def resend(call: Call) -> Response:
    """Envoyer une fois de plus : le destinataire reçoit un doublon."""
    copy = call.world.deliveries.again(call.path["id"])
    if copy is None:
        raise not_found()
    return answer({"id": copy.id, "event_id": copy.event_id})
