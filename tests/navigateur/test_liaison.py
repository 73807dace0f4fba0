"""The client links his Qonto account in a real browser, on the local Qonto's own consent page."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from qonto_link.enums import StatutConnexion
from qonto_link.models import CompteQonto, Connexion
from qonto_link.services import clients
from qonto_link.services.dissociation import revoquer_en_attente
from qonto_link.tasks import balayer_les_liaisons
from tests.factories import AccesServiceFactory, MembreDossierFactory, ServiceDossierFactory, UtilisateurFactory
from tests.qonto import LocalQonto
from tests.qonto_link.aides import ALICE, dossier_lenoir, lier

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _propre(qonto: LocalQonto) -> Iterator[None]:
    yield
    qonto.reset()


def espace(**champs: Any) -> Any:
    """A dossier whose dirigeante is Alice, with the tile."""
    dossier = dossier_lenoir(**champs)
    membre = MembreDossierFactory(
        dossier=dossier, utilisateur=UtilisateurFactory(email=ALICE, prenom="Alice", nom="Lenoir")
    )
    AccesServiceFactory(membre=membre, service_dossier=ServiceDossierFactory(dossier=dossier))
    return dossier


def chez_qonto(page: Page, *, bouton: str = "Accepter") -> None:
    expect(page.get_by_role("heading", name="Se connecter à Qonto")).to_be_visible()
    page.locator(f"input[name=email][value='{ALICE}']").first.check()
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name=bouton).click()


def partir(page: Page, portail: str, dossier: Any) -> None:
    page.goto(f"{portail}/espace/{dossier.pk}/applications/")
    page.get_by_role("link", name="Associer un compte existant").click()
    page.get_by_role("button", name="Continuer chez Qonto").click()


def test_link_from_the_tile_to_the_balance(
    page: Page,
    portail: str,
    connecter: Callable[..., None],
    captures: Callable[..., None],
    axe: Callable[..., None],
) -> None:
    dossier = espace()
    connecter(page, ALICE)
    page.goto(f"{portail}/espace/{dossier.pk}/applications/")
    captures(page, "applications-a-demarrer")
    axe(page)
    page.get_by_role("link", name="Associer un compte existant").click()
    captures(page, "associer")
    axe(page)
    page.get_by_role("button", name="Continuer chez Qonto").click()
    chez_qonto(page)
    expect(page.get_by_role("heading", name="Choisir les comptes à associer")).to_be_visible()
    cases = page.get_by_role("checkbox")
    assert [cases.nth(rang).is_checked() for rang in range(cases.count())] == [True, False]
    captures(page, "choisir-comptes")
    axe(page)
    page.get_by_role("button", name="Associer").click()
    expect(page.get_by_text("Votre compte Qonto est associé à votre dossier.")).to_be_visible()
    expect(page.locator("#tuile-qonto .badge")).to_have_text("Connecté")
    captures(page, "applications-connecte")
    axe(page)
    page.get_by_role("link", name="Voir mon compte").click()
    page.get_by_role("button", name="Actualiser les soldes").click()
    expect(page.get_by_text("Les soldes sont à jour.")).to_be_visible()
    captures(page, "compte-qonto")
    axe(page)
    assert CompteQonto.objects.filter(lie=True).count() == 1


def test_refusal_on_the_consent_page_and_company_of_another_siren_link_nothing(
    page: Page, portail: str, connecter: Callable[..., None], captures: Callable[..., None], axe: Callable[..., None]
) -> None:
    dossier = espace(siret="82345678500018", raison_sociale="ATELIER BERTIN")
    connecter(page, ALICE)
    partir(page, portail, dossier)
    chez_qonto(page, bouton="Refuser")
    expect(page.get_by_text("Vous avez refusé l’accès sur la page de Qonto")).to_be_visible()
    page.get_by_role("link", name="Recommencer").click()
    page.get_by_role("button", name="Continuer chez Qonto").click()
    chez_qonto(page)
    expect(page.get_by_text("MAISON LENOIR (SIREN 812 345 676)")).to_be_visible()
    captures(page, "autre-societe")
    axe(page)
    # Replayed by the back of the browser, or forged: the same page, nothing linked.
    page.reload()
    expect(page.get_by_text("Ce retour de Qonto n’est pas valable")).to_be_visible()
    page.goto(f"{portail}/qonto/retour/?state=forge-de-toutes-pieces&code=x")
    expect(page.get_by_text("Ce retour de Qonto n’est pas valable")).to_be_visible()
    assert not Connexion.objects.exists()


def test_dissociation_and_link_again(
    page: Page,
    portail: str,
    qonto: LocalQonto,
    connecter: Callable[..., None],
    captures: Callable[..., None],
    axe: Callable[..., None],
    settings: Any,
) -> None:
    dossier = espace()
    lier(qonto, dossier)
    connecter(page, ALICE)
    for passage in ("joignable", "injoignable"):
        adresse = settings.QONTO_OAUTH_URL
        if passage == "injoignable":
            settings.QONTO_OAUTH_URL = "http://127.0.0.1:9"
        page.goto(f"{portail}/espace/{dossier.pk}/applications/")
        page.get_by_role("link", name="Dissocier").click()
        expect(page.get_by_role("heading", name="Ce qui s’arrête")).to_be_visible()
        if passage == "joignable":
            captures(page, "dissocier")
            axe(page)
        page.get_by_label("Je confirme la dissociation").check()
        page.get_by_role("button", name="Dissocier").click()
        expect(page.locator("#tuile-qonto .badge")).to_have_text("Dissocié")
        settings.QONTO_OAUTH_URL = adresse
        if passage == "joignable":
            captures(page, "applications-dissocie")
            page.get_by_role("link", name="Associer un compte existant").click()
            page.get_by_role("button", name="Continuer chez Qonto").click()
            chez_qonto(page)
            page.get_by_role("button", name="Associer").click()
            expect(page.locator("#tuile-qonto .badge")).to_have_text("Connecté")
    expect(page.get_by_text("Qonto ne répond pas : le portail révoquera")).to_be_visible()
    assert revoquer_en_attente(maintenant=timezone.now()) == 1


def test_consent_withdrawn_at_qonto_is_seen_told_and_renewed(
    page: Page,
    portail: str,
    qonto: LocalQonto,
    connecter: Callable[..., None],
    captures: Callable[..., None],
    axe: Callable[..., None],
    mailoutbox: list[Any],
) -> None:
    dossier = espace()
    connexion = lier(qonto, dossier)
    with clients.oauth_client() as oauth:
        oauth.revoke(connexion.refresh_token)
    connecter(page, ALICE)
    page.goto(f"{portail}/espace/{dossier.pk}/qonto/")
    page.get_by_role("button", name="Actualiser les soldes").click()
    expect(page.get_by_text("Qonto n’accepte plus notre accès")).to_be_visible()
    balayer_les_liaisons()
    assert [courrier.to for courrier in mailoutbox] == [[ALICE]]
    page.goto(f"{portail}/espace/{dossier.pk}/applications/")
    expect(page.locator("#tuile-qonto .badge")).to_have_text("Reconnexion nécessaire")
    captures(page, "applications-reconnexion")
    axe(page)
    page.get_by_role("button", name="Se reconnecter à Qonto").click()
    chez_qonto(page)
    expect(page.locator("#tuile-qonto .badge")).to_have_text("Connecté")
    assert Connexion.objects.get().statut == StatutConnexion.ACTIVE
