"""The pages of the shell in every size and scheme: no fault for axe, nothing wider than the screen."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from gestion_acces.enums import RoleCabinet
from tests.factories import (
    AccesServiceFactory,
    DossierFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    ServiceDossierFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)
Verifier = Callable[..., None]


def _regarder(page: Page, nom: str, adresse: str, captures: Verifier, axe: Verifier) -> None:
    page.goto(adresse)
    captures(page, nom)
    for theme, largeur in (("light", 1440), ("dark", 360)):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.set_viewport_size({"width": largeur, "height": 800})
        page.reload()
        axe(page)
    assert page.locator("h1").count() == 1


def test_pages_of_a_dossier(page: Page, portail: str, connecter: Verifier, captures: Verifier, axe: Verifier) -> None:
    membre = MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR, cabinet__nom="Cabinet Morel & Associés")
    complet = DossierFactory(cabinet=membre.cabinet, code="LENOIR", raison_sociale="MAISON LENOIR")
    incomplet = DossierFactory(cabinet=membre.cabinet, code="INCOMPLET", raison_sociale="BOULANGERIE MARTEL", siret="")
    ServiceDossierFactory(dossier=complet, active_par=membre.utilisateur)
    MembreDossierFactory(dossier=complet)
    connecter(page, membre.utilisateur.email)
    for nom, vue, arguments in (
        ("dossiers", "gestion_acces:dossier_liste", []),
        ("dossier-identite", "gestion_acces:dossier_fiche", [complet.pk]),
        ("dossier-divers", "gestion_acces:dossier_divers", [complet.pk]),
        ("dossier-divers-manques", "gestion_acces:dossier_divers", [incomplet.pk]),
        ("dossier-acces", "gestion_acces:tuile_acces", [complet.pk, "qonto"]),
    ):
        _regarder(page, nom, portail + reverse(vue, args=arguments), captures, axe)


def test_pages_of_a_client_with_two_companies(
    page: Page, portail: str, connecter: Verifier, captures: Verifier, axe: Verifier
) -> None:
    membre = MembreDossierFactory(dossier__raison_sociale="ATELIER BERTIN")
    MembreDossierFactory(utilisateur=membre.utilisateur, dossier__raison_sociale="SCI BERTIN FRÈRES")
    AccesServiceFactory(membre=membre, service_dossier__dossier=membre.dossier)
    connecter(page, membre.utilisateur.email)
    _regarder(page, "mes-societes", portail + reverse("accueil_client"), captures, axe)
    applications = reverse("qonto_link:applications", args=[membre.dossier_id])
    _regarder(page, "mes-applications", portail + applications, captures, axe)


def test_page_not_found(page: Page, portail: str, captures: Verifier, axe: Verifier) -> None:
    _regarder(page, "erreur-404", f"{portail}/nulle/part/", captures, axe)
