"""Control of payments: the user's phone, the network's answer, the holders of IBANs, the firm's policy."""

from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.payments import engine, sca, vop
from qonto_sandbox.resources.sepa_transfers import view as transfer_view

SHOWN = ("id", "organization_id", "membership_id", "method", "action_type", "about", "created_at", "canceled_at")


def session_view(call: Call, session: Record) -> dict[str, Any]:
    state = {"result": sca.result_of(call.world, session), "consumed": session["consumed"]}
    return {name: session[name] for name in SHOWN} | state


@endpoint("GET", "/_sandbox/api/sca", auth=("none",), tag="control")
def list_sca(call: Call) -> Response:
    """Authentifications demandées, la plus récente d’abord."""
    sessions = sorted(call.world.store["sca_sessions"], key=lambda row: str(row["created_at"]), reverse=True)
    return answer({"sca_sessions": [session_view(call, row) for row in sessions[:100]]})


@endpoint("POST", "/_sandbox/api/sca/{token}/{decision}", auth=("none",), body="none", tag="control")
def decide_sca(call: Call) -> Response:
    """Répondre à la place du téléphone : allow ou deny. `last` désigne la dernière demande en attente."""
    if call.path["decision"] not in ("allow", "deny"):
        raise ApiError(400, "not_in_list", "decision must be one of: allow, deny", parameter="decision")
    session = _session(call)
    sca.decide(call.world, session, call.path["decision"])
    return answer(session_view(call, session))


def _session(call: Call) -> Record:
    sessions = call.world.store["sca_sessions"]
    if call.path["token"] != "last":
        session = sessions.get(call.path["token"])
    else:
        waiting = [row for row in sessions if sca.result_of(call.world, row) == "waiting"]
        session = max(waiting, key=lambda row: str(row["created_at"])) if waiting else None
    if session is None:
        raise not_found(parameter="token")
    return session


@endpoint("POST", "/_sandbox/api/memberships/{id}/paired_device", auth=("none",), tag="control")
def pair_device(call: Call) -> Response:
    """Associer un téléphone à un membre, ou le retirer : {"paired": true}."""
    membership = call.world.store["memberships"].get(call.path["id"])
    if membership is None:
        raise not_found()
    membership["paired_device"] = call.body.boolean("paired", default=True)
    call.world.store["memberships"].put(membership)
    return answer({"membership_id": membership["id"], "paired_device": membership["paired_device"]})


@endpoint("POST", "/_sandbox/api/memberships/{id}/activate", auth=("none",), body="none", tag="control")
def accept_invitation(call: Call) -> Response:
    """Accepter l’invitation reçue par un membre : il peut se connecter, avec un téléphone."""
    membership = call.world.store["memberships"].get(call.path["id"])
    if membership is None:
        raise not_found()
    membership.update(status="active", kyc_status="accepted", paired_device=True)
    call.world.store["memberships"].put(membership)
    return answer({"membership_id": membership["id"], "status": membership["status"]})


@endpoint("POST", "/_sandbox/api/transfers/{id}/{act}", auth=("none",), body="none", tag="control")
def push_transfer(call: Call) -> Response:
    """Faire avancer un virement : settle, decline (?reason=…) ou return (retour de fonds)."""
    transfer = call.world.store["transfers"].get(call.path["id"])
    if transfer is None:
        raise not_found()
    act = call.path["act"]
    if act in ("settle", "decline"):
        reason = call.query.choice("reason", engine.REASONS, "qonto_processing_failed")
        engine.force(call.world, transfer, outcome=act, reason=reason)
    elif act == "return":
        if engine.give_back(call.world, transfer) is None:
            raise ApiError(400, "bad_request", "Only a settled transfer can be returned")
    else:
        raise ApiError(400, "not_in_list", "act must be one of: settle, decline, return", parameter="act")
    return answer({"transfer": transfer_view(transfer)})


@endpoint("POST", "/_sandbox/api/vop_holders", auth=("none",), tag="control")
def state_holder(call: Call) -> Response:
    """Dire qui détient un IBAN : {"iban": …, "name": …}."""
    row = vop.state_holder(call.world, call.body.text("iban"), call.body.text("name"))
    return answer({"iban": row["id"], "name": row["name"]})


@endpoint("POST", "/_sandbox/api/organizations/{id}/payment_policy", auth=("none",), tag="control")
def set_policy(call: Call) -> Response:
    """Règle des quatre yeux : {"threshold": "1000.00", "approver": true} ; {"threshold": null} l’enlève."""
    organization = call.world.store["organizations"].get(call.path["id"])
    if organization is None:
        raise not_found()
    policy = None
    if call.body.has("threshold"):
        threshold = call.body.amount("threshold")
        policy = {"threshold_cents": threshold, "approver": call.body.boolean("approver", default=True)}
    organization["payment_policy"] = policy
    call.world.store["organizations"].put(organization)
    return answer({"payment_policy": policy})
