"""CSV for French Excel and XLSX: the columns of the grid, with the running balance."""

import csv
import io
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from banque.enums import MENTION
from banque.formats import LigneExportee, ReleveExporte, decimale

COLONNES = (
    "Date",
    "Pièce",
    "Compte",
    "Libellé",
    "Dépense",
    "Recette",
    "R",
    "G",
    "Relevé",
    "Code Opé",
    "Libellé complémentaire",
    "Solde",
    "Date de valeur",
    "État",
    "Identifiant",
)
_MONTANTS = (4, 5, 8, 11)
_DATES = (0, 12)
_NOMBRE = re.compile(r"[+-]?\d+([.,]\d+)?")


def cellule_sure(texte: str) -> str:
    """A cell that a spreadsheet will not run as a formula."""
    if texte[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NOMBRE.fullmatch(texte):
        return f"'{texte}"
    return texte


def complement(ligne: LigneExportee) -> str:
    morceaux = (ligne.reference, ligne.complement, MENTION if ligne.comptabilise else "")
    return " ".join(morceau for morceau in morceaux if morceau)


def valeurs(releve: ReleveExporte) -> Iterator[tuple[Any, ...]]:
    """One tuple per line in the order of COLONNES; amounts in cents, dates as dates, blanks as None."""
    solde = releve.solde_ouverture_cents
    for ligne in releve.lignes:
        solde += ligne.montant_cents
        yield (
            ligne.jour,
            ligne.piece,
            ligne.compte,
            ligne.libelle,
            -ligne.montant_cents if ligne.montant_cents < 0 else None,
            ligne.montant_cents if ligne.montant_cents >= 0 else None,
            ligne.mode_reglement,
            "G" if ligne.document else "",
            ligne.montant_cents,
            ligne.code_operation,
            complement(ligne),
            solde,
            ligne.valeur,
            ligne.etat,
            ligne.identifiant,
        )


def _en_texte(rang: int, valeur: Any) -> str:
    if valeur is None:
        return ""
    if rang in _MONTANTS:
        return decimale(valeur, ",")
    if rang in _DATES:
        return f"{valeur:%d/%m/%Y}"
    return cellule_sure(str(valeur))


def ecrire_csv(releve: ReleveExporte) -> Iterator[bytes]:
    """Semicolons, comma decimals, UTF-8 with its mark."""
    tampon = io.StringIO()
    plume = csv.writer(tampon, delimiter=";", lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    plume.writerow(COLONNES)
    for ligne in valeurs(releve):
        plume.writerow([_en_texte(rang, valeur) for rang, valeur in enumerate(ligne)])
        yield tampon.getvalue().encode()
        tampon.seek(0)
        tampon.truncate()
    yield tampon.getvalue().encode()


def ecrire_xlsx(releve: ReleveExporte) -> Iterator[bytes]:
    """One sheet, written row by row: memory stays flat."""
    with tempfile.TemporaryFile() as fichier:
        classeur = xlsxwriter.Workbook(
            fichier, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        feuille = classeur.add_worksheet("Relevé")
        gras = classeur.add_format({"bold": True})
        montant = classeur.add_format({"num_format": "#,##0.00"})
        jour = classeur.add_format({"num_format": "dd/mm/yyyy"})
        feuille.set_column(3, 3, 32)
        feuille.set_column(10, 10, 40)
        feuille.freeze_panes(1, 0)
        feuille.write_row(0, 0, COLONNES, gras)
        for numero, ligne in enumerate(valeurs(releve), start=1):
            for rang, valeur in enumerate(ligne):
                if valeur is None or valeur == "":
                    continue
                if rang in _MONTANTS:
                    feuille.write_number(numero, rang, Decimal(valeur) / 100, montant)
                elif rang in _DATES:
                    feuille.write_datetime(numero, rang, datetime.combine(valeur, time()), jour)
                else:
                    feuille.write_string(numero, rang, str(valeur))
        classeur.close()
        fichier.seek(0)
        while morceau := fichier.read(65536):
            yield morceau
