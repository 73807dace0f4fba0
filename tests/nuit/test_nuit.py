"""The night: every linked dossier once, whatever fails, dies or is run twice."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from banque.models import CompteBancaire, LigneRecue
from banque.services.synchronisation import synchroniser_dossier
from comptabilite.models import ControleLivres
from comptabilite.services.validation import valider_ecritures
from depot.models import Document
from gestion_acces.enums import RoleCabinet, Service
from gestion_acces.services.audit import SYSTEME
from portal.lib.verrous import redis_client, verrou
from portal.nuit.enums import EtatVisite, Origine
from portal.nuit.models import Passage, ResumeEnvoye, Visite
from portal.nuit.services import alertes, controles, disjoncteur, plan, visite
from qonto_link.models import CompteQonto, Connexion, Incident
from qonto_link.services import notifications
from tests.comptabilite.factories import MAINTENANT, achat
from tests.comptabilite.test_validation import _sans_trigger
from tests.factories import DossierFactory, MembreCabinetFactory, PortefeuilleFactory, ServiceDossierFactory
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


@pytest.fixture
def avec_ventes(qonto: LocalQonto) -> Connexion:
    """Linked with the right to read the sales invoices."""
    qonto.reset()
    dossier = dossier_lenoir(code="LENOIR")
    for service in (Service.QONTO, Service.I_FACTURE):
        ServiceDossierFactory(dossier=dossier, service=service)
    return lier(qonto, dossier)


def figee(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


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


def test_one_visit_brings_bank_lines_and_sales_and_costs_three_requests_without_news(
    avec_ventes: Connexion, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan.ouvrir_la_nuit(maintenant=timezone.now())
    (premiere,) = jouer()
    assert (premiere.etat, premiere.nb_factures) == (EtatVisite.REUSSIE, Document.objects.count())
    assert premiere.nb_factures > 5
    assert premiere.nb_nouvelles > 50
    # The credit notes of a dossier without news are asked for one night out of seven.
    monkeypatch.setattr("depot.services.imports.est_son_tour", lambda cle, jour: False)
    passage = plan.ouvrir_a_la_main(dossiers=[avec_ventes.dossier_id], maintenant=timezone.now())
    seconde = visite.visiter(visite_id=passage.visites.get().pk, horloge=timezone.now)
    assert seconde is not None
    assert (seconde.nb_nouvelles, seconde.nb_factures, seconde.nb_anomalies) == (0, 0, 0)
    assert seconde.nb_requetes <= 3


def test_no_night_without_news_costs_more_than_three_requests_and_a_token(
    qonto: LocalQonto, avec_ventes: Connexion
) -> None:
    """Seven nights in a row: accounts, credit notes and notifications are asked for in turn, each once."""
    dossier_id, debut = avec_ventes.dossier_id, timezone.now()
    plan.ouvrir_la_nuit(maintenant=debut)
    jouer()
    assert notifications.abonner(connexion=avec_ventes, maintenant=debut)
    Connexion.objects.update(webhook_verifie_le=None)
    couts = []
    for nuit in range(1, 8):
        # The token of the night before is over: it lives an hour.
        Connexion.objects.update(access_expire_le=debut)
        soir = debut + timedelta(days=nuit)
        plan.ouvrir_la_nuit(maintenant=soir)
        (pk,) = plan.prendre_un_lot(maintenant=soir)
        faite = visite.visiter(visite_id=pk, horloge=figee(soir))
        assert faite is not None
        assert (faite.dossier_id, faite.etat, faite.nb_nouvelles) == (dossier_id, EtatVisite.REUSSIE, 0)
        couts.append(faite.nb_requetes)
    assert sorted(couts) == [3, 3, 3, 3, 4, 4, 4]
    assert Connexion.objects.get().webhook_verifie_le is not None


def test_a_night_finds_that_qonto_notifies_no_more_and_heals_it(qonto: LocalQonto, lenoir: Connexion) -> None:
    assert notifications.abonner(connexion=lenoir, maintenant=timezone.now())
    lenoir.refresh_from_db()
    qonto.session(token=lenoir.access_token).delete(f"{qonto.url}/v2/webhook_subscriptions/{lenoir.webhook_id}")
    for nuit in range(8, 11):
        soir = timezone.now() + timedelta(days=nuit)
        plan.ouvrir_la_nuit(maintenant=soir)
        for pk in plan.prendre_un_lot(maintenant=soir):
            visite.visiter(visite_id=pk, horloge=figee(soir))
    perdue, retrouvee = lenoir.webhook_id, Connexion.objects.get()
    assert retrouvee.webhook_id not in ("", perdue)
    assert Incident.objects.get(cle=notifications.CLE).resolu_le is not None


def test_balances_are_read_when_a_line_moved(qonto: LocalQonto, lenoir: Connexion) -> None:
    plan.ouvrir_la_nuit(maintenant=timezone.now())
    jouer()
    CompteQonto.objects.update(solde_cents=1)
    ligne = LigneRecue.objects.order_by("-reglee_le").first()
    assert ligne is not None
    synchroniser_dossier(dossier=lenoir.dossier, maintenant=timezone.now(), soldes=False)
    assert CompteQonto.objects.get(lie=True).solde_cents == 1
    qonto.api("PATCH", f"transactions/{ligne.external_id}", note="Changée")
    synchroniser_dossier(dossier=lenoir.dossier, maintenant=timezone.now(), soldes=False)
    assert CompteQonto.objects.get(lie=True).solde_cents not in (None, 1)


def test_sales_that_fail_leave_the_bank_read_and_come_back(qonto: LocalQonto, avec_ventes: Connexion) -> None:
    qonto.api("POST", "faults", kind="status", status=503, path="/v2/client_invoices*", times=0)
    plan.ouvrir_la_nuit(maintenant=timezone.now())
    (coupee,) = jouer()
    qonto.api("DELETE", "faults")
    assert (coupee.etat, coupee.classe) == (EtatVisite.PREVUE, "injoignable")
    assert coupee.erreur.startswith("Factures de vente")
    lues = LigneRecue.objects.count()
    assert coupee.nb_nouvelles == lues > 0
    (reprise,) = jouer()
    assert (reprise.etat, reprise.nb_nouvelles) == (EtatVisite.REUSSIE, lues)
    assert reprise.nb_factures == Document.objects.count() > 0
    assert not Incident.objects.ouverts().exists()


def test_balances_that_do_not_follow_are_an_incident_until_they_do(lenoir: Connexion) -> None:
    plan.ouvrir_la_nuit(maintenant=timezone.now())
    (saine,) = jouer()
    assert saine.nb_anomalies == 0
    compte = CompteBancaire.objects.get(dossier=lenoir.dossier)
    milieu = LigneRecue.objects.filter(reglee_le__isnull=False).order_by("-reglee_le")[20]
    LigneRecue.objects.filter(pk=milieu.pk).update(montant_cents=milieu.montant_cents + 100)
    assert controles.controler(dossier=lenoir.dossier, maintenant=timezone.now()) == 1
    assert controles.controler(dossier=lenoir.dossier, maintenant=timezone.now()) == 1
    incident = Incident.objects.ouverts().get()
    assert (incident.classe, incident.cle) == ("controle", f"controle:soldes:{compte.pk}")
    assert incident.detail
    LigneRecue.objects.filter(pk=milieu.pk).update(montant_cents=milieu.montant_cents)
    assert controles.controler(dossier=lenoir.dossier, maintenant=timezone.now()) == 0
    assert not Incident.objects.ouverts().exists()
    # Every line follows, and yet the last one is missing: the bank's own balance tells.
    CompteQonto.objects.filter(dossier=lenoir.dossier, lie=True).update(solde_cents=1)
    assert controles.controler(dossier=lenoir.dossier, maintenant=timezone.now()) == 1
    assert "Qonto annonce 0,01" in Incident.objects.ouverts().get().detail


def test_a_validated_entry_that_was_altered_is_an_incident() -> None:
    dossier = achat(DossierFactory(), piece="F1").dossier
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT)
    assert controles.controler(dossier=dossier, maintenant=MAINTENANT) == 0
    _sans_trigger(
        "UPDATE comptabilite_ligneecriture SET libelle = 'maquillé' WHERE rang = 1",
        "comptabilite_ligne_figee",
        "comptabilite_ligneecriture",
    )
    assert controles.controler(dossier=dossier, maintenant=MAINTENANT) == 1
    assert "écriture n° 1" in Incident.objects.ouverts().get().detail
    controle = ControleLivres.objects.get(dossier=dossier)
    assert (controle.sain, controle.rupture_numero) == (False, 1)


def test_a_firm_of_one_is_not_read_after_a_firm_of_many() -> None:
    grand, petit = uuid4(), uuid4()
    grands, seul = [uuid4() for _ in range(4)], uuid4()
    ordre = plan.a_tour_de_role([*((grand, dossier) for dossier in grands), (petit, seul)])
    assert ordre == [grands[0], seul, *grands[1:]]


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


def test_a_mail_server_that_is_down_loses_no_digest_and_no_alert(settings: Settings) -> None:
    passage = PassageFactory(jour=timezone.now().date(), debut=timezone.now())
    suivi = VisiteFactory(passage=passage, etat=EtatVisite.ECHOUEE, erreur="Coupé.")
    admin = MembreCabinetFactory(cabinet=suivi.dossier.cabinet, role=RoleCabinet.ADMINISTRATEUR)
    for recul in (1, 2):
        avant = PassageFactory(jour=timezone.now().date() - timedelta(days=recul), debut=timezone.now())
        Visite.objects.filter(pk=suivi.pk).update(passage=avant)
        suivi = VisiteFactory(passage=passage, dossier=suivi.dossier, etat=EtatVisite.ECHOUEE, erreur="Coupé.")
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_PORT = 9
    with pytest.raises(OSError, match="refused"):
        alertes.envoyer_resume(passage=passage, membre=admin, maintenant=timezone.now())
    assert not alertes.apres_echec(visite=suivi, maintenant=timezone.now())
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert alertes.envoyer_resume(passage=passage, membre=admin, maintenant=timezone.now())
    assert alertes.apres_echec(visite=suivi, maintenant=timezone.now())
    assert not alertes.apres_echec(visite=suivi, maintenant=timezone.now())
    assert len(mail.outbox) == 2


def test_command_says_the_failure_of_each_dossier_and_goes_on(qonto: LocalQonto, lenoir: Connexion) -> None:
    autre = ConnexionFactory(dossier__code="PERDU", statut="reconnexion", refresh_token="")
    sortie = StringIO()
    call_command("synchroniser", tous=True, fils=2, stdout=sortie)
    assert "PERDU         échec : Le dirigeant doit se reconnecter à Qonto." in sortie.getvalue()
    assert "2 dossier(s), 1 échec(s)" in sortie.getvalue()
    qonto.api("POST", "faults", kind="status", status=503, path="/v2/organization", times=0)
    call_command("synchroniser", tous=True, stdout=sortie)
    qonto.api("DELETE", "faults")
    assert "– nouvel essai prévu" in sortie.getvalue()
    with pytest.raises(CommandError, match="a échoué"):
        call_command("synchroniser", dossier=autre.dossier.code, stdout=StringIO())
    with pytest.raises(CommandError, match="« ABSENT »"):
        call_command("synchroniser", dossier="ABSENT", stdout=StringIO())


def test_command_reads_one_dossier_alone_and_leaves_the_one_that_is_being_read(lenoir: Connexion) -> None:
    ConnexionFactory(access_token="ory_at_perdu", refresh_token="ory_rt_perdu")
    sortie = StringIO()
    with verrou(f"nuit:{lenoir.pk}", duree=30, attente=0):
        call_command("synchroniser", dossier="LENOIR", stdout=sortie)
    assert "déjà en cours de lecture ailleurs" in sortie.getvalue()
    assert "1 dossier(s), 0 échec(s)" in sortie.getvalue()
    assert not LigneRecue.objects.exists()


def test_command_makes_a_run_and_prints_what_it_did(lenoir: Connexion) -> None:
    sortie = StringIO()
    call_command("synchroniser", tous=True, stdout=sortie)
    passage = Passage.objects.get(origine=Origine.COMMANDE)
    assert passage.fin is not None
    assert passage.visites.get().etat == EtatVisite.REUSSIE
    assert f"LENOIR        {LigneRecue.objects.count()} nouvelle(s)" in sortie.getvalue()
    assert "1 dossier(s), 0 échec(s)" in sortie.getvalue()
