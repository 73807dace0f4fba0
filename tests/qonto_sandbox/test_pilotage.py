"""The control API and its page: movements, clock, faults, switches."""

import time
from typing import Any

import pytest
import requests

from tests.qonto import LocalQonto

PATH = "/v2/organization"


def add(qonto: LocalQonto, **fields: Any) -> dict[str, Any]:
    given = {"bank_account_id": "maison-lenoir-4821", "amount": "125.40", "label": "TRAITEUR DELAUNAY"} | fields
    line: dict[str, Any] = qonto.api("POST", "movements", **given)["transaction"]
    return line


def account(qonto: LocalQonto, session: requests.Session) -> dict[str, Any]:
    id = qonto.identifiants["bank_account_id"]
    row: dict[str, Any] = session.get(f"{qonto.url}/v2/bank_accounts/{id}").json()["bank_account"]
    return row


def test_movement_appears_and_moves_the_balance(qonto: LocalQonto, session: requests.Session) -> None:
    before = account(qonto, session)
    line = add(qonto, receipt=True)
    after = account(qonto, session)
    assert after["balance_cents"] == before["balance_cents"] + 12_540 == line["settled_balance_cents"]
    shown = session.get(f"{qonto.url}/v2/transactions/{line['id']}").json()["transaction"]
    assert (shown["side"], shown["amount"], len(shown["attachment_ids"])) == ("credit", 125.4, 1)


@pytest.mark.parametrize(
    ("act", "status"), [("settle", "completed"), ("decline", "declined"), ("reverse", "reversed")]
)
def test_pending_movement_ends(qonto: LocalQonto, session: requests.Session, act: str, status: str) -> None:
    before = account(qonto, session)
    line = add(qonto, status="pending", operation_type="card")
    assert account(qonto, session)["authorized_balance_cents"] == before["authorized_balance_cents"] - 12_540
    ended = qonto.api("POST", f"transactions/{line['id']}/{act}")["transaction"]
    assert ended["status"] == status
    moved = before["balance_cents"] - account(qonto, session)["balance_cents"]
    assert moved == (12_540 if status == "completed" else 0)


def test_late_note_and_late_receipt_touch_the_line(qonto: LocalQonto, session: requests.Session) -> None:
    line = add(qonto)
    qonto.api("POST", "clock/advance", hours=1)
    qonto.api("PATCH", f"transactions/{line['id']}", note="#Comptabilise")
    qonto.api("POST", f"transactions/{line['id']}/receipt")
    after = session.get(f"{qonto.url}/v2/transactions/{line['id']}").json()["transaction"]
    assert after["note"] == "#Comptabilise"
    assert after["updated_at"] > line["updated_at"]
    assert len(after["attachment_ids"]) == 1


def test_reset_brings_the_first_day_back(qonto: LocalQonto, session: requests.Session) -> None:
    before = account(qonto, session)
    add(qonto)
    qonto.api("POST", "faults", kind="status", times=0)
    qonto.reset()
    assert account(qonto, session) == before


def fault(qonto: LocalQonto, **fields: Any) -> None:
    qonto.api("POST", "faults", **{"path": PATH, **fields})


@pytest.mark.parametrize("status", [500, 502, 503])
def test_status_fault_strikes_the_asked_number_of_times(
    qonto: LocalQonto, session: requests.Session, status: int
) -> None:
    fault(qonto, kind="status", status=status, times=2, skip=1)
    assert [session.get(qonto.url + PATH).status_code for _ in range(4)] == [200, status, status, 200]


def test_fault_spares_other_paths(qonto: LocalQonto, session: requests.Session) -> None:
    fault(qonto, kind="status", times=0)
    assert session.get(f"{qonto.url}/v2/labels").status_code == 200
    assert session.get(qonto.url + PATH).status_code == 500


def test_cut_connections(qonto: LocalQonto, session: requests.Session) -> None:
    for kind in ("cut", "cut_body"):
        fault(qonto, kind=kind)
        with pytest.raises(requests.exceptions.RequestException):
            _ = session.get(qonto.url + PATH).content
        assert session.get(qonto.url + PATH).status_code == 200


@pytest.mark.hors_contrat
def test_truncated_json_is_whole_http(qonto: LocalQonto, session: requests.Session) -> None:
    fault(qonto, kind="truncated")
    answer = session.get(qonto.url + PATH)
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("kind", ["html", "redirect"])
def test_gate_fault(qonto: LocalQonto, session: requests.Session, kind: str) -> None:
    fault(qonto, kind=kind)
    answer = session.get(qonto.url + PATH, allow_redirects=False)
    assert answer.status_code == (200 if kind == "html" else 302)
    assert answer.headers["Content-Type"].startswith("text/html")


def test_rate_limit_fault_says_when_to_come_back(qonto: LocalQonto, session: requests.Session) -> None:
    fault(qonto, kind="rate_limit", retry_after=3)
    answer = session.get(qonto.url + PATH)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


def test_revoked_fault_is_a_401(qonto: LocalQonto, session: requests.Session) -> None:
    fault(qonto, kind="revoked")
    assert session.get(qonto.url + PATH).json()["errors"][0]["code"] == "authorization_token_invalid"


@pytest.mark.parametrize("kind", ["latency", "slow_body"])
def test_slow_faults_take_their_time(qonto: LocalQonto, session: requests.Session, kind: str) -> None:
    fault(qonto, kind=kind, seconds=0.4)
    start = time.monotonic()
    assert session.get(qonto.url + PATH).json()["organization"]
    assert time.monotonic() - start >= 0.35


def test_act_is_done_although_its_answer_is_lost(qonto: LocalQonto, session: requests.Session) -> None:
    fault(qonto, kind="cut", path="/v2/bank_accounts", method="POST", after=True)
    headers = {"X-Qonto-Idempotency-Key": "une-seule-fois"}
    body = {"bank_account": {"name": "Travaux"}}
    with pytest.raises(requests.exceptions.ConnectionError):
        session.post(f"{qonto.url}/v2/bank_accounts", json=body, headers=headers)
    again = session.post(f"{qonto.url}/v2/bank_accounts", json=body, headers=headers)
    names = [row["name"] for row in session.get(f"{qonto.url}/v2/bank_accounts").json()["bank_accounts"]]
    assert again.status_code == 200
    assert names.count("Travaux") == 1


@pytest.mark.parametrize("body", [{"kind": "other"}, {"kind": "status", "status": 200}, {"kind": "cut", "times": "x"}])
def test_unreadable_fault_is_refused(qonto: LocalQonto, body: dict[str, Any]) -> None:
    answer = requests.post(f"{qonto.url}/_sandbox/api/faults", json=body, timeout=10)
    assert answer.status_code == 400


def test_documented_windows_are_enforced(qonto: LocalQonto, session: requests.Session) -> None:
    statuses = [session.get(f"{qonto.url}/v2/nothing").status_code for _ in range(3)]
    assert statuses == [404] * 3
    start = time.monotonic()
    found = [session.get(f"{qonto.url}/v2/labels/x") for _ in range(1_010)]
    # A busy machine may not reach the ceiling within its ten seconds.
    slow = time.monotonic() - start > 10
    refused = [answer for answer in found if answer.status_code == 429]
    assert [answer.status_code for answer in found[:900]] == [404] * 900
    assert refused or slow
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)


def test_limits_can_be_switched_off(qonto: LocalQonto, session: requests.Session) -> None:
    assert qonto.api("PATCH", "options", rate_limits=False)["rate_limits"] is False
    qonto.api("PATCH", "options", gate_html=True)
    answer = requests.get(qonto.url + PATH, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_page_does_the_same_acts_without_script(qonto: LocalQonto) -> None:
    browser = requests.Session()
    page = browser.get(f"{qonto.url}/_sandbox/")
    assert "MAISON LENOIR" in page.text
    done = browser.post(
        f"{qonto.url}/_sandbox/actes/mouvement",
        data={
            "organisation": "atelier-bertin-1174",
            "bank_account_id": qonto.company("atelier-bertin-1174")["bank_account_id"],
            "operation_type": "card",
            "amount": "1 234,56",
            "label": "ESSAI DE PAGE",
        },
    )
    assert done.status_code == 200
    assert "ESSAI DE PAGE" in done.text
    assert "−1\u202f234,56\u00a0€" in done.text
    wrong = browser.post(f"{qonto.url}/_sandbox/actes/mouvement", data={"amount": "douze"})
    assert 'role="alert"' in wrong.text
