"""The cockpit counts what waits in the portfolio of the person, and in nobody else's; its queries do not grow."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from banque.models import LigneRecue
from gestion_acces.enums import RoleCabinet
from gestion_acces.models import Cabinet, Dossier, MembreCabinet
from portal.cockpit import queries
from portal.cockpit.attentes import ATTENTES
from portal.lib.affichage import devise
from portal.lib.calendrier import jour_de_paris, minuit
from portal.nuit.enums import EtatVisite
from portal.nuit.models import Passage, Visite
from tests.banque.factories import CompteBancaireFactory, LigneRecueFactory, OperationFactory
from tests.factories import DossierFactory, MembreCabinetFactory, PortefeuilleFactory
from tests.facturation.factories import EcheanceFactory, OrdreFactory
from tests.nuit.factories import PassageFactory, VisiteFactory
from tests.qonto_link.factories import IncidentFactory

pytestmark = pytest.mark.django_db


def passage_d_hier() -> Passage:
    debut = timezone.now() - timedelta(hours=8)
    passage: Passage = Passage.objects.first() or PassageFactory(debut=debut, fin_prevue=debut + timedelta(hours=3))
    return passage


def occuper(cabinet: Cabinet, code: str) -> Dossier:
    """A dossier in which something of every kind waits: 250,00 € in, 100,00 € out, 1 234,56 € on the account."""
    dossier: Dossier = DossierFactory(cabinet=cabinet, code=code, raison_sociale=f"SOCIÉTÉ {code}")
    banque = CompteBancaireFactory(dossier=dossier, qonto=True)
    compte = banque.compte_qonto
    type(compte).objects.filter(pk=compte.pk).update(solde_cents=1234_56, solde_le=timezone.now())
    type(compte.connexion).objects.filter(pk=compte.connexion_id).update(derniere_synchro=timezone.now())
    hier = minuit(jour_de_paris(timezone.now())) - timedelta(hours=1)
    for montant in (250_00, -100_00):
        LigneRecueFactory(compte_bancaire=banque, montant_cents=montant, reglee_le=hier, jour=jour_de_paris(hier))
    OperationFactory(compte_bancaire=banque, etat="a_traiter")
    EcheanceFactory(facture__fournisseur__dossier=dossier, date=jour_de_paris(timezone.now()))
    OrdreFactory(compte=compte, dossier=dossier, statut="a_approuver")
    IncidentFactory(dossier=dossier)
    VisiteFactory(passage=passage_d_hier(), dossier=dossier, etat=EtatVisite.ECHOUEE, nb_nouvelles=2, nb_requetes=3)
    return dossier


def administrateur() -> MembreCabinet:
    membre: MembreCabinet = MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR)
    return membre


def nombres(membre: MembreCabinet) -> dict[str, int]:
    return {compteur.cle: compteur.nombre for compteur in queries.attentes(membre, timezone.now())}


def test_every_kind_is_counted_once_per_row() -> None:
    membre = administrateur()
    occuper(membre.cabinet, "A")
    assert nombres(membre) == {
        "integrer": 2,
        "traiter": 1,
        "transferer": 0,
        "approuver": 1,
        "factures": 1,
        "incidents": 1,
        "livres": 0,
        "nuit": 1,
    }


def test_a_collaborator_counts_his_portfolio_and_no_other_firm_is_ever_counted() -> None:
    membre = MembreCabinetFactory()
    mien = occuper(membre.cabinet, "A")
    occuper(membre.cabinet, "B")
    occuper(MembreCabinetFactory().cabinet, "C")
    assert set(nombres(membre).values()) == {0}
    assert queries.a_regarder(membre, timezone.now()) == []
    PortefeuilleFactory(membre=membre, dossier=mien)
    assert nombres(membre)["integrer"] == 2
    assert [ligne.dossier for ligne in queries.a_regarder(membre, timezone.now())] == [mien]
    argent = queries.tresorerie(membre, timezone.now())
    assert (argent.solde_cents, argent.comptes) == (1234_56, 1)
    nuit = queries.derniere_nuit_de(membre)
    assert nuit is not None
    assert (nuit.echouees, nuit.nouvelles, nuit.requetes) == (1, 2, 3)


def test_curve_walks_the_balance_back_through_the_movements() -> None:
    membre = administrateur()
    occuper(membre.cabinet, "A")
    courbe = queries.tresorerie(membre, timezone.now()).courbe
    assert courbe is not None
    assert courbe.points[-1][1] == 1234_56
    # Yesterday's 150,00 € had not come in the day before; the line of the grid is older than the curve.
    assert courbe.points[-3][1] == 1234_56 - 150_00


def test_bars_hold_what_came_and_went_this_month() -> None:
    membre = administrateur()
    occuper(membre.cabinet, "A")
    barres = queries.tresorerie(membre, timezone.now()).barres
    assert barres is not None
    assert sum(barre.entrees_cents for barre in barres.barres[-2:]) == 250_00
    assert len(barres.barres) == queries.MOIS_MONTRES


def test_every_number_of_the_page_is_a_link_that_opens(client: Client) -> None:
    membre = administrateur()
    dossier = occuper(membre.cabinet, "A")
    client.force_login(membre.utilisateur)
    assert client.get(reverse("accueil_cabinet")).headers["Location"] == reverse("cockpit")
    page = client.get(reverse("cockpit")).content.decode()
    assert devise(1234_56) in page
    for cle, attente in ATTENTES.items():
        adresse = reverse("cockpit_attente", args=[cle])
        assert adresse in page
        liste = client.get(adresse)
        assert liste.status_code == 200
        vide = cle in ("transferer", "livres")
        assert (reverse(attente.ecran, args=[dossier.pk]) in liste.content.decode()) is not vide
    assert dossier.raison_sociale in client.get(reverse("cockpit_tresorerie")).content.decode()
    assert client.get(reverse("cockpit_attente", args=["rien"])).status_code == 404


def test_every_figure_of_the_last_night_opens_the_list_of_what_it_counts(client: Client) -> None:
    membre = administrateur()
    lu, muet = (occuper(membre.cabinet, code) for code in ("A", "B"))
    Visite.objects.filter(dossier=lu).update(etat=EtatVisite.REUSSIE, nb_nouvelles=2, nb_factures=1, nb_anomalies=1)
    Visite.objects.filter(dossier=muet).update(etat=EtatVisite.PREVUE, nb_nouvelles=0, nb_requetes=0)
    client.force_login(membre.utilisateur)
    page = client.get(reverse("cockpit")).content.decode()
    passage = Passage.objects.get()
    figures = {"reussie": 1, "echouee": 0, "attente": 1, "nouvelles": 2, "factures": 1, "anomalies": 1}
    for filtre, nombre in figures.items():
        adresse = f"{reverse('nuit')}?passage={passage.pk}&etat={filtre}"
        lien = re.search(f'<a[^>]*href="{re.escape(adresse.replace("&", "&amp;"))}">([^<]*)</a>', page)
        assert lien is not None, filtre
        assert lien[1] == str(nombre)
        liste = client.get(adresse).content.decode().split("visites-titre", 1)[1]
        assert (lu.raison_sociale in liste) is (nombre > 0 and filtre != "attente")
        assert (muet.raison_sociale in liste) is (filtre == "attente")
    visite = Visite.objects.get(dossier=lu)
    assert reverse("nuit_visite", args=[visite.dossier_id, visite.pk]) in client.get(reverse("nuit")).content.decode()


def test_visit_shows_the_lines_and_the_faults_that_it_counts(client: Client) -> None:
    membre = administrateur()
    dossier = occuper(membre.cabinet, "A")
    visite = Visite.objects.get(dossier=dossier)
    avant, apres = timezone.now() - timedelta(hours=1), timezone.now()
    Visite.objects.filter(pk=visite.pk).update(debut=avant, fin=apres)
    ancienne, nouvelle = LigneRecue.objects.filter(dossier=dossier).order_by("pk")[:2]
    LigneRecue.objects.filter(pk=ancienne.pk).update(recue_le=avant - timedelta(days=1), libelle="LIGNE ANCIENNE")
    LigneRecue.objects.filter(pk=nouvelle.pk).update(recue_le=avant, libelle="LIGNE NOUVELLE")
    IncidentFactory(dossier=dossier, classe="controle", cle="controle:soldes:1", titre="Soldes rompus")
    client.force_login(membre.utilisateur)
    page = client.get(reverse("nuit_visite", args=[visite.dossier_id, visite.pk])).content.decode()
    assert "LIGNE NOUVELLE" in page
    assert "LIGNE ANCIENNE" not in page
    assert "Soldes rompus" in page
    client.force_login(administrateur().utilisateur)
    assert client.get(reverse("nuit_visite", args=[visite.dossier_id, visite.pk])).status_code == 404


@pytest.mark.parametrize("nom", ["cockpit", "cockpit_tresorerie", "liste"])
def test_queries_do_not_grow_with_the_portfolio(client: Client, nom: str) -> None:
    membre = administrateur()
    client.force_login(membre.utilisateur)
    adresse = reverse("cockpit_attente", args=["integrer"]) if nom == "liste" else reverse(nom)

    def requetes() -> int:
        client.get(adresse)
        with CaptureQueriesContext(
            connection,
        ) as lues:
            client.get(adresse)
        return len(lues)

    remplir: Callable[[int], list[Dossier]] = lambda n: [occuper(membre.cabinet, f"{n}-{i}") for i in range(n)]  # noqa: E731
    remplir(2)
    avant = requetes()
    remplir(12)
    assert requetes() <= avant
