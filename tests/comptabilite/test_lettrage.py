"""Manual and automatic lettering, VAT on collection."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptabilite.errors import LettrageRefuse
from comptabilite.models import Ecriture, LigneEcriture
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture
from comptabilite.services.journaux import journal
from comptabilite.services.lettrage import code_suivant, lettrer
from comptabilite.services.lettrage_automatique import lettrer_automatiquement, proposer
from comptabilite.services.plan import compte, tiers
from comptabilite.services.tva import constater_encaissement, tva_a_deplacer, tva_en_attente
from gestion_acces.models import Dossier
from tests.comptabilite.factories import MAINTENANT, achat
from tests.comptabilite.test_cloture import payer
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db
JUIN = date(2026, 6, 9)


def _auto(dossier: Dossier) -> list[str]:
    fournisseur = tiers(dossier=dossier, type="F", nom="AARO")
    lettrer_automatiquement(
        dossier=dossier, compte_id=fournisseur.compte_id, tiers_id=fournisseur.pk, maintenant=MAINTENANT
    )
    lignes = LigneEcriture.objects.filter(tiers=fournisseur).order_by("date", "id").select_related("lettrage")
    return [ligne.lettrage.code if ligne.lettrage else "" for ligne in lignes]


@pytest.mark.parametrize(("code", "suivant"), [("", "A"), ("A", "B"), ("Z", "AA"), ("AZ", "BA"), ("ZZ", "AAA")])
def test_codes_follow_each_other(code: str, suivant: str) -> None:
    assert code_suivant(code) == suivant


def test_lines_that_do_not_cancel_out_are_refused_or_partial() -> None:
    dossier = DossierFactory()
    facture, paiement = achat(dossier), payer(dossier, cents=10000, jour=JUIN)
    lignes = list(LigneEcriture.objects.filter(ecriture__in=[facture, paiement], tiers__isnull=False))
    with pytest.raises(LettrageRefuse, match="89,99 € au crédit"):
        lettrer(lignes=lignes, date=JUIN)
    assert lettrer(lignes=lignes, date=JUIN, partiel=True).code == "a"
    with pytest.raises(LettrageRefuse, match="déjà lettrée"):
        lettrer(lignes=lignes, date=JUIN, partiel=True)


def test_lines_of_two_third_parties_are_refused() -> None:
    dossier = DossierFactory()
    facture, paiement = achat(dossier), payer(dossier, cents=18999, jour=JUIN, fournisseur="BORIS")
    lignes = list(LigneEcriture.objects.filter(ecriture__in=[facture, paiement], tiers__isnull=False))
    with pytest.raises(LettrageRefuse, match="même tiers"):
        lettrer(lignes=lignes, date=JUIN)


def test_same_document_is_lettered_by_itself() -> None:
    dossier = DossierFactory()
    achat(dossier, piece="F1", ttc_cents=5000, tva_cents=1)
    achat(dossier, piece="F2", ttc_cents=5000, tva_cents=1)
    payer(dossier, cents=5000, jour=JUIN, piece="f2")
    assert _auto(dossier) == ["", "A", "A"]


def test_a_unique_pair_is_lettered_and_a_doubtful_one_is_not() -> None:
    dossier = DossierFactory()
    achat(dossier, piece="F1", ttc_cents=5000, tva_cents=1)
    achat(dossier, piece="F2", ttc_cents=5000, tva_cents=1)
    payer(dossier, cents=5000, jour=JUIN, piece="VIR")
    assert _auto(dossier) == ["", "", ""]
    payer(dossier, cents=700, jour=JUIN, piece="VIR2")
    achat(dossier, piece="F3", ttc_cents=700, tva_cents=1, jour=date(2026, 6, 20))
    assert _auto(dossier) == ["", "", "", "A", "A"]


def test_one_payment_of_several_invoices_is_found() -> None:
    dossier = DossierFactory()
    for rang, cents in enumerate((1000, 2300, 4700)):
        achat(dossier, piece=f"F{rang}", ttc_cents=cents, tva_cents=1)
    payer(dossier, cents=3300, jour=JUIN, piece="VIR")
    assert _auto(dossier) == ["A", "A", "", "A"]


def test_two_ways_of_paying_are_asked() -> None:
    dossier = DossierFactory()
    for rang, cents in enumerate((1000, 2000, 1400, 1600)):
        achat(dossier, piece=f"F{rang}", ttc_cents=cents, tva_cents=1)
    payer(dossier, cents=3000, jour=JUIN, piece="VIR")
    assert _auto(dossier) == ["", "", "", "", ""]
    fournisseur = tiers(dossier=dossier, type="F", nom="AARO")
    [proposition] = proposer(dossier=dossier, compte_id=fournisseur.compte_id, tiers_id=fournisseur.pk)
    assert not proposition.certaine


def test_a_difference_within_the_tolerance_is_always_asked() -> None:
    dossier = DossierFactory()
    achat(dossier, piece="F1", ttc_cents=5000, tva_cents=1)
    payer(dossier, cents=4996, jour=JUIN, piece="VIR")
    assert _auto(dossier) == ["", ""]
    fournisseur = tiers(dossier=dossier, type="F", nom="AARO")
    [proposition] = proposer(dossier=dossier, compte_id=fournisseur.compte_id, tiers_id=fournisseur.pk)
    assert proposition.ecart_cents == -4


@settings(deadline=None)
@given(
    tva=st.integers(0, 10**7),
    base=st.integers(1, 10**8),
    parts=st.lists(st.integers(1, 10**6), min_size=1, max_size=8),
)
def test_the_last_payment_clears_the_vat_to_the_cent(tva: int, base: int, parts: list[int]) -> None:
    ttc, paye, deplacee = base + tva, 0, 0
    for part in [*parts, ttc]:
        paye = min(paye + part, ttc)
        deplacee += tva_a_deplacer(tva_cents=tva, ttc_cents=ttc, paye_cents=paye, deja_deplacee_cents=deplacee)
        assert 0 <= deplacee <= tva
    assert deplacee == tva


def _vente_de_service(dossier: Dossier) -> Ecriture:
    return passer_ecriture(
        dossier=dossier,
        journal=journal(dossier=dossier, code="VTE"),
        date=date(2026, 5, 1),
        piece="F-2026-012",
        libelle="DUPONT F-2026-012",
        lignes=[
            LigneSaisie(
                compte(dossier=dossier, numero="411"),
                2820000,
                0,
                "",
                tiers(dossier=dossier, type="C", nom="Dupont SAS"),
            ),
            LigneSaisie(compte(dossier=dossier, numero="706"), 0, 2350000),
            LigneSaisie(compte(dossier=dossier, numero="4458"), 0, 470000),
        ],
        maintenant=MAINTENANT,
    )


def test_each_receipt_moves_its_vat_and_a_bounced_one_moves_it_back() -> None:
    facture = _vente_de_service(DossierFactory())

    def encaisser(paye: int, reference: str) -> Ecriture | None:
        return constater_encaissement(
            facture=facture, ttc_cents=2820000, paye_cents=paye, date=JUIN, reference=reference, maintenant=MAINTENANT
        )

    premiere = encaisser(1000001, "r1")
    assert premiere is not None
    assert premiere.total_debit_cents == 166667
    assert encaisser(1000001, "r1") == premiere
    encaisser(2820000, "r2")
    assert tva_en_attente(facture)[0].deplacee_cents == 470000
    retour = encaisser(1000001, "rejet r2")
    assert retour is not None
    assert list(retour.lignes.order_by("rang").values_list("compte__numero", "debit_cents", "credit_cents")) == [
        ("44571000", 303333, 0),
        ("44580000", 0, 303333),
    ]
    assert encaisser(1000001, "rien") is None
