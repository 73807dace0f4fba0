"""Paying from the portal in a real browser, against the local Qonto (S12 to S15), and its refusals."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from comptabilite.models import Ecriture
from facturation.models import Facture, Reglement
from facturation.services.ecritures import ecriture_du_virement
from gestion_acces.models import AccesService
from portal.lib.affichage import jour_de_paris
from qonto_link.virements.enums import StatutOrdre
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.balayage import suivre
from qonto_link.virements.services.etats import deplacer_ordre
from tests.facturation.factories import IBAN_AARO, Payeur, payeur
from tests.facturation.reseau import client, verser
from tests.facturation.test_doutes import preparer_lot
from tests.facturation.test_paiement import preparer
from tests.qonto import LocalQonto

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _propre(qonto: LocalQonto) -> Iterator[None]:
    qonto.reset()
    yield


@pytest.fixture
def lenoir(qonto: LocalQonto) -> Payeur:
    jeton = qonto.identifiants["access_token"]
    with client(qonto.url, jeton, qonto.identifiants["staging_token"]) as banque:
        compte = next(compte for compte in banque.organization().bank_accounts if compte.main)
    return payeur(external_id=compte.id, jeton=jeton)


@pytest.fixture
def ouvrir(page: Page, portail: str, connecter: Callable[..., None], lenoir: Payeur) -> Callable[..., None]:
    """`ouvrir(facture, utilisateur=…)`: this person is on the page of the invoice."""

    def _ouvrir(facture: Facture, utilisateur: Any = None) -> None:
        connecter(page, (utilisateur or lenoir.dirigeant).email)
        page.goto(f"{portail}/espace/{lenoir.dossier.pk}/factures/{facture.pk}/")

    return _ouvrir


def facture(lenoir: Payeur, numero: str, *montants: int) -> Facture:
    return lenoir.facture(numero, *montants, jour=jour_de_paris(timezone.now()))


def valider(page: Page, *, bouton: str = "Valider") -> None:
    """Open the window, wait for the verification, choose the sandbox's authentication, press the button."""
    page.get_by_role("link", name="Régler l’échéance").first.click()
    expect(page.get_by_role("heading", name="Transaction de paiement", level=2)).to_be_visible()
    expect(page.get_by_text("Vérification du bénéficiaire :")).to_be_visible()
    if bouton == "Valider":
        page.get_by_label("Authentification").select_option("mock")
    page.get_by_role("button", name=bouton).click()


def decider(qonto: LocalQonto, decision: str) -> None:
    qonto.api("POST", f"sca/last/{decision}")


def test_one_instalment_is_paid_and_booked(
    page: Page,
    ouvrir: Callable[..., None],
    lenoir: Payeur,
    qonto: LocalQonto,
    captures: Callable[..., None],
    axe: Callable[..., None],
) -> None:
    fs = facture(lenoir, "FS9289482", 18999)
    ouvrir(fs)
    captures(page, "facture")
    axe(page)
    page.get_by_role("link", name="Régler l’échéance").click()
    expect(page.get_by_text("Vérification du bénéficiaire : Le nom correspond.")).to_be_visible()
    assert page.get_by_label("Référence").input_value() == "FS9289482"
    expect(page.locator(".transaction-montant")).to_contain_text("189,99")
    captures(page, "transaction-de-paiement")
    axe(page)
    page.get_by_label("Note").fill("Farine")
    page.get_by_label("Authentification").select_option("mock")
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("heading", name="En attente d’authentification")).to_be_visible()
    captures(page, "paiement-attente")
    axe(page)
    decider(qonto, "allow")
    expect(page.get_by_role("heading", name="Accepté")).to_be_visible()
    expect(page.get_by_text("Réglée le")).to_be_visible()
    captures(page, "paiement-regle")
    axe(page)
    virement = Virement.objects.get()
    ecriture = ecriture_du_virement(virement)
    assert ecriture is not None
    assert (ecriture.piece, ecriture.libelle, ecriture.date) == ("FS9289482", "AARO - Farine", virement.execute_le)
    assert ecriture.numero
    assert ecriture.total_debit_cents == 18999
    lettres = Ecriture.objects.filter(lignes__lettrage__isnull=False, lignes__tiers=lenoir.fournisseur.tiers)
    assert {ligne.cle.split(":")[0] for ligne in lettres} == {"virement", "achat"}
    with page.expect_download() as preuve:
        page.get_by_role("link", name="Preuve de virement").click()
    assert preuve.value.suggested_filename.endswith(".pdf")


def test_three_instalments_each_paid_once(
    page: Page, ouvrir: Callable[..., None], lenoir: Payeur, qonto: LocalQonto
) -> None:
    fs = facture(lenoir, "FS9289510", 10, 30, 60)
    for reste in (2, 1, 0):
        ouvrir(fs)
        valider(page)
        expect(page.get_by_role("heading", name="En attente d’authentification")).to_be_visible()
        decider(qonto, "allow")
        expect(page.get_by_text("Réglée le")).to_be_visible()
        ouvrir(fs)
        expect(page.get_by_role("link", name="Régler l’échéance")).to_have_count(reste)
    assert sorted(Virement.objects.values_list("montant_cents", flat=True)) == [10, 30, 60]


def test_selection_is_paid_with_one_authentication(
    page: Page,
    portail: str,
    ouvrir: Callable[..., None],
    lenoir: Payeur,
    qonto: LocalQonto,
    captures: Callable[..., None],
    axe: Callable[..., None],
) -> None:
    for numero, montant in (("A-1", 1200), ("A-2", 3400), ("A-3", 560)):
        derniere = facture(lenoir, numero, montant)
    ouvrir(derniere)
    page.goto(f"{portail}/espace/{lenoir.dossier.pk}/factures/")
    captures(page, "factures")
    axe(page)
    for case in page.get_by_role("checkbox").all():
        case.check()
    page.get_by_role("button", name="Régler la sélection").click()
    expect(page.get_by_role("heading", name="Régler 3 échéances")).to_be_visible()
    expect(page.get_by_text("Le nom correspond")).to_have_count(3)
    captures(page, "selection")
    axe(page)
    page.get_by_label("Authentification").select_option("mock")
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("heading", name="En attente d’authentification")).to_be_visible()
    decider(qonto, "allow")
    expect(page.get_by_text("Réglée le")).to_have_count(3)
    assert Ordre.objects.count() == 1


def test_refused_authentication_opens_the_instalment_again(
    page: Page, ouvrir: Callable[..., None], lenoir: Payeur, qonto: LocalQonto
) -> None:
    fs = facture(lenoir, "FS1", 5000)
    ouvrir(fs)
    valider(page)
    expect(page.get_by_role("heading", name="En attente d’authentification")).to_be_visible()
    decider(qonto, "deny")
    expect(page.get_by_text("L’authentification a été refusée ou a expiré.").first).to_be_visible()
    page.get_by_role("link", name="Payer à nouveau").click()
    expect(page.get_by_role("link", name="Régler l’échéance")).to_be_visible()
    assert not Reglement.objects.filter(vivant=True).exists()


def test_authentication_that_nobody_gives_expires(
    page: Page, ouvrir: Callable[..., None], lenoir: Payeur, qonto: LocalQonto
) -> None:
    ouvrir(facture(lenoir, "FS2", 5000))
    valider(page)
    expect(page.get_by_role("heading", name="En attente d’authentification")).to_be_visible()
    qonto.api("POST", "clock/advance", minutes=16)
    expect(page.get_by_role("heading", name="Abandonné")).to_be_visible()


def test_name_that_does_not_match_needs_a_reason_and_a_second_person(
    page: Page,
    portail: str,
    ouvrir: Callable[..., None],
    lenoir: Payeur,
    qonto: LocalQonto,
    axe: Callable[..., None],
    captures: Callable[..., None],
) -> None:
    lenoir.fournisseur.nom = "AARO No Match"
    lenoir.fournisseur.save()
    ouvrir(facture(lenoir, "FS3", 5000))
    page.get_by_role("link", name="Régler l’échéance").click()
    expect(page.get_by_text("Le nom ne correspond pas")).to_be_visible()
    captures(page, "transaction-rouge")
    axe(page)
    expect(page.get_by_role("button", name="Valider")).to_have_count(0)
    page.get_by_role("button", name="Préparer pour approbation").click()
    expect(page.get_by_text("Ce paiement demande un second regard")).to_be_visible()
    assert not Ordre.objects.exists()
    page.get_by_label("Pourquoi poursuivre ?").fill("Nom commercial, IBAN confirmé par téléphone")
    page.get_by_role("button", name="Préparer pour approbation").click()
    expect(page.get_by_text("une autre personne doit l’approuver")).to_be_visible()
    expect(page.get_by_role("button", name="Approuver et payer")).to_have_count(0)
    captures(page, "paiement-rouge")
    axe(page)
    ordre = Ordre.objects.get()
    AccesService.objects.filter(membre__utilisateur=lenoir.preparateur).update(niveau="payer")
    ouvrir(ordre.virements.get().reglement.echeance.facture, lenoir.preparateur)
    page.goto(f"{portail}/espace/{lenoir.dossier.pk}/factures/paiements/{ordre.pk}/")
    page.get_by_label("Authentification").select_option("mock")
    page.get_by_role("button", name="Approuver et payer").click()
    expect(page.get_by_role("heading", name="En attente d’authentification")).to_be_visible()
    assert Virement.objects.get().motif_poursuite == "Nom commercial, IBAN confirmé par téléphone"
    ordre.refresh_from_db()
    assert (ordre.cree_par, ordre.approuve_par) == (lenoir.dirigeant, lenoir.preparateur)


def test_payment_prepared_by_one_is_approved_by_another(
    page: Page, portail: str, ouvrir: Callable[..., None], lenoir: Payeur, qonto: LocalQonto
) -> None:
    fs = facture(lenoir, "FS4", 5000)
    ouvrir(fs, lenoir.preparateur)
    valider(page, bouton="Préparer pour approbation")
    expect(page.get_by_role("heading", name="À approuver")).to_be_visible()
    expect(page.get_by_role("button", name="Approuver et payer")).to_have_count(0)
    ordre = Ordre.objects.get()
    ouvrir(fs)
    page.goto(f"{portail}/espace/{lenoir.dossier.pk}/factures/paiements/{ordre.pk}/")
    page.get_by_label("Authentification").select_option("mock")
    page.get_by_role("button", name="Approuver et payer").click()
    expect(page.get_by_role("heading", name="En attente d’authentification")).to_be_visible()
    decider(qonto, "allow")
    expect(page.get_by_text("Réglée le")).to_be_visible()
    ordre.refresh_from_db()
    assert (ordre.cree_par, ordre.approuve_par) == (lenoir.preparateur, lenoir.dirigeant)
    assert ordre.statut == StatutOrdre.ACCEPTE


def test_lost_payment_that_something_looks_like_is_closed_by_keyboard(
    page: Page, portail: str, ouvrir: Callable[..., None], lenoir: Payeur, qonto: LocalQonto, axe: Callable[..., None]
) -> None:
    fs = facture(lenoir, "FS9289482", 18999)
    maintenant = timezone.now()
    ordre = preparer(lenoir, fs.echeances.get(), motif="vu")
    depart = maintenant - timedelta(minutes=40)
    envoi = {"corps": "{}", "premier_envoi": depart, "dernier_envoi": depart, "methode_sca": "mock"}
    deplacer_ordre(ordre, "soumission", maintenant=depart, **envoi)
    deplacer_ordre(ordre, "doute", maintenant=depart)
    with client(qonto.url, qonto.identifiants["access_token"], qonto.identifiants["staging_token"]) as banque:
        verser(banque, lenoir.compte.external_id, IBAN_AARO, 18999, "Acompte farine")
    ouvrir(fs)
    page.goto(f"{portail}/espace/{lenoir.dossier.pk}/factures/paiements/{ordre.pk}/")
    decider_soi_meme = page.get_by_role("link", name="Comparer et décider")
    expect(decider_soi_meme).to_be_visible()
    decider_soi_meme.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ce paiement est-il parti ?")).to_be_visible()
    axe(page)
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Comparé dans Qonto")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Accepté")).to_be_visible()
    expect(page.get_by_text("Réglée le")).to_be_visible()
    assert Reglement.objects.get().vivant
    assert Virement.objects.get().transfer_id


def test_bulk_that_qonto_never_shows_is_closed_by_keyboard(
    page: Page,
    portail: str,
    ouvrir: Callable[..., None],
    lenoir: Payeur,
    captures: Callable[..., None],
    axe: Callable[..., None],
) -> None:
    fs = facture(lenoir, "M1", 5000)
    ordre = preparer_lot(lenoir, [fs.echeances.get(), facture(lenoir, "M2", 7000).echeances.get()])
    depart = timezone.now() - timedelta(days=2)
    envoi = {"corps": "{}", "premier_envoi": depart, "dernier_envoi": depart, "methode_sca": "mock"}
    deplacer_ordre(ordre, "soumission", maintenant=depart, **envoi)
    deplacer_ordre(ordre, "accepte", maintenant=depart, bulk_id="11111111-1111-4111-8111-111111111111")
    suivre(ordre_id=ordre.pk, maintenant=timezone.now() - timedelta(minutes=11))
    ouvrir(fs)
    page.goto(f"{portail}/espace/{lenoir.dossier.pk}/factures/paiements/{ordre.pk}/")
    page.get_by_role("link", name="Comparer et décider").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ces virements sont-ils partis")).to_be_visible()
    captures(page, "lot-muet")
    axe(page)
    page.get_by_label("Ce que vous avez vérifié").focus()
    page.keyboard.type("Absents de Qonto")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("sont à nouveau ouvertes")).to_be_visible()
    ouvrir(fs)
    expect(page.get_by_role("link", name="Régler l’échéance")).to_be_visible()
    assert not Reglement.objects.filter(vivant=True).exists()
