"""The books looked over at night: kept, shown where it is acted on, and never told twice."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from comptabilite.models import ControleLivres, Ecriture, Exercice
from comptabilite.services.controle_livres import controler_livres
from comptabilite.services.validation import valider_ecritures
from gestion_acces.enums import RoleCabinet
from gestion_acces.models import Dossier, MembreCabinet
from tests.comptabilite.factories import MAINTENANT, achat
from tests.comptabilite.test_proprietes import sous_les_regles
from tests.connexion import ouvrir_session
from tests.factories import DossierFactory, MembreCabinetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def membre() -> MembreCabinet:
    return MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR)


@pytest.fixture
def dossier(membre: MembreCabinet) -> Dossier:
    dossier = DossierFactory(cabinet=membre.cabinet)
    achat(dossier)
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT)
    return dossier


def abimer(dossier: Dossier) -> None:
    with sous_les_regles():
        Ecriture.objects.filter(dossier=dossier).update(libelle="réécrit")


def test_sound_books_are_said_sound_and_a_second_night_takes_the_place_of_the_first(dossier: Dossier) -> None:
    controler_livres(dossier=dossier, maintenant=MAINTENANT)
    [controle] = controler_livres(dossier=dossier, maintenant=MAINTENANT + timedelta(days=1))
    assert ControleLivres.objects.get(dossier=dossier) == controle
    assert controle.sain
    assert (controle.nb_ecritures, controle.nb_bloquants, controle.fait_le) == (1, 0, MAINTENANT + timedelta(days=1))


def test_a_dossier_without_entries_has_nothing_to_control() -> None:
    assert controler_livres(dossier=DossierFactory(), maintenant=MAINTENANT) == []


def test_a_change_beneath_the_portal_is_found_and_named(dossier: Dossier) -> None:
    abimer(dossier)
    [controle] = controler_livres(dossier=dossier, maintenant=MAINTENANT)
    assert (controle.sain, controle.rupture_numero) == (False, 1)


def test_a_dossier_without_siren_is_told_so(dossier: Dossier) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(siret="")
    [controle] = controler_livres(dossier=dossier, maintenant=MAINTENANT)
    assert not controle.sain
    assert "SIRET" in controle.refus


def test_a_closed_exercice_is_read_again_without_a_new_fec(dossier: Dossier) -> None:
    Exercice.objects.filter(dossier=dossier).update(cloture_le=MAINTENANT)
    Dossier.objects.filter(pk=dossier.pk).update(siret="")
    [controle] = controler_livres(dossier=dossier, maintenant=MAINTENANT)
    assert controle.sain


def test_no_row_says_sound_with_a_fault(dossier: Dossier) -> None:
    [controle] = controler_livres(dossier=dossier, maintenant=MAINTENANT)
    for faute in ({"rupture_numero": 1}, {"refus": "x"}, {"nb_bloquants": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ControleLivres.objects.filter(pk=controle.pk).update(**faute)


def test_a_fault_is_shown_in_the_dossier_and_in_the_cockpit(
    client: Client, membre: MembreCabinet, dossier: Dossier
) -> None:
    ouvrir_session(client, membre.utilisateur)
    fec = reverse("comptabilite:fec", args=[dossier.pk]) + f"?exercice={Exercice.objects.get(dossier=dossier).pk}"
    accueil = reverse("comptabilite:accueil", args=[dossier.pk])
    attente = reverse("cockpit_attente", args=["livres"])
    assert "Contrôle de la nuit" not in client.get(fec).content.decode()
    controler_livres(dossier=dossier, maintenant=MAINTENANT)
    assert "Livres conformes" in client.get(fec).content.decode()
    assert dossier.raison_sociale not in client.get(attente).content.decode()
    abimer(dossier)
    controler_livres(dossier=dossier, maintenant=MAINTENANT)
    page = client.get(fec).content.decode()
    assert "La chaîne des empreintes est rompue" in page
    numero = Ecriture.objects.get(dossier=dossier)
    assert reverse("comptabilite:ecriture", args=[dossier.pk, numero.pk]) in page
    assert "À revoir" in client.get(accueil).content.decode()
    assert dossier.raison_sociale in client.get(attente).content.decode()
