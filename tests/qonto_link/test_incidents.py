"""One trouble is one line; it says what to do and has a reference."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from gestion_acces.models import EvenementAudit
from gestion_acces.services.audit import SYSTEME
from qonto_link.api import errors
from qonto_link.enums import ClasseIncident, StatutConnexion
from qonto_link.models import Incident
from qonto_link.services.connexion import marquer_reconnexion, noter_echec, noter_succes
from qonto_link.services.incidents import classer, resoudre, signaler, signaler_erreur
from qonto_link.traduction import RAISONS, expliquer
from tests.factories import DossierFactory, UtilisateurFactory
from tests.qonto_link.factories import ConnexionFactory

pytestmark = pytest.mark.django_db
MIDI = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
CONTEXTE = errors.Contexte("GET", "/v2/x", 500, (errors.Item(code="insufficient_funds"),), "trace-1")


def test_same_trouble_twice_is_one_line_that_counts() -> None:
    dossier = DossierFactory()
    for minutes in (0, 5):
        incident = signaler(
            dossier=dossier, classe="injoignable", titre="Qonto", maintenant=MIDI + timedelta(minutes=minutes)
        )
    assert Incident.objects.get() == incident
    assert (incident.occurrences, incident.debut, incident.derniere_fois) == (2, MIDI, MIDI + timedelta(minutes=5))
    assert incident.remede
    assert incident.reference.startswith("INC-")


def test_trouble_that_comes_back_after_its_end_is_a_new_line() -> None:
    dossier = DossierFactory()
    signaler(dossier=dossier, classe="cadence", titre="a", maintenant=MIDI)
    assert resoudre(dossier=dossier, classe="cadence", maintenant=MIDI) == 1
    signaler(dossier=dossier, classe="cadence", titre="a", maintenant=MIDI)
    assert Incident.objects.ouverts().count() == 1
    assert Incident.objects.count() == 2


@pytest.mark.parametrize(
    ("erreur", "classe"),
    [
        (errors.Unavailable(CONTEXTE), ClasseIncident.INJOIGNABLE),
        (errors.GateClosed(CONTEXTE), ClasseIncident.INJOIGNABLE),
        (errors.RateLimited(CONTEXTE, 3), ClasseIncident.CADENCE),
        (errors.Unauthorized(CONTEXTE), ClasseIncident.CONSENTEMENT),
        (errors.Forbidden(CONTEXTE), ClasseIncident.DROIT),
        (errors.BadAnswer(CONTEXTE), ClasseIncident.REPONSE),
        (errors.Refused(CONTEXTE), ClasseIncident.REFUS),
    ],
)
def test_each_error_is_told_in_french_with_its_class_and_reference(
    erreur: errors.QontoError, classe: ClasseIncident
) -> None:
    explication = expliquer(erreur)
    assert explication.classe == classe
    assert explication.reference == "trace-1"
    assert explication.message
    assert explication.remede
    assert "_" not in explication.message


def test_known_code_has_its_reason_and_an_unknown_one_has_words_too() -> None:
    assert expliquer(errors.Refused(CONTEXTE)).message == RAISONS["insufficient_funds"]
    inconnu = errors.Refused(errors.Contexte("GET", "/", 400, (errors.Item(code="zzz"),), "t"))
    assert "zzz" not in expliquer(inconnu).message


def test_error_of_qonto_is_written_with_its_trace() -> None:
    incident = signaler_erreur(
        dossier=DossierFactory(), erreur=errors.Unavailable(CONTEXTE), quoi="Lecture des soldes", maintenant=MIDI
    )
    assert incident.reference == "trace-1"
    assert incident.titre.startswith("Lecture des soldes : ")


def test_failure_then_success_of_a_synchronisation_shows_in_the_connection_and_closes_the_incident() -> None:
    connexion = ConnexionFactory()
    noter_echec(
        connexion=connexion,
        erreur=errors.Unavailable(CONTEXTE),
        maintenant=MIDI,
        prochain_essai=MIDI + timedelta(minutes=10),
    )
    connexion.refresh_from_db()
    assert (connexion.cause, connexion.echecs_consecutifs) == ("injoignable", 1)
    assert Incident.objects.ouverts().count() == 1
    noter_succes(connexion=connexion, maintenant=MIDI + timedelta(minutes=10))
    connexion.refresh_from_db()
    assert (connexion.cause, connexion.echecs_consecutifs, connexion.prochain_essai) == ("", 0, None)
    assert not Incident.objects.ouverts().exists()


def test_lost_consent_is_marked_once_and_never_on_a_cut_connection() -> None:
    connexion = ConnexionFactory()
    for _ in range(2):
        marquer_reconnexion(connexion=connexion, maintenant=MIDI)
    assert connexion.statut == StatutConnexion.RECONNEXION
    assert Incident.objects.get().occurrences == 1
    assert EvenementAudit.objects.filter(acte="qonto.reconnexion").count() == 1
    coupee = ConnexionFactory(statut=StatutConnexion.DISSOCIEE, access_token="", refresh_token="")
    marquer_reconnexion(connexion=coupee, maintenant=MIDI)
    assert coupee.statut == StatutConnexion.DISSOCIEE


def test_person_closes_an_incident_once() -> None:
    incident = signaler(dossier=DossierFactory(), classe="refus", titre="a", maintenant=MIDI)
    for _ in range(2):
        classer(incident=incident, par=UtilisateurFactory(), origine=SYSTEME, maintenant=timezone.now())
    assert EvenementAudit.objects.filter(acte="incident.classer").count() == 1
