"""Control of the faults and of the switches."""

from dataclasses import asdict, fields
from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer, empty
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.faults import KINDS, Fault
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.world import Options

SETTABLE = {
    field.name: getattr(field.type, "__name__", "") for field in fields(Fault) if field.name not in {"id", "hits"}
}
TYPES: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)}
SLOWEST = 120.0


def read_fault(data: dict[str, Any]) -> Fault:
    """A fault from its fields. Raises 400 on an unknown kind, field or type."""
    for name, value in data.items():
        types = TYPES.get(SETTABLE.get(name, ""))
        if types is None or not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise ApiError(400, "bad_request", f"{name} is not a setting of a fault", pointer=f"/{name}")
    fault = Fault(**{"kind": "", **data})
    if fault.kind not in KINDS:
        raise ApiError(400, "not_in_list", f"kind must be one of: {', '.join(KINDS)}", pointer="/kind")
    if not 0 <= fault.seconds <= SLOWEST or not 400 <= fault.status <= 599:
        raise ApiError(400, "bad_request", f"seconds must be at most {SLOWEST}, status between 400 and 599")
    return fault


@endpoint("GET", "/_sandbox/api/faults", auth=("none",), tag="control")
def list_faults(call: Call) -> Response:
    """Pannes en vigueur, et ce qui peut être demandé."""
    return answer({"faults": [fault.describe() for fault in call.world.faults.all()], "kinds": KINDS})


@endpoint("POST", "/_sandbox/api/faults", auth=("none",), tag="control", status=201)
def add_fault(call: Call) -> Response:
    """Provoquer une panne : kind, path (motif), method, times (0 : toujours), skip (laisser passer les n premiers)…"""
    return answer({"fault": call.world.faults.add(read_fault(dict(call.body.data))).describe()}, 201)


@endpoint("DELETE", "/_sandbox/api/faults", auth=("none",), tag="control", status=204)
def clear_faults(call: Call) -> Response:
    """Retirer toutes les pannes."""
    call.world.faults.clear()
    return empty(204)


@endpoint("DELETE", "/_sandbox/api/faults/{id}", auth=("none",), tag="control", status=204)
def remove_fault(call: Call) -> Response:
    """Retirer une panne."""
    if not call.world.faults.remove(call.path["id"]):
        raise not_found()
    return empty(204)


@endpoint("GET", "/_sandbox/api/options", auth=("none",), tag="control")
def options(call: Call) -> Response:
    """Réglages en vigueur."""
    return answer(asdict(call.world.options))


@endpoint("PATCH", "/_sandbox/api/options", auth=("none",), tag="control")
def set_options(call: Call) -> Response:
    """Changer des réglages : rate_limits, gate, gate_html, gate_files, délais des virements…"""
    change_options(call.world.options, call.body.data)
    return options(call)


def change_options(current: Options, asked: Any) -> None:
    known = asdict(current)
    for name, value in asked.items():
        expected = type(known.get(name))
        fits = isinstance(value, (int, float) if expected is float else expected)
        if name not in known or not fits or (isinstance(value, bool) and expected is not bool):
            raise ApiError(400, "bad_request", f"{name} is not a setting, or has another type", pointer=f"/{name}")
    for name, value in asked.items():
        setattr(current, name, value)


@endpoint("POST", "/_sandbox/api/tokens/expire", auth=("none",), body="none", tag="control")
def expire_tokens(call: Call) -> Response:
    """Périmer tous les jetons d’accès, sans toucher aux consentements."""
    return _end_tokens(call, "access")


@endpoint("POST", "/_sandbox/api/tokens/revoke", auth=("none",), body="none", tag="control")
def revoke_tokens(call: Call) -> Response:
    """Révoquer tous les jetons, d’accès et de renouvellement."""
    return _end_tokens(call, "access", "refresh")


def _end_tokens(call: Call, *kinds: str) -> Response:
    slug, ended = call.query.text("organization"), 0
    owner = next((row["id"] for row in call.world.store["organizations"] if row["slug"] == slug), None)
    for token in call.world.store["tokens"]:
        consent = call.world.store["consents"].get(token["consent_id"])
        if token["kind"] in kinds and (not slug or (consent is not None and consent["organization_id"] == owner)):
            token["revoked"] = True
            call.world.store["tokens"].put(token)
            ended += 1
    return answer({"ended": ended})
