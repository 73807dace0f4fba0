"""The administrator's pages in a real Chromium: the tile with its accesses, the team, the people, the trail."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from gestion_acces.enums import Niveau, RoleCabinet
from gestion_acces.models import AccesService, MembreCabinet, MembreDossier
from tests.factories import (
    DossierFactory,
    InvitationFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    PortefeuilleFactory,
    UtilisateurFactory,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taches_immediates")]
Captures = Callable[[Page, str], None]


@pytest.fixture
def helene(portail: str) -> MembreCabinet:
    personne = UtilisateurFactory(email="helene@cabinet.example", prenom="Hélène", nom="Morel")
    membre: MembreCabinet = MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR, utilisateur=personne)
    return membre


def test_tile_is_ticked_saved_and_given_to_the_dirigeant(
    page: Page,
    portail: str,
    helene: MembreCabinet,
    connecter: Callable[..., None],
    axe: Callable[[Page], None],
    captures: Captures,
) -> None:
    dossier = DossierFactory(cabinet=helene.cabinet, dirigeant_email="alice@lenoir.example")
    MembreDossierFactory(
        dossier=dossier, role="utilisateur", utilisateur=UtilisateurFactory(prenom="Karim", nom="Benali")
    )
    connecter(page, helene.utilisateur.email)
    page.goto(portail + reverse("gestion_acces:dossier_divers", args=[dossier.pk]))
    axe(page)
    captures(page, "acces-divers")
    page.locator("input[name=qonto]").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Le service Qonto est activé")).to_be_visible()
    axe(page)
    captures(page, "acces-confirmation")
    page.get_by_role("link", name="Modifier les accès").first.click()
    axe(page)
    captures(page, "acces-modifier")
    groupe = page.get_by_role("group", name=re.compile("Alice Martin"))
    expect(groupe.get_by_label("Payer")).to_be_checked()
    page.get_by_role("group", name=re.compile("Karim Benali")).get_by_label("Préparer").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Les accès au service Qonto sont enregistrés.")).to_be_visible()
    niveaux = dict(AccesService.objects.values_list("membre__utilisateur__prenom", "niveau"))
    assert niveaux == {"Alice": Niveau.PAYER, "Karim": Niveau.PREPARER}
    page.get_by_role("link", name="Personnes").click()
    axe(page)
    captures(page, "acces-personnes")


def test_administration_pages_are_fit_for_every_screen(
    page: Page,
    portail: str,
    helene: MembreCabinet,
    connecter: Callable[..., None],
    axe: Callable[[Page], None],
    captures: Captures,
) -> None:
    bruno = MembreCabinetFactory(cabinet=helene.cabinet, utilisateur=UtilisateurFactory(prenom="Bruno", nom="Faure"))
    for n in range(4):
        dossier = DossierFactory(cabinet=helene.cabinet, raison_sociale=f"Boulangerie n° {n}")
        MembreDossierFactory(dossier=dossier)
        if n:
            PortefeuilleFactory(membre=bruno, dossier=dossier)
    InvitationFactory(cabinet=helene.cabinet)
    connecter(page, helene.utilisateur.email)
    page.goto(portail + reverse("gestion_acces:audit"))
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_text("Le journal est intact")).to_be_visible()
    personne = MembreDossier.objects.order_by("pk").last()
    assert personne is not None
    adresses = {
        "audit": reverse("gestion_acces:audit"),
        "equipe": reverse("gestion_acces:equipe"),
        "inviter": reverse("gestion_acces:collaborateur_inviter"),
        "collaborateur": reverse("gestion_acces:collaborateur", args=[bruno.pk]),
        "portefeuilles": reverse("gestion_acces:portefeuilles"),
        "registre": reverse("gestion_acces:registre"),
        "parametres": reverse("gestion_acces:parametres"),
        "creer": reverse("gestion_acces:dossier_creer"),
        "importer": reverse("gestion_acces:dossier_importer"),
        "personne": reverse("gestion_acces:personne", args=[personne.dossier_id, personne.pk]),
        "profil": reverse("gestion_acces:profil"),
    }
    for nom, adresse in adresses.items():
        page.goto(portail + adresse)
        expect(page.locator("h1")).to_be_visible()
        axe(page)
        captures(page, f"acces-{nom}")


def test_dirigeant_invites_somebody_who_may_pay(
    page: Page, portail: str, connecter: Callable[..., None], axe: Callable[[Page], None], captures: Captures
) -> None:
    alice = MembreDossierFactory(utilisateur=UtilisateurFactory(prenom="Alice", nom="Lenoir"))
    connecter(page, alice.utilisateur.email)
    page.goto(portail + reverse("gestion_acces:personnes_client", args=[alice.dossier_id]))
    axe(page)
    captures(page, "acces-personnes-client")
    page.get_by_role("link", name="Inviter une personne").click()
    for champ, valeur in (("prenom", "Karim"), ("nom", "Benali"), ("email", "karim@lenoir.example")):
        page.locator(f"input[name={champ}]").fill(valeur)
    axe(page)
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.get_by_text("Une invitation est partie à karim@lenoir.example.")).to_be_visible()
    expect(page.get_by_text("Invitation en attente")).to_be_visible()
