"""The pages of the accounting room: what they show, what they refuse, how many queries they cost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comptabilite.models import Ecriture, Journal, LigneEcriture
from comptabilite.services.journaux import creer_journal_tresorerie
from comptabilite.services.validation import valider_ecritures
from gestion_acces.enums import RoleCabinet
from gestion_acces.models import Dossier, MembreCabinet
from tests.comptabilite.factories import MAINTENANT, achat
from tests.comptabilite.test_cloture import payer
from tests.connexion import ouvrir_session
from tests.factories import DossierFactory, MembreCabinetFactory

pytestmark = pytest.mark.django_db
PAGES = (
    "accueil",
    "saisie",
    "journal",
    "grand_livre",
    "balance",
    "lettrages",
    "plan",
    "tiers_liste",
    "journaux",
    "validation",
    "cloture",
    "fec",
)
EN_2026 = "?exercice=&mois=2026-05"


@pytest.fixture
def membre() -> MembreCabinet:
    return MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR)


@pytest.fixture
def dossier(membre: MembreCabinet) -> Dossier:
    return DossierFactory(cabinet=membre.cabinet)


@pytest.fixture
def cabinet(client: Client, membre: MembreCabinet) -> Client:
    ouvrir_session(client, membre.utilisateur)
    return client


def adresse(dossier: Dossier, nom: str, *args: object) -> str:
    return reverse(f"comptabilite:{nom}", args=[dossier.pk, *args])


@pytest.mark.parametrize("nom", PAGES)
def test_each_page_opens_empty_and_full(cabinet: Client, dossier: Dossier, nom: str) -> None:
    assert cabinet.get(adresse(dossier, nom)).status_code == 200
    achat(dossier)
    assert cabinet.get(adresse(dossier, nom)).status_code == 200


@pytest.mark.parametrize("nom", PAGES)
def test_a_dossier_of_another_firm_does_not_exist(cabinet: Client, nom: str) -> None:
    assert cabinet.get(adresse(DossierFactory(), nom)).status_code == 404


def test_objects_of_another_dossier_do_not_exist(cabinet: Client, dossier: Dossier) -> None:
    ailleurs = achat(DossierFactory(cabinet=dossier.cabinet))
    assert cabinet.get(adresse(dossier, "ecriture", ailleurs.pk)).status_code == 404
    assert cabinet.post(adresse(dossier, "ecriture_valider", ailleurs.pk)).status_code == 404
    assert cabinet.post(adresse(dossier, "fec_exporter", ailleurs.exercice_id)).status_code == 404
    assert cabinet.get(adresse(dossier, "journal_fiche", ailleurs.journal_id, "general")).status_code == 404


@pytest.mark.parametrize(
    "nom", ["journal", "grand_livre", "balance", "lettrages", "plan", "tiers_liste", "validation"]
)
def test_queries_do_not_grow_with_rows(cabinet: Client, dossier: Dossier, nom: str) -> None:
    def requetes() -> int:
        with CaptureQueriesContext(
            connection,
        ) as contexte:
            assert cabinet.get(adresse(dossier, nom), {"jusqu_au": "2026-12-31"}).status_code == 200
        return len(contexte)

    for rang in range(3):
        achat(dossier, piece=f"A{rang}", fournisseur=f"Fournisseur {rang}")
    cabinet.get(adresse(dossier, nom))
    peu = requetes()
    for rang in range(3, 30):
        achat(dossier, piece=f"A{rang}", fournisseur=f"Fournisseur {rang}")
    assert requetes() <= peu + 1  # The read-ahead of a page that has a next one is the same query.


def _saisie(dossier: Dossier, **champs: str) -> dict[str, str]:
    journal = Journal.objects.get(dossier=dossier, code="BQ1")
    return {
        "journal": str(journal.pk),
        "date": "2026-05-20",
        "piece": "REL 2026-05",
        "libelle": "Frais bancaires",
        "lignes-TOTAL_FORMS": "3",
        "lignes-INITIAL_FORMS": "0",
        "lignes-0-compte": "1",
        "lignes-0-debit": "1 012,50",
        "lignes-1-compte": "0",
        "lignes-1-credit": "1012.5",
        **champs,
    }


def test_an_entry_is_typed_with_the_keys_of_the_journal(cabinet: Client, dossier: Dossier) -> None:
    creer_journal_tresorerie(dossier=dossier, libelle="Qonto")
    reponse = cabinet.post(adresse(dossier, "saisie"), _saisie(dossier))
    ecriture = Ecriture.objects.get()
    assert reponse.url == adresse(dossier, "ecriture", ecriture.pk)  # type: ignore[attr-defined]
    assert list(ecriture.lignes.order_by("rang").values_list("compte__numero", "debit_cents", "credit_cents")) == [
        ("62780000", 101250, 0),
        ("51200000", 0, 101250),
    ]


@pytest.mark.parametrize(
    ("champs", "message"),
    [
        ({"lignes-1-credit": "1"}, "pas équilibrée"),
        ({"lignes-0-debit": "1,234,5"}, "montant"),
        ({"lignes-0-compte": "7"}, "compte fréquent 7"),
        ({"lignes-0-compte": "401"}, "collectif"),
        ({"lignes-0-tiers": "FINCONNU"}, "FINCONNU"),
        ({"date": ""}, "obligatoire"),
    ],
)
def test_a_wrong_entry_is_refused_and_nothing_typed_is_lost(
    cabinet: Client, dossier: Dossier, champs: dict[str, str], message: str
) -> None:
    creer_journal_tresorerie(dossier=dossier, libelle="Qonto")
    reponse = cabinet.post(adresse(dossier, "saisie"), _saisie(dossier, **champs))
    assert reponse.status_code == 422
    texte = reponse.content.decode()
    assert message in texte
    assert "REL 2026-05" in texte
    assert not Ecriture.objects.exists()


def test_more_lines_keep_what_was_typed(cabinet: Client, dossier: Dossier) -> None:
    creer_journal_tresorerie(dossier=dossier, libelle="Qonto")
    reponse = cabinet.post(adresse(dossier, "saisie"), _saisie(dossier, plus="1"))
    assert b'name="lignes-6-compte"' in reponse.content
    assert b"1 012,50" in reponse.content


def test_an_entry_lives_from_draft_to_reversal(cabinet: Client, dossier: Dossier) -> None:
    ecriture = achat(dossier)
    page = adresse(dossier, "ecriture", ecriture.pk)
    assert "Brouillard" in cabinet.get(page).content.decode()
    cabinet.post(adresse(dossier, "ecriture_valider", ecriture.pk))
    assert "Écriture n° 1" in cabinet.get(page).content.decode()
    refus = cabinet.post(adresse(dossier, "ecriture_contrepasser", ecriture.pk), {"date": "2026-06-01"})
    assert refus.status_code == 422
    cabinet.post(adresse(dossier, "ecriture_contrepasser", ecriture.pk), {"date": "2026-06-01", "motif": "doublon"})
    assert "annulée par" in cabinet.get(page).content.decode()


def test_a_draft_is_deleted_with_a_reason(cabinet: Client, dossier: Dossier) -> None:
    ecriture = achat(dossier)
    assert cabinet.post(adresse(dossier, "ecriture_supprimer", ecriture.pk)).status_code == 422
    cabinet.post(adresse(dossier, "ecriture_supprimer", ecriture.pk), {"motif": "doublon"})
    assert not Ecriture.objects.exists()


def test_a_document_is_attached_and_served(cabinet: Client, dossier: Dossier) -> None:
    ecriture = achat(dossier)
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000020001"
        "48afa4710000000049454e44ae426082"
    )
    fichier = SimpleUploadedFile("recu.png", png, content_type="image/png")
    cabinet.post(adresse(dossier, "piece_ajouter", ecriture.pk), {"fichier": fichier})
    piece = ecriture.pieces.get()
    reponse = cabinet.get(adresse(dossier, "piece", ecriture.pk, piece.pk))
    assert b"".join(reponse.streaming_content) == png  # type: ignore[attr-defined]
    autre = achat(DossierFactory(cabinet=dossier.cabinet))
    assert cabinet.get(adresse(dossier, "piece", autre.pk, piece.pk)).status_code == 404


def test_lettering_by_choice_then_undone(cabinet: Client, dossier: Dossier) -> None:
    achat(dossier)
    payer(dossier, cents=18999, jour=date(2026, 6, 9))
    lignes = LigneEcriture.objects.filter(dossier=dossier, tiers__isnull=False)
    choix = {"compte": "40100000", "tiers": "FAARO", "ligne": [str(ligne.pk) for ligne in lignes]}
    cabinet.post(adresse(dossier, "lettrage_lettrer"), choix)
    lettrage = lignes.all()[0].lettrage
    assert lettrage is not None
    cabinet.post(adresse(dossier, "lettrage_delettrer", lettrage.pk))
    assert not lignes.filter(lettrage__isnull=False).exists()
    cabinet.post(adresse(dossier, "lettrage_automatique"), {"compte": "40100000", "tiers": "FAARO"})
    assert lignes.filter(lettrage__code="A").count() == 2


def test_a_difference_of_cents_goes_to_the_charge_account(cabinet: Client, dossier: Dossier) -> None:
    achat(dossier)
    payer(dossier, cents=18996, jour=date(2026, 6, 9))
    lignes = LigneEcriture.objects.filter(dossier=dossier, tiers__isnull=False)
    choix = {"compte": "40100000", "tiers": "FAARO", "ecart": "1", "ligne": [str(ligne.pk) for ligne in lignes]}
    cabinet.post(adresse(dossier, "lettrage_lettrer"), choix)
    assert lignes.filter(lettrage__total=True).count() == 3
    assert LigneEcriture.objects.get(compte__numero="75800000").credit_cents == 3


def test_the_card_of_a_journal_has_five_tabs(cabinet: Client, dossier: Dossier) -> None:
    journal = creer_journal_tresorerie(dossier=dossier, libelle="Qonto")
    for volet in ("general", "comptes", "saisie", "acd", "ged"):
        assert cabinet.get(adresse(dossier, "journal_fiche", journal.pk, volet)).status_code == 200
    donnees = {"tresorerie": "51200000", "frequent_1": "6278", "frequent_2": "401", "racines": "512 7"}
    cabinet.post(adresse(dossier, "journal_fiche", journal.pk, "comptes"), donnees)
    journal.refresh_from_db()
    assert journal.comptes_frequents == {"1": "62780000", "2": "40100000"}
    assert journal.racines_interdites == ["512", "7"]
    refus = cabinet.post(adresse(dossier, "journal_fiche", journal.pk, "comptes"), {**donnees, "tresorerie": "606"})
    assert refus.status_code == 422


def test_validation_shows_before_it_acts(cabinet: Client, dossier: Dossier) -> None:
    achat(dossier)
    page = cabinet.get(adresse(dossier, "validation"), {"jusqu_au": "2026-05-31"})
    assert "1 écriture" in page.content.decode()
    assert Ecriture.objects.get().est_brouillard
    cabinet.post(adresse(dossier, "validation"), {"jusqu_au": "2026-05-31"})
    assert Ecriture.objects.get().numero == 1


def test_fec_is_exported_and_registered(cabinet: Client, dossier: Dossier) -> None:
    ecriture = achat(dossier)
    valider_ecritures(dossier=dossier, ecritures=[ecriture], maintenant=MAINTENANT)
    reponse = cabinet.post(adresse(dossier, "fec_exporter", ecriture.exercice_id))
    assert "732829320FEC20261231.txt" in reponse["Content-Disposition"]
    assert b"".join(reponse.streaming_content).startswith(b"JournalCode\t")  # type: ignore[attr-defined]
    page = cabinet.get(adresse(dossier, "fec"), {"exercice": str(ecriture.exercice_id), "controler": "1"})
    assert "Conforme" in page.content.decode()
    assert "Premier export" in page.content.decode()


@pytest.mark.parametrize("nom", ["journal", "grand_livre", "balance", "plan", "tiers_liste"])
@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_lists_are_exported(cabinet: Client, dossier: Dossier, nom: str, format_: str) -> None:
    achat(dossier)
    reponse = cabinet.get(adresse(dossier, nom), {"export": format_})
    assert reponse["Content-Disposition"].endswith(f'.{format_}"')
    assert len(b"".join(reponse.streaming_content)) > 30  # type: ignore[attr-defined]


def test_running_balance_follows_from_page_to_page(cabinet: Client, dossier: Dossier) -> None:
    for rang in range(230):
        achat(dossier, piece=f"A{rang}", ttc_cents=120, tva_cents=20, jour=date(2026, 1 + rang % 6, 1 + rang % 28))
    page, soldes = adresse(dossier, "grand_livre"), []
    parametres: dict[str, str] = {"compte": "401"}
    while True:
        contexte = cabinet.get(page, parametres).context
        soldes += [ligne.solde_cents for ligne in contexte["livre"].lignes]
        if not contexte["page"].suivante:
            break
        parametres["apres"] = contexte["page"].suivante
    assert soldes == [-120 * (rang + 1) for rang in range(230)]


def test_closing_is_for_the_administrator(
    client: Client, dossier: Dossier, django_assert_max_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    ecriture = achat(dossier)
    valider_ecritures(dossier=dossier, ecritures=[ecriture], maintenant=MAINTENANT)
    collaborateur = MembreCabinetFactory(cabinet=dossier.cabinet)
    collaborateur.portefeuille.create(dossier=dossier)
    ouvrir_session(client, collaborateur.utilisateur)
    assert client.post(adresse(dossier, "exercice_cloturer", ecriture.exercice_id)).status_code == 403
    with django_assert_max_num_queries(14):
        client.get(adresse(dossier, "accueil"))
