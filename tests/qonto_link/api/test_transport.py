"""The wire: retries, limits, errors, and nothing secret in what is shown."""

import io
import time

import pytest

from qonto_link.api.client import QontoClient
from qonto_link.api.errors import (
    BadAnswer,
    GateClosed,
    NotFound,
    QontoError,
    RateLimited,
    Refused,
    ScaExpired,
    ScaNotEnrolled,
    ScaRequired,
    Unauthorized,
    Unavailable,
    VopTokenError,
)
from qonto_link.api.transport import Reglages
from tests.qonto_link.api.conftest import Bavard

JETON = "ory_at_tres-secret"
ORGANISATION = '{"organization": {"id": "o1", "legal_number": "81234567600017", "bank_accounts": []}}'


def client_de(bavard: Bavard, **reglages: object) -> QontoClient:
    return QontoClient(
        base_url=bavard.url,
        access_token=JETON,
        staging_token="s",
        reglages=Reglages(**reglages),  # type: ignore[arg-type]
    )


def test_headers_are_those_of_the_reference(bavard: Bavard) -> None:
    bavard.dira(bavard.json(ORGANISATION))
    with client_de(bavard) as client:
        assert client.organization().siren == "812345676"
    recu = bavard.recues[0].decode()
    assert f"Authorization: Bearer {JETON}" in recu
    assert "X-Qonto-Staging-Token: s" in recu
    assert recu.startswith("GET /v2/organization HTTP/1.1")


def test_api_key_goes_raw_and_never_with_a_token(bavard: Bavard) -> None:
    bavard.dira(bavard.json(ORGANISATION))
    with QontoClient(base_url=bavard.url, api_key="slug:cle") as client:
        client.organization()
    assert b"Authorization: slug:cle\r\n" in bavard.recues[0]
    with pytest.raises(ValueError, match="token or an API key"):
        QontoClient(base_url=bavard.url)


def test_read_is_retried_after_429_and_503_and_each_try_spends_the_budget(bavard: Bavard) -> None:
    bavard.dira(
        bavard.json("{}", "429 Too Many Requests", "Retry-After: 0"),
        bavard.json("", "503 Service Unavailable"),
        bavard.json(ORGANISATION),
    )
    depenses: list[int] = []
    with client_de(bavard, avant_requete=lambda: depenses.append(1)) as client:
        assert client.organization().id == "o1"
    assert len(bavard.recues) == len(depenses) == 3


def test_long_retry_after_is_handed_over_at_once(bavard: Bavard) -> None:
    bavard.dira(bavard.json("{}", "429 Too Many Requests", "Retry-After: 86400"))
    debut = time.monotonic()
    with client_de(bavard) as client, pytest.raises(RateLimited) as refus:
        client.organization()
    assert refus.value.retry_after == 86400
    assert not refus.value.permanent
    assert time.monotonic() - debut < 2


def test_unreadable_retry_after_does_not_break_the_client(bavard: Bavard) -> None:
    bavard.dira(bavard.json("{}", "429 Too Many Requests", "Retry-After: demain"), bavard.json(ORGANISATION))
    with client_de(bavard) as client:
        assert client.organization().id == "o1"


def test_write_without_idempotency_key_is_never_retried(bavard: Bavard) -> None:
    bavard.dira(bavard.json("", "503 Service Unavailable"))
    with client_de(bavard) as client, pytest.raises(Unavailable):
        client.cancel_transfer("t1")
    assert len(bavard.recues) == 1


def test_write_with_idempotency_key_is_retried_identically(bavard: Bavard) -> None:
    bavard.dira(
        bavard.json("", "502 Bad Gateway"),
        bavard.json('{"transfer": {"id": "t1", "status": "pending", "amount_cents": 18999}}'),
    )
    corps = {"vop_proof_token": "p", "transfer": {"amount": "189.99", "reference": "FS9289482"}}
    with client_de(bavard) as client:
        assert client.create_transfer(corps, idempotency_key="k1").amount_cents == 18999
    premiere, seconde = bavard.recues
    assert premiere == seconde
    assert b"X-Qonto-Idempotency-Key: k1" in premiere


def test_connection_cut_in_the_body_of_a_page_is_read_again(bavard: Bavard) -> None:
    coupee = bavard.json(ORGANISATION)[:-20]
    bavard.dira(coupee, bavard.json(ORGANISATION))
    with client_de(bavard) as client:
        assert client.organization().id == "o1"
    assert len(bavard.recues) == 2


def test_connection_refused_is_unavailable() -> None:
    reglages = Reglages(reprises=0, connexion=1)
    with QontoClient(base_url="http://127.0.0.1:9", access_token=JETON, reglages=reglages) as client:
        with pytest.raises(Unavailable) as panne:
            client.organization()
        assert panne.value.status == 0


def test_slow_answer_is_unavailable(bavard: Bavard) -> None:
    bavard.dira(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")
    with client_de(bavard, lecture=0.3, reprises=0) as client, pytest.raises(Unavailable):
        client.organization()


@pytest.mark.parametrize(
    "reponse",
    [
        b"HTTP/1.1 302 Found\r\nLocation: https://qonto.onelogin.com/login\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 6\r\n\r\n<html>",
    ],
)
def test_redirection_or_html_means_the_gate(bavard: Bavard, reponse: bytes) -> None:
    bavard.dira(reponse)
    with client_de(bavard) as client, pytest.raises(GateClosed):
        client.organization()
    assert len(bavard.recues) == 1


@pytest.mark.parametrize(
    ("status", "corps", "classe", "code"),
    [
        ("400 Bad Request", '{"errors":[{"code":"cannot_cancel","detail":"d"}]}', Refused, "cannot_cancel"),
        ("401 Unauthorized", '{"errors":[{"code":"authorization_token_invalid","detail":"d"}]}', Unauthorized, None),
        ("401 Unauthorized", '{"errors":[{"code":"vop_proof_token_missing","detail":"d"}]}', VopTokenError, None),
        ("404 Not Found", '{"errors":{"code":"not_found","detail":"d","source":{"parameter":"id"}}}', NotFound, None),
        ("404 Not Found", "page not found", NotFound, ""),
        ("412 Precondition Failed", '{"message":"expired"}', ScaExpired, ""),
        ("422 Unprocessable Entity", '{"errors":{"message":"Not found"}}', Refused, ""),
        ("428 Precondition Required", '{"code":"sca_not_enrolled","message":"m"}', ScaNotEnrolled, None),
        ("428 Precondition Required", '{"code":"sca_required"}', BadAnswer, "sca_required"),
        *((status, "{}", Unavailable, "") for status in ("408 Timeout", "409 Conflict", "425 Too Early")),
        ("500 Internal Server Error", "", Unavailable, ""),
    ],
)
def test_each_shape_of_error_has_its_class(
    bavard: Bavard, status: str, corps: str, classe: type[QontoError], code: str | None
) -> None:
    bavard.dira(bavard.json(corps, status, "X-Tyk-Trace-Id: abc123"))
    with client_de(bavard, reprises=0) as client, pytest.raises(QontoError) as refus:
        client.cancel_transfer("t1")
    assert type(refus.value) is classe
    assert refus.value.trace_id == "abc123"
    assert code is None or refus.value.code == code
    assert JETON not in str(refus.value)


def test_strong_authentication_gives_its_session_and_hides_it(bavard: Bavard) -> None:
    bavard.dira(
        bavard.json(
            '{"action_type":"transfer.single.create","code":"sca_required","sca_session_token":"SESSION"}',
            "428 Precondition Required",
        ),
        bavard.json("{}", "404 Not Found"),
    )
    with client_de(bavard) as client:
        with pytest.raises(ScaRequired) as demande:
            client.create_transfer({"transfer": {}}, idempotency_key="k", preference="mock")
        assert demande.value.token == "SESSION"
        assert "SESSION" not in str(demande.value)
        with pytest.raises(NotFound) as inconnue:
            client.sca_session("SESSION")
        assert "SESSION" not in str(inconnue.value)


@pytest.mark.parametrize("corps", ["[]", "pas du JSON", '{"organization": {"name": "sans id"}}', '{"autre": 1}'])
def test_unreadable_answer_is_named_without_its_content(bavard: Bavard, corps: str) -> None:
    bavard.dira(bavard.json(corps))
    with client_de(bavard) as client, pytest.raises(BadAnswer) as faute:
        client.organization()
    assert "sans id" not in str(faute.value)


def test_unavailable_bank_of_the_payee_still_gives_a_proof(bavard: Bavard) -> None:
    bavard.dira(
        bavard.json(
            '{"errors":[{"code":"BAD_REQUEST_ERROR_RESPONDING_BANK_NOT_AVAILABLE","detail":"d",'
            '"meta":{"proof_token":{"token":"preuve"}}}]}',
            "400 Bad Request",
        )
    )
    with client_de(bavard) as client:
        verification = client.verify_payee(iban="FR76", beneficiary_name="AARO")
    assert verification.proof_token == "preuve"
    assert verification.match_result == "MATCH_RESULT_NOT_POSSIBLE"
    assert verification.error_code == "BAD_REQUEST_ERROR_RESPONDING_BANK_NOT_AVAILABLE"


def test_file_is_streamed_without_credentials_and_within_its_limit(bavard: Bavard) -> None:
    fichier = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 10\r\n\r\n0123456789"
    bavard.dira(fichier, fichier)
    with client_de(bavard) as client:
        sortie = io.BytesIO()
        assert client.telecharger(f"{bavard.url}/f?X-Amz-Expires=1800", sortie) == 10
        assert b"Authorization" not in bavard.recues[0]
        with pytest.raises(BadAnswer):
            client.telecharger(f"{bavard.url}/f", io.BytesIO(), taille_max=9)


def test_file_at_a_strange_address_is_refused(bavard: Bavard) -> None:
    with client_de(bavard) as client, pytest.raises(BadAnswer):
        client.telecharger("file:///etc/passwd", io.BytesIO())


def page(numeros: range, suivante: int | None) -> str:
    lignes = ",".join(f'{{"id":"l{n}","name":"n"}}' for n in numeros)
    return f'{{"labels":[{lignes}],"meta":{{"next_page":{suivante or "null"}}}}}'


def test_list_follows_the_pages_that_qonto_names(bavard: Bavard) -> None:
    bavard.dira(bavard.json(page(range(2), 2)), bavard.json(page(range(2, 3), None)))
    with client_de(bavard) as client:
        assert [label.id for label in client.labels()] == ["l0", "l1", "l2"]
    assert len(bavard.recues) == 2


def test_list_that_turns_in_circles_is_stopped(bavard: Bavard) -> None:
    bavard.dira(bavard.json(page(range(2), 2)), bavard.json(page(range(2), 2)))
    with client_de(bavard) as client, pytest.raises(BadAnswer):
        list(client.labels())
