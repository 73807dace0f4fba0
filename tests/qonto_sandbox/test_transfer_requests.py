"""Requests of transfers (reference §13.2)."""

from typing import Any

from tests.qonto_sandbox.payer import AARO, MOCK, Payer, error

SINGLE, MULTI, ALL = "/v2/requests/transfers", "/v2/requests/multi_transfers", "/v2/requests"
ASKED = {
    "amount": "100.50",
    "currency": "EUR",
    "credit_iban": AARO,
    "credit_account_name": "AARO",
    "credit_account_currency": "EUR",
    "reference": "FS9289482",
}


def single(payer: Payer, **changes: Any) -> dict[str, Any]:
    answer = payer.post(SINGLE, {"request_transfer": {**ASKED, "note": "À valider", **changes}})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()["request_transfer"]
    return made


def test_single_request_is_pending(payer: Payer) -> None:
    made = single(payer)
    assert (made["request_type"], made["status"], made["amount"]) == ("transfer", "pending", "100.50")
    assert made["id"] in {row["id"] for row in payer.get(ALL).json()["requests"]}


def test_multi_request_adds_its_transfers(payer: Payer) -> None:
    body = {"request_multi_transfer": {"note": "Lot", "transfers": [ASKED, {**ASKED, "amount": "10.00"}]}}
    made = payer.post(MULTI, body).json()["request_multi_transfer"]
    assert (made["total_transfers_amount"], made["total_transfers_count"]) == ("110.50", 2)
    assert made["total_transfers_amount_currency"] == "EUR"
    assert {"id", "credit_account_name", "amount", "currency", "reference"} == set(made["transfers"][0])


def test_approval_needs_strong_authentication_then_pays(payer: Payer) -> None:
    made, start = single(payer), payer.qonto.api("GET", "clock")["now"]
    path = f"{SINGLE}/{made['id']}/approve"
    assert payer.post(path, {}, **MOCK).status_code == 428
    answer = payer.approved(path, {"debit_iban": payer.qonto.company()["iban"]})
    approved = answer.json()["request_transfer"]
    assert answer.status_code == 200
    assert approved["status"] == "approved"
    assert approved["approver_id"]
    assert approved["processed_at"]
    payer.wait()
    (paid,) = payer.get("/v2/sepa/transfers", updated_at_from=start, **{"status[]": "settled"}).json()["transfers"]
    assert (paid["amount_cents"], paid["reference"], paid["note"]) == (10050, "FS9289482", "À valider")
    assert error(payer.post(path, {}, **MOCK)) == (400, "bad_request")


def test_decline_keeps_its_note(payer: Payer) -> None:
    made = single(payer)
    answer = payer.post(f"{SINGLE}/{made['id']}/decline", {"declined_note": "Trop tôt"})
    assert (answer.json()["request_transfer"]["status"], answer.json()["request_transfer"]["declined_note"]) == (
        "declined",
        "Trop tôt",
    )
    assert error(payer.post(f"{MULTI}/{made['id']}/decline", {})) == (404, "not_found")


def test_list_is_filtered_and_seed_shows_each_state(payer: Payer) -> None:
    rows = payer.get(ALL).json()["requests"]
    assert {row["status"] for row in rows} == {"pending", "approved", "declined", "canceled"}
    assert {row["request_type"] for row in rows} == {"transfer", "multi_transfer"}
    pending = payer.get(ALL, **{"status[]": "pending", "request_type[]": "multi_transfer"}).json()["requests"]
    assert len(pending) == 1
    processed = payer.get(ALL, processed_at_from="2000-01-01T00:00:00Z").json()["requests"]
    assert {row["status"] for row in processed} == {"approved", "declined"}
    assert error(payer.get(ALL, **{"status[]": "other"})) == (400, "not_in_list")


def test_faults_of_the_body(payer: Payer) -> None:
    for changes, expected in (
        ({"amount": 3}, (400, "not_a_string")),
        ({"credit_iban": "x"}, (400, "bad_request")),
        ({"debit_iban": AARO}, (400, "bank_account_not_found")),
        ({"scheduled_date": "2020-01-01"}, (422, "invalid")),
        ({"reference": None}, (400, "missing")),
    ):
        assert error(payer.post(SINGLE, {"request_transfer": {**ASKED, **changes}})) == expected
    assert error(payer.post(MULTI, {"request_multi_transfer": {"transfers": []}})) == (400, "bad_request")


def test_single_request_is_shown_as_published(payer: Payer) -> None:
    made = single(payer, scheduled_date="2099-03-06", recurrence="monthly", last_recurrence_date="2099-12-06")
    assert (made["creditor_name"], made["scheduled_date"]) == ("AARO", "2099-03-06")
    assert (made["recurrence"], made["last_recurrence_date"]) == ("monthly", "2099-12-06")
    once = single(payer, note=None)
    assert (once["recurrence"], once["last_recurrence_date"], once["note"]) == ("once", None, "")
    assert once["scheduled_date"] == payer.qonto.api("GET", "clock")["now"][:10]


def test_recurrence_must_make_sense(payer: Payer) -> None:
    for changes, expected in (
        ({"recurrence": "daily"}, (400, "not_in_list")),
        ({"last_recurrence_date": "2099-01-01"}, (422, "invalid")),
        (
            {"recurrence": "weekly", "scheduled_date": "2099-02-01", "last_recurrence_date": "2099-01-01"},
            (422, "invalid"),
        ),
    ):
        assert error(payer.post(SINGLE, {"request_transfer": {**ASKED, **changes}})) == expected


def test_approved_recurrence_pays_again_and_again(payer: Payer) -> None:
    path = "/v2/sepa/recurring_transfers"
    known = {row["id"] for row in payer.get(path).json()["recurring_transfers"]}
    made = single(payer, recurrence="weekly")
    assert payer.approved(f"{SINGLE}/{made['id']}/approve", {}).status_code == 200
    (order,) = (row for row in payer.get(path).json()["recurring_transfers"] if row["id"] not in known)
    assert (order["frequency"], order["amount_cents"], order["note"]) == ("weekly", 10050, "À valider")
    payer.wait(days=16)
    rows = payer.get("/v2/sepa/transfers", **{"recurring_transfer_ids[]": order["id"]}).json()["transfers"]
    assert len(rows) == 3


def test_decision_needs_no_body(payer: Payer) -> None:
    made = single(payer)
    answer = payer.session.post(f"{payer.qonto.url}{SINGLE}/{made['id']}/decline")
    assert answer.json()["request_transfer"]["declined_note"] is None
