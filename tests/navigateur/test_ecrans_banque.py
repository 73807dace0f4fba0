"""The pages of the bank room that a month end and its accidents bring: every size, both schemes, clean for axe."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from banque.enums import EtatSynchronisation
from banque.formats import camt053, cfonb120
from banque.models import CompteBancaire, Operation, Synchronisation
from banque.services.imputation import imputer
from banque.services.integration import integrer
from banque.services.reception import recevoir
from banque.services.synchronisation import BAIL
from comptabilite.services.plan import compte as compte_du_plan
from gestion_acces.enums import RoleCabinet
from gestion_acces.models import MembreCabinet
from portal.lib.calendrier import minuit
from tests.banque.factories import CompteBancaireFactory, recue
from tests.banque.formats.exemples import AARO, DUPONT, FRAIS, IBAN, releve
from tests.navigateur.test_grille_banque import BRUNO, adresse, banque_du_mois, integrer_tout

pytestmark = pytest.mark.django_db(transaction=True)
Verifier = Callable[..., None]
ECRIVAINS = {"releve.txt": cfonb120.ecrire, "releve.xml": camt053.ecrire}


@pytest.fixture
def regarder(page: Page, captures: Verifier, axe: Verifier) -> Verifier:
    def _regarder(nom: str) -> None:
        captures(page, f"banque-{nom}")
        axe(page)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 360, "height": 780})
        axe(page)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})

    return _regarder


def mois_precedent(banque: CompteBancaire, ouverture: int = 0) -> date:
    """The whole month before this one, integrated and proved; its last day."""
    fin = timezone.now().date().replace(day=1) - timedelta(days=1)
    solde, lignes = ouverture, []
    for rang, montant in enumerate((-18_999, 120_000, -30, -4_500)):
        solde += montant
        jour = (minuit(fin) - timedelta(days=6 - rang, hours=-10)).isoformat()
        lignes.append(
            recue(montant, jour, contrepartie=("AARO", "Client Dupont")[montant > 0], solde_apres_cents=solde)
        )
    recevoir(compte=banque, operations=lignes, maintenant=timezone.now())
    integrer(dossier=banque.dossier, comptes=[banque], maintenant=timezone.now())
    return fin


def test_month_end_is_reconciled_and_frozen(page: Page, portail: str, connecter: Verifier, regarder: Verifier) -> None:
    banque = banque_du_mois(0)
    fin = mois_precedent(banque)
    connecter(page, BRUNO)
    page.goto(adresse(portail, banque, f"comptes/{banque.pk}/rapprochement/"))
    page.get_by_role("link", name=f"{fin:%d/%m/%Y}").click()
    regarder("rapprochement")
    page.get_by_role("button", name="Arrêter l’état").click()
    expect(page.get_by_text("État arrêté par Bruno Faure")).to_be_visible()
    regarder("rapprochement-arrete")
    with page.expect_download() as document:
        page.get_by_role("link", name="arrêté le").click()
    assert Path(document.value.path()).read_bytes().startswith(b"%PDF")
    for operation in Operation.objects.all():
        imputer(
            operation=operation,
            compte=compte_du_plan(dossier=banque.dossier, numero="606"),
            par="Bruno",
            maintenant=timezone.now(),
        )
    page.goto(adresse(portail, banque, f"comptes/{banque.pk}/transfert/"))
    page.get_by_role("button", name="Transférer les lignes cochées").click()
    expect(page.get_by_text("4 écritures passées en brouillard")).to_be_visible()
    regarder("transfert-resultat")
    page.goto(adresse(portail, banque, f"comptes/{banque.pk}/rapprochement/?date={fin:%Y-%m-%d}"))
    expect(page.get_by_text("a bougé depuis l’arrêté")).to_be_visible()


def test_a_gap_is_explained_by_the_opening(page: Page, portail: str, connecter: Verifier, regarder: Verifier) -> None:
    banque = banque_du_mois(0)
    fin = mois_precedent(banque, ouverture=300_000)
    connecter(page, BRUNO)
    page.goto(adresse(portail, banque, f"comptes/{banque.pk}/rapprochement/?date={fin:%Y-%m-%d}"))
    expect(page.get_by_text("Écart de −3\u202f000,00")).to_be_visible()
    expect(page.get_by_text("avec 3\u202f000,00")).to_be_visible()
    expect(page.get_by_role("button", name="Arrêter l’état")).to_have_count(0)
    regarder("rapprochement-ecart")


def test_a_reading_is_followed_to_its_end(page: Page, portail: str, connecter: Verifier, regarder: Verifier) -> None:
    banque = banque_du_mois(0)
    maintenant = timezone.now()
    run = Synchronisation.objects.create(
        dossier=banque.dossier,
        etat=EtatSynchronisation.EN_COURS,
        demandee_le=maintenant,
        bail_jusqu_au=maintenant + BAIL,
    )
    suivi = Synchronisation.objects.filter(pk=run.pk)
    connecter(page, BRUNO)
    page.goto(adresse(portail, banque, f"synchronisations/{run.pk}/"))
    expect(page.get_by_text("Lecture des comptes")).to_be_visible()
    regarder("lecture-en-cours")
    # The worker is dead: the page says so by itself.
    suivi.update(bail_jusqu_au=maintenant - BAIL)
    expect(page.get_by_text("La lecture a été interrompue.")).to_be_visible()
    regarder("lecture-interrompue")
    suivi.update(bail_jusqu_au=maintenant + BAIL)
    page.reload()
    suivi.update(etat=EtatSynchronisation.TERMINEE, nb_nouvelles=1243, nb_pieces=12, terminee_le=maintenant)
    expect(page.get_by_role("heading", name="Lecture terminée")).to_be_visible()
    regarder("lecture-terminee")
    suivi.update(etat=EtatSynchronisation.ECHOUEE, erreur="Qonto ne répond pas. Réessayez dans quelques minutes.")
    page.reload()
    regarder("lecture-echouee")


@pytest.mark.parametrize("fichier", ["releve.txt", "releve.xml"])
def test_a_statement_file_of_another_bank_reaches_the_same_grid(
    page: Page, portail: str, connecter: Verifier, regarder: Verifier, tmp_path: Path, fichier: str
) -> None:
    banque = banque_du_mois(2)
    integrer_tout(banque)
    CompteBancaireFactory(dossier=banque.dossier, libelle="CRÉDIT DU NORD", iban=IBAN, avec_journal=True)
    connecter(page, BRUNO)
    page.goto(adresse(portail, banque, "importer/"))
    faux = tmp_path / "note.txt"
    faux.write_text("Ceci n’est pas un relevé.", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(faux)
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_text("Rien n’a été importé")).to_be_visible()
    regarder(f"importer-refus-{fichier[-3:]}")
    bon = tmp_path / fichier
    bon.write_bytes(b"".join(ECRIVAINS[fichier](releve(AARO, DUPONT, FRAIS))))
    page.locator("input[type=file]").set_input_files(bon)
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_text("CRÉDIT DU NORD : 3 nouvelles lignes, 0 déjà connues.")).to_be_visible()
    regarder(f"acquisitions-fichier-{fichier[-3:]}")
    page.get_by_role("button", name="Oui").click()
    expect(page.get_by_text("3 opérations intégrées.")).to_be_visible()
    regarder(f"grille-fichier-{fichier[-3:]}")


def test_codes_and_the_tabs_of_the_bank(page: Page, portail: str, connecter: Verifier, regarder: Verifier) -> None:
    banque = banque_du_mois(1)
    MembreCabinet.objects.filter(utilisateur__email=BRUNO).update(role=RoleCabinet.ADMINISTRATEUR)
    connecter(page, BRUNO)
    page.goto(adresse(portail, banque, "codes/"))
    regarder("codes")
    for volet in ("renseignement", "adresse", "edi"):
        page.goto(f"{portail}/cabinet/dossiers/{banque.dossier_id}/banques/{banque.pk}/?volet={volet}")
        regarder(f"fiche-{volet}")
