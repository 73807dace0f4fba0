"""Recurring SEPA transfers (reference §12)."""

from datetime import date, timedelta
from typing import Any

from tests.qonto_sandbox.payer import MOCK, Payer, error

PATH = "/v2/sepa/recurring_transfers"


def today(payer: Payer) -> date:
    return date.fromisoformat(payer.qonto.api("GET", "clock")["now"][:10])


def body(payer: Payer, **changes: Any) -> dict[str, Any]:
    payee = payer.beneficiary(trusted=True)
    recurring = {
        "bank_account_id": payer.account_id,
        "beneficiary_id": payee["id"],
        "reference": "LOYER",
        "amount": "10.00",
        "frequency": "weekly",
        "first_execution_date": (today(payer) + timedelta(days=2)).isoformat(),
        **changes,
    }
    return {"vop_proof_token": payer.proof(payee["iban"], payee["name"]), "recurring_transfer": recurring}


def create(payer: Payer, **changes: Any) -> dict[str, Any]:
    answer = payer.approved(PATH, body(payer, **changes))
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()["recurring_transfer"]
    return made


def test_strong_authentication_is_always_asked(payer: Payer) -> None:
    answer = payer.post(PATH, body(payer), **MOCK)
    assert answer.status_code == 428
    assert answer.json()["action_type"] == "transfer.recurring.create"


def test_each_execution_is_an_ordinary_transfer(payer: Payer) -> None:
    made = create(payer)
    assert made["next_execution_date"] == made["first_execution_date"]
    assert (made["amount"], made["amount_cents"], made["amount_currency"]) == (10.0, 1000, "EUR")
    payer.wait(days=20)
    rows = payer.get("/v2/sepa/transfers", **{"recurring_transfer_ids[]": made["id"]}).json()["transfers"]
    assert len(rows) in (2, 3)
    assert {row["status"] for row in rows} == {"settled"}
    after = payer.get(f"{PATH}/{made['id']}").json()["recurring_transfer"]
    assert date.fromisoformat(after["next_execution_date"]) > today(payer) - timedelta(days=4)


def test_it_stops_after_its_last_date(payer: Payer) -> None:
    first = today(payer) + timedelta(days=2)
    made = create(payer, last_execution_date=(first + timedelta(days=1)).isoformat())
    payer.wait(days=12)
    after = payer.get(f"{PATH}/{made['id']}").json()["recurring_transfer"]
    assert (after["status"], after["next_execution_date"]) == ("completed", None)


def test_cancel_is_204_and_ends_it(payer: Payer) -> None:
    made = create(payer)
    assert payer.send("POST", f"{PATH}/{made['id']}/cancel").status_code == 204
    after = payer.get(f"{PATH}/{made['id']}").json()["recurring_transfer"]
    assert (after["status"], after["next_execution_date"]) == ("canceled", None)
    assert error(payer.send("POST", f"{PATH}/{made['id']}/cancel")) == (400, "cannot_cancel")


def test_faults_of_the_body(payer: Payer) -> None:
    assert error(payer.post(PATH, body(payer, amount=10))) == (400, "not_a_string")
    assert error(payer.post(PATH, body(payer, frequency="daily"))) == (400, "not_in_list")
    assert error(payer.post(PATH, body(payer, first_execution_date="2020-01-01"))) == (422, "invalid")
    assert error(payer.post(PATH, body(payer, first_execution_date=None))) == (400, "missing")
    assert error(payer.post(PATH, body(payer, last_execution_date="2020-01-01"))) == (422, "invalid")
    assert error(payer.post(PATH, {**body(payer), "vop_proof_token": None})) == (401, "vop_proof_token_missing")


def test_seed_shows_each_state(payer: Payer) -> None:
    rows = payer.get(PATH).json()["recurring_transfers"]
    assert {row["status"] for row in rows} == {"active", "canceled"}
    assert error(payer.get(f"{PATH}/unknown")) == (404, "not_found")
