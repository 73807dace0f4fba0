"""The demonstration fills an empty base once, and its accounts open the doors they are said to open."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from banque.enums import EtatOperation
from banque.models import CompteBancaire, Operation
from banque.services.rapprochement import rapprocher
from gestion_acces.models import AccesService, Dossier, Utilisateur
from gestion_acces.services.dossiers import manques_pour_qonto
from gestion_acces.services.facteurs import code_totp
from portal.demonstration import acces, banque, comptabilite
from portal.demonstration.distribution import ADMINISTRATRICE, FICHES, MOT_DE_PASSE, cle_totp
from portal.lib.identifiants import siret_valide

pytestmark = pytest.mark.django_db


def test_filling_twice_is_filling_once() -> None:
    acces.semer(maintenant=timezone.now())
    avant = (Utilisateur.objects.count(), Dossier.objects.count(), AccesService.objects.count())
    acces.semer(maintenant=timezone.now())
    assert (Utilisateur.objects.count(), Dossier.objects.count(), AccesService.objects.count()) == avant
    assert avant[1] == len(FICHES)


def test_every_number_of_the_cast_is_valid_and_one_card_is_incomplete() -> None:
    acces.semer(maintenant=timezone.now())
    assert all(siret_valide(fiche.siret) for fiche in FICHES if fiche.siret)
    manques = {dossier.code for dossier in Dossier.objects.all() if manques_pour_qonto(dossier)}
    assert manques == {"INCOMPLET", "SCIBERTIN"}


def test_administrator_signs_in_with_the_printed_key(client: Client) -> None:
    acces.semer(maintenant=timezone.now())
    client.post("/connexion/", {"email": ADMINISTRATRICE, "mot_de_passe": MOT_DE_PASSE})
    sortie = StringIO()
    call_command("demonstration", code=ADMINISTRATRICE, stdout=sortie)
    reponse = client.post("/connexion/second-facteur/", {"code": sortie.getvalue().strip()}, follow=True)
    assert sortie.getvalue().strip() == code_totp(cle_totp(ADMINISTRATRICE), timezone.now())
    assert "Maison Lenoir" in client.get("/cabinet/dossiers/").content.decode(), reponse.redirect_chain


def test_accounts_are_printed_with_their_keys() -> None:
    sortie = StringIO()
    call_command("demonstration", comptes=True, stdout=sortie)
    assert sortie.getvalue().strip() == ""
    acces.semer(maintenant=timezone.now())
    call_command("demonstration", comptes=True, stdout=sortie)
    assert f"TOTP {cle_totp('alice@maison-lenoir.example')}" in sortie.getvalue()


def test_production_refuses_the_demonstration(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("demonstration")


def test_the_bank_of_the_demonstration_agrees_with_its_books() -> None:
    maintenant = datetime(2026, 11, 26, 9, tzinfo=UTC)
    for semer in (acces.semer, comptabilite.semer, banque.semer):
        semer(maintenant=maintenant)
    etat = rapprocher(banque=CompteBancaire.objects.get(), date=date(2026, 11, 25))
    assert etat.ecart_cents == 0
    assert Operation.objects.filter(etat=EtatOperation.PROPOSEE).exists()
