"""Polling of a strong authentication, and its mock decisions (reference §9.5, §9.6)."""

from datetime import timedelta
from typing import Literal

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.formats import instant, moment
from qonto_sandbox.core.limits import too_many
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.payments import sca
from qonto_sandbox.schemas.common import Wire

PACE = timedelta(seconds=1)


class ScaSession(Wire):
    result: Literal["waiting", "allow", "deny"]
    canceled_at: str | None


class Message(Wire):
    message: str


def _session(call: Call) -> Record:
    session = call.world.store["sca_sessions"].get(call.path["token"])
    if session is None or session["membership_id"] != call.principal.membership_id:
        raise not_found(parameter="token")
    return session


def _mocked(call: Call) -> Record:
    session = _session(call)
    if session["method"] != "mock":
        raise not_found(parameter="token")
    return session


def _view(call: Call, session: Record) -> Response:
    """At most one call a second (§9.5)."""
    last, now = session.get("polled_at"), call.world.now()
    if call.world.options.rate_limits and last is not None and now < moment(last) + PACE:
        raise too_many(0)
    session["polled_at"] = instant(now)
    call.world.store["sca_sessions"].put(session)
    return answer({"result": sca.result_of(call.world, session), "canceled_at": session["canceled_at"]})


@endpoint("GET", "/v2/sca_sessions/{token}", auth=("oauth",), response=ScaSession, errors=(401, 404))
def show_sca_session(call: Call) -> Response:
    """Retrieve the state of an SCA session"""
    return _view(call, _session(call))


@endpoint("GET", "/v2/mocked_sca_sessions/{token}", auth=("oauth",), response=ScaSession, errors=(401, 404))
def show_mocked_sca_session(call: Call) -> Response:
    """Retrieve the state of a mocked SCA session (sandbox only)"""
    return _view(call, _mocked(call))


@endpoint(
    "POST",
    "/v2/mocked_sca_sessions/{token}/{decision}",
    auth=("oauth",),
    body="none",
    response=Message,
    errors=(400, 401, 404),
)
def decide_mocked_sca_session(call: Call) -> Response:
    """Allow or deny a mocked SCA session (sandbox only)"""
    session, decision = _mocked(call), call.path["decision"]
    if decision not in ("allow", "deny"):
        raise ApiError(400, "not_in_list", "decision must be one of: allow, deny", parameter="decision")
    sca.decide(call.world, session, decision)
    return answer({"message": "Success"})
