"""Reading at the local Qonto over a socket: incremental, resumable, thrifty, honest about what failed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from banque.enums import EtatSynchronisation, StatutRecue
from banque.models import CompteBancaire, LigneRecue, Operation, PieceJointe, Synchronisation
from banque.services import synchronisation
from banque.services.integration import integrer, preparer
from banque.services.synchronisation import ATTENTE_MAX, BAIL, demander, executer, synchroniser_dossier
from gestion_acces.models import Dossier
from gestion_acces.services.fichiers import ouvrir
from qonto_link.enums import StatutConnexion
from qonto_link.errors import PasDeConnexion, QontoInjoignable, ReconnexionNecessaire
from qonto_link.models import Connexion
from tests.banque.pont import ABSENT, COUPER, PANNE, REVOQUE, TROP, Faute, Pont
from tests.factories import DossierFactory, PortefeuilleFactory
from tests.qonto import LocalQonto
from tests.qonto_link.aides import dossier_lenoir, lier

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pont(qonto: LocalQonto, settings: Settings) -> Iterator[Pont]:
    qonto.reset()
    # Receipts have their own test: fetching a hundred of them in each one would only be slow.
    with Pont(qonto.url, [Faute(ABSENT, chemin="/v2/attachments", fois=10**6)]) as pont:
        settings.QONTO_API_URL = pont.url
        yield pont


@pytest.fixture
def dossier(qonto: LocalQonto, pont: Pont) -> Dossier:
    dossier = dossier_lenoir()
    lier(qonto, dossier)
    pont.demandes.clear()
    return dossier


def lire(dossier: Dossier) -> tuple[int, int, int]:
    bilan, _ = synchroniser_dossier(dossier=dossier, maintenant=timezone.now())
    return bilan.nouvelles, bilan.connues, bilan.changees


def ids() -> list[str]:
    return sorted(LigneRecue.objects.values_list("external_id", flat=True))


def pages(pont: Pont) -> int:
    return sum(chemin.startswith("/v2/transactions") for chemin in pont.demandes)


def test_linking_an_account_creates_its_bank(dossier: Dossier) -> None:
    banque = CompteBancaire.objects.get()
    assert (banque.libelle, banque.iban) == ("QONTO", "FR7616958000016886912594701")
    assert banque.compte_qonto is not None and banque.journal is None


def test_first_reading_stages_two_months_whose_balances_follow(dossier: Dossier, pont: Pont) -> None:
    nouvelles, connues, _ = lire(dossier)
    assert nouvelles > 50 and connues == 0
    banque = CompteBancaire.objects.get()
    apercu = preparer(dossier=dossier, comptes=[banque], maintenant=timezone.now())
    (plan,) = apercu.comptes
    assert plan.rupture == ""
    assert plan.solde_concorde
    assert all(ligne.statut == StatutRecue.REGLEE for ligne in plan.lignes)
    (releve,) = integrer(dossier=dossier, comptes=[banque], maintenant=timezone.now(), empreinte=apercu.empreinte)
    assert releve.solde_est_prouve
    assert Operation.objects.count() == releve.nb_lignes


def test_without_news_a_reading_costs_two_requests_and_changes_nothing(dossier: Dossier, pont: Pont) -> None:
    lire(dossier)
    avant = ids()
    pont.demandes.clear()
    nouvelles, _, changees = lire(dossier)
    assert (nouvelles, changees, ids()) == (0, 0, avant)
    assert len([chemin for chemin in pont.demandes if not chemin.startswith("/v2/attachments")]) <= 3


@pytest.mark.parametrize("genre", [TROP, PANNE])
def test_a_passing_trouble_is_outlasted(dossier: Dossier, pont: Pont, genre: str) -> None:
    pont.fautes.append(Faute(genre, apres=1))
    assert lire(dossier)[0] > 50
    assert CompteBancaire.objects.get().erreur_synchro == ""


def test_connection_cut_in_the_middle_of_a_list_keeps_the_pages_before_and_resumes(
    dossier: Dossier, pont: Pont
) -> None:
    pont.fautes.append(Faute(COUPER, apres=1, fois=9))
    with pytest.raises(QontoInjoignable):
        lire(dossier)
    premieres = ids()
    banque = CompteBancaire.objects.get()
    assert len(premieres) == 100 and banque.curseur is not None
    assert "ne répond pas" in banque.erreur_synchro
    pont.fautes.pop()
    nouvelles, _, _ = lire(dossier)
    assert nouvelles == len(ids()) - 100
    resume = ids()
    # The same account read without any fault holds the same lines.
    LigneRecue.objects.all().delete()
    CompteBancaire.objects.update(curseur=None)
    lire(dossier)
    assert ids() == resume


def test_a_bank_that_stays_down_is_said_and_nothing_is_lost(dossier: Dossier, pont: Pont) -> None:
    pont.fautes.append(Faute(PANNE, fois=99))
    demande = demander(dossier=dossier, par="Bruno", maintenant=timezone.now())
    executer(synchronisation=demande, maintenant=timezone.now())
    demande.refresh_from_db()
    assert demande.etat == EtatSynchronisation.ECHOUEE
    assert "Qonto ne répond pas" in demande.erreur
    assert not LigneRecue.objects.exists()


def test_a_revoked_consent_asks_for_a_new_one(dossier: Dossier, pont: Pont, qonto: LocalQonto) -> None:
    connexion = Connexion.objects.get()
    Connexion.objects.filter(pk=connexion.pk).update(refresh_token="retire")
    pont.fautes.append(Faute(REVOQUE, chemin="/v2/", fois=99))
    with pytest.raises(ReconnexionNecessaire):
        lire(dossier)
    connexion.refresh_from_db()
    assert connexion.statut == StatutConnexion.RECONNEXION
    assert "reconnecter" in CompteBancaire.objects.get().erreur_synchro


@pytest.mark.parametrize("etape", ["recevoir", "chercher_justificatifs", "reconsiderer_dossier", "noter_succes"])
def test_a_worker_killed_at_any_step_is_taken_over(dossier: Dossier, etape: str) -> None:
    maintenant = timezone.now()
    demande = demander(dossier=dossier, par="nuit", maintenant=maintenant)
    with patch.object(synchronisation, etape, side_effect=SystemExit), pytest.raises(SystemExit):
        executer(synchronisation=demande, maintenant=maintenant)
    demande.refresh_from_db()
    assert demande.etat == EtatSynchronisation.EN_COURS
    assert demander(dossier=dossier, par="nuit", maintenant=maintenant) == demande
    plus_tard = maintenant + BAIL + timedelta(seconds=1)
    suivante = demander(dossier=dossier, par="nuit", maintenant=plus_tard)
    assert suivante != demande
    executer(synchronisation=suivante, maintenant=plus_tard)
    suivante.refresh_from_db()
    assert suivante.etat == EtatSynchronisation.TERMINEE
    attendues = ids()
    LigneRecue.objects.all().delete()
    CompteBancaire.objects.update(curseur=None)
    lire(dossier)
    assert ids() == attendues


def test_our_own_fault_ends_the_run_and_is_not_hidden(dossier: Dossier) -> None:
    demande = demander(dossier=dossier, par="a", maintenant=timezone.now())
    with patch.object(synchronisation, "recevoir", side_effect=ValueError("panne")), pytest.raises(ValueError):
        executer(synchronisation=demande, maintenant=timezone.now())
    demande.refresh_from_db()
    assert (demande.etat, demande.erreur) == (EtatSynchronisation.ECHOUEE, "La lecture a été interrompue.")


def test_a_long_reading_renews_its_lease(dossier: Dossier) -> None:
    debut = timezone.now()
    heures = (debut + timedelta(minutes=minute) for minute in range(1, 1000))
    demande = demander(dossier=dossier, par="a", maintenant=debut)
    baux: list[timedelta] = []

    def heure() -> datetime:
        demande.refresh_from_db()
        if demande.bail_jusqu_au is not None:
            baux.append(demande.bail_jusqu_au - debut)
        return next(heures)

    executer(synchronisation=demande, maintenant=debut, horloge=heure)
    assert len(baux) > 3 and baux == sorted(baux) and baux[-1] > BAIL


@pytest.mark.parametrize(("etat", "retard"), [("en_cours", BAIL), ("en_attente", ATTENTE_MAX)])
def test_the_page_of_a_run_that_nobody_carries_says_so_and_stops_asking(
    dossier: Dossier, client: Client, etat: str, retard: timedelta
) -> None:
    maintenant = timezone.now()
    demande = demander(dossier=dossier, par="a", maintenant=maintenant)
    membre = PortefeuilleFactory(dossier=dossier, membre__cabinet=dossier.cabinet).membre
    client.force_login(membre.utilisateur)
    adresse = reverse("banque:synchronisation", args=[dossier.pk, demande.pk])

    def page(debut: datetime) -> str:
        bail = debut + BAIL if etat == "en_cours" else None
        Synchronisation.objects.filter(pk=demande.pk).update(etat=etat, demandee_le=debut, bail_jusqu_au=bail)
        return client.get(adresse, headers={"HX-Request": "true"}).content.decode()

    assert "every 1s" in page(maintenant)
    morte = page(maintenant - retard - timedelta(seconds=1))
    assert "every 1s" not in morte and "interrompue" in morte and "Réessayer" in morte


def test_a_run_is_claimed_once(dossier: Dossier) -> None:
    maintenant = timezone.now()
    demande = demander(dossier=dossier, par="a", maintenant=maintenant)
    assert demander(dossier=dossier, par="b", maintenant=maintenant) == demande
    executer(synchronisation=demande, maintenant=maintenant)
    with patch.object(synchronisation, "synchroniser_dossier", side_effect=AssertionError):
        executer(synchronisation=demande, maintenant=maintenant)


def test_a_dossier_without_link_says_so() -> None:
    with pytest.raises(PasDeConnexion):
        synchroniser_dossier(dossier=DossierFactory(), maintenant=timezone.now())


def test_receipts_are_fetched_controlled_and_stored_once(dossier: Dossier, pont: Pont) -> None:
    lire(dossier)
    gardees = list(PieceJointe.objects.filter(ligne__jour__isnull=False).order_by("-ligne__jour", "pk")[:2])
    PieceJointe.objects.exclude(pk__in=[piece.pk for piece in gardees]).delete()
    assert all(piece.erreur and piece.fichier is None for piece in gardees)
    pont.fautes.clear()
    _, recus = synchroniser_dossier(dossier=dossier, maintenant=timezone.now())
    assert recus == 2
    for piece in PieceJointe.objects.select_related("fichier"):
        assert piece.fichier is not None and piece.erreur == ""
        assert b"".join(ouvrir(piece.fichier))[:4] in (b"%PDF", b"\x89PNG", b"\xff\xd8\xff\xe0")
    _, encore = synchroniser_dossier(dossier=dossier, maintenant=timezone.now())
    assert encore == 0
