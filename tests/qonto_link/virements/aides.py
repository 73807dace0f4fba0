"""Answers that the local Qonto cannot give, and an order that is about to leave."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import requests
from requests.adapters import BaseAdapter

from qonto_link.api.client import QontoClient
from qonto_link.api.transport import Reglages
from qonto_link.models import CompteQonto
from qonto_link.virements.models import Ordre, Virement
from tests.facturation.factories import IBAN_AARO, MAINTENANT, OrdreFactory, VirementFactory, verification_favorable
from tests.qonto_link.factories import CompteQontoFactory

PLUS_TARD = MAINTENANT + timedelta(minutes=6)
REFUS_SOLDE = (400, {"errors": [{"code": "insufficient_funds", "detail": "d"}]})
DEFI = (428, {"code": "sca_required", "sca_session_token": "session"})


class Guichet(BaseAdapter):
    """A bank that answers from a table: `methode chemin` → (status, body), or a function that gives them."""

    def __init__(self, reponses: dict[str, Any]) -> None:
        super().__init__()
        self.reponses = reponses
        self.appels: list[str] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        cle = f"{request.method} {request.path_url.split('?')[0]}"
        self.appels.append(cle)
        prevue = self.reponses[cle]
        status, corps = prevue() if callable(prevue) else prevue
        reponse = requests.Response()
        reponse.status_code, reponse.request, reponse.url = status, request, request.url or ""
        reponse._content = json.dumps(corps).encode()
        return reponse

    def close(self) -> None:
        """Nothing is open."""


def client_du(guichet: Guichet) -> QontoClient:
    client = QontoClient(
        base_url="http://qonto.example", access_token="t", staging_token="", reglages=Reglages(reprises=0)
    )
    client._transport._session.mount("http://", guichet)
    return client


def transfert(**champs: Any) -> dict[str, Any]:
    """A transfer as Qonto shows it, the one of `ordre_pret` unless told otherwise."""
    moment = MAINTENANT.isoformat()
    return {
        "id": "t-1",
        "status": "processing",
        "amount_cents": 18999,
        "reference": "FS9289482",
        "bank_account_id": "compte",
        "beneficiary_id": "b-1",
        "created_at": moment,
        "updated_at": moment,
    } | champs


def liste(nom: str, *lignes: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    meta = {"current_page": 1, "next_page": None, "prev_page": None, "total_pages": 1, "total_count": len(lignes)}
    return 200, {nom: list(lignes), "meta": meta | {"per_page": 100}}


def chez_qonto(*transferts: dict[str, Any]) -> dict[str, Any]:
    """What a look at Qonto's lists shows."""
    return {
        "GET /v2/sepa/beneficiaries": liste("beneficiaries", {"id": "b-1", "iban": IBAN_AARO}),
        "GET /v2/sepa/transfers": liste("transfers", *transferts),
    }


def ordre_pret(lignes: int = 1, **champs: Any) -> Ordre:
    compte = CompteQonto.objects.filter(external_id="compte").first() or CompteQontoFactory(external_id="compte")
    ordre = OrdreFactory(compte=compte, **champs)
    for rang in range(1, lignes + 1):
        verification = verification_favorable(ordre.dossier)
        VirementFactory(ordre=ordre, rang=rang, verification=verification)
    return ordre


def ordre_parti(lignes: int = 1, **champs: Any) -> Ordre:
    """An order whose last call left at MAINTENANT."""
    depart = {"premier_envoi": MAINTENANT, "dernier_envoi": MAINTENANT, "corps": "{}", "envois": 1}
    ordre = ordre_pret(lignes, **{"statut": "doute", "incertain": True, **depart, **champs})
    Virement.objects.filter(ordre=ordre).update(statut="attente_sca" if ordre.statut == "attente_sca" else "envoye")
    return ordre


def pendant(acte: Callable[[], Any], reponse: tuple[int, Any]) -> Callable[[], tuple[int, Any]]:
    """An answer on whose way `acte` happens."""

    def jouer() -> tuple[int, Any]:
        acte()
        return reponse

    return jouer
