import pytest

from qonto_sandbox.payments.vop_rules import TOKEN_LIFE_MS, make_token, token_is_valid, verify

IBAN = "FR7610011000201234567890188"
NOW = 1_773_223_200_000


@pytest.mark.parametrize(
    ("name", "holder", "result"),
    [
        ("AARO", "AARO", "MATCH_RESULT_MATCH"),
        ("  aàro ", "AARO", "MATCH_RESULT_MATCH"),
        ("Default Match Person", None, "MATCH_RESULT_MATCH"),
        ("AARU", "AARO", "MATCH_RESULT_CLOSE_MATCH"),
        ("Imprimerie Lefebvre", "IMPRIMERIE LEFEBVRE SARL", "MATCH_RESULT_CLOSE_MATCH"),
        ("Someone Close", None, "MATCH_RESULT_CLOSE_MATCH"),
        ("Boulangerie Martin", "AARO", "MATCH_RESULT_NO_MATCH"),
        ("Mister No Match", None, "MATCH_RESULT_NO_MATCH"),
        ("Boulangerie Martin", None, "MATCH_RESULT_NOT_POSSIBLE"),
        ("Not Possible SARL", "AARO", "MATCH_RESULT_NOT_POSSIBLE"),
    ],
)
def test_table_answers_by_name_and_holder(name: str, holder: str | None, result: str) -> None:
    assert verify(name, IBAN, holder).result == result


def test_close_match_tells_the_name_held_by_the_bank() -> None:
    assert verify("AARU", IBAN, "AARO").matched_name == "AARO"


def test_bank_down_keeps_a_token_and_vop_off_has_none() -> None:
    down, off = verify("Bank Down", IBAN, None), verify("Vop Off", IBAN, None)
    assert (down.status, down.with_token) == (400, True)
    assert (off.status, off.with_token) == (501, False)


@pytest.mark.parametrize(("name", "iban"), [("", IBAN), ("x" * 141, IBAN), ("AARO", "NOT-AN-IBAN")])
def test_malformed_request_has_no_token(name: str, iban: str) -> None:
    assert verify(name, iban, None).error == "BAD_REQUEST_ERROR_FORMAT"


def test_token_has_four_parts_and_serves_exactly_its_ibans_for_23_hours() -> None:
    token = make_token("secret", [IBAN, "DE89370400440532013000"], NOW)
    assert token.count("|") == 3
    assert token_is_valid("secret", token, ["DE89370400440532013000", IBAN], NOW + TOKEN_LIFE_MS)
    assert not token_is_valid("secret", token, [IBAN], NOW)
    assert not token_is_valid("secret", token, [IBAN, "DE89370400440532013000"], NOW + TOKEN_LIFE_MS + 1)
    assert not token_is_valid("other", token, [IBAN, "DE89370400440532013000"], NOW)
    assert not token_is_valid("secret", "garbage", [IBAN], NOW)
