"""What Qonto sends is read with tolerance, and money stays whole cents."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qonto_link.api.errors import BadAnswer, Contexte
from qonto_link.api.oauth import OAuthClient, challenge_de, nouveau_state
from qonto_link.api.ressources import instant, lire
from qonto_link.api.schemas.factures import ClientInvoice, CreditNote
from qonto_link.api.schemas.jetons import Tokens
from qonto_link.api.schemas.operations import Attachment, Transaction
from qonto_link.api.schemas.paiements import Beneficiary, BulkResult, BulkVerification, PayeeVerification
from qonto_link.api.webhooks import signature_business_valide, signature_onboarding_valide

LIGNE: dict[str, Any] = {
    "id": "t1",
    "amount": 0.1,
    "amount_cents": 10,
    "side": "debit",
    "status": "un_statut_nouveau",
    "operation_type": "un_type_nouveau",
    "settled_at": "",
    "updated_at": "2026-03-11T10:14:55.000Z",
    "label": None,
    "champ_nouveau": {"x": 1},
    "transfer": {"counterparty_account_number": "FR76"},
}


def test_unknown_status_and_fields_are_kept_for_a_person() -> None:
    ligne = lire(Transaction, LIGNE, Contexte("GET", "/v2/transactions"))
    assert ligne.status == "un_statut_nouveau"
    assert ligne.signed_cents == -10
    assert ligne.settled_at is None
    assert ligne.label == ""
    assert ligne.counterparty is not None
    assert ligne.counterparty.counterparty_account_number == "FR76"
    assert ligne.brut["champ_nouveau"] == {"x": 1}


@given(st.integers(0, 10**14))
def test_amounts_are_the_cents_received_whatever_the_decimals(cents: int) -> None:
    ligne = lire(Transaction, {**LIGNE, "amount_cents": cents, "amount": cents / 100}, Contexte("GET", "/"))
    assert ligne.amount_cents == cents
    assert isinstance(ligne.amount_cents, int)


def test_missing_amount_is_a_bad_answer_that_names_the_field() -> None:
    brut = {nom: valeur for nom, valeur in LIGNE.items() if nom != "amount_cents"}
    with pytest.raises(BadAnswer, match=r"Transaction\.amount_cents"):
        lire(Transaction, brut, Contexte("GET", "/"))


def test_size_of_a_file_comes_as_text_or_number() -> None:
    assert Attachment.model_validate({"id": "a", "file_size": "48213"}).file_size == 48213
    assert Attachment.model_validate({"id": "a", "file_size": 48213}).file_size == 48213


def test_proof_token_comes_as_object_or_text() -> None:
    for jeton in ({"token": "p"}, "p"):
        assert PayeeVerification.model_validate({"match_result": "X", "proof_token": jeton}).proof_token == "p"


@pytest.mark.parametrize(
    "erreur", [{"error": {"code": "C"}}, {"error_code": "C"}, {"error_code": "SINGLE_REQUEST_ERROR_CODE_C"}]
)
def test_bulk_verification_reads_the_three_spellings_of_an_error(erreur: dict[str, Any]) -> None:
    lot = BulkVerification.model_validate({"requests": [{"id": "1", **erreur}], "proof_token": "p"})
    assert lot.requests[0].error_code == "C"


def test_bulk_errors_come_nested_or_flat() -> None:
    for erreurs in ([{"errors": [{"code": "C", "detail": "d"}]}], [{"code": "C", "detail": "d"}]):
        resultat = BulkResult.model_validate({"client_transfer_id": "c", "status": "failed", "errors": erreurs})
        assert [erreur.code for erreur in resultat.errors] == ["C"]


def test_beneficiary_of_the_sandbox_is_lifted_up() -> None:
    plat = Beneficiary.model_validate({"id": "b", "bank_account": {"iban": "FR76", "bic": "B"}})
    assert (plat.iban, plat.bic) == ("FR76", "B")


def test_credit_note_of_the_sandbox_has_a_capital() -> None:
    avoir = CreditNote.model_validate({"id": "a", "total_amount_cents": 1, "Invoice_issue_date": "2026-01-05"})
    assert str(avoir.invoice_issue_date) == "2026-01-05"


def test_draft_invoice_has_no_lines() -> None:
    facture = ClientInvoice.model_validate({"id": "f", "status": "draft", "total_amount_cents": 0, "items": None})
    assert facture.items == ()


def test_tokens_hide_themselves() -> None:
    jetons = Tokens.model_validate({"access_token": "ory_at_x", "refresh_token": "ory_rt_y", "expires_in": 3599})
    assert "ory_" not in repr(jetons) + str(jetons)


def test_moment_is_written_as_qonto_writes_it() -> None:
    assert instant(datetime(2026, 3, 3, 16, 6, 38, tzinfo=UTC)) == "2026-03-03T16:06:38.000Z"


def test_authorize_url_carries_pkce_state_and_preselection() -> None:
    with OAuthClient(base_url="https://oauth.test", client_id="c", client_secret="s") as client:
        url = client.authorize_url(
            redirect_uri="https://p/retour",
            scopes=["offline_access", "organization.read"],
            state="x" * 20,
            code_challenge="cc",
            registration_id="r1",
        )
    assert "scope=offline_access+organization.read" in url
    assert "code_challenge_method=S256" in url
    assert "registration_id=r1" in url
    assert "client_secret" not in url
    assert "organization_id" not in url


def test_challenge_is_the_vector_of_the_standard() -> None:
    # RFC 7636, appendix B.
    assert challenge_de("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert len(nouveau_state()) >= 32


def test_onboarding_signature_is_the_vector_of_the_reference() -> None:
    corps = (
        b'{"id":"75341dcb-0376-474d-97d7-d2c03ff3973c","event_type":"registrations.pending",'
        b'"resource_type":"registration","resource_id":"525817f7-93e8-4f31-a83d-20319778b4b0",'
        b'"created_at":"2022-08-29T13:17:32Z"}'
    )
    bonne = "b0d249e653f1310fa5b7f26d5682548afa1799353b92fcafd4cacbd90312023e"
    assert signature_onboarding_valide(secret="secret_key", corps=corps, signature=bonne)
    assert not signature_onboarding_valide(secret="secret_key", corps=corps + b" ", signature=bonne)
    assert not signature_onboarding_valide(secret="", corps=corps, signature=bonne)
    assert not signature_onboarding_valide(secret="secret_key", corps=corps, signature="é")


def test_business_signature_is_the_vector_of_the_reference() -> None:
    corps, secret = b'{"test":"data"}', "test-secret"
    bonne = "t=1704110400,v1=56aff06dc227db80d6568a5070f912c601c31f20451745d257cbc0b5dfa93805"
    appel = {"secret": secret, "corps": corps}
    assert signature_business_valide(**appel, signature=bonne, maintenant=1704110400 + 299)  # type: ignore[arg-type]
    assert not signature_business_valide(**appel, signature=bonne, maintenant=1704110400 + 301)  # type: ignore[arg-type]
    assert signature_business_valide(**appel, signature=f"{bonne},v1=00", maintenant=1704110400)  # type: ignore[arg-type]
    for fausse in ("", "t=1704110400", "v1=00", "t=x,v1=00", f"t=1,{bonne}"):
        assert not signature_business_valide(**appel, signature=fausse, maintenant=1704110400)  # type: ignore[arg-type]
