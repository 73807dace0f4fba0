"""Locks, closing and à-nouveaux."""

from datetime import UTC, date, datetime

import pytest

from comptabilite.errors import EcritureRefusee, ExerciceRefuse, LettrageRefuse, PeriodeFermee
from comptabilite.models import Ecriture, LigneEcriture
from comptabilite.queries.soldes import soldes_faux
from comptabilite.services.a_nouveaux import reprendre
from comptabilite.services.cloture import cloturer_exercice, etat_de_cloture, verrouiller
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture
from comptabilite.services.exercices import exercice_pour, ouvrir_exercice
from comptabilite.services.journaux import creer_journal_tresorerie
from comptabilite.services.lettrage import delettrer, lettrer
from comptabilite.services.plan import compte, tiers
from comptabilite.services.validation import valider_ecritures
from gestion_acces.models import Dossier
from tests.comptabilite.factories import achat, operation_diverse
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db
EN_2027 = datetime(2027, 3, 31, 9, tzinfo=UTC)


def payer(
    dossier: Dossier, *, cents: int, jour: date, fournisseur: str = "AARO", piece: str = "FS9289482"
) -> Ecriture:
    banque = dossier.journaux.filter(code="BQ1").first() or creer_journal_tresorerie(dossier=dossier, libelle="Qonto")
    assert banque.compte_tresorerie
    return passer_ecriture(
        dossier=dossier,
        journal=banque,
        date=jour,
        piece=piece,
        libelle=fournisseur,
        lignes=[
            LigneSaisie(
                compte(dossier=dossier, numero="401"), cents, 0, "", tiers(dossier=dossier, type="F", nom=fournisseur)
            ),
            LigneSaisie(banque.compte_tresorerie, 0, cents),
        ],
        maintenant=EN_2027,
    )


def soldes(dossier: Dossier, du: date) -> dict[str, int]:
    totaux: dict[str, int] = {}
    for ligne in LigneEcriture.objects.filter(dossier=dossier, date__gte=du).select_related("compte"):
        totaux[ligne.compte.numero] = totaux.get(ligne.compte.numero, 0) + ligne.solde_cents
    return totaux


def test_closing_carries_balances_open_items_and_the_result() -> None:
    dossier = DossierFactory()
    achat(dossier, piece="PAYEE", ttc_cents=12000, tva_cents=2000)
    achat(dossier, piece="OUVERTE", ttc_cents=6000, tva_cents=1000)
    payer(dossier, cents=12000, jour=date(2026, 6, 1), piece="PAYEE")
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=EN_2027)
    lignes = LigneEcriture.objects.filter(dossier=dossier, tiers__isnull=False, ecriture__piece="PAYEE")
    lettrer(lignes=list(lignes), date=date(2026, 6, 2))
    ouverture = cloturer_exercice(exercice=dossier.exercices.get(), maintenant=EN_2027)
    assert ouverture is not None
    assert (ouverture.date, ouverture.piece) == (date(2027, 1, 1), "AN")
    ouverture.refresh_from_db()
    assert ouverture.numero == 1
    assert soldes(dossier, date(2027, 1, 1)) == {
        "12900000": 15000,
        "40100000": -6000,
        "44566000": 3000,
        "51200000": -12000,
    }
    reprise = LigneEcriture.objects.get(ecriture=ouverture, tiers__isnull=False)
    assert "OUVERTE" in reprise.libelle
    assert list(soldes_faux(dossier)) == []


def test_provisional_opening_is_computed_again_and_never_validated() -> None:
    dossier = DossierFactory()
    achat(dossier, ttc_cents=6000, tva_cents=1000)
    exercice = dossier.exercices.get()
    premiere = reprendre(exercice=exercice, maintenant=EN_2027)
    achat(dossier, piece="F2", ttc_cents=6000, tva_cents=1000)
    seconde = reprendre(exercice=exercice, maintenant=EN_2027)
    assert premiere is not None
    assert seconde is not None
    assert not Ecriture.objects.filter(pk=premiere.pk).exists()
    assert soldes(dossier, date(2027, 1, 1))["40100000"] == -12000
    valider_ecritures(dossier=dossier, jusqu_au=date(2027, 1, 1), maintenant=EN_2027)
    seconde.refresh_from_db()
    assert seconde.est_brouillard


def test_a_lettering_across_two_exercices_survives_the_closing() -> None:
    dossier = DossierFactory()
    facture = achat(dossier, jour=date(2026, 12, 20))
    paiement = payer(dossier, cents=18999, jour=date(2027, 1, 10))
    valider_ecritures(dossier=dossier, jusqu_au=date(2027, 3, 1), maintenant=EN_2027)
    lignes = LigneEcriture.objects.filter(ecriture__in=[facture, paiement], tiers__isnull=False)
    assert lettrer(lignes=list(lignes), date=date(2027, 1, 11)).a_cheval
    cloturer_exercice(exercice=dossier.exercices.get(fin=date(2026, 12, 31)), maintenant=EN_2027)
    en_2027 = LigneEcriture.objects.filter(dossier=dossier, tiers__isnull=False, date__gte=date(2027, 1, 1))
    assert {ligne.lettrage.a_cheval for ligne in en_2027.select_related("lettrage") if ligne.lettrage} == {False}
    assert en_2027.filter(lettrage__isnull=False).count() == 2


def test_a_closed_exercice_refuses_and_names_the_first_open_date() -> None:
    dossier = DossierFactory()
    facture = achat(dossier)
    valider_ecritures(dossier=dossier, ecritures=[facture], maintenant=EN_2027)
    autre = achat(dossier, piece="F2", jour=date(2027, 1, 5))
    ligne = LigneEcriture.objects.get(ecriture=facture, tiers__isnull=False)
    cloturer_exercice(exercice=facture.exercice, maintenant=EN_2027)
    for jour in (date(2026, 1, 1), date(2026, 12, 31)):
        with pytest.raises(PeriodeFermee, match="01/01/2027"):
            exercice_pour(dossier=dossier, date=jour)
        with pytest.raises(PeriodeFermee, match="01/01/2027"):
            achat(dossier, jour=jour, piece="F3")
    with pytest.raises(LettrageRefuse, match="clos"):
        lettrer(
            lignes=[ligne, LigneEcriture.objects.get(ecriture=autre, tiers__isnull=False)],
            date=date(2027, 1, 6),
            partiel=True,
        )


def test_drafts_and_an_open_former_exercice_forbid_the_closing() -> None:
    dossier = DossierFactory()
    achat(dossier)
    en_2027 = operation_diverse(dossier, jour=date(2027, 1, 2), debit="580", credit="512").exercice
    etat = etat_de_cloture(en_2027)
    assert not etat.possible
    assert len(etat.obstacles) == 2
    assert "58" in etat.avertissements[0]
    with pytest.raises(ExerciceRefuse, match="brouillard"):
        cloturer_exercice(exercice=en_2027, maintenant=EN_2027)


def test_a_month_is_locked_without_drafts_and_can_be_unlocked() -> None:
    dossier = DossierFactory()
    facture = achat(dossier)
    with pytest.raises(ExerciceRefuse, match="brouillard"):
        verrouiller(dossier=dossier, jusqu_au=date(2026, 5, 31), maintenant=EN_2027)
    valider_ecritures(dossier=dossier, ecritures=[facture], maintenant=EN_2027)
    verrouiller(dossier=dossier, jusqu_au=date(2026, 5, 31), maintenant=EN_2027)
    with pytest.raises(PeriodeFermee):
        achat(dossier, piece="F2")
    verrouiller(dossier=dossier, jusqu_au=None, motif="facture oubliée", maintenant=EN_2027)
    assert achat(dossier, piece="F2").est_brouillard


def test_the_vat_lock_stops_vat_lines_only() -> None:
    dossier = DossierFactory()
    verrouiller(dossier=dossier, jusqu_au=date(2026, 5, 31), tva=True, maintenant=EN_2027)
    with pytest.raises(PeriodeFermee, match="TVA"):
        achat(dossier)
    assert operation_diverse(dossier).est_brouillard


def test_new_exercices_follow_their_neighbours() -> None:
    dossier = DossierFactory()
    ouvrir_exercice(dossier=dossier, debut=date(2026, 7, 1), fin=date(2027, 6, 30))
    suivant = exercice_pour(dossier=dossier, date=date(2027, 7, 1))
    precedent = exercice_pour(dossier=dossier, date=date(2026, 6, 30))
    assert (suivant.debut, suivant.fin) == (date(2027, 7, 1), date(2028, 6, 30))
    assert (precedent.debut, precedent.fin) == (date(2025, 7, 1), date(2026, 6, 30))
    with pytest.raises(ExerciceRefuse, match="chevauchent"):
        ouvrir_exercice(dossier=dossier, debut=date(2026, 1, 1), fin=date(2026, 12, 31))


def test_unlettering_is_logged_and_frees_the_lines() -> None:
    dossier = DossierFactory()
    facture, paiement = achat(dossier), payer(dossier, cents=18999, jour=date(2026, 6, 9))
    lignes = LigneEcriture.objects.filter(ecriture__in=[facture, paiement], tiers__isnull=False)
    lettrage = lettrer(lignes=list(lignes), date=date(2026, 6, 10))
    delettrer(lettrage=lettrage, maintenant=EN_2027)
    assert not lignes.filter(lettrage__isnull=False).exists()
    assert dossier.cabinet.audit.filter(acte="lettrage.defaire").count() == 1


def test_collective_accounts_need_a_third_party() -> None:
    with pytest.raises(EcritureRefusee, match="tiers"):
        operation_diverse(DossierFactory(), debit="401")
