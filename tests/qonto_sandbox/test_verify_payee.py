"""Verification of payee on the wire (reference §7)."""

from tests.qonto_sandbox.payer import AARO, Payer

SINGLE, BULK = "/v2/sepa/verify_payee", "/v2/sepa/bulk_verify_payee"


def test_match_is_flat_with_a_token_object(payer: Payer) -> None:
    answer = payer.post(SINGLE, {"iban": AARO, "beneficiary_name": "AARO"})
    assert answer.status_code == 200
    assert answer.json()["match_result"] == "MATCH_RESULT_MATCH"
    assert answer.json()["proof_token"]["token"].count("|") == 3
    assert "matched_name" not in answer.json()


def test_holder_of_a_local_account_is_its_company(payer: Payer) -> None:
    iban = payer.qonto.company("librairie-du-port-7702")["iban"]
    right = payer.post(SINGLE, {"iban": iban, "beneficiary_name": "Librairie du Port"}).json()
    wrong = payer.post(SINGLE, {"iban": iban, "beneficiary_name": "Garage Dupont"}).json()
    assert right["match_result"] == "MATCH_RESULT_MATCH"
    assert wrong["match_result"] == "MATCH_RESULT_NO_MATCH"


def test_close_match_names_the_holder(payer: Payer) -> None:
    payee = payer.beneficiary(name="Imprimerie Lefebvre")
    answer = payer.post(SINGLE, {"iban": payee["iban"], "beneficiary_name": payee["name"]}).json()
    assert answer["match_result"] == "MATCH_RESULT_CLOSE_MATCH"
    assert answer["matched_name"] == "IMPRIMERIE LEFEBVRE SARL"


def test_bank_down_gives_a_usable_token_inside_the_error(payer: Payer) -> None:
    answer = payer.post(SINGLE, {"iban": AARO, "beneficiary_name": "Bank Down"})
    (item,) = answer.json()["errors"]
    assert answer.status_code == 400
    assert item["code"] == "BAD_REQUEST_ERROR_RESPONDING_BANK_NOT_AVAILABLE"
    assert item["status"] == "400"
    paid = payer.approved("/v2/sepa/transfers", payer.body(token=item["meta"]["proof_token"]["token"]))
    assert paid.status_code == 200


def test_feature_off_is_501_without_token(payer: Payer) -> None:
    answer = payer.post(SINGLE, {"iban": AARO, "beneficiary_name": "Vop Off"})
    assert answer.status_code == 501
    assert "meta" not in answer.json()["errors"][0]


def test_malformed_iban_is_a_format_error(payer: Payer) -> None:
    answer = payer.post(SINGLE, {"iban": "nothing", "beneficiary_name": "AARO"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "BAD_REQUEST_ERROR_FORMAT")


def test_stated_holder_changes_the_answer(payer: Payer) -> None:
    iban = "DE02120300000000202051"
    asked = {"iban": iban, "beneficiary_name": "Klaus Weber"}
    assert payer.post(SINGLE, asked).json()["match_result"] == "MATCH_RESULT_NOT_POSSIBLE"
    payer.qonto.api("POST", "vop_holders", iban=iban, name="Klaus Weber")
    assert payer.post(SINGLE, asked).json()["match_result"] == "MATCH_RESULT_MATCH"


def test_bulk_answers_by_id_with_one_token(payer: Payer) -> None:
    names = {"a": "AARO", "b": "AARU", "c": "Bank Down"}
    rows = [{"id": key, "beneficiary_name": name, "iban": AARO} for key, name in names.items()]
    answer = payer.post(BULK, {"requests": rows}).json()
    assert answer["requests"] == [
        {"id": "a", "response": {"match_result": "MATCH_RESULT_MATCH"}},
        {"id": "b", "response": {"match_result": "MATCH_RESULT_CLOSE_MATCH", "matched_name": "AARO"}},
        {"id": "c", "error": {"code": "BAD_REQUEST_ERROR_RESPONDING_BANK_NOT_AVAILABLE"}},
    ]
    assert answer["proof_token"]["token"]


def test_bulk_takes_at_most_400_payees(payer: Payer) -> None:
    rows = [{"id": str(rank), "beneficiary_name": "AARO", "iban": AARO} for rank in range(401)]
    assert payer.post(BULK, {"requests": rows}).status_code == 400
    assert payer.post(BULK, {"requests": []}).status_code == 400
    assert payer.post(BULK, {"requests": rows[:400]}).status_code == 200


def test_withdrawn_endpoint_does_not_exist(payer: Payer) -> None:
    assert payer.post("/v2/sepa/skip_verify_payee", {"requests": []}).status_code == 404
