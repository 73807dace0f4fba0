"""The checks that any call meets before its endpoint, in their order."""

import pytest
import requests

from tests.qonto import LocalQonto

ORGANIZATION = "/v2/organization"


def call(qonto: LocalQonto, **headers: str) -> requests.Response:
    return requests.get(
        qonto.url + ORGANIZATION,
        headers={"X-Qonto-Staging-Token": qonto.identifiants["staging_token"]} | headers,
        allow_redirects=False,
        timeout=10,
    )


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_staging_token_the_gate_never_answers_json(qonto: LocalQonto, token: str) -> None:
    answer = requests.get(
        qonto.url + ORGANIZATION, headers={"X-Qonto-Staging-Token": token}, allow_redirects=False, timeout=10
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://qonto.onelogin.com/login")
    assert "json" not in answer.headers["Content-Type"]


def test_header_names_are_read_without_case(qonto: LocalQonto) -> None:
    answer = requests.get(
        qonto.url + ORGANIZATION,
        headers={
            "x-qonto-staging-token": qonto.identifiants["staging_token"],
            "authorization": f"Bearer {qonto.identifiants['access_token']}",
        },
        timeout=10,
    )
    assert answer.status_code == 200


def test_missing_credentials_are_said_so(qonto: LocalQonto) -> None:
    answer = call(qonto)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] == "authorization_header_missing"


@pytest.mark.parametrize("value", ["Bearer nonsense", "nobody:secret", "maison-lenoir-4821:wrong", "garbage"])
def test_wrong_credentials_are_refused(qonto: LocalQonto, value: str) -> None:
    answer = call(qonto, Authorization=value)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] == "authorization_token_invalid"


def test_api_key_is_raw_login_and_secret(qonto: LocalQonto) -> None:
    keys = qonto.identifiants
    answer = call(qonto, Authorization=f"{keys['login']}:{keys['secret_key']}")
    assert answer.status_code == 200
    assert answer.json()["organization"]["slug"] == keys["organization_slug"]


def test_each_answer_carries_its_trace(qonto: LocalQonto, session: requests.Session) -> None:
    good = session.get(qonto.url + ORGANIZATION)
    bad = call(qonto)
    assert good.headers["X-Tyk-Trace-Id"]
    assert good.headers["X-Request-Id"]
    assert bad.json()["trace_id"] == bad.headers["X-Tyk-Trace-Id"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/v2/nowhere"), ("PUT", ORGANIZATION), ("GET", "/v2/labels/")])
def test_unknown_path_is_answered_by_the_gateway(
    qonto: LocalQonto, session: requests.Session, method: str, path: str
) -> None:
    answer = session.request(method, qonto.url + path, allow_redirects=False)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Tyk-Trace-Id"]
    assert "X-Request-Id" not in answer.headers
