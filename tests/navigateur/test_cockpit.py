"""The cockpit in a real browser: every size and scheme, no fault for axe, and its figures lead to their lists."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from gestion_acces.enums import RoleCabinet
from tests.factories import MembreCabinetFactory
from tests.portal.cockpit.test_cockpit import occuper

pytestmark = pytest.mark.django_db(transaction=True)
Verifier = Callable[..., None]


def test_cockpit_from_figure_to_dossier(
    page: Page, portail: str, connecter: Verifier, captures: Verifier, axe: Verifier
) -> None:
    membre = MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR, cabinet__nom="Cabinet Morel & Associés")
    dossiers = [occuper(membre.cabinet, code) for code in ("LENOIR", "BERTIN", "PIXEL")]
    connecter(page, membre.utilisateur.email)
    page.goto(portail + "/cabinet/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cockpit")
    captures(page, "cockpit")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        axe(page)
    page.get_by_role("link", name="Opérations à intégrer").click()
    captures(page, "cockpit-attente")
    axe(page)
    page.get_by_role("link", name="2 opérations").first.click()
    premier = sorted(dossiers, key=lambda dossier: dossier.raison_sociale)[0]
    expect(page).to_have_url(portail + reverse("banque:acquisitions", args=[premier.pk]))
    page.goto(portail + reverse("cockpit_tresorerie"))
    captures(page, "cockpit-tresorerie")
    axe(page)
