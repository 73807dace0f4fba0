"""The parts of the design, in a browser: accessible, no wider than the screen, workable by keyboard alone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gestion_acces.enums import RoleCabinet
from tests.factories import DossierFactory, MembreCabinetFactory

pytestmark = pytest.mark.django_db(transaction=True)
Verifier = Callable[..., None]


@pytest.fixture
def administratrice() -> Any:
    return MembreCabinetFactory(
        role=RoleCabinet.ADMINISTRATEUR, utilisateur__prenom="Hélène", cabinet__nom="Cabinet Morel & Associés"
    )


def test_components_are_accessible_and_fit_every_screen(
    page: Page, portail: str, connecter: Verifier, captures: Verifier, axe: Verifier, administratrice: Any
) -> None:
    connecter(page, administratrice.utilisateur.email)
    page.goto(f"{portail}/composants/")
    captures(page, "composants")
    axe(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 780})
    page.reload()
    axe(page)


def test_dialog_opens_closes_with_escape_and_gives_the_focus_back(
    page: Page, portail: str, connecter: Verifier, axe: Verifier, administratrice: Any
) -> None:
    connecter(page, administratrice.utilisateur.email)
    page.goto(f"{portail}/composants/")
    bouton = page.get_by_role("button", name="Dissocier…")
    bouton.click()
    dialogue = page.get_by_role("dialog", name="Dissocier le compte Qonto ?")
    expect(dialogue).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(dialogue).to_be_hidden()
    expect(bouton).to_be_focused()
    bouton.click()
    dialogue.get_by_role("button", name="Dissocier").click()
    expect(page.get_by_text("Bien reçu.")).to_be_visible()


def test_slash_finds_a_dossier_without_the_mouse(
    page: Page, portail: str, connecter: Verifier, administratrice: Any
) -> None:
    dossier = DossierFactory(cabinet=administratrice.cabinet, code="LENOIR", raison_sociale="MAISON LENOIR")
    DossierFactory(cabinet=administratrice.cabinet, code="LENTIN", raison_sociale="LENTIN FRERES")
    connecter(page, administratrice.utilisateur.email)
    page.goto(f"{portail}/cabinet/dossiers/")
    page.keyboard.press("/")
    page.keyboard.type("len")
    expect(page.locator("#recherche-resultats a")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cabinet/dossiers/{dossier.pk}/")


def test_user_menu_and_drawer_close_with_escape(
    page: Page, portail: str, connecter: Verifier, administratrice: Any
) -> None:
    connecter(page, administratrice.utilisateur.email)
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(f"{portail}/cabinet/dossiers/")
    rail = page.get_by_role("navigation", name="Cabinet")
    expect(rail).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(rail).to_be_visible()
    page.keyboard.press("Escape")
    expect(rail).to_be_hidden()
    page.locator("summary[aria-label^='Mon compte']").click()
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_hidden()


def test_rail_folded_by_hand_stays_folded_on_the_next_page(
    page: Page, portail: str, connecter: Verifier, administratrice: Any
) -> None:
    connecter(page, administratrice.utilisateur.email)
    page.goto(f"{portail}/cabinet/dossiers/")
    page.get_by_role("button", name="Réduire le menu").click()
    page.goto(f"{portail}/composants/")
    assert "rail-reduit" in (page.locator("html").get_attribute("class") or "")


def test_confirmation_works_without_javascript(browser: Any, portail: str, administratrice: Any, page: Page,
                                               connecter: Verifier) -> None:  # fmt: skip
    connecter(page, administratrice.utilisateur.email)
    contexte = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    sans_js = contexte.new_page()
    sans_js.goto(f"{portail}/composants/")
    sans_js.get_by_role("button", name="Dissocier…").click()
    sans_js.locator("#dissocier").get_by_role("button", name="Dissocier", exact=True).click()
    expect(sans_js.get_by_text("Bien reçu.")).to_be_visible()
    contexte.close()
