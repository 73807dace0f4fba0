"""État de rapprochement: both corrected balances agree, or the difference is named (§D.7)."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from comptabilite.services.rapprochement import EtatRapprochement, LigneBancaire, etat_de_rapprochement
from comptabilite.services.rapprochement_pdf import pdf_de_rapprochement
from gestion_acces.models import Dossier
from tests.comptabilite.factories import MAINTENANT
from tests.comptabilite.test_cloture import payer
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db
FIN_JUIN = date(2026, 6, 30)


def _etat(dossier: Dossier, solde: int) -> EtatRapprochement:
    pointee = payer(dossier, cents=18999, jour=date(2026, 6, 9), piece="F1")
    payer(dossier, cents=5000, jour=date(2026, 6, 29), piece="CHEQUE")
    payer(dossier, cents=700, jour=date(2026, 7, 1), piece="JUILLET")
    return etat_de_rapprochement(
        journal=pointee.journal,
        date=FIN_JUIN,
        solde_releve_cents=solde,
        lignes=[
            LigneBancaire(date(2026, 6, 9), "VIR AARO", "F1", -18999, pointee.pk),
            LigneBancaire(date(2026, 6, 30), "FRAIS", "", -30, None),
            LigneBancaire(date(2026, 7, 2), "APRÈS", "", -1, None),
        ],
    )


def test_pending_lines_explain_the_difference() -> None:
    etat = _etat(DossierFactory(), -18999 - 30)
    assert etat.solde_comptable_cents == -18999 - 5000
    assert [x.montant_cents for x in etat.non_comptabilisees] == [-30]
    assert [x.reference for x in etat.non_relevees] == ["CHEQUE"]
    assert etat.est_rapproche


def test_what_is_not_explained_is_named() -> None:
    etat = _etat(DossierFactory(), -18999)
    assert not etat.est_rapproche
    assert etat.ecart_cents == -30


def test_pdf_holds_the_figures_and_the_author() -> None:
    etat = _etat(DossierFactory(raison_sociale="Maison & Fils"), -18999)
    contenu = pdf_de_rapprochement(etat, banque="Qonto", auteur="Inès Caron", maintenant=MAINTENANT)
    texte = PdfReader(io.BytesIO(contenu)).pages[0].extract_text().replace("\u00a0", " ")
    assert "30/06/2026" in texte
    assert "CHEQUE" in texte
    assert "Inès Caron" in texte
    assert "Maison & Fils" in texte
