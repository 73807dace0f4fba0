"""Nothing that a client may send makes the local Qonto stumble: each answer is one that the description knows."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.qonto import LocalQonto
from tests.qonto_sandbox.contract import BUSINESS, Contract

VALUES = ("", "x", "0", "-1", "101", "999999999", "true", "2026-13-45", "2026-01-01", "é☃", "a:b", ",", "%00")
WRONG: tuple[Any, ...] = (None, True, 3, -1.5, "", "x", "é☃" * 200, [], [None], ["x"], {}, {"id": 1}, [{}], [[]])
KEY = "X-Qonto-Idempotency-Key"


@pytest.fixture(autouse=True)
def _unlimited(qonto: LocalQonto) -> None:
    qonto.api("PATCH", "options", rate_limits=False)


def session_for(qonto: LocalQonto, path: str) -> requests.Session:
    if path.startswith("/v"):
        return qonto.session()
    session = qonto.session(token=qonto.identifiants["partner_token"])
    session.headers["Qonto-Partner-Id"] = qonto.identifiants["partner_id"]
    return session


def operations(contract: Contract, *methods: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, described in contract.described["paths"].items():
        for method, operation in described.items():
            if path.startswith(BUSINESS) and method in methods:
                yield method, path, operation


def fallen(answer: requests.Response) -> bool:
    return answer.status_code >= 500 and "NOT_IMPLEMENTED" not in answer.text


def test_any_value_of_any_parameter_is_answered(qonto: LocalQonto, contract: Contract) -> None:
    account = {"bank_account_id": qonto.identifiants["bank_account_id"]}
    for _, path, operation in operations(contract, "get"):
        session, url = session_for(qonto, path), qonto.url + path.replace("{", "").replace("}", "")
        for parameter in operation["parameters"]:
            if parameter["in"] != "query":
                continue
            for value in VALUES:
                asked = (account if path == "/v2/transactions" else {}) | {parameter["name"]: value}
                answer = session.get(url, params=asked)
                assert not fallen(answer), (path, asked)


def resolved(contract: Contract, schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    found: dict[str, Any] = contract.described["components"]["schemas"][name] if name else schema
    return found


def bodies(contract: Contract, schema: dict[str, Any]) -> Iterator[Any]:
    """Every property of the body, and of the object that it wraps, with values of the wrong kind."""
    properties = resolved(contract, schema).get("properties", {})
    for name, inner in properties.items():
        yield from ({name: value} for value in WRONG)
        nested = resolved(contract, inner).get("properties", {})
        yield from ({name: {key: value}} for key in nested for value in WRONG)


def test_any_body_is_answered(qonto: LocalQonto, contract: Contract) -> None:
    for method, path, operation in operations(contract, "post", "put", "patch"):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        session = session_for(qonto, path)
        url = qonto.url + path.replace("{request_type}", "transfers").replace("{id}", str(uuid.uuid4()))
        for body in bodies(contract, content["application/json"]["schema"]):
            session.headers[KEY] = str(uuid.uuid4())
            answer = session.request(method, url, json=body)
            assert not fallen(answer), (method, path, body)
