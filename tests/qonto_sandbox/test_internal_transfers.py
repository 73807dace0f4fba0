"""Internal transfers (reference §13.1)."""

from typing import Any

from tests.qonto_sandbox.payer import Payer, error

PATH = "/v2/internal_transfers"
MAIN, SAVINGS = "FR7616958000016886912594701", "FR7616958000011000000001157"


def body(**changes: Any) -> dict[str, Any]:
    given = {"debit_iban": MAIN, "credit_iban": SAVINGS, "reference": "Provision TVA", "amount": "25.00", **changes}
    return {"internal_transfer": {name: value for name, value in given.items() if value is not None}}


def balances(payer: Payer) -> dict[str, int]:
    rows = payer.get("/v2/bank_accounts").json()["bank_accounts"]
    return {row["iban"]: row["balance_cents"] for row in rows}


def test_money_moves_at_once_without_strong_authentication(payer: Payer) -> None:
    before = balances(payer)
    answer = payer.post(PATH, body(currency="EUR"))
    made = answer.json()["internal_transfer"]
    assert answer.status_code == 200
    assert (made["amount"], made["amount_cents"], made["amount_currency"]) == (25.0, 2500, "EUR")
    assert made["status"] == "processing"
    assert made["slug"].startswith("maison-lenoir-4821-1-transfer-")
    after = balances(payer)
    assert (after[MAIN], after[SAVINGS]) == (before[MAIN] - 2500, before[SAVINGS] + 2500)


def test_key_repeats_nothing(payer: Payer) -> None:
    first = payer.post(PATH, body(), key="once").json()
    before = balances(payer)
    assert payer.post(PATH, body(), key="once").json() == first
    assert balances(payer) == before


def test_faults(payer: Payer) -> None:
    foreign = payer.qonto.company("atelier-bertin-1174")["iban"]
    assert error(payer.post(PATH, body(credit_iban=foreign))) == (400, "bank_account_not_found")
    assert error(payer.post(PATH, body(credit_iban=MAIN))) == (400, "bad_request")
    assert error(payer.post(PATH, body(amount="999999.00"))) == (400, "insufficient_funds")
    assert error(payer.post(PATH, body(amount=25))) == (400, "not_a_string")
    assert error(payer.post(PATH, body(reference=None))) == (400, "missing")
    assert error(payer.post(PATH, body(currency="USD"))) == (400, "not_in_list")
    assert error(payer.send("POST", PATH, body())) == (400, "bad_request")
