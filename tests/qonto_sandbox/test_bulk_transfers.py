"""Bulk SEPA transfers (reference §11)."""

import uuid
from typing import Any

import pytest

from tests.qonto_sandbox.payer import AARO, MOCK, Payer, error

PATH = "/v2/sepa/bulk_transfers"
OTHER = "DE02120300000000202051"


def item(**changes: Any) -> dict[str, Any]:
    given = {
        "client_transfer_id": str(uuid.uuid4()),
        "amount": "10.00",
        "reference": "LOT",
        "beneficiary": {"name": "AARO", "iban": AARO},
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def body(payer: Payer, *items: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    ibans = [row["beneficiary"]["iban"] for row in items if "beneficiary" in row]
    return {
        "vop_proof_token": token or payer.bulk_proof(*ibans),
        "bank_account_id": payer.account_id,
        "bulk_transfers": list(items),
    }


def test_items_are_created_one_by_one_a_moment_later(payer: Payer) -> None:
    items = [item(), item(amount="20.00", beneficiary={"name": "Klaus", "iban": OTHER})]
    answer = payer.approved(PATH, body(payer, *items))
    made = answer.json()["bulk_transfer"]
    assert answer.status_code == 200
    assert (made["total_count"], made["pending_count"], made["completed_count"]) == (2, 2, 0)
    assert all(row["transfer_id"] is None and row["errors"] is None for row in made["results"])
    payer.wait()
    done = payer.get(f"{PATH}/{made['id']}").json()["bulk_transfer"]
    assert (done["completed_count"], done["pending_count"], done["failed_count"]) == (2, 0, 0)
    assert [row["client_transfer_id"] for row in done["results"]] == [row["client_transfer_id"] for row in items]
    ids = [row["transfer_id"] for row in done["results"]]
    transfers = payer.get("/v2/sepa/transfers", **{"ids[]": ids}).json()["transfers"]
    assert {row["status"] for row in transfers} == {"settled"}


def test_each_item_is_judged_alone(payer: Payer) -> None:
    items = [item(amount="30000.01"), item(amount="29999.00"), item(amount="1.00")]
    made = payer.approved(PATH, body(payer, *items)).json()["bulk_transfer"]
    payer.wait()
    done = payer.get(f"{PATH}/{made['id']}").json()["bulk_transfer"]["results"]
    assert [row["status"] for row in done] == ["failed", "failed", "completed"]
    codes = [row["errors"][0]["errors"][0]["code"] for row in done[:2]]
    # Some clients read the plain form.
    assert codes == [row["errors"][0]["code"] for row in done[:2]]
    assert codes == ["attachment_required", "insufficient_funds"]


def test_all_trusted_payees_need_no_strong_authentication(payer: Payer) -> None:
    payee = payer.beneficiary(trusted=True)
    trusted = item(beneficiary=None, beneficiary_id=payee["id"])
    token = payer.bulk_proof(payee["iban"])
    assert payer.post(PATH, body(payer, trusted, token=token)).status_code == 200
    mixed = payer.post(PATH, body(payer, trusted, item(), token=payer.bulk_proof(payee["iban"], AARO)), **MOCK)
    assert mixed.status_code == 428
    assert mixed.json()["action_type"] == "transfer.bulk.create"


def test_token_is_for_exactly_the_set_of_payees(payer: Payer) -> None:
    both = [item(), item(beneficiary={"name": "Klaus", "iban": OTHER})]
    for token in (payer.bulk_proof(AARO), payer.bulk_proof(AARO, OTHER, "DE89370400440532013000")):
        assert error(payer.post(PATH, body(payer, *both, token=token))) == (401, "vop_proof_token_invalid")


def test_faults_of_the_payload_refuse_the_whole(payer: Payer) -> None:
    twin = str(uuid.uuid4())
    assert error(payer.post(PATH, body(payer, item(client_transfer_id=None)))) == (400, "missing")
    assert error(payer.post(PATH, body(payer, item(client_transfer_id="x")))) == (400, "bad_request")
    assert error(payer.post(PATH, body(payer, item(client_transfer_id=twin), item(client_transfer_id=twin)))) == (
        400,
        "bad_request",
    )
    assert error(payer.post(PATH, body(payer, item(amount=3)))) == (400, "not_a_string")
    assert error(payer.post(PATH, body(payer, token="x"))) == (400, "bad_request")
    too_many = payer.post(PATH, body(payer, *[item() for _ in range(401)], token="x"))
    assert error(too_many) == (400, "bad_request")
    without_account = {name: value for name, value in body(payer, item()).items() if name != "bank_account_id"}
    answer = payer.post(PATH, without_account)
    assert error(answer) == (400, "missing")
    assert answer.json()["errors"][0]["source"] == {"pointer": "/bank_account_id"}


def test_seed_shows_each_state_and_the_list_pages(payer: Payer) -> None:
    listed = payer.get(PATH).json()
    assert listed["meta"]["total_count"] == 1
    assert {row["status"] for row in listed["bulk_transfers"][0]["results"]} == {"completed", "pending", "failed"}
    assert error(payer.get(f"{PATH}/{uuid.uuid4()}")) == (404, "not_found")


@pytest.mark.parametrize(("mute", "made"), [("lost", 0), ("hidden", 1)])
def test_mute_bulk_never_shows_its_items(payer: Payer, mute: str, made: int) -> None:
    payer.qonto.api("PATCH", "options", mute_bulks=mute)
    reference = f"MUET {mute}"
    bulk = payer.approved(PATH, body(payer, item(reference=reference))).json()["bulk_transfer"]
    payer.wait()
    shown = payer.get(f"{PATH}/{bulk['id']}").json()["bulk_transfer"]
    assert (shown["results"], shown["total_count"], shown["completed_count"]) == ([], 1, 0)
    transfers = payer.get("/v2/sepa/transfers").json()["transfers"]
    assert sum(row["reference"] == reference for row in transfers) == made
    payer.qonto.api("PATCH", "options", mute_bulks="")
