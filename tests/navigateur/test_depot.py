"""i-Dépôt in a real browser: import, change of status, failure and retry, deposit, the PDF in its frame."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from depot.models import Document, LigneImport
from gestion_acces.enums import Niveau, RoleCabinet, Service
from gestion_acces.models import Dossier
from tests.contenus import image, pdf, pdf_special
from tests.depot.test_import import facture_chez_qonto
from tests.factories import (
    AccesServiceFactory,
    CabinetFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    ServiceDossierFactory,
    UtilisateurFactory,
)
from tests.qonto import LocalQonto
from tests.qonto_link.aides import dossier_lenoir, lier

pytestmark = pytest.mark.django_db(transaction=True)
HELENE = "helene.morel@cabinet-morel.example"
KARIM = "karim@maison-lenoir.example"


@pytest.fixture
def dossier(qonto: LocalQonto) -> Dossier:
    qonto.reset()
    cabinet = CabinetFactory(nom="Cabinet Morel & Associés")
    MembreCabinetFactory(
        cabinet=cabinet, role=RoleCabinet.ADMINISTRATEUR, utilisateur=UtilisateurFactory(email=HELENE)
    )
    return dossier_lenoir(cabinet=cabinet)


def avec_qonto(qonto: LocalQonto, dossier: Dossier) -> None:
    for service in (Service.QONTO, Service.I_FACTURE):
        ServiceDossierFactory(dossier=dossier, service=service)
    lier(qonto, dossier)


def importer(page: Page, portail: str, dossier: Dossier) -> None:
    # The task runs inside the request here: the click waits for the whole import.
    page.set_default_timeout(60_000)
    page.goto(f"{portail}/cabinet/dossiers/{dossier.pk}/depot/imports/")
    page.get_by_role("button", name="Importer les factures").click()
    expect(page.get_by_role("heading", name="Import terminé")).to_be_visible(timeout=60_000)


def test_import_twice_then_a_change_of_status_and_the_entry(
    page: Page,
    portail: str,
    qonto: LocalQonto,
    dossier: Dossier,
    connecter: Callable[..., None],
    captures: Callable[..., None],
    axe: Callable[..., None],
    taches_immediates: None,
) -> None:
    connecter(page, HELENE)
    page.goto(f"{portail}/cabinet/dossiers/{dossier.pk}/depot/imports/")
    expect(page.get_by_text("Condition non remplie : Un compte Qonto est associé au dossier.")).to_be_visible()
    expect(page.get_by_role("button", name="Importer les factures")).to_be_disabled()
    captures(page, "depot-conditions")
    axe(page)
    avec_qonto(qonto, dossier)
    importer(page, portail, dossier)
    expect(page.get_by_role("link", name="11 Importée")).to_be_visible()
    captures(page, "depot-import")
    axe(page)
    importer(page, portail, dossier)
    expect(page.get_by_role("link", name="0 Importée")).to_be_visible()
    expect(page.get_by_role("link", name="11 Déjà là")).to_be_visible()
    facture = facture_chez_qonto(qonto, "F-2026-0104")
    assert qonto.session().post(f"{qonto.url}/v2/client_invoices/{facture}/mark_as_paid").ok
    importer(page, portail, dossier)
    # Qonto's webhook has its own import begin at once: whichever of the two came first said the change, once.
    changee = LigneImport.objects.get(resultat="changee")
    page.goto(f"{portail}/cabinet/dossiers/{dossier.pk}/depot/imports/{changee.import_factures_id}/")
    expect(page.get_by_text("À encaisser → Payée")).to_be_visible()
    page.get_by_role("link", name="Voir le panier Vente").click()
    expect(page.get_by_role("row", name="F-2026-0104").get_by_text("Payée")).to_be_visible()
    captures(page, "depot-vente")
    axe(page)
    page.get_by_role("link", name="F-2026-0107").click()
    expect(page.get_by_role("heading", name="Écriture proposée – journal VTE")).to_be_visible()
    captures(page, "depot-document")
    axe(page)
    page.get_by_role("button", name="Comptabiliser").last.click()
    expect(page.get_by_text("Écriture passée au journal VTE")).to_be_visible()
    assert Document.objects.get(numero="F-2026-0107").ecriture is not None
    assert Document.objects.count() == 11
    page.set_viewport_size({"width": 360, "height": 780})
    expect(page.locator(".depot-liste")).to_be_hidden()
    expect(page.locator(".depot-document")).to_be_visible()


def test_failed_invoices_are_said_and_tried_again(
    page: Page,
    portail: str,
    qonto: LocalQonto,
    dossier: Dossier,
    connecter: Callable[..., None],
    taches_immediates: None,
) -> None:
    avec_qonto(qonto, dossier)
    qonto.api("POST", "faults", kind="status", status=404, path="/v2/attachments/*", times=2)
    connecter(page, HELENE)
    importer(page, portail, dossier)
    expect(page.get_by_role("link", name="2 En échec")).to_be_visible()
    assert LigneImport.objects.filter(resultat="echouee").exclude(raison="").count() == 2
    page.get_by_role("button", name="Réessayer les 2 en échec").click()
    expect(page.get_by_role("link", name="0 En échec")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("link", name="11 Importée")).to_be_visible()


def test_client_deposits_and_hostile_files_are_refused_in_words(
    page: Page,
    portail: str,
    dossier: Dossier,
    connecter: Callable[..., None],
    captures: Callable[..., None],
    axe: Callable[..., None],
    taches_immediates: None,
    tmp_path: Path,
) -> None:
    membre = MembreDossierFactory(dossier=dossier, role="utilisateur", utilisateur=UtilisateurFactory(email=KARIM))
    service = ServiceDossierFactory(dossier=dossier, service=Service.I_DEPOT)
    AccesServiceFactory(membre=membre, service_dossier=service, niveau=Niveau.PREPARER)
    fichiers: dict[str, bytes] = {
        "facture.pdf": pdf("Farine de sarrasin"),
        "photo.png": image(),
        "piege.pdf": pdf_special("javascript"),
    }
    for nom, octets in fichiers.items():
        (tmp_path / nom).write_bytes(octets)
    page.set_default_timeout(60_000)
    connecter(page, KARIM)
    page.goto(f"{portail}/espace/{dossier.pk}/depot/deposer/")
    captures(page, "depot-deposer")
    axe(page)
    assert page.locator("#fichiers-photo").get_attribute("capture") == "environment"
    page.locator("#fichiers").set_input_files([tmp_path / nom for nom in fichiers])
    expect(page.get_by_text("déposé dans Achat")).to_have_count(2)
    expect(page.get_by_text("contient du code JavaScript : il est refusé")).to_be_visible()
    page.locator("#fichiers").set_input_files(tmp_path / "facture.pdf")
    expect(page.get_by_text("Ce fichier est déjà dans le dépôt")).to_be_visible()
    page.goto(f"{portail}/espace/{dossier.pk}/depot/?q=sarrasin")
    expect(page.get_by_role("link", name="facture.pdf")).to_be_visible()
    expect(page.get_by_role("link", name="photo.png")).to_have_count(0)
    captures(page, "depot-client")
    axe(page)
    page.get_by_role("link", name="facture.pdf").click()
    _cadre_sans_pouvoir(page)
    page.goto(f"{portail}/espace/{dossier.pk}/depot/")
    page.get_by_role("checkbox", name="Choisir facture.pdf").check()
    for _ in range(2):  # The page stays: what was asked once may be asked again.
        with page.expect_download() as recu:
            page.get_by_role("button", name="Télécharger (ZIP)").click()
        assert recu.value.suggested_filename.endswith(".zip")


def _cadre_sans_pouvoir(page: Page) -> Any:
    """The file is answered with a sandbox: whatever it holds runs nothing and has no origin of ours."""
    adresse = page.locator("iframe.depot-cadre").get_attribute("src")
    reponse = page.request.get(f"{page.url.split('/espace')[0]}{adresse}")
    assert "sandbox" in reponse.headers["content-security-policy"]
    assert reponse.headers["x-content-type-options"] == "nosniff"
    assert reponse.headers["content-type"] == "application/pdf"
    assert reponse.headers["x-frame-options"] == "SAMEORIGIN"
