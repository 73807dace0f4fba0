"""The cells that follow from the marks of an operation: what any call of its kind may meet."""

from collections.abc import Iterator

import requests

from tests.qonto_sandbox.endpoints.cells import Cell, Obtain, asking, body_with, changed, sent_for
from tests.qonto_sandbox.endpoints.declared import OPERATIONS, Operation
from tests.qonto_sandbox.endpoints.stage import KEY, PREFERENCE, SESSION, Sent, Stage

ENVELOPES = {"POST /v2/sepa/transfers": "transfer", "POST /v2/sepa/recurring_transfers": "recurring_transfer"}
# Unreadable JSON, then no body at all (partner reference §0.5).
UNREADABLE = {
    "business": ((422, "invalid_body"), (422, "invalid_body")),
    "invoices": ((400, "malformed_json"), (422, "invalid_body")),
    "webhooks": ((400, "bad_request"), (400, "bad_request")),
    "onboarding": ((400, "malformed_json"), (400, "malformed_json")),
}
# The application shows itself by its form: nothing of a token is asked.
HEADERLESS = "C"


def success(stage: Stage, operation: Operation) -> requests.Response:
    sent = sent_for(stage, operation)
    return stage.approved(operation, sent) if "S" in operation.marks else stage.send(operation, sent)


def hurried(who: str) -> Obtain:
    """Refused before anything is read: no need of a real thing to ask about."""
    return lambda stage, operation: stage.send(operation, Sent(who=who))


def gated(stage: Stage, operation: Operation) -> requests.Response:
    answer = stage.send(operation, Sent(who="ungated"))
    assert answer.headers["Location"] == "https://qonto.onelogin.com/login"
    assert "json" not in answer.headers["Content-Type"]
    return answer


def throttled(stage: Stage, operation: Operation) -> requests.Response:
    stage.fault(operation, kind="rate_limit", retry_after=7)
    answer = stage.send(operation, Sent())
    assert answer.headers["Retry-After"] == "7"
    return answer


def broken(stage: Stage, operation: Operation) -> requests.Response:
    stage.fault(operation, kind="status", status=500)
    answer = stage.send(operation, Sent())
    assert not answer.content or operation.family == "invoices"
    return answer


def keyless(stage: Stage, operation: Operation) -> requests.Response:
    return stage.send(operation, sent_for(stage, operation).but(headers={KEY: ""}))


def raw(content: bytes) -> Obtain:
    def obtain(stage: Stage, operation: Operation) -> requests.Response:
        return stage.send(operation, Sent(data=content, headers={"Content-Type": "application/json"}))

    return obtain


def everyone(operation: Operation) -> Iterator[Cell]:
    name, invoices = operation.name, operation.family == "invoices"
    yield Cell(name, operation.success, "", success)
    yield Cell(name, 302, "gate", gated, shape="none")
    limit_shape = "list" if operation.family == "oauth" else ""
    yield Cell(name, 429, "too_many_requests", throttled, shape=limit_shape)
    yield Cell(name, 500, "internal_server_error", broken, shape="" if invoices else "none")
    if operation.who == HEADERLESS:
        return
    absent = "unauthorized" if invoices else "authorization_header_missing"
    wrong = "unauthorized" if invoices else "authorization_token_invalid"
    yield Cell(name, 401, absent, hurried("nobody"), said="missing")
    yield Cell(name, 401, wrong, hurried("wrong"), said="invalid")
    if "O" in operation.who and operation.scopes:
        yield Cell(name, 403, "forbidden", hurried("poor"), said="missing required oauth scope")
    if operation.who == "O":
        yield Cell(name, 403, "forbidden", hurried("key"), said="credentials")


def of_pages(operation: Operation) -> Iterator[Cell]:
    shape = "object" if "b" in operation.marks else ""
    invoices = operation.family == "invoices"
    for name, value in (("page", "0"), ("page", "x"), ("per_page", "0"), ("per_page", "101")):
        code = "bad_request"
        yield Cell(operation.name, 400, code, asking(**{name: value}), source="" if invoices else name, said=name)
    yield Cell(operation.name, 422, "invalid_page", asking(page="99999"), shape=shape, source="page")


def of_one(operation: Operation) -> Iterator[Cell]:
    shape = "object" if "B" in operation.marks else ""
    yield Cell(operation.name, 404, "not_found", changed(Sent.unknown), shape=shape, said="Not found")
    if "O" in operation.who:
        foreign = changed(lambda sent: sent.but(who="other"))
        yield Cell(operation.name, 404, "not_found", foreign, shape=shape, said="Not")


def of_body(operation: Operation) -> Iterator[Cell]:
    (status, code), (absent_status, absent_code) = UNREADABLE[operation.family]
    shape = "object" if status == 422 and "b" in operation.marks else ""
    yield Cell(operation.name, status, code, raw(b"{"), shape=shape)
    yield Cell(operation.name, status, code, raw(b"[1]"), shape=shape, said="object")
    yield Cell(operation.name, status, code, raw(b"\xff\xfe"), shape=shape)
    if "J" in operation.marks:
        shape = "object" if absent_status == 422 and "b" in operation.marks else ""
        yield Cell(operation.name, absent_status, absent_code, raw(b""), shape=shape, said="EOF")


def challenged(stage: Stage, operation: Operation) -> requests.Response:
    answer = stage.send(operation, sent_for(stage, operation))
    body = answer.json()
    assert set(body) == {"action_type", "code", "message", "sca_recovery_token", "sca_session_token", "trace_id"}
    assert len(body["sca_session_token"]) == 64
    return answer


def without_phone(stage: Stage, operation: Operation) -> requests.Response:
    sent = sent_for(stage, operation)
    me = stage.call("GET /v2/membership")["membership"]["id"]
    stage.qonto.api("POST", f"memberships/{me}/paired_device", paired=False)
    try:
        return stage.send(operation, sent.but(headers={PREFERENCE: ""}))
    finally:
        stage.qonto.api("POST", f"memberships/{me}/paired_device", paired=True)


def denied(stage: Stage, operation: Operation) -> requests.Response:
    sent, token = stage.challenge(operation, sent_for(stage, operation))
    stage.decide(token, "deny")
    return stage.replay(operation, sent, token)


def expired(stage: Stage, operation: Operation) -> requests.Response:
    sent, token = stage.challenge(operation, sent_for(stage, operation))
    stage.decide(token)
    stage.wait(minutes=15, seconds=1)
    return stage.replay(operation, sent, token)


def of_another(stage: Stage, operation: Operation) -> requests.Response:
    sent = sent_for(stage, operation)
    return stage.send(operation, sent.but(headers={SESSION: "unknown"}))


def used(stage: Stage, operation: Operation) -> requests.Response:
    sent, token = stage.challenge(operation, sent_for(stage, operation))
    stage.decide(token)
    stage.replay(operation, sent, token)
    other = {**sent.headers, KEY: "another"} if "I" in operation.marks else sent.headers
    return stage.replay(operation, sent.but(headers=other), token)


def of_authentication(operation: Operation) -> Iterator[Cell]:
    name = operation.name
    yield Cell(name, 428, "sca_required", challenged, shape="sca", said="SCA required")
    yield Cell(name, 428, "sca_not_enrolled", without_phone, shape="sca")
    yield Cell(name, 412, "SCA session was denied", denied, shape="message")
    yield Cell(name, 412, "SCA session has expired", expired, shape="message")
    yield Cell(name, 422, "Not found", of_another, shape="message")
    method = changed(lambda sent: sent.but(headers={PREFERENCE: "pigeon"}))
    yield Cell(name, 400, "not_in_list", method, source=PREFERENCE)


def of_proof(operation: Operation) -> Iterator[Cell]:
    name = operation.name
    place = {"source": "/vop_proof_token"}
    yield Cell(name, 401, "vop_proof_token_missing", body_with(vop_proof_token=None), **place)
    yield Cell(name, 401, "vop_proof_token_invalid", body_with(vop_proof_token="1|x|1773223200000|x"), **place)
    yield Cell(name, 400, "not_a_string", body_with(vop_proof_token=12), **place)


def common() -> Iterator[Cell]:
    for operation in OPERATIONS.values():
        yield from everyone(operation)
        if "P" in operation.marks:
            yield from of_pages(operation)
        if operation.names_one:
            yield from of_one(operation)
        if "I" in operation.marks:
            yield Cell(operation.name, 400, "bad_request", keyless, said="Idempotency")
        if {"J", "j"} & set(operation.marks):
            yield from of_body(operation)
        if "S" in operation.marks:
            yield from of_authentication(operation)
        if "V" in operation.marks:
            yield from of_proof(operation)
