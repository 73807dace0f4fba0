"""Strong customer authentication: the four methods, the replay table (reference §9)."""

import pytest

from tests.qonto_sandbox.payer import KEY, MOCK, SESSION, Payer

PATH = "/v2/sepa/transfers"
KEYED = {KEY: "one-attempt"}


def challenge(payer: Payer, body: dict[str, object], method: str = "mock") -> str:
    answer = payer.send("POST", PATH, body, **KEYED, **{"X-Qonto-2fa-Preference": method})
    assert answer.status_code == 428, answer.text
    return str(answer.json()["sca_session_token"])


def decide(payer: Payer, token: str, decision: str = "allow") -> None:
    assert payer.send("POST", f"/v2/mocked_sca_sessions/{token}/{decision}").json() == {"message": "Success"}


def test_challenge_is_flat_with_its_documented_keys(payer: Payer) -> None:
    answer = payer.post(PATH, payer.body(), **MOCK)
    body = answer.json()
    assert answer.status_code == 428
    assert body["code"] == "sca_required"
    assert body["message"] == "SCA required"
    assert body["action_type"] == "transfer.single.create"
    assert len(body["sca_session_token"]) == 64
    assert body["trace_id"] == answer.headers["X-Tyk-Trace-Id"]


def test_session_waits_then_allows(payer: Payer) -> None:
    token = challenge(payer, payer.body())
    assert payer.get(f"/v2/mocked_sca_sessions/{token}").json() == {"result": "waiting", "canceled_at": None}
    decide(payer, token)
    payer.wait(seconds=1)
    assert payer.get(f"/v2/sca_sessions/{token}").json() == {"result": "allow", "canceled_at": None}


def test_denied_session_gives_412_on_replay(payer: Payer) -> None:
    body = payer.body()
    token = challenge(payer, body)
    decide(payer, token, "deny")
    polled = payer.get(f"/v2/sca_sessions/{token}").json()
    assert polled["result"] == "deny"
    assert polled["canceled_at"]
    answer = payer.send("POST", PATH, body, **KEYED, **MOCK, **{SESSION: token})
    assert answer.status_code == 412
    assert answer.json()["errors"]["message"]


def test_session_dies_after_fifteen_minutes(payer: Payer) -> None:
    body = payer.body()
    token = challenge(payer, body)
    decide(payer, token)
    payer.wait(minutes=15, seconds=1)
    assert payer.get(f"/v2/sca_sessions/{token}").json()["result"] == "deny"
    assert payer.send("POST", PATH, body, **KEYED, **MOCK, **{SESSION: token}).status_code == 412


def test_undecided_replay_is_challenged_again(payer: Payer) -> None:
    body = payer.body()
    token = challenge(payer, body)
    assert payer.send("POST", PATH, body, **KEYED, **MOCK, **{SESSION: token}).status_code == 428


def test_replay_without_the_header_makes_a_new_challenge(payer: Payer) -> None:
    body = payer.body()
    assert challenge(payer, body) != challenge(payer, body)


@pytest.mark.parametrize("changes", [{"amount": "190.00"}, {"reference": "OTHER"}])
def test_approval_is_bound_to_the_request(payer: Payer, changes: dict[str, str]) -> None:
    body = payer.body()
    token = challenge(payer, body)
    decide(payer, token)
    other = {**body, "transfer": {**body["transfer"], **changes}}
    answer = payer.send("POST", PATH, other, **KEYED, **MOCK, **{SESSION: token})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"message": "Not found"}


def test_approval_needs_the_idempotency_key_of_its_attempt(payer: Payer) -> None:
    body = payer.body()
    token = challenge(payer, body)
    decide(payer, token)
    assert payer.send("POST", PATH, body, **{KEY: "other", SESSION: token}, **MOCK).status_code == 422


def test_token_serves_once(payer: Payer) -> None:
    body = payer.body()
    token = challenge(payer, body)
    decide(payer, token)
    assert payer.send("POST", PATH, body, **KEYED, **MOCK, **{SESSION: token}).status_code == 200
    # The stored answer of the key would hide it: thirty minutes later the key is new again.
    payer.wait(minutes=14)
    assert payer.send("POST", PATH, body, **KEYED, **MOCK, **{SESSION: token}).status_code == 200
    fresh = payer.send("POST", PATH, body, **{KEY: "another", SESSION: token}, **MOCK)
    assert fresh.status_code == 422


def test_unknown_token_is_not_found(payer: Payer) -> None:
    assert payer.get("/v2/sca_sessions/nothing").status_code == 404
    assert payer.get("/v2/sca/sessions/nothing").headers["Content-Type"].startswith("text/plain")


def test_session_of_another_company_is_not_found(payer: Payer) -> None:
    token = challenge(payer, payer.body())
    other = Payer(payer.qonto, "atelier-bertin-1174")
    assert other.get(f"/v2/sca_sessions/{token}").status_code == 404


def test_default_method_is_the_paired_device(payer: Payer) -> None:
    body = payer.body()
    answer = payer.send("POST", PATH, body, **KEYED)
    token = answer.json()["sca_session_token"]
    assert payer.send("POST", f"/v2/mocked_sca_sessions/{token}/allow").status_code == 404
    payer.qonto.api("POST", f"sca/{token}/allow")
    assert payer.send("POST", PATH, body, **KEYED, **{SESSION: token}).status_code == 200


def test_member_without_phone_is_told_to_enrol(payer: Payer) -> None:
    alone = Payer(payer.qonto, "studio-pixel-3306")
    answer = alone.post(PATH, alone.body())
    assert answer.status_code == 428
    assert {name: answer.json()[name] for name in ("code", "message")} == {
        "code": "sca_not_enrolled",
        "message": "You must enable SCA to perform this action",
    }
    assert "sca_session_token" not in answer.json()


def test_passkey_says_so_in_its_message(payer: Payer) -> None:
    answer = payer.post(PATH, payer.body(), **{"X-Qonto-2fa-Preference": "passkey"})
    assert answer.json()["message"] == "Passkey verification required"


def test_sms_code_is_sent_on_the_replay(payer: Payer) -> None:
    body = payer.body()
    sms = {"X-Qonto-2fa-Preference": "sms-otp"}
    challenge(payer, body, "sms-otp")
    wrong = payer.send("POST", PATH, body, **KEYED, **sms, **{"X-Qonto-MFA": "000000"})
    assert wrong.status_code == 428
    right = payer.send("POST", PATH, body, **KEYED, **sms, **{"X-Qonto-MFA": "123456"})
    assert right.status_code == 200


def test_unknown_method_is_refused(payer: Payer) -> None:
    answer = payer.post(PATH, payer.body(), **{"X-Qonto-2fa-Preference": "pigeon"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "not_in_list"


def test_last_waiting_challenge_can_be_decided_by_name(payer: Payer) -> None:
    token = challenge(payer, payer.body())
    assert payer.qonto.api("POST", "sca/last/deny")["result"] == "deny"
    assert payer.qonto.api("GET", "sca")["sca_sessions"][0]["id"] == token


def test_session_is_polled_once_a_second(payer: Payer) -> None:
    token = challenge(payer, payer.body())
    assert payer.get(f"/v2/sca_sessions/{token}").status_code == 200
    refused = payer.get(f"/v2/sca_sessions/{token}")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    payer.wait(seconds=1)
    assert payer.get(f"/v2/sca_sessions/{token}").status_code == 200
    payer.qonto.api("PATCH", "options", rate_limits=False)
    assert payer.get(f"/v2/sca_sessions/{token}").status_code == 200
