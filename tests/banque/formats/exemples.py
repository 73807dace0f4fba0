"""The statement of the reference (comptabilite.md §B.8), as the writers receive it."""

from dataclasses import replace
from datetime import date, datetime

from banque.formats import LigneExportee, ReleveExporte
from banque.sources import PARIS

IBAN = "FR7616958000016886912594701"
JOUR = date(2026, 6, 9)
AARO = LigneExportee(
    identifiant="018f7a90-1111-7d22-8a4e-0d6f3f6b9911",
    jour=JOUR,
    montant_cents=-18999,
    libelle="VIR AARO",
    contrepartie="AARO",
    contrepartie_iban="FR7610011000201234567890188",
    reference="FS9289482",
    code_operation="06",
    mode_reglement="V",
)
DUPONT = LigneExportee(
    identifiant="018f7a90-2222-7d22-8a4e-0d6f3f6b9911",
    jour=JOUR,
    montant_cents=2820000,
    libelle="VIR CLIENT DUPONT",
    contrepartie="DUPONT SAS",
    reference="F-2026-012",
    code_operation="05",
    mode_reglement="V",
)
FRAIS = LigneExportee(
    identifiant="018f7a90-3333-7d22-8a4e-0d6f3f6b9911",
    jour=JOUR,
    montant_cents=-30,
    libelle="FRAIS QONTO",
    code_operation="62",
    mode_reglement="P",
)


def releve(*lignes: LigneExportee, ouverture: int = 125000, **champs: object) -> ReleveExporte:
    base = ReleveExporte(
        iban=IBAN,
        bic="QNTOFRP1XXX",
        titulaire="MAISON LENOIR",
        du=JOUR,
        au=JOUR,
        solde_ouverture_cents=ouverture,
        solde_cloture_cents=ouverture + sum(ligne.montant_cents for ligne in lignes),
        cree_le=datetime(2026, 6, 10, 0, 5, tzinfo=PARIS),
        lignes=list(lignes),
    )
    return replace(base, **champs)  # type: ignore[arg-type]
