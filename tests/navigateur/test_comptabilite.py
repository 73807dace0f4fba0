"""The accounting room in a browser: every page in every size, an entry typed by the keyboard alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from comptabilite.models import Ecriture, Journal
from gestion_acces.models import Dossier
from portal.demonstration import acces, comptabilite

pytestmark = pytest.mark.django_db(transaction=True)
Verifier = Callable[..., None]
ADMINISTRATRICE = "helene.morel@cabinet-morel.example"


@pytest.fixture
def dossier() -> Dossier:
    maintenant = timezone.now()
    acces.semer(maintenant=maintenant)
    comptabilite.semer(maintenant=maintenant)
    return Dossier.objects.get(code="LENOIR")


def _pages(dossier: Dossier) -> dict[str, str]:
    def adresse(nom: str, *args: object) -> str:
        return reverse(f"comptabilite:{nom}", args=[dossier.pk, *args])

    validee = Ecriture.objects.filter(dossier=dossier, numero__isnull=False, journal__code="ACH").order_by("numero")[0]
    brouillard = Ecriture.objects.filter(dossier=dossier, numero__isnull=True).order_by("id")[0]
    banque = Journal.objects.get(dossier=dossier, code="BQ1")
    return {
        "accueil": adresse("accueil"),
        "saisie": adresse("saisie"),
        "journal": adresse("journal") + "?journal=ACH",
        "grand-livre": adresse("grand_livre") + "?compte=512",
        "balance": adresse("balance"),
        "balance-clients": adresse("balance") + "?tiers=C",
        "lettrages": adresse("lettrages"),
        "lettrage": adresse("lettrage") + "?compte=41100000&tiers=CHOTELDES&toutes=1",
        "plan": adresse("plan"),
        "tiers": adresse("tiers_liste"),
        "journaux": adresse("journaux"),
        "journal-comptes": adresse("journal_fiche", banque.pk, "comptes"),
        "ecriture-validee": adresse("ecriture", validee.pk),
        "ecriture-brouillard": adresse("ecriture", brouillard.pk),
        "validation": adresse("validation"),
        "cloture": adresse("cloture"),
        "fec": adresse("fec") + "?controler=1",
    }


def test_pages_fit_every_screen_and_are_accessible(
    page: Page, portail: str, connecter: Verifier, captures: Verifier, axe: Verifier, dossier: Dossier
) -> None:
    connecter(page, ADMINISTRATRICE)
    for nom, adresse in _pages(dossier).items():
        reponse: Any = page.goto(portail + adresse)
        assert reponse.status == 200, nom
        captures(page, f"compta-{nom}")
        axe(page)


def test_an_entry_is_typed_and_validated_by_the_keyboard_alone(
    page: Page, portail: str, connecter: Verifier, dossier: Dossier
) -> None:
    connecter(page, ADMINISTRATRICE)
    page.goto(portail + reverse("comptabilite:saisie", args=[dossier.pk]))
    page.get_by_label("Journal").select_option(label="BQ1 – Crédit Maritime")
    page.get_by_label("Pièce", exact=False).first.focus()
    page.keyboard.type("REL 2026-11")
    page.get_by_label("Libellé", exact=False).first.focus()
    page.keyboard.type("Frais de virement")
    page.get_by_label("Compte, ligne 1").focus()
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("12,50")
    page.get_by_label("Compte, ligne 2").focus()
    page.keyboard.type("0")
    page.keyboard.press("Alt+s")
    expect(page.get_by_label("Crédit, ligne 2")).to_have_value("12,50")
    expect(page.get_by_label("Crédit, ligne 2")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Brouillard")
    page.get_by_role("button", name="Valider").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Écriture n°")
