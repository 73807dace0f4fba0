"""The état de rapprochement as a PDF page, to be kept with the month."""

from datetime import datetime
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from comptabilite.services.rapprochement import EtatRapprochement, Suspens
from portal.lib.affichage import date_courte, devise, horodatage

ENCRE = colors.HexColor("#0b2b33")
TRAIT = colors.HexColor("#c9d2d4")


def _texte(texte: str) -> str:
    """What the standard fonts hold: the narrow space and the true minus are in none of them."""
    return texte.replace("\u202f", "\u00a0").replace("\u2212", "-")


def _couper(texte: str) -> str:
    return _texte(texte if len(texte) <= 52 else f"{texte[:51]}…")


def _montant(cents: int) -> str:
    return _texte(devise(cents))


def _suspens(titre: str, suspens: list[Suspens]) -> list[Flowable]:
    styles = getSampleStyleSheet()
    if not suspens:
        return [Paragraph(f"{titre} : aucune", styles["Normal"]), Spacer(1, 4 * mm)]
    lignes = [["Date", "Référence", "Libellé", "Montant"]]
    lignes += [
        [date_courte(x.jour), _texte(x.reference)[:22], _couper(x.libelle), _montant(x.montant_cents)] for x in suspens
    ]
    lignes.append(["", "", "Total", _montant(sum(x.montant_cents for x in suspens))])
    tableau = Table(lignes, colWidths=[22 * mm, 38 * mm, 85 * mm, 30 * mm], repeatRows=1)
    tableau.setStyle(
        TableStyle(
            [
                ("FONTSIZE", (0, 0), (-1, -1), 8),
                ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
                ("FONTNAME", (0, -1), (-1, -1), "Helvetica-Bold"),
                ("ALIGN", (3, 0), (3, -1), "RIGHT"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, TRAIT),
            ]
        )
    )
    return [Paragraph(titre, styles["Heading3"]), tableau, Spacer(1, 4 * mm)]


def _synthese(etat: EtatRapprochement) -> Table:
    lignes = [
        ["Comptabilité", "", "Banque", ""],
        [
            "Solde du compte",
            _montant(etat.solde_comptable_cents),
            "Solde du relevé",
            _montant(etat.solde_releve_cents),
        ],
        [
            "Opérations non comptabilisées",
            _montant(etat.comptable_corrige_cents - etat.solde_comptable_cents),
            "Écritures non relevées",
            _montant(etat.releve_corrige_cents - etat.solde_releve_cents),
        ],
        [
            "Solde corrigé",
            _montant(etat.comptable_corrige_cents),
            "Solde corrigé",
            _montant(etat.releve_corrige_cents),
        ],
    ]
    tableau = Table(lignes, colWidths=[52 * mm, 35 * mm, 52 * mm, 36 * mm])
    tableau.setStyle(
        TableStyle(
            [
                ("FONTSIZE", (0, 0), (-1, -1), 9),
                ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
                ("FONTNAME", (0, -1), (-1, -1), "Helvetica-Bold"),
                ("ALIGN", (1, 0), (1, -1), "RIGHT"),
                ("ALIGN", (3, 0), (3, -1), "RIGHT"),
                ("LINEABOVE", (0, -1), (-1, -1), 0.8, ENCRE),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, ENCRE),
            ]
        )
    )
    return tableau


def pdf_de_rapprochement(etat: EtatRapprochement, *, banque: str, auteur: str, maintenant: datetime) -> bytes:
    """The document: both balances, what is pending on each side, the difference, who drew it and when."""
    styles, tampon = getSampleStyleSheet(), BytesIO()
    dossier, compte = etat.journal.dossier, etat.journal.compte_tresorerie
    conclusion = (
        "Les deux soldes corrigés sont égaux." if etat.est_rapproche else f"Écart : {_montant(etat.ecart_cents)}."
    )
    corps: list[Flowable] = [
        Paragraph(f"État de rapprochement au {date_courte(etat.date)}", styles["Title"]),
        Paragraph(escape(_texte(f"{dossier.code} - {dossier.raison_sociale}")), styles["Normal"]),
        Paragraph(
            escape(_texte(f"{banque}, journal {etat.journal.code}, compte {compte.numero if compte else None}")),
            styles["Normal"],
        ),
        Spacer(1, 6 * mm),
        _synthese(etat),
        Spacer(1, 3 * mm),
        Paragraph(f"<b>{conclusion}</b>", styles["Normal"]),
        Spacer(1, 6 * mm),
        *_suspens("Opérations du relevé non comptabilisées", etat.non_comptabilisees),
        *_suspens("Écritures absentes du relevé", etat.non_relevees),
        Paragraph(escape(_texte(f"Établi par {auteur} le {horodatage(maintenant)}.")), styles["Normal"]),
    ]
    titre = f"Rapprochement {dossier.code} {etat.date:%Y-%m-%d}"
    marge = 15 * mm
    SimpleDocTemplate(tampon, pagesize=A4, leftMargin=marge, rightMargin=marge, title=titre, author=auteur).build(
        corps
    )
    return tampon.getvalue()
