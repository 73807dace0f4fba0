"""The grid carries 5 000 lines as it carries three: the same queries, a bounded page, in order."""

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from banque.enums import EtatOperation
from banque.models import CompteBancaire, Operation, Regle
from banque.queries import PAGE, lire_filtres, page_grille
from banque.services.integration import integrer
from banque.services.reception import recevoir
from banque.services.regles import deplacer_regle
from tests.banque.factories import MAINTENANT, CompteBancaireFactory, chaine
from tests.factories import PortefeuilleFactory

pytestmark = pytest.mark.django_db


def remplir(nombre: int) -> CompteBancaire:
    banque: CompteBancaire = CompteBancaireFactory(qonto=True, avec_journal=True)
    lignes = []
    for debut in range(0, nombre, 50):
        jour = f"2026-0{5 if debut < nombre // 2 else 6}-0{1 + debut // 50 % 8}"
        lignes += chaine(*[-100 - rang for rang in range(min(50, nombre - debut))], jour=jour)
    recevoir(compte=banque, operations=lignes, maintenant=MAINTENANT)
    integrer(dossier=banque.dossier, comptes=[banque], maintenant=MAINTENANT)
    return banque


def ouvrir(client: Client, banque: CompteBancaire, **filtres: str) -> tuple[int, float, str]:
    """Queries, seconds and page of the grid."""
    membre = PortefeuilleFactory(dossier=banque.dossier, membre__cabinet=banque.dossier.cabinet).membre
    client.force_login(membre.utilisateur)
    adresse = reverse("banque:grille", args=[banque.dossier_id, banque.pk])
    client.get(adresse, filtres)
    with CaptureQueriesContext(
        connection,
    ) as requetes:
        debut = time.perf_counter()
        page = client.get(adresse, filtres).content.decode()
        duree = time.perf_counter() - debut
    return len(requetes), duree, page


def test_five_thousand_lines_cost_the_queries_of_three(client: Client) -> None:
    petite, grande = remplir(3), remplir(5_000)
    assert Operation.objects.filter(compte_bancaire=grande).count() == 5_000
    for filtres in ({}, {"etat": "a_traiter"}, {"etat": "signalees"}, {"q": "dupont"}):
        peu, _, _ = ouvrir(client, petite, **filtres)
        beaucoup, duree, page = ouvrir(client, grande, **filtres)
        assert beaucoup == peu
        assert page.count("data-portail-ligne") <= PAGE
        assert duree < 5


def test_pages_follow_each_other_without_gap_or_repeat() -> None:
    banque = remplir(250)
    vues: list[int] = []
    parametres: dict[str, str] = {}
    while True:
        page = page_grille(banque, lire_filtres({}), parametres)
        vues += [operation.pk for operation in page.lignes]
        if not page.suivante:
            break
        parametres = {"apres": page.suivante}
    attendues = Operation.objects.order_by("jour", "rang").values_list("pk", flat=True)
    assert vues == list(attendues)


def test_signalled_lines_are_found_in_any_state(client: Client) -> None:
    banque = remplir(5)
    Operation.objects.filter(pk=Operation.objects.latest("pk").pk).update(alerte="La banque a changé la date.")
    _, _, page = ouvrir(client, banque, etat="signalees")
    assert page.count("data-portail-ligne") == 1 and "La banque a changé la date." in page
    assert Operation.objects.filter(etat=EtatOperation.A_TRAITER).count() == 5


def test_rules_change_places_within_their_reach() -> None:
    banque = CompteBancaireFactory()
    dossier = banque.dossier
    a, b, du_cabinet = (
        Regle.objects.create(
            cabinet=dossier.cabinet, dossier=porte, ordre=ordre, nom=nom, contient=nom, numero_compte="606"
        )
        for ordre, (nom, porte) in enumerate((("A", dossier), ("B", dossier), ("C", None)), start=1)
    )
    deplacer_regle(dossier=dossier, regle=b, vers_le_haut=True)
    noms = Regle.objects.filter(dossier=dossier).order_by("ordre").values_list("nom", flat=True)
    assert list(noms) == [b.nom, a.nom]
    with pytest.raises(Exception, match="au bout de la liste"):
        deplacer_regle(dossier=dossier, regle=du_cabinet, vers_le_haut=True)
