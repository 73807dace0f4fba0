"""A rule made from a line, for one dossier or for the whole firm; and the split of a line, by the keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from banque.enums import EtatOperation
from banque.models import CompteBancaire, Imputation, Operation, Regle
from comptabilite.services.plan import compte as compte_du_plan
from gestion_acces.enums import RoleCabinet
from tests.banque.factories import CompteBancaireFactory, recue
from tests.banque.test_mention_et_transfert import integrer_ces
from tests.factories import DossierFactory, MembreCabinetFactory, PortefeuilleFactory, UtilisateurFactory
from tests.navigateur.test_grille_banque import BRUNO, adresse

pytestmark = pytest.mark.django_db(transaction=True)
Verifier = Callable[..., None]
HELENE = "helene.morel@cabinet-morel.example"


@pytest.fixture
def lenoir() -> CompteBancaire:
    """A bank whose lines wait, seen by the administrator of the firm and by Bruno, who holds the dossier."""
    helene = MembreCabinetFactory(
        utilisateur=UtilisateurFactory(email=HELENE, prenom="Hélène", nom="Morel"), role=RoleCabinet.ADMINISTRATEUR
    )
    bruno = MembreCabinetFactory(cabinet=helene.cabinet, utilisateur=UtilisateurFactory(email=BRUNO))
    dossier = DossierFactory(cabinet=helene.cabinet, code="LENOIR", raison_sociale="MAISON LENOIR")
    PortefeuilleFactory(membre=bruno, dossier=dossier)
    banque = CompteBancaireFactory(dossier=dossier, avec_journal=True)
    telephone = [recue(-montant, contrepartie="Orange Business", libelle="ORANGE") for montant in (4_800, 5_160)]
    integrer_ces(banque, *telephone, recue(-900, contrepartie="Boulangerie", libelle="BOULANGERIE"))
    return banque


def test_a_rule_of_the_whole_firm_reaches_its_other_dossiers(
    page: Page, portail: str, connecter: Verifier, captures: Verifier, axe: Verifier, lenoir: CompteBancaire
) -> None:
    ligne = Operation.objects.filter(montant_cents=-4_800).get()
    connecter(page, HELENE)
    page.goto(adresse(portail, lenoir, f"operations/{ligne.pk}/"))
    page.get_by_role("link", name="Créer une règle").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Le libellé contient")).to_have_value("ORANGE BUSINESS")
    page.get_by_label("Compte ou tiers (F6)").focus()
    page.keyboard.type("626")
    page.get_by_label("Pour tous les dossiers du cabinet").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Essayer sur l’historique").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2 lignes de l’historique")).to_be_visible()
    captures(page, "banque-regle-essayee")
    axe(page)
    page.get_by_role("button", name="Enregistrer").focus()
    page.keyboard.press("Enter")
    # Back in the grid: the lines that waited have the account, and say why.
    expect(page.get_by_text("2 lignes à traiter ont reçu un compte.")).to_be_visible()
    expect(page.locator(f"#op-{ligne.pk} [name=compte]")).to_have_value("62600000")
    assert Operation.objects.filter(etat=EtatOperation.PROPOSEE).count() == 2
    # Another dossier of the firm, whose lines come afterwards.
    autre = CompteBancaireFactory(dossier=DossierFactory(cabinet=lenoir.dossier.cabinet), avec_journal=True)
    (operation,) = integrer_ces(autre, recue(-7_000, contrepartie="Orange Business"))
    assert operation.etat == EtatOperation.PROPOSEE and "Règle du cabinet" in operation.explication
    page.goto(adresse(portail, autre, "regles/"))
    expect(page.get_by_role("heading", name="Règles du cabinet")).to_be_visible()
    captures(page, "banque-regles-du-cabinet")
    axe(page)


def test_a_collaborator_sees_the_rules_of_the_firm_and_writes_those_of_his_dossier(
    page: Page, portail: str, connecter: Verifier, lenoir: CompteBancaire
) -> None:
    commune = Regle.objects.create(
        cabinet=lenoir.dossier.cabinet, ordre=1, nom="Téléphone", contient="ORANGE", numero_compte="62600000"
    )
    connecter(page, BRUNO)
    page.goto(adresse(portail, lenoir, "regles/"))
    expect(page.get_by_role("cell", name="Téléphone")).to_be_visible()
    expect(page.get_by_role("link", name="Téléphone")).to_have_count(0)
    expect(page.get_by_role("button", name="Monter")).to_have_count(0)
    page.goto(adresse(portail, lenoir, "regles/nouvelle/"))
    expect(page.get_by_label("Pour tous les dossiers du cabinet")).to_have_count(0)
    refus = page.goto(adresse(portail, lenoir, f"regles/{commune.pk}/"))
    assert refus is not None and refus.status in (403, 404)


def test_a_line_is_split_by_the_keyboard_and_what_is_left_is_said(
    page: Page, portail: str, connecter: Verifier, captures: Verifier, axe: Verifier, lenoir: CompteBancaire
) -> None:
    ligne = Operation.objects.filter(montant_cents=-4_800).get()
    for numero in ("626", "6251"):
        compte_du_plan(dossier=lenoir.dossier, numero=numero)
    connecter(page, BRUNO)
    page.goto(adresse(portail, lenoir, f"operations/{ligne.pk}/ventiler/"))
    page.locator("[name=form-0-compte]").focus()
    page.keyboard.type("626")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("36,00")
    expect(page.get_by_text("12,00 € à ventiler")).to_be_visible()
    captures(page, "banque-ventiler-reste")
    axe(page)
    page.locator("[name=form-0-taux_tva]").select_option("2000")
    page.locator("[name=form-1-compte]").focus()
    page.keyboard.type("6251")
    page.keyboard.press("Tab")
    page.keyboard.press("Alt+s")
    expect(page.locator("[name=form-1-montant]")).to_have_value("12,00")
    expect(page.get_by_text("Tout est ventilé.")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Ventilée", exact=False).first).to_be_visible()
    assert sorted(Imputation.objects.values_list("montant_cents", flat=True)) == [-3_000, -1_200, -600]
