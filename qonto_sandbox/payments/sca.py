"""Strong customer authentication: the challenge, its decision, and the replay that consumes it (reference §9)."""

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson

from qonto_sandbox.core.errors import ApiError, RawError, forbidden
from qonto_sandbox.core.formats import moment
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World

if TYPE_CHECKING:
    from qonto_sandbox.core.routing import Call

LIFE = timedelta(minutes=15)
METHODS = ("paired-device", "passkey", "sms-otp", "mock")
MESSAGES = {"passkey": "Passkey verification required"}
SMS_CODE = "123456"
PREFERENCE, SESSION, CODE = "X-Qonto-2fa-Preference", "X-Qonto-Sca-Session-Token", "X-Qonto-MFA"
KEY = "X-Qonto-Idempotency-Key"


def binding(call: "Call") -> str:
    """What the approval is for: the member, the call, its body, and the idempotency key of the attempt."""
    read = call.body.data if call.endpoint.body in ("json", "optional") else {}
    canonical = orjson.dumps(read, option=orjson.OPT_SORT_KEYS)
    parts = (
        call.principal.membership_id,
        call.request.method,
        call.request.path,
        call.request.headers.get(KEY, ""),
    )
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + canonical).hexdigest()


def result_of(world: World, session: Record) -> str:
    """`waiting`, `allow` or `deny`; what is older than 15 minutes is refused."""
    if session["state"] != "deny" and is_expired(world, session):
        return "deny"
    return str(session["state"])


def is_expired(world: World, session: Record) -> bool:
    return world.now() - moment(session["created_at"]) > LIFE


def decide(world: World, session: Record, decision: str) -> Record:
    """The user's answer on his phone. A session that was decided keeps its first answer."""
    if result_of(world, session) == "waiting":
        session["state"] = decision
        session["canceled_at"] = world.stamp() if decision == "deny" else None
        world.store["sca_sessions"].put(session)
    return session


def _method(call: "Call") -> str:
    method = call.request.headers.get(PREFERENCE, METHODS[0])
    if method not in METHODS:
        detail = f"{PREFERENCE} must be one of: {', '.join(METHODS)}"
        raise ApiError(400, "not_in_list", detail, parameter=PREFERENCE)
    return method


def challenge(call: "Call", action: str, about: str) -> RawError:
    """A new session and the 428 that tells of it. `about` is what the phone shows."""
    method = _method(call)
    if method == "paired-device" and not call.membership["paired_device"]:
        message = "You must enable SCA to perform this action"
        return RawError(428, {"code": "sca_not_enrolled", "message": message})
    token = base64.urlsafe_b64encode(secrets.token_bytes(48)).decode()
    session: Record = {
        "id": token,
        "organization_id": call.organization_id,
        "membership_id": call.principal.membership_id,
        "method": method,
        "action_type": action,
        "about": about,
        "binding": binding(call),
        "state": "waiting",
        "created_at": call.world.stamp(),
        "canceled_at": None,
        "consumed": False,
    }
    call.world.store["sca_sessions"].put(session)
    return required(session)


def required(session: Record) -> RawError:
    return RawError(
        428,
        {
            "action_type": session["action_type"],
            "code": "sca_required",
            "message": MESSAGES.get(session["method"], "SCA required"),
            "sca_recovery_token": "legacy",
            "sca_session_token": session["id"],
        },
    )


def _presented(call: "Call") -> Record | None:
    """The session of the replay: named by its token, or the last one by SMS when only the code is sent."""
    sessions = call.world.store["sca_sessions"]
    token = call.request.headers.get(SESSION)
    if token is None:
        if CODE not in call.request.headers:
            return None
        mine = sessions.where(organization_id=call.organization_id, method="sms-otp", binding=binding(call))
        return mine[-1] if mine else None
    session = sessions.get(token)
    if session is None or session["consumed"] or session["binding"] != binding(call):
        raise ApiError(422, "not_found", "Not found", shape="message")
    return session


def authorise(call: "Call", action: str, about: str) -> Record:
    """The session that allows this very call, to be given to `consume` once it has succeeded.

    Raises the 428 of a new challenge, 412 when the session is refused or too old, 422 when it is for another request.
    """
    if call.principal.kind != "oauth":
        raise forbidden("This action needs a user: use an OAuth access token.")
    session = _presented(call)
    if session is None:
        raise challenge(call, action, about)
    if is_expired(call.world, session):
        raise ApiError(412, "sca_session_expired", "SCA session has expired", shape="message")
    if session["method"] == "sms-otp" and call.request.headers.get(CODE) == SMS_CODE:
        decide(call.world, session, "allow")
    if session["state"] == "deny":
        raise ApiError(412, "sca_session_denied", "SCA session was denied", shape="message")
    if session["state"] == "waiting":
        raise required(session)
    return session


def consume(world: World, session: Record | None) -> None:
    if session is not None:
        session["consumed"] = True
        world.store["sca_sessions"].put(session)
