"""SEPA beneficiaries (reference §8)."""

from tests.qonto_sandbox.payer import Payer, error

PATH = "/v2/sepa/beneficiaries"
NEW = {
    "name": "Moulin Neuf",
    "iban": "DE02120300000000202051",
    "email": "a@moulin.example",
    "activity_tag": "logistics",
}


def test_every_status_is_seeded(payer: Payer) -> None:
    answer = payer.get(PATH).json()
    rows = answer["beneficiaries"]
    assert {row["status"] for row in rows} == {"pending", "validated", "declined"}
    assert {row["trusted"] for row in rows} == {True, False}
    assert answer["meta"]["per_page"] == 25
    assert payer.beneficiary(name="AARO")["iban"] == "FR7610011000201234567890188"


def test_list_is_filtered_and_sorted(payer: Payer) -> None:
    pending = payer.get(PATH, **{"status[]": "pending"}).json()["beneficiaries"]
    assert {row["status"] for row in pending} == {"pending"}
    trusted = payer.get(PATH, trusted="true").json()["beneficiaries"]
    assert all(row["trusted"] for row in trusted)
    iban = trusted[0]["iban"]
    assert [row["iban"] for row in payer.get(PATH, **{"iban[]": iban}).json()["beneficiaries"]] == [iban]
    stamps = [row["updated_at"] for row in payer.get(PATH, sort_by="updated_at:asc").json()["beneficiaries"]]
    assert stamps == sorted(stamps)
    later = payer.get(PATH, updated_at_from=stamps[1]).json()["meta"]["total_count"]
    assert later == len(stamps) - 1


def test_list_refuses_what_it_does_not_know(payer: Payer) -> None:
    assert error(payer.get(PATH, **{"status[]": "other"})) == (400, "not_in_list")
    assert error(payer.get(PATH, sort_by="name:asc")) == (400, "not_in_list")


def test_create_answers_201_untrusted_and_pending(payer: Payer) -> None:
    answer = payer.post(PATH, {"beneficiary": NEW})
    made = answer.json()["beneficiary"]
    assert answer.status_code == 201
    assert (made["status"], made["trusted"], made["bic"]) == ("pending", False, "BYLADEM1001")
    assert payer.get(f"{PATH}/{made['id']}").json()["beneficiary"] == made


def test_same_iban_twice_is_taken(payer: Payer) -> None:
    payer.post(PATH, {"beneficiary": NEW})
    answer = payer.post(PATH, {"beneficiary": NEW})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"] == "This IBAN has already been taken"


def test_create_checks_what_is_sent(payer: Payer) -> None:
    assert error(payer.post(PATH, {"beneficiary": {"name": "x"}})) == (400, "missing")
    assert error(payer.post(PATH, {"beneficiary": {**NEW, "activity_tag": "x"}})) == (400, "not_in_list")
    assert error(payer.post(PATH, {"beneficiary": {**NEW, "name": 3}})) == (400, "not_a_string")
    without_key = payer.send("POST", PATH, {"beneficiary": NEW})
    assert error(without_key) == (400, "bad_request")


def test_update_changes_details_but_not_of_a_pending_one(payer: Payer) -> None:
    aaro = payer.beneficiary(name="AARO")
    for method in ("PATCH", "PUT"):
        changed = payer.send(method, f"{PATH}/{aaro['id']}", {"beneficiary": {"email": f"{method}@aaro.example"}})
        assert changed.status_code == 200
        assert changed.json()["beneficiary"]["email"] == f"{method}@aaro.example"
    pending = payer.beneficiary(status="pending")
    assert payer.send("PATCH", f"{PATH}/{pending['id']}", {"beneficiary": {"name": "x"}}).status_code == 404


def test_trust_needs_strong_authentication_and_untrust_does_not(payer: Payer) -> None:
    aaro = payer.beneficiary(name="AARO")
    answer = payer.approved(f"{PATH}/trust", {"ids": [aaro["id"]]}, method="PATCH")
    assert answer.status_code == 200
    assert answer.json()["beneficiaries"][0]["trusted"] is True
    back = payer.send("PATCH", f"{PATH}/untrust", {"ids": [aaro["id"]]})
    assert back.json()["beneficiaries"][0]["trusted"] is False


def test_trust_refuses_too_many_and_foreign_ids(payer: Payer) -> None:
    foreign = Payer(payer.qonto, "atelier-bertin-1174").beneficiary(trusted=True)["id"]
    assert payer.send("PATCH", f"{PATH}/trust", {"ids": []}).status_code == 400
    assert payer.send("PATCH", f"{PATH}/trust", {"ids": [foreign] * 401}).status_code == 400
    assert error(payer.send("PATCH", f"{PATH}/untrust", {"ids": [foreign]})) == (400, "beneficiary_not_found")


def test_beneficiary_of_another_company_is_not_found(payer: Payer) -> None:
    foreign = Payer(payer.qonto, "atelier-bertin-1174").beneficiary(trusted=True)["id"]
    assert error(payer.get(f"{PATH}/{foreign}")) == (404, "not_found")


def test_delete_removes_it(payer: Payer) -> None:
    aaro = payer.beneficiary(name="AARO")
    assert payer.send("DELETE", f"{PATH}/{aaro['id']}").status_code == 204
    assert payer.get(f"{PATH}/{aaro['id']}").status_code == 404
