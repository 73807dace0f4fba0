"""Exports: French Excel opens them, no cell runs, memory stays flat."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest

from portal.lib.tableaux import (
    DATE,
    ENTIER,
    HORODATAGE,
    LIGNES_PAR_ENVOI,
    MONTANT,
    Colonne,
    ecrire_xlsx,
    exporter,
    lignes_csv,
    sans_formule,
)

COLONNES = (
    Colonne("Date", "date", DATE),
    Colonne("Libellé", "libelle"),
    Colonne("Débit", "debit_cents", MONTANT),
    Colonne("N°", lambda ligne: ligne["numero"], ENTIER),
    Colonne("Vu le", "vu", HORODATAGE),
)
LIGNE = {
    "date": date(2026, 6, 9),
    "libelle": "=cmd|' /C calc'!A0",
    "debit_cents": -123456,
    "numero": 12,
    "vu": datetime(2026, 6, 8, 22, 30, tzinfo=UTC),
}


def _csv(lignes: Any) -> str:
    return b"".join(lignes_csv(COLONNES, lignes)).decode("utf-8")


def test_csv_has_bom_semicolons_comma_decimals_and_french_dates() -> None:
    texte = _csv([LIGNE])
    assert texte.startswith("\ufeffDate;Libellé;Débit;N°;Vu le\r\n")
    assert texte.splitlines()[1] == "09/06/2026;'=cmd|' /C calc'!A0;-1234,56;12;09/06/2026 00:30:00"


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("=1+1", "'=1+1"),
        ("+33 1 02", "'+33 1 02"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("-12,50", "-12,50"),
        ("+7", "+7"),
        ("AARO", "AARO"),
        ("", ""),
    ],
)
def test_cell_that_a_spreadsheet_would_run_is_made_harmless(texte: str, attendu: str) -> None:
    assert sans_formule(texte) == attendu


def test_missing_value_is_an_empty_cell_and_a_separator_is_quoted() -> None:
    texte = _csv([{**LIGNE, "libelle": 'a;b "c"\nd', "debit_cents": None}])
    assert '"a;b ""c""\nd";;12' in texte


def test_csv_is_written_as_it_is_read() -> None:
    lues = 0

    def source() -> Iterator[dict[str, Any]]:
        nonlocal lues
        for _ in range(10 * LIGNES_PAR_ENVOI):
            lues += 1
            yield LIGNE

    morceaux = lignes_csv(COLONNES, source())
    next(morceaux)
    assert lues <= LIGNES_PAR_ENVOI


def test_workbook_keeps_types_and_runs_nothing() -> None:
    fichier = io.BytesIO()
    ecrire_xlsx(fichier, COLONNES, [LIGNE, {**LIGNE, "libelle": "https://exemple.fr"}], feuille="Journal : BQ2/2026")
    page = openpyxl.load_workbook(fichier).active
    assert page is not None
    cellules = next(page.iter_rows(min_row=2, max_row=2))
    assert f"{cellules[0].value:%d/%m/%Y}" == "09/06/2026"
    assert (cellules[1].value, cellules[1].data_type) == ("=cmd|' /C calc'!A0", "s")
    assert cellules[2].value == -1234.56
    assert cellules[3].value == 12
    assert page["B3"].hyperlink is None
    assert page.freeze_panes == "A2"


def test_download_has_a_name_that_no_header_can_break() -> None:
    reponse = exporter(format="csv", nom='Relevé "BQ2"\r\nX: y', colonnes=COLONNES, lignes=[LIGNE])
    assert reponse.headers["Content-Disposition"] == 'attachment; filename="releve-bq2-x-y.csv"'
    classeur = exporter(format="xlsx", nom="journal", colonnes=COLONNES, lignes=[LIGNE])
    assert b"".join(classeur.streaming_content)[:2] == b"PK"  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="format"):
        exporter(format="exe", nom="x", colonnes=COLONNES, lignes=[])
