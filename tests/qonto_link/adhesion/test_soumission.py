"""An application leaves once: twice clicked, Qonto down, the answer lost, the worker killed."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from gestion_acces.services.audit import SYSTEME
from qonto_link.adhesion.errors import AdhesionIncomplete
from qonto_link.adhesion.models import Adhesion
from qonto_link.adhesion.services import soumission
from qonto_link.models import Incident
from tests.qonto_link.adhesion.factories import LUNDI, AdhesionFactory, contenu, donnees_de
from tests.qonto_link.api.conftest import Bavard, bavard

__all__ = ["bavard"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def guichet(bavard: Bavard, settings: Any) -> Iterator[Bavard]:
    """An onboarding API that says what the test scripts."""
    settings.QONTO_ONBOARDING_URL = bavard.url
    yield bavard


def registration(**champs: Any) -> dict[str, Any]:
    return {
        "id": "r1",
        "legal_flow": "company_creation",
        "status": "pending",
        "flow": {"type": "manual", "breakdown": []},
        "redirection_link": "https://app.qonto.com/registrations/r1",
        "created_at": LUNDI.isoformat(),
        "updated_at": LUNDI.isoformat(),
        "partner_user": {"email": "sofia@fournil-halles.example", "first_name": "Sofia", "last_name": "Marchand"},
        "organization": {"id": "o1", "legal_name": "Fournil des Halles"},
        "stakeholders": [{"id": "s1", "email": "sofia@fournil-halles.example"}],
    } | champs


def creee(bavard: Bavard, **champs: Any) -> bytes:
    return bavard.json(json.dumps({"registration": registration(**champs)}), "201 Created")


def liste(bavard: Bavard, *registrations: dict[str, Any]) -> bytes:
    return bavard.json(json.dumps({"registrations": list(registrations)}))


def soumettre(adhesion: Adhesion) -> bool:
    return soumission.soumettre(adhesion=adhesion, origine=SYSTEME, maintenant=LUNDI)


def envoyer(adhesion: Adhesion, minutes: int = 0) -> bool:
    return soumission.envoyer(adhesion=adhesion, maintenant=LUNDI + timedelta(minutes=minutes))


def test_submitted_twice_is_one_registration(guichet: Bavard) -> None:
    guichet.dira(creee(guichet))
    adhesion = AdhesionFactory()
    assert [soumettre(adhesion), soumettre(adhesion)] == [True, False]
    assert envoyer(adhesion)
    assert envoyer(adhesion)
    assert [soumettre(adhesion), len(guichet.recues)] == [False, 1]
    assert (adhesion.statut, adhesion.etape, adhesion.organisation_id) == ("en_cours", "pending", "o1")
    assert donnees_de(adhesion)["associes"][0]["stakeholder_id"] == "s1"
    recu = guichet.recues[0].decode()
    assert "Qonto-Partner-Id: " in recu
    assert '"legal_flow":"company_creation"' in recu


def test_incomplete_application_does_not_leave(guichet: Bavard) -> None:
    adhesion = AdhesionFactory(donnees=contenu(ville=""))
    with pytest.raises(AdhesionIncomplete, match="Ville"):
        soumettre(adhesion)
    assert guichet.recues == []


def test_qonto_down_keeps_the_application_says_so_and_tries_again(settings: Any, bavard: Bavard) -> None:
    adresse, settings.QONTO_ONBOARDING_URL = bavard.url, "http://127.0.0.1:9"
    adhesion = AdhesionFactory()
    soumettre(adhesion)
    assert not envoyer(adhesion)
    assert adhesion.statut == "a_soumettre"
    assert "ne répond pas" in adhesion.motif
    assert Incident.objects.get().classe == "injoignable"
    assert soumission.a_envoyer(LUNDI) == []
    assert soumission.a_envoyer(LUNDI + timedelta(minutes=1)) == [adhesion.pk]
    settings.QONTO_ONBOARDING_URL = adresse
    bavard.dira(liste(bavard), creee(bavard))
    assert envoyer(adhesion, 1)
    assert not Incident.objects.ouverts().exists()


def test_lost_answer_is_looked_for_before_another_creation(guichet: Bavard) -> None:
    # The first answer is cut: Qonto made the registration, the portal does not know.
    guichet.dira(creee(guichet)[:-40], liste(guichet, registration()))
    adhesion = AdhesionFactory()
    soumettre(adhesion)
    assert not envoyer(adhesion)
    assert envoyer(adhesion, 1)
    assert adhesion.registration_id == "r1"
    assert [requete.split(b" ")[0] for requete in guichet.recues] == [b"POST", b"GET"]


def test_worker_killed_between_the_answer_and_the_commit_creates_nothing_twice(
    guichet: Bavard, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mort(Exception):
        pass

    def mourir(*args: Any) -> None:
        raise Mort

    guichet.dira(creee(guichet), liste(guichet, registration()))
    adhesion = AdhesionFactory()
    soumettre(adhesion)
    with monkeypatch.context() as contexte:
        contexte.setattr(soumission, "_noter_creation", mourir)
        with pytest.raises(Mort):
            envoyer(adhesion)
    # Its lease still holds: nobody else calls meanwhile.
    assert not envoyer(adhesion, 1)
    assert soumission.a_envoyer(LUNDI + timedelta(minutes=3)) == [adhesion.pk]
    assert envoyer(adhesion, 3)
    assert [requete.split(b" ")[0] for requete in guichet.recues] == [b"POST", b"GET"]


@pytest.mark.parametrize(
    "autre",
    [
        {"partner_user": {"email": "autre@example.test"}},
        {"organization": {"id": "o2", "legal_name": "Autre"}},
        {"created_at": (LUNDI - timedelta(days=2)).isoformat()},
        {"legal_flow": "existing_company"},
    ],
)
def test_registration_of_another_application_is_not_taken_for_ours(guichet: Bavard, autre: dict[str, Any]) -> None:
    guichet.dira(creee(guichet)[:-40], liste(guichet, registration(id="autre", **autre)), creee(guichet))
    adhesion = AdhesionFactory()
    soumettre(adhesion)
    envoyer(adhesion)
    assert envoyer(adhesion, 1)
    assert adhesion.registration_id == "r1"


def test_refusal_comes_back_to_the_client_in_the_words_of_the_form(guichet: Bavard) -> None:
    erreurs = [
        {"code": "invalid_format", "detail": "d", "source": {"pointer": "/stakeholders/0/phone_number"}},
        {"code": "missing", "detail": "d", "source": {"pointer": "/organization/legal_sector"}},
    ]
    guichet.dira(guichet.json(json.dumps({"errors": erreurs}), "422 Unprocessable Entity", "X-Tyk-Trace-Id: t9"))
    adhesion = AdhesionFactory()
    soumettre(adhesion)
    assert not envoyer(adhesion)
    assert adhesion.statut == "refusee"
    assert adhesion.motif == "« Téléphone mobile » n’a pas la forme attendue. « Code NAF » manque."
    assert adhesion.reference_support == "t9"
    guichet.dira(creee(guichet))
    assert soumettre(adhesion)
    assert envoyer(adhesion)
