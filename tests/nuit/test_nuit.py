"""The night: every linked dossier once, whatever fails, dies or is run twice."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from banque.models import LigneRecue
from gestion_acces.enums import RoleCabinet
from gestion_acces.services.audit import SYSTEME
from portal.lib.verrous import redis_client, verrou
from portal.nuit.enums import EtatVisite, Origine
from portal.nuit.models import Passage, ResumeEnvoye, Visite
from portal.nuit.services import alertes, disjoncteur, plan, visite
from qonto_link.models import Connexion, Incident
from tests.factories import MembreCabinetFactory, PortefeuilleFactory
from tests.nuit.factories import PassageFactory, VisiteFactory
from tests.qonto import LocalQonto
from tests.qonto_link.aides import dossier_lenoir, lier
from tests.qonto_link.factories import ConnexionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _circuit_ferme() -> Iterator[None]:
    disjoncteur.noter_succes()
    yield
    disjoncteur.noter_succes()


@pytest.fixture
def lenoir(qonto: LocalQonto) -> Connexion:
    qonto.reset()
    return lier(qonto, dossier_lenoir(code="LENOIR"))


def jouer(quand: timedelta = timedelta(hours=1)) -> list[Visite]:
    """Everything that is due by then, as the workers would do it."""
    faites = [
        visite.visiter(visite_id=pk, horloge=timezone.now)
        for pk in plan.prendre_un_lot(maintenant=timezone.now() + quand)
    ]
    return [faite for faite in faites if faite is not None]


def test_night_brings_the_lines_once_and_a_night_without_news_costs_three_requests(
    qonto: LocalQonto, lenoir: Connexion
) -> None:
    plan.ouvrir_la_nuit(maintenant=timezone.now())
    plan.ouvrir_la_nuit(maintenant=timezone.now())
    (premiere,) = jouer()
    assert (premiere.etat, premiere.nb_nouvelles) == (EtatVisite.REUSSIE, LigneRecue.objects.count())
    assert premiere.nb_nouvelles > 50
    assert visite.visiter(visite_id=premiere.pk, horloge=timezone.now) is None
    (passage,) = plan.clore_les_passages(maintenant=timezone.now())
    assert passage.fin is not None
    assert plan.clore_les_passages(maintenant=timezone.now()) == []
    suivant = plan.ouvrir_a_la_main(dossiers=[lenoir.dossier_id], maintenant=timezone.now())
    seconde = visite.visiter(visite_id=suivant.visites.get().pk, horloge=timezone.now)
    assert seconde is not None
    assert (seconde.nb_nouvelles, seconde.etat) == (0, EtatVisite.REUSSIE)
    assert seconde.nb_requetes <= 3


def test_a_visit_lost_with_its_worker_is_given_out_again(lenoir: Connexion) -> None:
    plan.ouvrir_la_nuit(maintenant=timezone.now())
    (perdue,) = plan.prendre_un_lot(maintenant=timezone.now())
    # Sent, and its message died with Redis: nobody gets it before the lease ends, then somebody does.
    assert plan.prendre_un_lot(maintenant=timezone.now()) == []
    assert plan.prendre_un_lot(maintenant=timezone.now() + plan.BAIL * 2) == [perdue]
    # Taken, and its worker was killed.
    Visite.objects.filter(pk=perdue).update(etat=EtatVisite.EN_COURS, bail_jusqu_au=timezone.now() + plan.BAIL)
    assert visite.visiter(visite_id=perdue, horloge=timezone.now) is None
    Visite.objects.filter(pk=perdue).update(bail_jusqu_au=timezone.now() - timedelta(seconds=1))
    reprise = visite.visiter(visite_id=perdue, horloge=timezone.now)
    assert reprise is not None
    assert reprise.etat == EtatVisite.REUSSIE


def test_a_visit_that_kills_every_worker_is_set_aside() -> None:
    morte = VisiteFactory(etat=EtatVisite.EN_COURS, essais=visite.ESSAIS_MAX, bail_jusqu_au=timezone.now())
    assert visite.visiter(visite_id=morte.pk, horloge=timezone.now) is None
    morte.refresh_from_db()
    assert morte.etat == EtatVisite.ECHOUEE
    assert "interrompue" in morte.erreur


def test_one_connection_is_read_by_one_worker_at_a_time(lenoir: Connexion) -> None:
    passage = plan.ouvrir_a_la_main(dossiers=[lenoir.dossier_id], maintenant=timezone.now())
    with verrou(f"nuit:{lenoir.pk}", duree=30, attente=0):
        remise = visite.visiter(visite_id=passage.visites.get().pk, horloge=timezone.now)
    assert remise is not None
    assert (remise.etat, remise.essais, remise.nb_nouvelles) == (EtatVisite.PREVUE, 0, 0)


def test_a_dossier_that_fails_stops_no_other_and_comes_back_spread(qonto: LocalQonto, lenoir: Connexion) -> None:
    autre = ConnexionFactory(access_token="ory_at_perdu", refresh_token="ory_rt_perdu")
    plan.ouvrir_la_nuit(maintenant=timezone.now())
    etats = {faite.dossier_id: faite for faite in jouer()}
    assert etats[lenoir.dossier_id].etat == EtatVisite.REUSSIE
    refusee = etats[autre.dossier_id]
    assert (refusee.etat, refusee.classe) == (EtatVisite.ECHOUEE, "consentement")
    qonto.api("POST", "faults", kind="status", status=503, path="/v2/organization", times=0)
    plan.ouvrir_a_la_main(dossiers=[lenoir.dossier_id], maintenant=timezone.now())
    en_panne = visite.visiter(visite_id=Visite.objects.latest("pk").pk, horloge=timezone.now)
    qonto.api("DELETE", "faults")
    assert en_panne is not None
    assert (en_panne.etat, en_panne.classe, en_panne.essais) == (EtatVisite.PREVUE, "injoignable", 1)
    lenoir.refresh_from_db()
    assert lenoir.prochain_essai == en_panne.prevue_le
    assert {visite.attente(3) for _ in range(20)} != {visite.attente(3)}
    assert all(timedelta(0) <= visite.attente(9) <= visite.PLAFOND for _ in range(50))


def test_circuit_opens_after_failures_in_a_row_and_sends_one_to_see() -> None:
    for _ in range(disjoncteur.SEUIL - 1):
        disjoncteur.noter_echec("injoignable")
    assert disjoncteur.places(50) == 50
    disjoncteur.noter_echec("consentement")
    disjoncteur.noter_echec("injoignable")
    assert disjoncteur.places(50) == 0
    with redis_client() as client:
        client.delete("portail:disjoncteur:injoignable:ouvert")
    assert disjoncteur.places(50) == 1
    disjoncteur.noter_succes()
    assert disjoncteur.places(50) == 50


def test_visits_are_spread_and_the_queue_stays_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "EN_FILE_MAX", 2)
    for _ in range(5):
        ConnexionFactory()
    ConnexionFactory(statut="dissociee", access_token="", refresh_token="")
    maintenant = timezone.now()
    passage = plan.ouvrir_la_nuit(maintenant=maintenant)
    assert passage.visites.count() == 5
    assert len(set(passage.visites.values_list("prevue_le", flat=True))) == 5
    assert len(plan.prendre_un_lot(maintenant=maintenant)) == 1
    assert len(plan.prendre_un_lot(maintenant=maintenant + timedelta(seconds=30))) == 1
    assert plan.prendre_un_lot(maintenant=maintenant + timedelta(minutes=1)) == []


def test_three_nights_in_a_row_raise_one_alert_which_the_next_reading_ends(lenoir: Connexion) -> None:
    membre = MembreCabinetFactory(cabinet=lenoir.dossier.cabinet)
    PortefeuilleFactory(membre=membre, dossier=lenoir.dossier)
    for recul in (3, 2, 1, 0):
        jour = timezone.now().date() - timedelta(days=recul)
        passage = PassageFactory(jour=jour, debut=timezone.now() - timedelta(days=recul))
        echec = VisiteFactory(passage=passage, dossier=lenoir.dossier, etat=EtatVisite.ECHOUEE, erreur="Coupé.")
        alertes.apres_echec(visite=echec, maintenant=timezone.now())
    assert [message.to for message in mail.outbox] == [[membre.utilisateur.email]]
    incident = Incident.objects.get(cle=alertes.CLE)
    assert incident.occurrences == 2
    visite.rejouer(visite=echec, origine=SYSTEME, maintenant=timezone.now())
    assert not visite.rejouer(visite=echec, origine=SYSTEME, maintenant=timezone.now())
    (rejouee,) = jouer()
    assert rejouee.etat == EtatVisite.REUSSIE
    incident.refresh_from_db()
    assert incident.resolu_le is not None


def test_digest_goes_once_to_each_person_about_his_own_dossiers() -> None:
    passage = PassageFactory(jour=timezone.now().date(), debut=timezone.now())
    suivi = VisiteFactory(passage=passage, etat=EtatVisite.REUSSIE, nb_nouvelles=4)
    admin = MembreCabinetFactory(cabinet=suivi.dossier.cabinet, role=RoleCabinet.ADMINISTRATEUR)
    sans_dossier = MembreCabinetFactory(cabinet=suivi.dossier.cabinet)
    ailleurs = MembreCabinetFactory()
    assert set(alertes.destinataires(passage)) == {admin.pk, sans_dossier.pk}
    for membre in (admin, sans_dossier, ailleurs, admin):
        alertes.envoyer_resume(passage=passage, membre=membre, maintenant=timezone.now())
    (message,) = mail.outbox
    assert message.to == [admin.utilisateur.email]
    assert "4 nouvelles opérations" in message.body
    assert ResumeEnvoye.objects.count() == 1


def test_command_makes_a_run_and_prints_what_it_did(lenoir: Connexion) -> None:
    sortie = StringIO()
    call_command("synchroniser", tous=True, stdout=sortie)
    passage = Passage.objects.get(origine=Origine.COMMANDE)
    assert passage.fin is not None
    assert passage.visites.get().etat == EtatVisite.REUSSIE
    assert f"LENOIR        {LigneRecue.objects.count()} nouvelle(s)" in sortie.getvalue()
    assert "1 dossier(s), 0 échec(s)" in sortie.getvalue()
