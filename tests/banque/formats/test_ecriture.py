"""Golden files: each format as the reference prints it, to the byte."""

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from openpyxl import load_workbook

from banque.formats import ExportImpossible, LigneExportee, ascii_majuscule, camt053, cfonb120, ofx, tableaux
from banque.formats.registre import ECRIVAINS
from tests.banque.formats.exemples import AARO, DUPONT, FRAIS, JOUR, releve

ICI = Path(__file__).parent
XSD = etree.XMLSchema(etree.parse(ICI / "camt.053.001.02.xsd"))


def texte(morceaux: Iterable[bytes]) -> str:
    return b"".join(morceaux).decode("cp1252")


def test_cfonb_writes_the_sample_of_the_reference() -> None:
    attendu = (ICI / "attendus/cfonb120.txt").read_text()
    assert texte(cfonb120.ecrire(releve(AARO, DUPONT, FRAIS))).replace("\r\n", "\n") == attendu


@pytest.mark.parametrize(
    ("cents", "attendu"),
    [
        (0, "0000000000000{"),
        (30, "0000000000003{"),
        (-30, "0000000000003}"),
        (18999, "0000000001899I"),
        (-18999, "0000000001899R"),
        (125000, "0000000012500{"),
        (2820000, "0000000282000{"),
    ],
)
def test_cfonb_amounts_are_overpunched(cents: int, attendu: str) -> None:
    assert cfonb120.encoder_montant(cents) == attendu
    assert cfonb120.decoder_montant(attendu) == cents


def test_cfonb_reads_translated_signs() -> None:
    assert cfonb120.decoder_montant("0000000000003é") == 30
    assert cfonb120.decoder_montant("0000000000003è") == -30
    assert cfonb120.decoder_montant("00000000000030") == 30


def test_cfonb_refuses_an_amount_beyond_its_positions() -> None:
    with pytest.raises(ExportImpossible):
        cfonb120.encoder_montant(10**14)


def test_cfonb_refuses_a_foreign_account() -> None:
    with pytest.raises(ExportImpossible):
        list(cfonb120.ecrire(releve(FRAIS, iban="DE89370400440532013000")))


def test_cfonb_refuses_balances_that_do_not_chain() -> None:
    with pytest.raises(ExportImpossible):
        list(cfonb120.ecrire(releve(FRAIS, solde_cloture_cents=1)))


def test_cfonb_writes_upper_case_ascii_whatever_the_text() -> None:
    ligne = replace(FRAIS, libelle="Œuvre à l’été – 3 €", complement="Ça\tcoûte\n" + "é" * 200, comptabilise=True)
    lignes = texte(cfonb120.ecrire(releve(ligne))).splitlines()
    assert {len(enregistrement) for enregistrement in lignes} == {120}
    assert lignes[1][48:79].rstrip() == "OEUVRE A L'ETE - 3 EUR"
    assert lignes[-2][45:118].rstrip() == "LIB#Comptabilise"


def test_cfonb_of_a_period_without_movement_is_two_records() -> None:
    lignes = texte(cfonb120.ecrire(releve())).splitlines()
    assert [ligne[:2] for ligne in lignes] == ["01", "07"]


def test_cfonb_balances_chain_from_one_day_to_the_next() -> None:
    lignes = texte(
        cfonb120.ecrire(releve(AARO, replace(FRAIS, jour=date(2026, 6, 11)), au=date(2026, 6, 12)))
    ).splitlines()
    soldes = [ligne for ligne in lignes if ligne[:2] in ("01", "07")]
    assert [ligne[:2] for ligne in soldes] == ["01", "07"] * 3
    for cloture, ouverture in zip(soldes[1::2], soldes[2::2], strict=False):
        assert cloture[34:40] == ouverture[34:40] and cloture[90:104] == ouverture[90:104]
    assert soldes[-1][34:40] == "120626"


def test_ofx_writes_the_sample_of_the_reference() -> None:
    ligne = replace(AARO, comptabilise=True)
    attendu = (ICI / "attendus/ofx.txt").read_text()
    assert texte(ofx.ecrire(releve(ligne))).replace("\r\n", "\n") == attendu


def test_ofx_never_writes_an_hour() -> None:
    assert "T00" not in texte(ofx.ecrire(releve(AARO))) and "[" not in texte(ofx.ecrire(releve(AARO)))


def test_ofx_keeps_the_mention_when_the_memo_is_cut() -> None:
    ligne = replace(AARO, complement="x" * 400, comptabilise=True)
    memo = texte(ofx.ecrire(releve(ligne))).split("<MEMO>")[1].split("<")[0]
    assert len(memo) <= 255 and memo.endswith(" #Comptabilise")


def test_ofx_escapes_what_would_open_a_tag() -> None:
    assert "<NAME>A &amp; B &lt;C&gt;" in texte(ofx.ecrire(releve(replace(AARO, libelle="A & B <C>"))))


@pytest.mark.parametrize(
    "ligne",
    [
        AARO,
        replace(DUPONT, correction=True, numero_cheque="123"),
        replace(FRAIS, contrepartie="A & B <C>\x00", complement="é" * 500, comptabilise=True),
        replace(AARO, devise_locale="USD", montant_local_cents=20000, code_operation="ZZ", reference="x" * 200),
        replace(AARO, identifiant="x" * 60, libelle="", contrepartie_iban="12345"),
    ],
)
def test_camt_is_valid_for_the_schema_of_iso(ligne: LigneExportee) -> None:
    document = etree.fromstring(b"".join(camt053.ecrire(releve(ligne))))
    XSD.assertValid(document)


def test_camt_without_lines_is_valid() -> None:
    XSD.assertValid(etree.fromstring(b"".join(camt053.ecrire(releve(ouverture=-5)))))


def test_camt_says_what_the_reference_asks() -> None:
    document = etree.fromstring(b"".join(camt053.ecrire(releve(replace(AARO, comptabilise=True)))))
    n = {"c": camt053.ESPACE_DE_NOMS}
    dire = lambda chemin: document.xpath(f"string(//c:{chemin})", namespaces=n)  # noqa: E731
    assert dire("Ntry/c:NtryRef") == "018f7a9011117d228a4e0d6f3f6b9911"
    assert (dire("Ntry/c:Amt"), dire("Ntry/c:CdtDbtInd"), dire("Ntry/c:Sts")) == ("189.99", "DBIT", "BOOK")
    assert (dire("Fmly/c:Cd"), dire("SubFmlyCd"), dire("Prtry/c:Cd"), dire("Issr")) == ("ICDT", "ESCT", "06", "CFONB")
    assert dire("Ustrd") == "FS9289482 #Comptabilise"
    assert dire("CdtrAcct//c:IBAN") == "FR7610011000201234567890188"
    assert document.xpath("//c:Bal//c:Cd/text()", namespaces=n) == ["OPBD", "CLBD"]


def test_csv_is_for_french_excel() -> None:
    brut = b"".join(tableaux.ecrire_csv(releve(AARO, replace(DUPONT, libelle="=HYPERLINK(1)"))))
    assert brut.startswith(b"\xef\xbb\xbf")
    lignes = list(csv.reader(io.StringIO(brut.decode("utf-8-sig")), delimiter=";"))
    assert lignes[0] == list(tableaux.COLONNES)
    assert lignes[1][:9] == ["09/06/2026", "", "", "VIR AARO", "189,99", "", "V", "", "-189,99"]
    assert lignes[2][3] == "'=HYPERLINK(1)"
    assert lignes[2][11] == "29260,01"


@pytest.mark.parametrize("texte", ["=1", "+A1", "-A1", "@x", "\tx"])
def test_csv_cells_are_no_formulas(texte: str) -> None:
    assert tableaux.cellule_sure(texte) == f"'{texte}"


def test_csv_leaves_plain_numbers() -> None:
    assert tableaux.cellule_sure("-12,5") == "-12,5"


def test_xlsx_holds_numbers_and_dates() -> None:
    brut = b"".join(tableaux.ecrire_xlsx(releve(AARO, replace(DUPONT, libelle="=1+1"))))
    feuille = load_workbook(io.BytesIO(brut)).active
    assert feuille is not None
    lignes = list(feuille.iter_rows(values_only=True))
    assert lignes[0] == tableaux.COLONNES
    assert lignes[1][0].date() == JOUR
    assert (Decimal(str(lignes[1][4])), Decimal(str(lignes[1][8]))) == (Decimal("189.99"), Decimal("-189.99"))
    assert lignes[2][3] == "=1+1" and feuille["D3"].data_type == "s"


def test_every_format_has_its_writer() -> None:
    assert set(ECRIVAINS) == {"cfonb120", "ofx", "camt053", "csv", "xlsx"}


def test_ascii_keeps_one_sign_for_one_sign_or_its_spelling() -> None:
    assert ascii_majuscule("Élan naïf « ß » ☃") == 'ELAN NAIF " SS "  '
