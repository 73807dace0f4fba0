"""Exports of lists, CSV for French Excel and XLSX, streamed (comptabilite.md §E.3).

COLONNES = (Colonne("Date", "date", DATE), Colonne("Libellé", "libelle"), Colonne("Débit", "debit_cents", MONTANT))
return exporter(format="csv", nom="journal-BQ2", colonnes=COLONNES, lignes=requete.values().iterator())
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.utils.text import slugify

from portal.lib.affichage import PARIS, date_courte
from portal.lib.montants import en_decimal, saisie

TEXTE, MONTANT, ENTIER, DATE, HORODATAGE = "texte", "montant", "entier", "date", "horodatage"
CSV, XLSX = "csv", "xlsx"
MIME_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"
LIGNES_PAR_ENVOI = 500
# A spreadsheet would run a cell that begins so; tab and return hide such a beginning.
DANGEREUX = ("=", "+", "-", "@", "\t", "\r")
NOMBRE = re.compile(r"[+-]?\d+([.,]\d+)?")
LARGEURS = {TEXTE: 28, MONTANT: 14, ENTIER: 10, DATE: 12, HORODATAGE: 18}


@dataclass(frozen=True)
class Colonne:
    """A heading and where its value is: the key of a mapping, an attribute, or a function of the row."""

    titre: str
    source: str | Callable[[Any], Any]
    type: str = TEXTE
    largeur: int = 0

    def valeur(self, ligne: Any) -> Any:
        if callable(self.source):
            return self.source(ligne)
        return ligne[self.source] if isinstance(ligne, Mapping) else getattr(ligne, self.source)


def sans_formule(texte: str) -> str:
    """The text, made harmless for a spreadsheet; a plain number stays a number."""
    if texte.lstrip(" ").startswith(DANGEREUX) and not NOMBRE.fullmatch(texte):
        return f"'{texte}"
    return texte


def _cellule_csv(valeur: Any, type_colonne: str) -> str:
    if valeur is None:
        return ""
    if type_colonne == MONTANT:
        return saisie(int(valeur))
    if isinstance(valeur, datetime) and type_colonne == HORODATAGE:
        return f"{valeur.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"
    if isinstance(valeur, date):
        return date_courte(valeur)
    return sans_formule(str(valeur))


class _Tampon:
    """What csv.writer writes into: the line comes back instead of being kept."""

    def write(self, texte: str) -> str:
        return texte


def lignes_csv(colonnes: Iterable[Colonne], lignes: Iterable[Any]) -> Iterator[bytes]:
    """The file in pieces: UTF-8 with BOM, `;`, comma decimals, CRLF."""
    colonnes = tuple(colonnes)
    ecrire = csv.writer(_Tampon(), delimiter=";", lineterminator="\r\n").writerow
    lot = [BOM + ecrire([sans_formule(colonne.titre) for colonne in colonnes])]
    for ligne in lignes:
        lot.append(ecrire([_cellule_csv(colonne.valeur(ligne), colonne.type) for colonne in colonnes]))
        if len(lot) >= LIGNES_PAR_ENVOI:
            yield "".join(lot).encode()
            lot = []
    if lot:
        yield "".join(lot).encode()


def ecrire_xlsx(
    fichier: IO[bytes], colonnes: Iterable[Colonne], lignes: Iterable[Any], feuille: str = "Export"
) -> None:
    """A workbook written row by row: memory stays flat, no text becomes a formula or a link."""
    colonnes = tuple(colonnes)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(fichier, options) as classeur:
        page = classeur.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", feuille)[:31])
        formats = {
            MONTANT: classeur.add_format({"num_format": "#,##0.00"}),
            DATE: classeur.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
            HORODATAGE: classeur.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"}),
        }
        entete = classeur.add_format({"bold": True, "bottom": 1, "bg_color": "#E1F0F3"})
        page.freeze_panes(1, 0)
        for rang, colonne in enumerate(colonnes):
            page.set_column(rang, rang, colonne.largeur or LARGEURS[colonne.type])
            page.write_string(0, rang, colonne.titre, entete)
        numero = 0
        for numero, ligne in enumerate(lignes, start=1):
            for rang, colonne in enumerate(colonnes):
                _ecrire_cellule(page, numero, rang, colonne.valeur(ligne), colonne.type, formats)
        page.autofilter(0, 0, numero, len(colonnes) - 1)


def _ecrire_cellule(page: Any, ligne: int, rang: int, valeur: Any, type_colonne: str, formats: dict[str, Any]) -> None:
    if valeur is None or valeur == "":
        return
    format_cellule = formats.get(type_colonne)
    if type_colonne == MONTANT:
        page.write_number(ligne, rang, en_decimal(int(valeur)), format_cellule)
    elif type_colonne == ENTIER:
        page.write_number(ligne, rang, int(valeur))
    elif isinstance(valeur, datetime):
        page.write_datetime(ligne, rang, valeur.astimezone(PARIS).replace(tzinfo=None), format_cellule)
    elif isinstance(valeur, date):
        page.write_datetime(ligne, rang, valeur, format_cellule)
    else:
        page.write_string(ligne, rang, str(valeur))


def exporter(
    *, format: str, nom: str, colonnes: Iterable[Colonne], lignes: Iterable[Any]
) -> StreamingHttpResponse | FileResponse:
    """The download of a list. Raises ValueError for a format that is neither `csv` nor `xlsx`."""
    fichier = f"{slugify(nom) or 'export'}.{format}"
    if format == CSV:
        reponse = StreamingHttpResponse(lignes_csv(colonnes, lignes), content_type="text/csv; charset=utf-8")
        reponse.headers["Content-Disposition"] = f'attachment; filename="{fichier}"'
        return reponse
    if format == XLSX:
        temporaire = TemporaryFile()  # noqa: SIM115 - the answer closes it once sent
        ecrire_xlsx(temporaire, colonnes, lignes, feuille=nom)
        temporaire.seek(0)
        return FileResponse(temporaire, as_attachment=True, filename=fichier, content_type=MIME_XLSX)
    raise ValueError(f"unknown export format {format!r}")
