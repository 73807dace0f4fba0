"""OAuth: consent, code, tokens, rotation, revocation (reference §2.2)."""

import base64

import orjson
import pytest
import requests

from tests.qonto import LocalQonto
from tests.qonto_sandbox.oauth import (
    CHALLENGE,
    REDIRECT,
    STATE,
    VERIFIER,
    Browser,
    exchange,
    post_token,
    returned,
    tokens,
)


def test_consent_gives_a_code_and_the_code_a_pair(qonto: LocalQonto) -> None:
    back = Browser(qonto).consent()
    assert back["state"] == STATE
    assert back["scope"] == "offline_access organization.read"
    answer = exchange(qonto, back["code"])
    body = answer.json()
    assert answer.status_code == 200
    assert body["access_token"].startswith("ory_at_")
    assert body["refresh_token"].startswith("ory_rt_")
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3599)
    assert body["scope"] == "offline_access organization.read"
    organization = qonto.session(token=body["access_token"]).get(f"{qonto.url}/v2/organization")
    assert organization.json()["organization"]["legal_name"] == "MAISON LENOIR"


def test_no_refresh_token_without_offline_access(qonto: LocalQonto) -> None:
    assert "refresh_token" not in tokens(qonto, scope="organization.read")


def test_openid_gives_a_signed_identity(qonto: LocalQonto) -> None:
    header, claims, _ = tokens(qonto, scope="openid organization.read")["id_token"].split(".")
    read = orjson.loads(base64.urlsafe_b64decode(claims + "=="))
    assert orjson.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "RS256"
    assert read["aud"] == [qonto.identifiants["client_id"]]
    assert read["exp"] - read["iat"] == 3600


def test_refusal_returns_access_denied(qonto: LocalQonto) -> None:
    back = Browser(qonto).consent(decision="deny")
    assert (back["error"], back["state"]) == ("access_denied", STATE)
    assert "code" not in back


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"state": "court"}, "invalid_state"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "organization.read beneficiary.read"}, "invalid_scope"),
        ({"scope": "request_review.read"}, "invalid_scope"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"organization_id": "00000000-0000-4000-8000-000000000000"}, "invalid_request"),
        ({"registration_id": "00000000-0000-4000-8000-000000000000"}, "invalid_request"),
    ],
)
def test_faulty_request_goes_back_to_the_application(qonto: LocalQonto, changes: dict[str, str], error: str) -> None:
    assert returned(Browser(qonto).open(**changes))["error"] == error


@pytest.mark.parametrize("changes", [{"client_id": "other"}, {"redirect_uri": "https://evil.example/retour"}])
def test_untrusted_address_is_never_followed(qonto: LocalQonto, changes: dict[str, str]) -> None:
    answer = Browser(qonto).open(**changes)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize("uri", ["http://localhost:1/x", "http://127.0.0.1:65000/a?b=c", "http://[::1]:8080/"])
def test_loopback_address_on_any_port_is_accepted(qonto: LocalQonto, uri: str) -> None:
    assert Browser(qonto).open(redirect_uri=uri).status_code == 200


def test_form_from_another_browser_is_forbidden(qonto: LocalQonto) -> None:
    page = Browser(qonto).open()
    stolen = Browser(qonto).send(page, "login", email="alice@maison-lenoir.example")
    assert stolen.status_code == 400
    assert "request_forbidden" in stolen.text


def test_named_organization_is_the_only_one_proposed(qonto: LocalQonto) -> None:
    bertin = qonto.company("atelier-bertin-1174")
    page = Browser(qonto).open(organization_id=bertin["organization_id"])
    assert "paul@atelier-bertin.example" in page.text
    assert "alice@maison-lenoir.example" not in page.text


def test_member_of_several_organizations_chooses(qonto: LocalQonto) -> None:
    browser = Browser(qonto)
    page = browser.send(browser.open(), "login", email="helene.morel@cabinet-morel.example")
    assert page.text.count('type="radio"') > 1


def test_code_serves_once_and_its_reuse_kills_the_tokens(qonto: LocalQonto) -> None:
    code = Browser(qonto).consent()["code"]
    body = exchange(qonto, code).json()
    again = exchange(qonto, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    session = qonto.session(token=body["access_token"])
    assert session.get(f"{qonto.url}/v2/organization").status_code == 401


def test_code_lives_ten_minutes(qonto: LocalQonto) -> None:
    code = Browser(qonto).consent()["code"]
    qonto.api("POST", "clock/advance", minutes=10)
    assert exchange(qonto, code).json()["error"] == "invalid_grant"


def test_code_belongs_to_its_address(qonto: LocalQonto) -> None:
    code = Browser(qonto).consent()["code"]
    answer = post_token(qonto, grant_type="authorization_code", code=code, redirect_uri=REDIRECT + "x")
    assert answer.json()["error"] == "invalid_grant"


def test_pkce_is_verified(qonto: LocalQonto) -> None:
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    wrong = exchange(qonto, Browser(qonto).consent(**pkce)["code"], code_verifier="x" * 60)
    missing = exchange(qonto, Browser(qonto).consent(**pkce)["code"])
    right = exchange(qonto, Browser(qonto).consent(**pkce)["code"], code_verifier=VERIFIER)
    assert [answer.status_code for answer in (wrong, missing, right)] == [400, 400, 200]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong", "grant_type": "refresh_token"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "ory_rt_unknown"}, 400, "invalid_grant"),
    ],
)
def test_token_errors_are_flat(qonto: LocalQonto, form: dict[str, str], status: int, error: str) -> None:
    answer = post_token(qonto, **form)
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]
    assert "errors" not in answer.json()


def test_basic_credentials_are_not_read(qonto: LocalQonto) -> None:
    keys = qonto.identifiants
    answer = requests.post(
        f"{qonto.url}/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": keys["refresh_token"]},
        auth=(keys["client_id"], keys["client_secret"]),
        headers={"X-Qonto-Staging-Token": keys["staging_token"]},
        timeout=10,
    )
    assert answer.json()["error"] == "invalid_client"


def test_token_call_needs_the_staging_token(qonto: LocalQonto) -> None:
    answer = requests.post(f"{qonto.url}/oauth2/token", data={}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302


def refresh(qonto: LocalQonto, token: str) -> requests.Response:
    return post_token(qonto, grant_type="refresh_token", refresh_token=token)


def test_refresh_rotates_with_a_minute_of_grace(qonto: LocalQonto) -> None:
    first = tokens(qonto)
    second = refresh(qonto, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == first["scope"]
    qonto.api("POST", "clock/advance", seconds=50)
    assert refresh(qonto, first["refresh_token"]).status_code == 200
    qonto.api("POST", "clock/advance", seconds=15)
    late = refresh(qonto, first["refresh_token"])
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")
    assert "already used" in late.json()["error_hint"]
    assert refresh(qonto, second["refresh_token"]).status_code == 200


def test_tokens_expire(qonto: LocalQonto) -> None:
    pair = tokens(qonto)
    session = qonto.session(token=pair["access_token"])
    qonto.api("POST", "clock/advance", minutes=59)
    assert session.get(f"{qonto.url}/v2/organization").status_code == 200
    qonto.api("POST", "clock/advance", minutes=2)
    assert session.get(f"{qonto.url}/v2/organization").status_code == 401
    qonto.api("POST", "clock/advance", days=90)
    assert refresh(qonto, pair["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revocation_is_empty_and_kills_the_pair(qonto: LocalQonto, which: str) -> None:
    pair = tokens(qonto)
    answer = post_token(qonto, "revoke", token=pair[which])
    assert (answer.status_code, answer.content) == (200, b"")
    assert qonto.session(token=pair["access_token"]).get(f"{qonto.url}/v2/organization").status_code == 401
    assert refresh(qonto, pair["refresh_token"]).status_code == 400


def test_revoking_an_unknown_token_is_no_error(qonto: LocalQonto) -> None:
    assert post_token(qonto, "revoke", token="ory_at_unknown").status_code == 200


def test_deleting_consents_kills_every_token_of_the_user(qonto: LocalQonto) -> None:
    one, two = tokens(qonto), tokens(qonto)
    answer = qonto.session(token=one["access_token"]).delete(f"{qonto.url}/v2/oauth2/consents")
    assert (answer.status_code, answer.content) == (204, b"")
    assert qonto.session(token=two["access_token"]).get(f"{qonto.url}/v2/organization").status_code == 401
    assert refresh(qonto, two["refresh_token"]).json()["error"] == "invalid_grant"


def test_published_tokens_are_always_ready(qonto: LocalQonto) -> None:
    qonto.session().delete(f"{qonto.url}/v2/oauth2/consents")
    keys = requests.get(f"{qonto.url}/_sandbox/identifiants.json", timeout=10).json()
    assert qonto.session(token=keys["access_token"]).get(f"{qonto.url}/v2/organization").status_code == 200
    assert refresh(qonto, keys["refresh_token"]).status_code == 200


def test_absent_scope_is_forbidden(qonto: LocalQonto) -> None:
    pair = tokens(qonto, scope="offline_access attachment.read")
    answer = qonto.session(token=pair["access_token"]).get(f"{qonto.url}/v2/organization")
    assert answer.status_code == 403
    assert answer.json()["errors"][0] == {"code": "forbidden", "detail": "missing required oauth scope"}


def test_token_of_a_user_serves_several_organizations(qonto: LocalQonto) -> None:
    """The variant `identity_type=user`: the header of each call names the organization."""
    second = qonto.company("atelier-bertin-1174")["organization_id"]
    alice = "alice@maison-lenoir.example"
    members = qonto.session(slug="atelier-bertin-1174")
    asked = {"email": alice, "first_name": "Alice", "last_name": "Lenoir", "role": "accountant"}
    path = f"{qonto.url}/v2/memberships/invite_employee_or_accountant"
    invited = members.post(path, json={"membership": asked}).json()["membership"]["id"]
    qonto.api("POST", f"memberships/{invited}/activate")
    scope = "offline_access organization.read user_organization.read"
    browser = Browser(qonto)
    page = browser.send(browser.open(scope=scope, identity_type="user"), "login", email=alice)
    assert page.text.count('type="checkbox"') == 2
    first = qonto.company()["organization_id"]
    back = returned(browser.send(page, "consent", decision="accept", organization_id=[first, second]))
    given = exchange(qonto, back["code"]).json()
    session = qonto.session(token=given["access_token"])
    rows = session.get(f"{qonto.url}/v2/user_organizations").json()["organizations"]
    assert {row["id"] for row in rows} == {first, second}
    missing = session.get(f"{qonto.url}/v2/organization")
    assert (missing.status_code, "X-Qonto-Organization-Id" in missing.text) == (400, True)
    for one in (first, second):
        shown = session.get(f"{qonto.url}/v2/organization", headers={"X-Qonto-Organization-Id": one})
        assert shown.json()["organization"]["id"] == one
    stranger = {"X-Qonto-Organization-Id": qonto.company("studio-pixel-3306")["organization_id"]}
    assert session.get(f"{qonto.url}/v2/organization", headers=stranger).status_code == 403
    qonto.api("POST", f"organizations/{second}/revoke_consents")
    assert session.get(f"{qonto.url}/v2/user_organizations").status_code == 401


def test_other_identities_are_refused(qonto: LocalQonto) -> None:
    answer = Browser(qonto).open(identity_type="robot")
    assert returned(answer)["error"] == "invalid_request"
