"""Verification of payee on the store: who holds an IBAN, which tokens are good."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from qonto_sandbox.core.errors import ApiError, RawError
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.payments.vop_rules import (
    KNOWN_HOLDERS,
    Verdict,
    make_token,
    token_is_valid,
    verify,
    words_of,
)

SECRET = "sandbox-vop-secret"


def holder_of(world: World, iban: str) -> str | None:
    """The name that the payee's bank knows."""
    stated = world.store["vop_holders"].get(iban)
    if stated is not None:
        return str(stated["name"])
    for account in world.store["bank_accounts"].by("iban", iban):
        organization = world.store["organizations"].get(account["organization_id"])
        return str(organization["legal_name"]) if organization else None
    return KNOWN_HOLDERS.get(iban)


def state_holder(world: World, iban: str, name: str) -> Record:
    return world.store["vop_holders"].put({"id": iban, "name": name})


def check(world: World, name: object, iban: object) -> Verdict:
    if not isinstance(name, str) or not isinstance(iban, str):
        return verify("", "", None)
    return verify(name, iban, holder_of(world, iban))


def new_token(world: World, ibans: Iterable[str]) -> dict[str, str]:
    return {"token": make_token(SECRET, ibans, _now_ms(world))}


def _now_ms(world: World) -> int:
    return int(world.now().timestamp() * 1000)


def failure(verdict: Verdict, token: dict[str, str] | None) -> RawError:
    """Shape E. The token inside lets the caller go on."""
    title, detail = words_of(verdict)
    item: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "status": str(verdict.status),
        "code": verdict.error,
        "title": title,
        "detail": detail,
    }
    if token is not None:
        item["meta"] = {"proof_token": token}
    return RawError(verdict.status, {"errors": [item]})


def require_token(world: World, body: Mapping[str, Any], ibans: Iterable[str]) -> None:
    """A 401 that is not about credentials when the token is absent or not for these payees."""
    token = body.get("vop_proof_token")
    if token is None or token == "":
        raise ApiError(401, "vop_proof_token_missing", "VOP proof token is required", pointer="/vop_proof_token")
    if not isinstance(token, str):
        raise ApiError(400, "not_a_string", "vop_proof_token must be a string", pointer="/vop_proof_token")
    if not token_is_valid(SECRET, token, ibans, _now_ms(world)):
        detail = "VOP proof token validation failed: invalid signature"
        raise ApiError(401, "vop_proof_token_invalid", detail, pointer="/vop_proof_token")
