"""The first thread, end to end: from the tile to the booked bank line, in a real browser against the local Qonto."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from banque.enums import EtatOperation
from banque.models import CompteBancaire, Operation
from banque.services import justificatifs
from comptabilite.models import Ecriture
from gestion_acces.models import Dossier
from tests.factories import (
    MembreCabinetFactory,
    MembreDossierFactory,
    PortefeuilleFactory,
    UtilisateurFactory,
)
from tests.navigateur.test_liaison import chez_qonto
from tests.qonto import LocalQonto
from tests.qonto_link.aides import ALICE, dossier_lenoir

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taches_immediates")]
BRUNO = "bruno.faure@cabinet-morel.example"


@pytest.fixture(autouse=True)
def _propre(qonto: LocalQonto) -> Iterator[None]:
    yield
    qonto.reset()


def dossier_de_bruno() -> Dossier:
    """LENOIR in the portfolio of Bruno; Alice, its dirigeante, has her account on the portal already."""
    membre = MembreCabinetFactory(utilisateur=UtilisateurFactory(email=BRUNO, prenom="Bruno", nom="Faure"))
    dossier = dossier_lenoir(
        cabinet=membre.cabinet,
        code="LENOIR",
        dirigeant_prenom="Alice",
        dirigeant_nom="Lenoir",
        dirigeant_email=ALICE,
    )
    PortefeuilleFactory(membre=membre, dossier=dossier)
    alice = UtilisateurFactory(email=ALICE, prenom="Alice", nom="Lenoir")
    MembreDossierFactory(dossier=dossier, utilisateur=alice)
    return dossier


def test_from_the_tile_to_the_booked_bank_line(
    page: Page, portail: str, connecter: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The task runs inside the request here: a few receipts are enough for its answer to come in time.
    monkeypatch.setattr(justificatifs, "LOT", 3)
    dossier = dossier_de_bruno()
    cabinet = f"{portail}/cabinet/dossiers/{dossier.pk}"
    page.set_default_timeout(60_000)

    # The collaborator switches the tile on (S1–S4).
    connecter(page, BRUNO)
    page.goto(f"{cabinet}/divers/")
    page.locator("input[name=qonto]").check()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Modifier les accès").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Les accès au service Qonto sont enregistrés.")).to_be_visible()

    # The client links his account on Qonto's own consent page (S8).
    connecter(page, ALICE)
    page.goto(f"{portail}/espace/{dossier.pk}/applications/")
    page.get_by_role("link", name="Associer un compte existant").click()
    page.get_by_role("button", name="Continuer chez Qonto").click()
    chez_qonto(page)
    page.get_by_role("button", name="Associer").click()
    expect(page.get_by_text("Votre compte Qonto est associé à votre dossier.")).to_be_visible()

    # The bank is in the fiche dossier; its journal and 512 account are made in one click (S17, S20).
    connecter(page, BRUNO)
    page.goto(f"{cabinet}/banques/")
    page.get_by_role("link", name="QONTO", exact=True).click()
    page.get_by_role("button", name="Créer BQ1 et 51200000").click()
    expect(page.get_by_text("La banque est liée au journal BQ1")).to_be_visible()

    # Reading, warning, Oui, grid (S18, S19, S24).
    page.goto(f"{cabinet}/banque/")
    page.get_by_role("button", name="Synchroniser maintenant").click(timeout=120_000)
    expect(page.get_by_role("heading", name="Lecture terminée")).to_be_visible()
    page.get_by_role("link", name="Continuer").click()
    expect(
        page.get_by_text(
            "Des opérations sur le compte Qonto sont en attente d’intégration. Souhaitez-vous les intégrer"
        )
    ).to_be_visible()
    page.get_by_role("button", name="Oui").click()
    expect(page.get_by_text("opérations intégrées.")).to_be_visible()
    assert CompteBancaire.objects.get().operations.count() > 50

    # An account on a line, the transfer, the entry in the journal.
    ligne = Operation.objects.filter(etat=EtatOperation.A_TRAITER).order_by("jour", "rang")[0]
    page.locator(f"#op-{ligne.pk} [name=compte]").fill("471")
    page.locator(f"#op-{ligne.pk} [name=compte]").press("Control+Enter")
    expect(page.locator(f"#op-{ligne.pk} .etat-validee")).to_be_visible()
    page.get_by_role("link", name="Transférer en comptabilité").click()
    page.get_by_role("button", name="Transférer les lignes cochées").click()
    expect(page.get_by_text("1 écriture passée en brouillard dans le journal BQ1")).to_be_visible()
    ecriture = Ecriture.objects.get(cle=f"operation:{ligne.pk}")
    assert ecriture.journal.code == "BQ1"
    assert ecriture.total_debit_cents == ecriture.total_credit_cents == abs(ligne.montant_cents)
