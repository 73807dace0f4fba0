"""A bank month in ACD Banque by the keyboard alone, and the look of every page of the room."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from banque.enums import EtatOperation
from banque.models import CompteBancaire, Habitude, Operation, PieceJointe, Regle
from banque.services.integration import integrer
from banque.services.reception import recevoir
from comptabilite.models import Ecriture
from comptabilite.services.plan import compte as compte_du_plan
from comptabilite.services.plan import tiers as tiers_du_plan
from gestion_acces.services.fichiers import deposer_fichier
from tests.banque.factories import CompteBancaireFactory, recue
from tests.contenus import pdf
from tests.factories import DossierFactory, MembreCabinetFactory, PortefeuilleFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db(transaction=True)
BRUNO = "bruno.faure@cabinet-morel.example"


def banque_du_mois(nombre: int = 12) -> CompteBancaire:
    """A Qonto bank whose last month waits in the grid, held by Bruno."""
    membre = MembreCabinetFactory(utilisateur=UtilisateurFactory(email=BRUNO, prenom="Bruno", nom="Faure"))
    dossier = DossierFactory(cabinet=membre.cabinet, code="LENOIR", raison_sociale="MAISON LENOIR")
    PortefeuilleFactory(membre=membre, dossier=dossier)
    banque = CompteBancaireFactory(dossier=dossier, qonto=True, avec_journal=True)
    tiers_du_plan(dossier=dossier, type="F", nom="AARO")
    compte_du_plan(dossier=dossier, numero="613")
    maintenant = timezone.now()
    noms = ["AARO", "Loyer Foncière", "EDF Entreprises", "Boulangerie Dupont", "Frais Qonto", "SNCF Connect"]
    solde, lignes = 500_000, []
    for rang in range(nombre):
        montant = -1_000 - rang * 137 if rang % 4 else 90_000
        solde += montant
        instant = maintenant - timedelta(days=nombre + 1 - rang)
        lignes.append(
            recue(
                montant,
                instant.isoformat(),
                contrepartie=noms[rang % len(noms)],
                libelle=noms[rang % len(noms)].upper(),
                reference=f"F-2026-{rang:03d}",
                note="à classer" if rang % 5 == 0 else "",
                solde_apres_cents=solde,
            )
        )
    recevoir(compte=banque, operations=lignes, maintenant=maintenant)
    return banque


def integrer_tout(banque: CompteBancaire) -> None:
    integrer(dossier=banque.dossier, comptes=[banque], maintenant=timezone.now())


def adresse(portail: str, banque: CompteBancaire, suite: str = "") -> str:
    return f"{portail}/cabinet/dossiers/{banque.dossier_id}/banque/{suite}"


def test_a_bank_month_by_the_keyboard_alone(page: Page, portail: str, connecter: Callable[..., None]) -> None:
    banque = banque_du_mois(4)
    connecter(page, BRUNO)
    page.goto(adresse(portail, banque))
    # The warning: Oui, by the keyboard.
    page.get_by_role("button", name="Oui").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("4 opérations intégrées.")).to_be_visible()
    premiere, *suivantes = Operation.objects.order_by("jour", "rang")
    # First row: the account of the customer's receipt, typed; Ctrl+Enter validates and goes down.
    page.locator(f"#op-{premiere.pk} [name=compte]").focus()
    page.keyboard.type("706")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#op-{premiere.pk} .etat-validee")).to_be_visible()
    expect(page.locator(f"#op-{suivantes[0].pk} [name=compte]")).to_be_focused()
    # Second row: F6, search by name, arrows, Enter.
    page.keyboard.press("F6")
    expect(page.get_by_role("heading", name="Rechercher un compte")).to_be_visible()
    page.keyboard.type("locations")
    expect(page.locator("[data-portail-choix]").first).to_contain_text("61300000")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(f"#op-{suivantes[0].pk} [name=compte]")).to_have_value("61300000")
    page.keyboard.press("Control+Enter")
    # Third row: a shortcut of the comptes fréquents (1 = 62780000), then a forbidden account is refused.
    troisieme = suivantes[1]
    expect(page.locator(f"#op-{troisieme.pk} [name=compte]")).to_be_focused()
    page.keyboard.type("zzz")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#op-{troisieme.pk}")).to_contain_text("n’existe pas")
    expect(page.locator(f"#op-{troisieme.pk} [name=compte]")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#op-{troisieme.pk} .etat-validee")).to_be_visible()
    # Arrows go between rows; Enter goes on to the label, then validates.
    page.keyboard.press("ArrowUp")
    expect(page.locator(f"#op-{troisieme.pk} [name=compte]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    quatrieme = suivantes[2]
    expect(page.locator(f"#op-{quatrieme.pk} [name=compte]")).to_be_focused()
    page.keyboard.type("606")
    page.keyboard.press("Enter")
    expect(page.locator(f"#op-{quatrieme.pk} [name=libelle]")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" – fournitures")
    page.keyboard.press("Enter")
    expect(page.locator(f"#op-{quatrieme.pk} .etat-validee")).to_be_visible()
    assert Operation.objects.get(pk=quatrieme.pk).libelle.endswith("– fournitures")
    # Transfer: preview, act, result.
    page.get_by_role("link", name="Transférer en comptabilité").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Transférer les lignes cochées").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("4 écritures passées en brouillard")).to_be_visible()
    assert Ecriture.objects.count() == 4
    assert not Operation.objects.exclude(etat=EtatOperation.TRANSFEREE).exists()
    assert Habitude.objects.count() == 4


def test_the_next_row_takes_the_keys_while_the_answer_is_on_its_way(
    page: Page, portail: str, connecter: Callable[..., None]
) -> None:
    banque = banque_du_mois(3)
    integrer_tout(banque)
    connecter(page, BRUNO)
    page.goto(adresse(portail, banque, f"comptes/{banque.pk}/"))
    premiere, deuxieme, troisieme = Operation.objects.order_by("jour", "rang")
    retenues: list[Route] = []
    page.route("**/imputer/", lambda route: retenues.append(route))
    page.locator(f"#op-{premiere.pk} [name=compte]").fill("706")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("zzz")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("606")
    expect(page.locator(f"#op-{troisieme.pk} [name=compte]")).to_have_value("606")
    # The row that is right comes back without taking the keys; the one that is wrong asks for them.
    retenues[0].continue_()
    expect(page.locator(f"#op-{premiere.pk} .etat-validee")).to_be_visible()
    expect(page.locator(f"#op-{troisieme.pk} [name=compte]")).to_be_focused()
    retenues[1].continue_()
    expect(page.locator(f"#op-{deuxieme.pk} [name=compte]")).to_be_focused()
    expect(page.locator(f"#op-{deuxieme.pk}")).to_contain_text("n’existe pas")
    expect(page.locator(f"#op-{troisieme.pk} [name=compte]")).to_have_value("606")


def test_the_grid_works_without_javascript(
    browser: Any, portail: str, connecter: Callable[..., None], browser_context_args: dict[str, Any]
) -> None:
    banque = banque_du_mois(2)
    integrer_tout(banque)
    contexte = browser.new_context(java_script_enabled=False, **browser_context_args)
    page = contexte.new_page()
    connecter(page, BRUNO)
    page.goto(adresse(portail, banque, f"comptes/{banque.pk}/"))
    premiere = Operation.objects.order_by("jour", "rang")[0]
    page.locator(f"#op-{premiere.pk} [name=compte]").fill("706")
    page.locator(f"#op-{premiere.pk} button").click()
    expect(page.locator(f"#op-{premiere.pk} .etat-validee")).to_be_visible()
    page.locator("input[name=operation]").first.check()
    page.get_by_role("button", name="Transférer…").click()
    page.get_by_role("button", name="Transférer les lignes cochées").click()
    expect(page.get_by_text("1 écriture passée en brouillard")).to_be_visible()
    contexte.close()


def test_pages_carry_the_design(
    page: Page,
    portail: str,
    connecter: Callable[..., None],
    captures: Callable[..., None],
    axe: Callable[..., None],
) -> None:
    banque = banque_du_mois()
    dossier = banque.dossier
    connecter(page, BRUNO)
    for nom in ("", "acquisitions/", "regles/", "regles/nouvelle/", "importer/"):
        page.goto(adresse(portail, banque, nom))
        captures(page, f"banque-{nom.strip('/').replace('/', '-') or 'accueil'}")
        axe(page)
    integrer_tout(banque)
    op = Operation.objects.order_by("jour", "rang")[1]
    fichier, _ = deposer_fichier(
        dossier=dossier, flux=BytesIO(pdf()), nom="ticket.pdf", type_mime="application/pdf", maintenant=timezone.now()
    )
    PieceJointe.objects.create(
        dossier=dossier,
        ligne=op.ligne,
        external_id="p",
        nom="ticket.pdf",
        type_mime="application/pdf",
        fichier=fichier,
    )
    Operation.objects.filter(pk=op.pk).update(nb_pieces=1)
    Operation.objects.filter(pk=op.pk + 1).update(
        etat=EtatOperation.PROPOSEE,
        compte=compte_du_plan(dossier=dossier, numero="613"),
        motif="habitude",
        explication="Même contrepartie.",
    )
    Operation.objects.filter(pk=op.pk + 2).update(
        etat=EtatOperation.VALIDEE, compte=compte_du_plan(dossier=dossier, numero="606")
    )
    Operation.objects.filter(pk=op.pk + 3).update(etat=EtatOperation.A_VERIFIER, alerte="La banque a changé la date.")
    Regle.objects.create(
        cabinet=dossier.cabinet, dossier=dossier, ordre=1, nom="Loyer", contient="LOYER", numero_compte="61300000"
    )
    fiche = f"{portail}/cabinet/dossiers/{dossier.pk}/banques/"
    pages = {
        "grille": adresse(portail, banque, f"comptes/{banque.pk}/"),
        "releves": adresse(portail, banque, f"comptes/{banque.pk}/releves/"),
        "annuler": adresse(portail, banque, f"releves/{op.releve_id}/annuler/"),
        "transfert": adresse(portail, banque, f"comptes/{banque.pk}/transfert/"),
        "export": adresse(portail, banque, f"comptes/{banque.pk}/exporter/"),
        "operation": adresse(portail, banque, f"operations/{op.pk}/"),
        "a-verifier": adresse(portail, banque, f"operations/{op.pk + 3}/"),
        "ventiler": adresse(portail, banque, f"operations/{op.pk}/ventiler/"),
        "regles-remplies": adresse(portail, banque, "regles/"),
        "banques": fiche,
        "banque-nouvelle": f"{fiche}nouvelle/",
        "fiche": f"{fiche}{banque.pk}/",
        "fiche-reglement": f"{fiche}{banque.pk}/?volet=reglement",
    }
    for nom, url in pages.items():
        page.goto(url)
        captures(page, f"banque-{nom}")
        axe(page)
    page.goto(pages["grille"])
    page.get_by_role("link", name="G : voir les justificatifs").click()
    expect(page.locator("iframe.visionneuse")).to_be_visible()
