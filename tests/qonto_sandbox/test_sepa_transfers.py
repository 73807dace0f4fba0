"""SEPA transfers and their engine (reference §10, §17.3)."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from tests.qonto_sandbox.payer import KEY, MOCK, SESSION, Payer, error

PATH = "/v2/sepa/transfers"


def day(payer: Payer, days: int) -> str:
    today = date.fromisoformat(payer.qonto.api("GET", "clock")["now"][:10])
    return (today + timedelta(days=days)).isoformat()


def test_transfer_is_created_pending_with_every_field(payer: Payer) -> None:
    made = payer.pay()
    assert made["status"] == "pending"
    assert (made["amount"], made["amount_cents"], made["amount_currency"]) == (189.99, 18999, "EUR")
    assert made["beneficiary_id"] == payer.beneficiary(name="AARO")["id"]
    for name in ("note", "declined_reason", "processed_at", "completed_at", "transaction_id", "recurring_transfer_id"):
        assert made[name] is None
    assert made["scheduled_date"] == day(payer, 0)


def test_trusted_payee_named_by_id_needs_no_strong_authentication(payer: Payer) -> None:
    payee = payer.beneficiary(trusted=True)
    body = payer.body(
        token=payer.proof(payee["iban"], payee["name"]), beneficiary=None, beneficiary_id=payee["id"], amount="10.00"
    )
    assert payer.post(PATH, body).status_code == 200
    inline = {"name": payee["name"], "iban": payee["iban"]}
    asked = payer.post(PATH, payer.body(token=body["vop_proof_token"], beneficiary=inline), **MOCK)
    assert asked.status_code == 428


def test_api_key_pays_trusted_payees_only(payer: Payer) -> None:
    keys, payee = payer.qonto.identifiants, payer.beneficiary(trusted=True)
    token, untrusted = payer.proof(payee["iban"], payee["name"]), payer.body()
    payer.session.headers["Authorization"] = f"{keys['login']}:{keys['secret_key']}"
    trusted = payer.body(token=token, beneficiary=None, beneficiary_id=payee["id"], amount="10.00")
    assert payer.post(PATH, trusted).status_code == 200
    assert error(payer.post(PATH, untrusted)) == (403, "forbidden")


def test_same_key_pays_once_even_with_another_body(payer: Payer) -> None:
    body = payer.body()
    first = payer.approved(PATH, body, key="same")
    again = payer.send("POST", PATH, payer.body(amount="999.00"), **{KEY: "same"}, **MOCK)
    assert again.status_code == 200
    assert again.json() == first.json()
    assert payer.get(PATH, updated_at_from=first.json()["transfer"]["created_at"]).json()["meta"]["total_count"] == 1


def test_key_lives_thirty_minutes(payer: Payer) -> None:
    payer.approved(PATH, payer.body(), key="same")
    payer.wait(minutes=31)
    assert payer.send("POST", PATH, payer.body(), **{KEY: "same"}, **MOCK).status_code == 428


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"amount": 189.99}, (400, "not_a_string")),
        ({"amount": "0.00"}, (400, "bad_request")),
        ({"amount": "1.234"}, (400, "bad_request")),
        ({"amount": None}, (400, "missing")),
        ({"reference": None}, (400, "missing")),
        ({"reference": "x" * 141}, (422, "too_long")),
        ({"note": "x" * 141}, (422, "too_long")),
        ({"bank_account_id": None}, (400, "missing")),
        ({"bank_account_id": "maison-lenoir-4821-bank-account-1"}, (400, "bank_account_not_found")),
        ({"beneficiary": None}, (400, "missing")),
        ({"beneficiary_id": "00000000-0000-4000-8000-000000000000"}, (400, "bad_request")),
        (
            {"beneficiary": None, "beneficiary_id": "00000000-0000-4000-8000-000000000000"},
            (404, "not_found"),
        ),
        ({"scheduled_date": "2020-01-01"}, (422, "invalid")),
        ({"scheduled_date": "tomorrow"}, (400, "bad_request")),
        ({"attachment_ids": ["00000000-0000-4000-8000-000000000000"]}, (404, "not_found")),
        ({"attachment_ids": ["00000000-0000-4000-8000-000000000000"] * 6}, (400, "bad_request")),
        ({"amount": "30000.01"}, (400, "attachment_required")),
    ],
)
def test_faults_of_the_body(payer: Payer, changes: dict[str, Any], expected: tuple[int, str]) -> None:
    assert error(payer.post(PATH, payer.body(**changes), **MOCK)) == expected


def test_account_of_another_company_is_not_found(payer: Payer) -> None:
    foreign = payer.qonto.company("atelier-bertin-1174")["bank_account_id"]
    assert error(payer.post(PATH, payer.body(bank_account_id=foreign))) == (400, "bank_account_not_found")


def test_payee_of_the_same_company_wants_an_internal_transfer(payer: Payer) -> None:
    iban = "FR7616958000011000000001157"
    body = payer.body(token=payer.proof(iban, "MAISON LENOIR"), beneficiary={"name": "MAISON LENOIR", "iban": iban})
    assert error(payer.post(PATH, body)) == (400, "transfer_to_same_organization")


def test_transfer_without_proof_token_is_a_401_of_its_own(payer: Payer) -> None:
    body = payer.body()
    del body["vop_proof_token"]
    answer = payer.post(PATH, body)
    assert error(answer) == (401, "vop_proof_token_missing")
    assert error(payer.post(PATH, {**body, "vop_proof_token": 3})) == (400, "not_a_string")


def test_proof_token_is_for_its_iban_and_23_hours(payer: Payer) -> None:
    other = payer.proof("DE02120300000000202051")
    assert error(payer.post(PATH, payer.body(token=other))) == (401, "vop_proof_token_invalid")
    old = payer.body()
    payer.wait(hours=23, seconds=1)
    assert error(payer.post(PATH, old)) == (401, "vop_proof_token_invalid")


def test_funds_are_checked_after_strong_authentication(payer: Payer) -> None:
    answer = payer.approved(PATH, payer.body(amount="29999.99"))
    assert error(answer) == (400, "insufficient_funds")


def test_four_eyes_policy_sends_to_a_request(payer: Payer) -> None:
    organization = payer.qonto.identifiants["organization_id"]
    path = f"organizations/{organization}/payment_policy"
    payer.qonto.api("POST", path, threshold="100.00")
    assert error(payer.post(PATH, payer.body())) == (400, "payment_policy_approval_required")
    payer.qonto.api("POST", path, threshold="100.00", approver=False)
    assert error(payer.post(PATH, payer.body())) == (400, "payment_policy_approver_missing")
    assert payer.post(PATH, payer.body(amount="99.00"), **MOCK).status_code == 428


def test_inline_payee_is_created_or_overwritten_untrusted(payer: Payer) -> None:
    iban = "DE02120300000000202051"
    payer.pay(token=payer.proof(iban), beneficiary={"name": "Moulin Neuf", "iban": iban})
    made = payer.beneficiary(iban=iban)
    assert (made["name"], made["trusted"], made["status"]) == ("Moulin Neuf", False, "pending")
    payer.wait()
    assert payer.beneficiary(iban=iban)["status"] == "validated"
    payer.pay(token=payer.proof(iban), beneficiary={"name": "Moulin Ancien", "iban": iban})
    assert payer.beneficiary(iban=iban) | {"updated_at": ""} == made | {
        "name": "Moulin Ancien",
        "status": "validated",
        "updated_at": "",
    }


def test_future_transfer_waits_for_a_bank_day_and_can_be_canceled(payer: Payer) -> None:
    later = payer.pay(scheduled_date=day(payer, 10))
    payer.wait(days=2)
    assert payer.transfer(later["id"])["status"] == "pending"
    assert payer.send("POST", f"{PATH}/{later['id']}/cancel").status_code == 204
    canceled = payer.transfer(later["id"])
    assert canceled["status"] == "canceled"
    payer.wait(days=20)
    assert payer.transfer(later["id"])["status"] == "canceled"
    assert error(payer.send("POST", f"{PATH}/{later['id']}/cancel")) == (400, "cannot_cancel")


def test_future_transfer_executes_on_its_day(payer: Payer) -> None:
    later = payer.pay(scheduled_date=day(payer, 3))
    payer.wait(days=9)
    done = payer.transfer(later["id"])
    assert done["status"] == "settled"
    assert done["processed_at"][:10] >= later["scheduled_date"]
    assert date.fromisoformat(done["processed_at"][:10]).weekday() < 5


def test_settled_transfer_cannot_be_canceled(payer: Payer) -> None:
    made = payer.pay()
    payer.wait()
    assert error(payer.send("POST", f"{PATH}/{made['id']}/cancel")) == (400, "cannot_cancel")
    assert payer.send("POST", f"{PATH}/00000000-0000-4000-8000-000000000000/cancel").status_code == 404


@pytest.mark.parametrize("reason", ["beneficiary_iban_invalid", "qonto_processing_failed"])
def test_reference_asks_for_a_decline(payer: Payer, reason: str) -> None:
    before = payer.account()["authorized_balance_cents"]
    made = payer.pay(reference=f"TEST {reason}")
    payer.wait()
    declined = payer.transfer(made["id"])
    assert (declined["status"], declined["declined_reason"], declined["transaction_id"]) == ("declined", reason, None)
    assert payer.account()["authorized_balance_cents"] == before


def test_scheduled_transfer_without_money_on_the_day_is_declined(payer: Payer) -> None:
    later = payer.pay(amount="29000.00", scheduled_date=day(payer, 3))
    payer.wait(days=9)
    assert payer.transfer(later["id"])["declined_reason"] == "debit_account_insufficient_funds"


def test_declined_payee_declines_the_transfer(payer: Payer) -> None:
    payee = payer.beneficiary(status="declined")
    token = payer.proof(payee["iban"], payee["name"])
    made = payer.pay(token=token, beneficiary=None, beneficiary_id=payee["id"], amount="1.00")
    payer.wait()
    assert payer.transfer(made["id"])["declined_reason"] == "beneficiary_status"


def test_control_settles_declines_and_returns(payer: Payer) -> None:
    first, second = payer.pay(), payer.pay(amount="2.00")
    assert payer.qonto.api("POST", f"transfers/{first['id']}/settle")["transfer"]["status"] == "settled"
    answer = payer.qonto.api("POST", f"transfers/{second['id']}/decline?reason=organisation_compliance_reasons")
    assert answer["transfer"]["declined_reason"] == "organisation_compliance_reasons"
    before = payer.account()["balance_cents"]
    payer.qonto.api("POST", f"transfers/{first['id']}/return")
    assert payer.account()["balance_cents"] == before + 18999
    assert payer.transfer(first["id"])["status"] == "settled"


def test_list_filters_sorts_and_pages(payer: Payer) -> None:
    start = payer.qonto.api("GET", "clock")["now"]
    first, second = payer.pay(), payer.pay(amount="2.00", scheduled_date=day(payer, 30))
    payer.wait()
    by_id = payer.get(PATH, **{"ids[]": [first["id"], second["id"]]}).json()
    assert {row["id"] for row in by_id["transfers"]} == {first["id"], second["id"]}
    settled = payer.get(PATH, updated_at_from=start, **{"status[]": "settled"}).json()["transfers"]
    assert [row["id"] for row in settled] == [first["id"]]
    dated = payer.get(PATH, scheduled_date_from=day(payer, 29), scheduled_date_to=day(payer, 31)).json()["transfers"]
    assert [row["id"] for row in dated] == [second["id"]]
    payee = payer.get(PATH, updated_at_from=start, **{"beneficiary_ids[]": first["beneficiary_id"]}).json()
    assert payee["meta"]["total_count"] == 2
    asc = payer.get(PATH, sort_by="scheduled_date:asc", updated_at_from=start).json()["transfers"]
    assert [row["id"] for row in asc] == [first["id"], second["id"]]
    page = payer.get(PATH, per_page=1, page=2, updated_at_from=start).json()
    assert (page["meta"]["prev_page"], page["meta"]["next_page"], len(page["transfers"])) == (1, None, 1)


def test_list_refuses_what_it_does_not_know(payer: Payer) -> None:
    assert error(payer.get(PATH, **{"status[]": "completed"})) == (400, "not_in_list")
    assert error(payer.get(PATH, sort_by="amount:asc")) == (400, "not_in_list")
    many = ["00000000-0000-4000-8000-000000000000"] * 101
    assert payer.get(PATH, **{"ids[]": many}).status_code == 400
    assert payer.get(PATH, page=99).status_code == 422


def test_transfer_of_another_company_is_not_found(payer: Payer) -> None:
    made = payer.pay()
    assert Payer(payer.qonto, "atelier-bertin-1174").get(f"{PATH}/{made['id']}").status_code == 404


def test_proof_is_a_pdf_once_settled(payer: Payer) -> None:
    made = payer.pay()
    path = f"{PATH}/{made['id']}/download_proof"
    assert payer.send("POST", path).status_code == 400
    payer.wait()
    answer = payer.send("POST", path)
    assert answer.headers["Content-Type"] == "application/pdf"
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "189,99 €" in text
    assert "AARO" in text
    assert payer.get(f"{PATH}/{made['id']}/proof").status_code == 404


def test_scope_payment_write_is_enforced(payer: Payer) -> None:
    assert payer.send("POST", PATH, {}, **{"Authorization": "Bearer nothing"}).status_code == 401


def test_replay_of_a_success_does_not_need_the_session(payer: Payer) -> None:
    body = payer.body()
    first = payer.approved(PATH, body, key="kept")
    again = payer.send("POST", PATH, body, **{KEY: "kept", SESSION: "anything"})
    assert again.json() == first.json()


def test_seed_shows_each_state_and_settled_ones_have_their_line(payer: Payer) -> None:
    for status in ("pending", "processing", "settled", "declined", "canceled"):
        rows = payer.get(PATH, per_page=1, **{"status[]": status}).json()["transfers"]
        assert rows, status
        if status in ("processing", "settled"):
            line = payer.get(f"/v2/transactions/{rows[0]['transaction_id']}").json()["transaction"]
            assert line["amount_cents"] == rows[0]["amount_cents"]
