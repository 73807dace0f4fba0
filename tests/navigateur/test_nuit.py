"""The page of the night in a real browser: looked at in every size, and a dead letter replayed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from gestion_acces.enums import RoleCabinet
from portal.nuit.enums import EtatVisite
from tests.factories import DossierFactory, MembreCabinetFactory
from tests.nuit.factories import DEBUT, PassageFactory, VisiteFactory

pytestmark = pytest.mark.django_db(transaction=True)
Verifier = Callable[..., None]


def test_administrator_replays_a_failed_dossier(
    page: Page, portail: str, connecter: Verifier, captures: Verifier, axe: Verifier
) -> None:
    membre = MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR, cabinet__nom="Cabinet Morel & Associés")
    passage = PassageFactory(fin=DEBUT + timedelta(minutes=4))
    for code, etat, erreur in (
        ("LENOIR", "reussie", ""),
        ("BERTIN", "echouee", "Qonto ne répond pas pour le moment."),
    ):
        VisiteFactory(
            passage=passage,
            dossier=DossierFactory(cabinet=membre.cabinet, code=code, raison_sociale=f"SOCIÉTÉ {code}"),
            etat=etat,
            erreur=erreur,
            debut=DEBUT,
            fin=DEBUT + timedelta(seconds=12),
            nb_nouvelles=36,
            nb_requetes=3,
        )
    connecter(page, membre.utilisateur.email)
    page.goto(portail + reverse("nuit"), timeout=60_000)
    captures(page, "nuit")
    axe(page)
    page.get_by_role("table").last.get_by_role("link", name="36").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("SOCIÉTÉ LENOIR")
    captures(page, "nuit-visite")
    axe(page)
    page.goto(portail + reverse("nuit"), timeout=60_000)
    page.get_by_role("button", name="Rejouer SOCIÉTÉ BERTIN").click()
    expect(page.get_by_text("SOCIÉTÉ BERTIN est remis en file")).to_be_visible()
    assert set(passage.visites.values_list("etat", flat=True)) == {EtatVisite.REUSSIE, EtatVisite.PREVUE}
