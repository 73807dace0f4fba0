"""Faults at the edge: a network between the portal and the bank that loses calls, loses answers, and kills workers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from qonto_link.api.client import QontoClient
from qonto_link.api.errors import ScaRequired
from qonto_link.api.transport import Reglages

OK = "ok"
PERDU_AVANT = "perdu avant"  # the call never arrives
PERDU_APRES = "perdu après"  # the bank does it, its answer is lost
PANNE_AVANT = "503 avant"  # the gateway answers 503 and did nothing
PANNE_APRES = "503 après"  # the gateway answers 503 after the bank did it
TUE_AVANT = "tué avant"  # the worker dies just before the call
TUE_APRES = "tué après"  # the worker dies between the answer and its commit
DOUBLE_AVANT = "webhook avant"  # others hear of the payment before its answer is read
RETARDE = "en retard"  # others act while the call is still on its way to the bank
FAUTES = (OK, PERDU_AVANT, PERDU_APRES, PANNE_AVANT, PANNE_APRES, TUE_AVANT, TUE_APRES, DOUBLE_AVANT, RETARDE)


class Tue(BaseException):
    """The worker is dead: nothing of it runs any more."""


class Reseau(BaseAdapter):
    """Spoils the first writing call that goes through; the following ones pass."""

    def __init__(self, faute: str, pendant: Callable[[], None] | None) -> None:
        super().__init__()
        self.faute = faute
        self.pendant = pendant
        self.vrai = HTTPAdapter(max_retries=0)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        if request.method != "POST" or self.faute == OK:
            return self.vrai.send(request, **options)
        faute, self.faute = self.faute, OK
        if faute == TUE_AVANT:
            raise Tue
        if faute == PERDU_AVANT:
            raise requests.ConnectionError("lost on the way")
        if faute == PANNE_AVANT:
            return _panne(request)
        if faute == RETARDE and self.pendant:
            self.pendant()
        reponse = self.vrai.send(request, **options)
        if faute == RETARDE:
            return reponse
        if faute == DOUBLE_AVANT:
            if self.pendant:
                self.pendant()
            return reponse
        if faute == TUE_APRES:
            raise Tue
        if faute == PERDU_APRES:
            raise requests.ReadTimeout("the answer is lost")
        return _panne(request)

    def close(self) -> None:
        self.vrai.close()


def _panne(request: requests.PreparedRequest) -> requests.Response:
    reponse = requests.Response()
    reponse.status_code = 503
    reponse.request = request
    reponse.url = request.url or ""
    reponse._content = b""
    return reponse


def client(
    url: str, jeton: str, staging: str, faute: str = OK, pendant: Callable[[], None] | None = None
) -> QontoClient:
    """A client of the local Qonto over a network that has one fault. `pendant` runs while an answer is on its way."""
    resultat = QontoClient(
        base_url=url, access_token=jeton, staging_token=staging, reglages=Reglages(reprises=0, lecture=10)
    )
    resultat._transport._session.mount("http://", Reseau(faute, pendant))
    return resultat


def verser(banque: QontoClient, compte_id: str, iban: str, cents: int, reference: str) -> str:
    """A transfer that the client makes himself in Qonto, without the portal; returns its id."""
    corps = {
        "vop_proof_token": banque.verify_payee(iban=iban, beneficiary_name="AARO").proof_token,
        "transfer": {
            "bank_account_id": compte_id,
            "amount": f"{cents // 100}.{cents % 100:02d}",
            "reference": reference,
            "beneficiary": {"name": "AARO", "iban": iban},
        },
    }
    return str(_valider(banque, banque.create_transfer, corps).id)


def verser_lot(banque: QontoClient, compte_id: str, iban: str, nombre: int) -> str:
    """A bulk that the client makes himself in Qonto, without the portal; returns its id."""
    preuve = banque.bulk_verify_payee(
        [{"id": str(rang), "beneficiary_name": "AARO", "iban": iban} for rang in range(nombre)]
    )
    payee = {"name": "AARO", "iban": iban}
    corps = {
        "vop_proof_token": preuve.proof_token,
        "bank_account_id": compte_id,
        "bulk_transfers": [
            {"client_transfer_id": str(uuid4()), "amount": "7.77", "reference": "Paie", "beneficiary": payee}
            for _ in range(nombre)
        ],
    }
    return str(_valider(banque, banque.create_bulk_transfer, corps).id)


def _valider(banque: QontoClient, creer: Callable[..., Any], corps: dict[str, Any]) -> Any:
    appel = {"idempotency_key": str(uuid4()), "preference": "mock"}
    try:
        return creer(corps, **appel)
    except ScaRequired as demande:
        banque.decide_mocked_sca(demande.token, allow=True)
        return creer(corps, sca_token=demande.token, **appel)


class Horloge:
    """The portal's time in a history, moved together with the bank's."""

    def __init__(self, qonto: Any) -> None:
        self.qonto = qonto
        self.ecart = timedelta(seconds=qonto.api("GET", "clock")["offset_seconds"])

    def lire(self) -> datetime:
        return datetime.now(UTC) + self.ecart

    def avancer(self, duree: timedelta) -> None:
        self.qonto.api("POST", "clock/advance", seconds=int(duree.total_seconds()))
        self.ecart += timedelta(seconds=int(duree.total_seconds()))
