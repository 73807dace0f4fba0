"""The OpenAPI description covers what is served, and real answers keep to it."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import requests

from qonto_sandbox.build import DECLARED
from qonto_sandbox.core.routing import ENDPOINTS
from tests.qonto import LocalQonto

assert DECLARED


@pytest.fixture
def described(qonto: LocalQonto) -> dict[str, Any]:
    body: dict[str, Any] = requests.get(f"{qonto.url}/_sandbox/openapi.json", timeout=20).json()
    return body


def schema_of(described: dict[str, Any], path: str, status: str = "200") -> dict[str, Any]:
    content = described["paths"][path]["get"]["responses"][status]["content"]["application/json"]["schema"]
    return {**content, "components": described["components"]}


def check(described: dict[str, Any], path: str, answer: requests.Response) -> None:
    body = answer.json()
    jsonschema.Draft202012Validator(schema_of(described, path, str(answer.status_code))).validate(body)


def lists(described: dict[str, Any]) -> Iterator[str]:
    for path, methods in described["paths"].items():
        read = methods.get("get", {})
        ready = read.get("responses", {}).get("200", {}).get("content", {}).get("application/json")
        if ready and path.startswith(("/v2/", "/register/")) and "{" not in path:
            yield path


def test_every_endpoint_is_described(described: dict[str, Any]) -> None:
    served = {(row.method.lower(), row.path) for row in ENDPOINTS.values()}
    written = {(method, path) for path, methods in described["paths"].items() for method in methods}
    assert served == written
    assert described["openapi"].startswith("3.1")
    names = [one["operationId"] for methods in described["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))
    assert all(one["summary"] for methods in described["paths"].values() for one in methods.values())


def test_schemas_are_valid(described: dict[str, Any]) -> None:
    for schema in described["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_lists_and_their_first_element_keep_to_the_description(
    qonto: LocalQonto, session: requests.Session, described: dict[str, Any]
) -> None:
    partner = qonto.session(token=qonto.identifiants["partner_token"])
    partner.headers["Qonto-Partner-Id"] = qonto.identifiants["partner_id"]
    account = {"bank_account_id": qonto.identifiants["bank_account_id"]}
    checked = []
    for path in lists(described):
        who = partner if path.startswith("/register/") else session
        answer = who.get(qonto.url + path, params=account if path == "/v2/transactions" else {})
        assert answer.status_code == 200, (path, answer.text)
        check(described, path, answer)
        checked.append(path)
        rows = next((value for value in answer.json().values() if isinstance(value, list)), [])
        one = f"{path}/{{id}}"
        if rows and "get" in described["paths"].get(one, {}) and "id" in rows[0]:
            check(described, one, who.get(f"{qonto.url}{path}/{rows[0]['id']}"))
            checked.append(one)
    assert len(checked) > 20


def test_lines_of_every_kind_with_their_objects(
    qonto: LocalQonto, session: requests.Session, described: dict[str, Any]
) -> None:
    query: dict[str, Any] = {
        "status[]": ["pending", "declined", "completed", "reversed"],
        "includes[]": ["labels", "attachments", "vat_details"],
    }
    for slug in ("maison-lenoir-4821", "studio-pixel-3306", "librairie-du-port-7702"):
        company = qonto.company(slug)
        for page in range(1, 8):
            answer = qonto.session(slug=slug).get(
                f"{qonto.url}/v2/transactions",
                params=query | {"bank_account_id": company["bank_account_id"], "page": str(page)},
            )
            check(described, "/v2/transactions", answer)


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [("/v2/transactions", {}, 400), ("/v2/labels", {"page": "9"}, 422), ("/v2/labels/{id}", {}, 404)],
)
def test_errors_keep_to_the_description(
    qonto: LocalQonto,
    session: requests.Session,
    described: dict[str, Any],
    path: str,
    query: dict[str, str],
    status: int,
) -> None:
    answer = session.get(qonto.url + path.replace("{id}", "unknown"), params=query)
    assert answer.status_code == status
    check(described, path, answer)
