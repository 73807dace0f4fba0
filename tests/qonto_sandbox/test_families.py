"""What no endpoint decides alone is told alike everywhere: unreadable JSON, absent credentials, absent scope."""

import uuid

import pytest
import requests

import qonto_sandbox.build
from qonto_sandbox.core.families import Family
from qonto_sandbox.core.routing import ENDPOINTS, Endpoint
from tests.qonto import LocalQonto
from tests.qonto_sandbox.oauth import tokens

assert qonto_sandbox.build, "its import declares the endpoints"
KEY = "X-Qonto-Idempotency-Key"
OF_QONTO = [row for row in ENDPOINTS.values() if row.path.startswith(("/v1/", "/v2/", "/register/", "/data_api/"))]
READING = [row for row in OF_QONTO if row.body in ("json", "optional")]
# Unreadable, then absent: (status, code).
UNREADABLE: dict[Family, tuple[tuple[int, str], tuple[int, str]]] = {
    "business": ((422, "invalid_body"), (422, "invalid_body")),
    "invoices": ((400, "malformed_json"), (422, "invalid_body")),
    "webhooks": ((400, "bad_request"), (400, "bad_request")),
    "onboarding": ((400, "malformed_json"), (400, "malformed_json")),
}


def address(qonto: LocalQonto, row: Endpoint) -> str:
    path = row.path.replace("{request_type}", "transfers")
    for name in ("id", "registration_id", "attachment_id", "token", "decision"):
        path = path.replace(f"{{{name}}}", str(uuid.uuid4()))
    return qonto.url + path


def caller(qonto: LocalQonto, row: Endpoint) -> requests.Session:
    if "partner" not in row.auth:
        return qonto.session()
    session = qonto.session(token=qonto.identifiants["partner_token"])
    session.headers["Qonto-Partner-Id"] = qonto.identifiants["partner_id"]
    return session


def told(row: Endpoint, answer: requests.Response) -> tuple[int, str]:
    """Status and code, read where the family writes it."""
    body = answer.json()
    item = body if row.family == "webhooks" else body["errors"][0]
    if row.family == "invoices":
        assert item["status"] == str(answer.status_code)
    return answer.status_code, item["code"]


def test_every_family_has_endpoints_that_read() -> None:
    assert {row.family for row in READING} == set(UNREADABLE)


@pytest.mark.parametrize("row", READING, ids=lambda row: row.name)
def test_unreadable_json_is_told_alike(qonto: LocalQonto, row: Endpoint) -> None:
    session, url = caller(qonto, row), address(qonto, row)
    session.headers.update({KEY: str(uuid.uuid4()), "Content-Type": "application/json"})
    unreadable, absent = UNREADABLE[row.family]
    for raw in (b"{", b"[1]", b'"text"', b"\xff\xfe"):
        assert told(row, session.request(row.method, url, data=raw)) == unreadable, raw
    if row.body == "json":
        answer = session.request(row.method, url, data=b"")
        assert told(row, answer) == absent
        assert "EOF" in answer.text


def test_credentials_are_asked_for_everywhere(qonto: LocalQonto) -> None:
    nobody = qonto.session()
    del nobody.headers["Authorization"]
    for row in OF_QONTO:
        code = "unauthorized" if row.family == "invoices" else "authorization_header_missing"
        assert told(row, nobody.request(row.method, address(qonto, row))) == (401, code), row.name


def test_scopes_are_asked_for_everywhere(qonto: LocalQonto) -> None:
    poor = qonto.session(token=tokens(qonto, scope="offline_access openid")["access_token"])
    poor.headers[KEY] = str(uuid.uuid4())
    scoped = [row for row in OF_QONTO if row.scopes]
    assert len(scoped) > 70
    for row in scoped:
        answer = poor.request(row.method, address(qonto, row))
        assert told(row, answer) == (403, "forbidden"), row.name
        assert "missing required oauth scope" in answer.text


def test_key_of_idempotency_is_asked_for(qonto: LocalQonto, session: requests.Session) -> None:
    """Exactly where the reference lists it (§1.4)."""
    named = {row.name for row in OF_QONTO if row.idempotent}
    assert named == {
        "POST /v2/attachments",
        "POST /v2/transactions/{id}/attachments",
        "POST /v2/sepa/transfers",
        "POST /v2/sepa/bulk_transfers",
        "POST /v2/sepa/recurring_transfers",
        "POST /v2/sepa/beneficiaries",
        "POST /v2/internal_transfers",
        "POST /v2/bank_accounts",
        "POST /v2/requests/transfers",
        "POST /v2/requests/multi_transfers",
        "POST /v2/requests/{request_type}/{id}/approve",
    }
    for row in OF_QONTO:
        if row.idempotent:
            sent = {"files": {"file": b"x"}} if row.body == "multipart" else {"json": {}}
            answer = session.post(address(qonto, row), **sent)  # type: ignore[arg-type]
            assert told(row, answer) == (400, "bad_request"), row.name
