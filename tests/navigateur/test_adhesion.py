"""The application in a real browser: nothing typed is lost, documents go one by one, the tile lives."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from qonto_link.adhesion.models import Adhesion, Justificatif
from qonto_link.adhesion.services.suivi import franchir
from qonto_link.models import Connexion
from tests import contenus
from tests.factories import (
    AccesServiceFactory,
    DossierFactory,
    MembreDossierFactory,
    PortefeuilleFactory,
    ServiceDossierFactory,
    UtilisateurFactory,
)
from tests.qonto import LocalQonto
from tests.qonto_link.adhesion.factories import AdhesionFactory, CorrectionFactory, donnees_de

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taches_immediates")]
SOFIA = "sofia@fournil-halles.example"
Captures = Callable[[Page, str], None]
Axe = Callable[[Page], None]
Connecter = Callable[..., None]


@pytest.fixture(autouse=True)
def _propre(qonto: LocalQonto) -> Iterator[None]:
    yield
    qonto.reset()


def espace(**champs: Any) -> Any:
    dossier = DossierFactory(
        **{
            "raison_sociale": "Fournil des Halles",
            "siret": "86789123600012",
            "forme_juridique": "SAS",
            "capital_cents": 500_000,
            "adresse": "8 place des Halles",
            "code_postal": "35000",
            "ville": "Rennes",
            "code_naf": "1071C",
            "dirigeant_prenom": "Sofia",
            "dirigeant_nom": "Marchand",
            "dirigeant_email": SOFIA,
            **champs,
        }
    )
    membre = MembreDossierFactory(
        dossier=dossier, utilisateur=UtilisateurFactory(email=SOFIA, prenom="Sofia", nom="Marchand")
    )
    AccesServiceFactory(membre=membre, service_dossier=ServiceDossierFactory(dossier=dossier))
    return dossier


def test_form_is_prefilled_written_as_one_goes_and_read_back(
    page: Page, portail: str, connecter: Connecter, captures: Captures, axe: Axe
) -> None:
    dossier = espace()
    connecter(page, SOFIA)
    page.goto(f"{portail}/espace/{dossier.pk}/applications/")
    page.get_by_role("link", name="Ouvrir un compte professionnel").click()
    captures(page, "adhesion-flux")
    axe(page)
    page.get_by_label("Société en cours de création").check()
    page.get_by_role("button", name="Commencer").click()
    expect(page.get_by_label("Raison sociale")).to_have_value("Fournil des Halles")
    expect(page.get_by_text("Repris de votre dossier").first).to_be_visible()
    captures(page, "adhesion-entreprise")
    axe(page)
    # Written without any button.
    page.get_by_label("Ville").fill("Nantes")
    expect(page.locator("[data-portail-brouillon-etat]")).to_have_text("Enregistré.")
    adhesion = Adhesion.objects.get()
    assert donnees_de(adhesion)["entreprise"]["ville"] == "Nantes"
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.get_by_role("heading", name="Sofia Marchand")).to_be_visible()
    captures(page, "adhesion-associes")
    axe(page)
    page.get_by_role("link", name="Compléter").click()
    page.get_by_label("Date de naissance").fill("1991-04-17")
    page.get_by_label("Part du capital (€)").fill("5000")
    captures(page, "adhesion-associe")
    axe(page)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Continuer").click()
    expect(page.get_by_role("heading", name="Justificatifs", level=1)).to_be_visible()
    page.goto(f"{portail}/espace/{dossier.pk}/qonto/adhesion/verification/")
    expect(page.get_by_text("Nantes").first).to_be_visible()
    captures(page, "adhesion-verification")
    axe(page)


def test_back_button_and_two_tabs_lose_nothing(page: Page, portail: str, connecter: Connecter) -> None:
    dossier = espace()
    adhesion = AdhesionFactory(dossier=dossier)
    connecter(page, SOFIA)
    adresse = f"{portail}/espace/{dossier.pk}/qonto/adhesion/entreprise/"
    page.goto(adresse)
    autre = page.context.new_page()
    autre.goto(adresse)
    autre.get_by_label("Activité").fill("Pâtisserie")
    expect(autre.locator("[data-portail-brouillon-etat]")).to_have_text("Enregistré.")
    page.get_by_label("Ville").fill("Brest")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.get_by_role("heading", name="Dirigeant et associés")).to_be_visible()
    saisi = donnees_de(adhesion)["entreprise"]
    assert (saisi["activite"], saisi["ville"]) == ("Pâtisserie", "Brest")
    page.go_back()
    expect(page.get_by_label("Ville")).to_have_value("Brest")
    expect(page.get_by_label("Activité")).to_have_value("Pâtisserie")


def test_session_that_ends_in_the_middle_gives_back_what_was_typed(
    page: Page, portail: str, connecter: Connecter, settings: Any
) -> None:
    dossier = espace()
    adhesion = AdhesionFactory(dossier=dossier)
    connecter(page, SOFIA)
    page.goto(f"{portail}/espace/{dossier.pk}/qonto/adhesion/entreprise/")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_label("Activité").fill("Boulangerie bio")
    expect(page.locator("[data-portail-brouillon-etat]")).to_contain_text("Votre session est terminée")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_url("**/connexion/**")
    connecter(page, SOFIA)
    page.goto(f"{portail}/espace/{dossier.pk}/qonto/adhesion/entreprise/")
    expect(page.get_by_label("Activité")).to_have_value("Boulangerie bio")
    expect(page.locator("[data-portail-brouillon-etat]")).to_have_text("Enregistré.")
    assert donnees_de(adhesion)["entreprise"]["activite"] == "Boulangerie bio"


def test_documents_go_one_by_one_with_their_reason(
    page: Page, portail: str, connecter: Connecter, captures: Captures, axe: Axe, tmp_path: Path
) -> None:
    dossier = espace()
    AdhesionFactory(dossier=dossier)
    for nom, octets in {
        "statuts.pdf": contenus.pdf("Statuts"),
        "piege.pdf": contenus.pdf_special("javascript"),
        "photo.jpg": contenus.image("JPEG"),
    }.items():
        (tmp_path / nom).write_bytes(octets)
    connecter(page, SOFIA)
    page.goto(f"{portail}/espace/{dossier.pk}/qonto/adhesion/justificatifs/")
    captures(page, "adhesion-justificatifs-vide")
    axe(page)
    statuts = page.locator("section", has=page.get_by_role("heading", name="Projet de statuts"))
    statuts.locator("input[type=file]").first.set_input_files(tmp_path / "piege.pdf")
    expect(statuts.locator(".fichier-refuse")).to_contain_text("refusé")
    statuts.locator("input[type=file]").first.set_input_files(tmp_path / "statuts.pdf")
    expect(statuts.get_by_text("sera transmis à Qonto").first).to_be_visible()
    identite = page.locator("section", has=page.get_by_role("heading", name="Pièce d’identité – Sofia Marchand"))
    identite.locator("input[type=file]").first.set_input_files(tmp_path / "photo.jpg")
    # The head of the section follows, without a new page.
    expect(identite.get_by_role("button", name="Retirer")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="statuts.pdf")).to_be_visible()
    captures(page, "adhesion-justificatifs")
    axe(page)
    assert Justificatif.objects.presents().count() == 2
    identite.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text("il sera effacé")).to_be_visible()
    assert Justificatif.objects.presents().count() == 1


def test_documents_go_without_script(browser: Any, portail: str, connecter: Connecter, tmp_path: Path) -> None:
    dossier = espace()
    AdhesionFactory(dossier=dossier)
    (tmp_path / "statuts.pdf").write_bytes(contenus.pdf("Statuts"))
    contexte = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = contexte.new_page()
    connecter(page, SOFIA)
    page.goto(f"{portail}/espace/{dossier.pk}/qonto/adhesion/justificatifs/")
    statuts = page.locator("section", has=page.get_by_role("heading", name="Projet de statuts"))
    statuts.locator("input[type=file]").first.set_input_files(tmp_path / "statuts.pdf")
    statuts.get_by_role("button", name="Envoyer le fichier").click()
    expect(page.get_by_text("« statuts.pdf » est reçu")).to_be_visible()
    contexte.close()


def test_tile_and_follow_up_change_on_the_open_page_by_themselves(
    page: Page, portail: str, connecter: Connecter, captures: Captures, axe: Axe
) -> None:
    dossier = espace()
    adhesion = AdhesionFactory(dossier=dossier, chez_qonto=True, etape_depuis=timezone.now())
    connecter(page, SOFIA)
    page.goto(f"{portail}/espace/{dossier.pk}/applications/")
    expect(page.locator("#tuile-qonto .badge").first).to_have_text("Adhésion en cours")
    captures(page, "applications-en-cours")
    suivi = page.context.new_page()
    suivi.goto(f"{portail}/espace/{dossier.pk}/qonto/adhesion/suivi/")
    captures(suivi, "adhesion-suivi")
    axe(suivi)
    page.bring_to_front()
    page.wait_for_timeout(300)
    franchir(
        adhesion=adhesion,
        code="contract_signed",
        survenue_le=timezone.now(),
        source="webhook",
        maintenant=timezone.now(),
    )
    expect(page.locator("#tuile-qonto")).to_contain_text("Contrat signé")
    franchir(
        adhesion=adhesion, code="completed", survenue_le=timezone.now(), source="webhook", maintenant=timezone.now()
    )
    expect(page.locator("#tuile-qonto .badge").first).to_have_text("Compte ouvert – associer")
    captures(page, "applications-ouvert")
    axe(page)
    suivi.bring_to_front()
    expect(suivi.get_by_role("button", name="Associer mon compte")).to_be_visible()
    captures(suivi, "adhesion-suivi-ouvert")


def chez_qonto(page: Page) -> None:
    expect(page.get_by_role("heading", name="Se connecter à Qonto")).to_be_visible()
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name="Accepter").click()


def nombre_chez(qonto: LocalQonto) -> int:
    return len(qonto.api("GET", "registrations")["registrations"])


def avancer(page: Page, qonto: LocalQonto, attendu: str) -> None:
    """One step at Qonto, whose webhook comes to the portal; the open page follows by itself."""
    registration = Adhesion.objects.exclude(registration_id="").get().registration_id
    qonto.api("POST", f"registrations/{registration}/suivant")
    expect(page.locator("#suivi")).to_contain_text(attendu)


def test_company_being_created_from_the_tile_to_the_linked_account(
    page: Page,
    portail: str,
    qonto: LocalQonto,
    connecter: Connecter,
    captures: Captures,
    axe: Axe,
    tmp_path: Path,
) -> None:
    dossier, avant = espace(), nombre_chez(qonto)
    (tmp_path / "statuts.pdf").write_bytes(contenus.pdf("Statuts"))
    (tmp_path / "identite.jpg").write_bytes(contenus.image("JPEG"))
    connecter(page, SOFIA)
    page.goto(f"{portail}/espace/{dossier.pk}/applications/")
    page.get_by_role("link", name="Ouvrir un compte professionnel").click()
    page.get_by_label("Société en cours de création").check()
    page.get_by_role("button", name="Commencer").click()
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("link", name="Compléter").click()
    page.get_by_label("Date de naissance").fill("1991-04-17")
    page.get_by_label("Part du capital (€)").fill("5000")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Continuer").click()
    for titre, nom in (("Projet de statuts", "statuts.pdf"), ("Pièce d’identité", "identite.jpg")):
        section = page.locator("section", has=page.get_by_role("heading", name=titre))
        section.locator("input[type=file]").first.set_input_files(tmp_path / nom)
        expect(section.get_by_role("button", name="Retirer")).to_be_visible()
    page.get_by_role("link", name="Continuer").click()
    page.get_by_label("Je certifie").check()
    page.get_by_role("button", name="Envoyer ma demande à Qonto").click()
    expect(page.get_by_role("link", name="Continuer chez Qonto")).to_be_visible()
    expect(page.locator("#suivi .badge", has_text="transmis à Qonto")).to_have_count(2)
    captures(page, "adhesion-suivi-envoyee")
    axe(page)
    page.bring_to_front()
    for etape in ("Espace Qonto créé", "Contrat signé", "Demande complète", "Dépôt du capital ouvert", "Fonds reçus"):
        avancer(page, qonto, etape)
    avancer(page, qonto, "Certificat de dépôt signé")
    captures(page, "adhesion-suivi-certificat")
    qonto.api("POST", f"registrations/{Adhesion.objects.get().registration_id}/suivant")
    page.get_by_role("button", name="Associer mon compte").click()
    chez_qonto(page)
    expect(page.get_by_role("heading", name="Choisir les comptes à associer")).to_be_visible()
    page.get_by_role("button", name="Associer").click()
    expect(page.locator("#tuile-qonto .badge").first).to_have_text("Connecté")
    assert Connexion.objects.get().organisation_id == Adhesion.objects.get().organisation_id
    assert nombre_chez(qonto) == avant + 1


def test_existing_company_from_the_tile_to_the_linked_account(
    page: Page, portail: str, qonto: LocalQonto, connecter: Connecter
) -> None:
    dossier, avant = espace(), nombre_chez(qonto)
    connecter(page, SOFIA)
    page.goto(f"{portail}/espace/{dossier.pk}/qonto/adhesion/")
    page.get_by_label("Société déjà immatriculée").check()
    page.get_by_role("button", name="Commencer").click()
    expect(page.get_by_label("SIREN")).to_be_disabled()
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("link", name="Continuer").click()
    page.get_by_role("link", name="Continuer").click()
    page.get_by_label("Je certifie").check()
    envoyer = page.get_by_role("button", name="Envoyer ma demande à Qonto")
    envoyer.dblclick()
    with page.expect_popup() as chez:
        page.get_by_role("link", name="Continuer chez Qonto").click()
    # Qonto's own pages: the client goes to the end of the path there, the portal follows.
    chez.value.get_by_role("button", name="Aller jusqu’au compte ouvert").click()
    page.bring_to_front()
    page.goto(f"{portail}/espace/{dossier.pk}/applications/")
    page.get_by_role("button", name="Associer mon compte").click()
    chez_qonto(page)
    page.get_by_role("button", name="Associer").click()
    expect(page.locator("#tuile-qonto .badge").first).to_have_text("Connecté")
    assert nombre_chez(qonto) == avant + 1


def test_cabinet_pages(page: Page, portail: str, connecter: Connecter, captures: Captures, axe: Axe) -> None:
    ligne = PortefeuilleFactory()
    adhesion = AdhesionFactory(dossier=ligne.dossier, chez_qonto=True)
    CorrectionFactory(dossier=ligne.dossier, adhesion=adhesion)
    ServiceDossierFactory(dossier=ligne.dossier)
    connecter(page, ligne.membre.utilisateur.email)
    for chemin, nom in (
        ("/cabinet/adhesions/", "cabinet-adhesions"),
        (f"/cabinet/dossiers/{ligne.dossier.pk}/qonto/", "cabinet-qonto"),
        (f"/cabinet/dossiers/{ligne.dossier.pk}/qonto/adhesion/", "cabinet-adhesion"),
        (f"/cabinet/dossiers/{ligne.dossier.pk}/incidents/", "cabinet-incidents"),
        ("/cabinet/connexions/", "cabinet-meteo-vide"),
    ):
        page.goto(f"{portail}{chemin}")
        captures(page, nom)
        axe(page)
    page.goto(f"{portail}/cabinet/dossiers/{ligne.dossier.pk}/qonto/adhesion/")
    page.get_by_role("button", name="Reprendre").click()
    expect(page.get_by_text("est reprise dans la fiche")).to_be_visible()
