"""Acts of the control API on the whole of the local Qonto."""

from datetime import timedelta

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError
from qonto_sandbox.core.routing import Call, endpoint

STEPS = ("seconds", "minutes", "hours", "days")


@endpoint("POST", "/_sandbox/api/reset", auth=("none",), body="none", tag="control")
def reset(call: Call) -> Response:
    """Tout remettre comme au premier jour."""
    call.world.reset()
    return answer({"message": "Success"})


@endpoint("GET", "/_sandbox/api/clock", auth=("none",), tag="control")
def clock(call: Call) -> Response:
    """Lire l’horloge."""
    return answer({"now": call.world.stamp(), "offset_seconds": call.world.clock.offset.total_seconds()})


@endpoint("POST", "/_sandbox/api/clock/advance", auth=("none",), tag="control")
def advance(call: Call) -> Response:
    """Avancer l’horloge ; ce qui devait arriver entre-temps arrive, dans l’ordre."""
    given = {name: call.body.get(name, 0) for name in STEPS}
    if not all(isinstance(value, int | float) for value in given.values()):
        raise ApiError(400, "bad_request", f"{', '.join(STEPS)} must be numbers")
    step = timedelta(**given)
    if step < timedelta(0):
        raise ApiError(400, "bad_request", "The clock only goes forward")
    call.world.advance(step)
    return clock(call)
