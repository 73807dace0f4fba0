"""The FEC: its bytes, its controls, its register."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from fec_parser.parser import FECParser

from comptabilite.errors import ExportRefuse
from comptabilite.fec.controle import Attendu, controler_fichier
from comptabilite.fec.format import COLONNES, nettoyer_texte
from comptabilite.models import Compte, Exercice, Journal, LigneEcriture, Tiers
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture
from comptabilite.services.export_fec import difference, exporter_fec, precontroler
from comptabilite.services.journaux import creer_journal_tresorerie, journal
from comptabilite.services.lettrage import lettrer
from comptabilite.services.plan import compte, tiers
from comptabilite.services.validation import valider_ecritures
from gestion_acces.models import Dossier
from gestion_acces.services.audit import SYSTEME
from tests.comptabilite.factories import MAINTENANT, achat
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db
ATTENDU = Path(__file__).parent / "attendus" / "732829320FEC20261231.txt"


def dossier_de_la_reference() -> Dossier:
    """The books of the reference's sample (§A.4): à-nouveaux, the purchase AARO, its payment."""
    dossier = DossierFactory(code="REF")
    creer_journal_tresorerie(dossier=dossier, libelle="Banque", code="BQ1", numero_compte="512")
    qonto = creer_journal_tresorerie(dossier=dossier, libelle="Qonto")
    passer_ecriture(
        dossier=dossier,
        journal=journal(dossier=dossier, code="AN"),
        date=date(2026, 1, 1),
        piece="AN",
        libelle="Reprise des soldes",
        lignes=[
            LigneSaisie(compte(dossier=dossier, numero="5121"), debit_cents=125000),
            LigneSaisie(compte(dossier=dossier, numero="110"), credit_cents=125000),
        ],
        maintenant=MAINTENANT,
    )
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 1, 5), maintenant=datetime(2026, 1, 5, 9, tzinfo=UTC))
    achat(dossier)
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 5, 31), maintenant=datetime(2026, 5, 31, 9, tzinfo=UTC))
    passer_ecriture(
        dossier=dossier,
        journal=qonto,
        date=date(2026, 6, 9),
        piece="FS9289482",
        libelle="AARO",
        lignes=[
            LigneSaisie(
                compte(dossier=dossier, numero="401"), 18999, 0, "", tiers(dossier=dossier, type="F", nom="AARO")
            ),
            LigneSaisie(compte(dossier=dossier, numero="5121"), 0, 18999),
        ],
        maintenant=MAINTENANT,
    )
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 6, 30), maintenant=MAINTENANT)
    fournisseur = LigneEcriture.objects.filter(dossier=dossier, compte__numero="40100000")
    lettrer(lignes=list(fournisseur), date=date(2026, 6, 10))
    return dossier


def test_fec_is_the_golden_file_to_the_byte(tmp_path: Path) -> None:
    exercice = dossier_de_la_reference().exercices.get()
    export, chemin = exporter_fec(exercice=exercice, sortie=tmp_path, origine=SYSTEME, maintenant=MAINTENANT)
    assert chemin.name == ATTENDU.name
    assert chemin.read_bytes() == ATTENDU.read_bytes()
    assert export.conforme
    assert export.anomalies == []
    assert (export.nb_lignes, export.nb_ecritures) == (7, 3)
    assert export.total_debit_cents == export.total_credit_cents == 125000 + 18999 + 18999


def lire_avec_csv(chemin: Path) -> list[dict[str, str]]:
    """An independent reader: the standard library, Latin-9, TAB, no quotes."""
    with chemin.open(encoding="iso8859-15", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_hostile_texts_leave_a_complete_and_readable_file(tmp_path: Path) -> None:
    dossier = DossierFactory()
    textes = ["éà€œ’…", "TAB\there|and\r\nthere\x00", '"guillemets" –  «  »', "日本", "ÿ\u00a0\u202fŸ"]
    for rang, texte in enumerate(textes):
        achat(dossier, piece=f"P{rang}{texte}"[:60], fournisseur=f"{texte} {rang}")
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT)
    exercice = dossier.exercices.get()
    export, chemin = exporter_fec(exercice=exercice, sortie=tmp_path, origine=SYSTEME, maintenant=MAINTENANT)
    lignes = lire_avec_csv(chemin)
    assert len(lignes) == 15
    assert set(lignes[0]) == set(COLONNES)
    assert all(ligne["ValidDate"] == "20260630" and None not in ligne.values() for ligne in lignes)
    assert lignes[2]["CompAuxLib"] == "éà€œ'... 0"
    assert b"\xa0" not in chemin.read_bytes()
    assert export.conforme
    assert export.nb_caracteres_remplaces > 0
    assert {anomalie["code"] for anomalie in export.anomalies} == {"N13"}


def test_a_name_of_which_nothing_can_be_shown_is_told_by_its_code(tmp_path: Path) -> None:
    dossier = dossier_de_la_reference()
    Compte.objects.filter(dossier=dossier).update(libelle="\x1f|")
    Journal.objects.filter(dossier=dossier).update(libelle="\x1f")
    Tiers.objects.filter(dossier=dossier).update(nom="|")
    export, chemin = exporter_fec(
        exercice=dossier.exercices.get(), sortie=tmp_path, origine=SYSTEME, maintenant=MAINTENANT
    )
    lignes = lire_avec_csv(chemin)
    assert export.conforme
    assert all(ligne["CompteLib"] == ligne["CompteNum"] for ligne in lignes)
    assert all(ligne["JournalLib"] == ligne["JournalCode"] for ligne in lignes)
    assert {ligne["CompAuxLib"] for ligne in lignes} == {ligne["CompAuxNum"] for ligne in lignes}


def test_a_parser_written_by_others_reads_the_books_in_the_file(tmp_path: Path) -> None:
    dossier = dossier_de_la_reference()
    _, chemin = exporter_fec(exercice=dossier.exercices.get(), sortie=tmp_path, origine=SYSTEME, maintenant=MAINTENANT)
    with chemin.open("rb") as fichier:
        analyseur = FECParser.from_bytesio(fichier)
        assert analyseur.parse() == []
        lues = [(une.ecriture_date, une.compte_num, une.debit, une.credit) for une in analyseur.get_ecritures()]
    attendues = LigneEcriture.objects.filter(dossier=dossier, ecriture__numero__isnull=False)
    assert sorted(lues) == sorted(
        (ligne.ecriture.date, ligne.compte.numero, Decimal(ligne.debit_cents) / 100, Decimal(ligne.credit_cents) / 100)
        for ligne in attendues.select_related("ecriture", "compte")
    )


def test_only_validated_entries_are_exported(tmp_path: Path) -> None:
    dossier = dossier_de_la_reference()
    achat(dossier, piece="BROUILLON")
    exercice = dossier.exercices.get()
    export, chemin = exporter_fec(exercice=exercice, sortie=tmp_path, origine=SYSTEME, maintenant=MAINTENANT)
    assert b"BROUILLON" not in chemin.read_bytes()
    assert [anomalie["code"] for anomalie in export.anomalies] == ["N15"]
    assert export.provisoire


def test_the_register_says_how_two_exports_differ(tmp_path: Path) -> None:
    dossier = dossier_de_la_reference()
    exercice = dossier.exercices.get()

    def exporter() -> object:
        exercice.refresh_from_db()
        return exporter_fec(exercice=exercice, sortie=tmp_path, origine=SYSTEME, maintenant=MAINTENANT)[0]

    premier, second = exporter(), exporter()
    assert difference(second, premier).startswith("Identique")  # type: ignore[arg-type]
    LigneEcriture.objects.filter(dossier=dossier).update(lettrage=None)
    troisieme = exporter()
    assert "lettrage" in difference(troisieme, second)  # type: ignore[arg-type]
    Compte.objects.filter(dossier=dossier, numero="60700000").update(libelle="Marchandises")
    quatrieme = exporter()
    assert "libellés" in difference(quatrieme, troisieme)  # type: ignore[arg-type]
    achat(dossier, piece="F2")
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT)
    assert difference(exporter(), quatrieme).startswith("1 écriture")  # type: ignore[arg-type]


def test_a_dossier_without_siret_cannot_be_named(tmp_path: Path) -> None:
    exercice = achat(DossierFactory(siret="")).exercice
    with pytest.raises(ExportRefuse, match="SIRET"):
        exporter_fec(exercice=exercice, sortie=tmp_path, origine=SYSTEME, maintenant=MAINTENANT)


def test_precontrol_registers_nothing() -> None:
    exercice = dossier_de_la_reference().exercices.get()
    assert precontroler(exercice=exercice).conforme
    assert not exercice.exports.exists()


def test_commands_write_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dossier = dossier_de_la_reference()
    achat(dossier, piece="F2", jour=date(2026, 6, 30))
    call_command("fec_demo", sortie=tmp_path, dossier="REF")
    sortie = capsys.readouterr().out
    assert "1 écriture(s) validée(s)" in sortie
    assert "Conforme" in sortie
    assert b"F2" in (tmp_path / ATTENDU.name).read_bytes()


# --- Each control has one file that fails on it alone ---------------------------------------------------------------

SAIN = ATTENDU.read_bytes() if ATTENDU.exists() else b""
Defaut = Callable[[list[list[str]]], None]


def _poser(ligne: int, colonne: str, valeur: str) -> Defaut:
    def defaut(lignes: list[list[str]]) -> None:
        lignes[ligne][COLONNES.index(colonne)] = valeur

    return defaut


def _toutes(*defauts: Defaut) -> Defaut:
    def defaut(lignes: list[list[str]]) -> None:
        for un in defauts:
            un(lignes)

    return defaut


def _intervertir(lignes: list[list[str]]) -> None:
    for ligne in lignes:
        ligne[0], ligne[1] = ligne[1], ligne[0]


def _une_colonne_de_trop(lignes: list[list[str]]) -> None:
    lignes[0].append("Perso")
    for ligne in lignes[1:]:
        ligne.append("x")


def _sans_valid_date(lignes: list[list[str]]) -> None:
    for ligne in lignes:
        del ligne[COLONNES.index("ValidDate")]


def _double(lignes: list[list[str]]) -> None:
    copies = [[*ligne] for ligne in lignes[3:6]]
    for copie in copies:
        copie[2], copie[13], copie[14], copie[15] = "4", "", "", "20260630"
    lignes.extend(copies)


def _resultat(lignes: list[list[str]]) -> None:
    modele = lignes[7]
    for compte_num, debit, credit in (("60700000", "0,00", "158,33"), ("12000000", "158,33", "0,00")):
        ligne = [*modele]
        ligne[2], ligne[4], ligne[5], ligne[11], ligne[12] = "4", compte_num, "Libellé", debit, credit
        lignes.append(ligne)
    lignes[-2][5] = "Achats de marchandises"


def _une_ligne(lignes: list[list[str]]) -> None:
    """The three entries stay balanced in all: the fourth has one line of zero on each side."""
    ligne = [*lignes[7]]
    ligne[2], ligne[11], ligne[12] = "4", "0,00", "0,00"
    lignes.append(ligne)


DEFAUTS: dict[str, tuple[set[str], Defaut]] = {
    "T-O": ({"T-O"}, _sans_valid_date),
    "T-S": ({"T-S", "N7"}, _une_colonne_de_trop),
    "T-LIGNE": ({"T-LIGNE"}, lambda lignes: lignes.insert(3, [""])),
    "T-COL": ({"T-COL", "N1", "N2", "N16"}, lambda lignes: lignes[7].append("x")),
    "T-CLE": ({"T-CLE"}, _poser(3, "CompteLib", "")),
    "T-NOMBRE point": ({"T-NOMBRE", "N1", "N2"}, _poser(3, "Debit", "158.33")),
    "T-NOMBRE milliers": ({"T-NOMBRE", "N1", "N2"}, _poser(1, "Debit", "1 250,00")),
    "T-DATE": ({"T-DATE", "N6"}, _poser(4, "PieceDate", "20261320")),
    "T-V": ({"T-V"}, _poser(3, "JournalLib", "")),
    "T-A-COMPTE": ({"T-A-COMPTE"}, _poser(3, "CompteNum", "60X00000")),
    "T-A-ANNEE": ({"T-A-ANNEE"}, _poser(4, "PieceDate", "18260520")),
    "T-A-SENS": (
        {"T-A-SENS"},
        _toutes(_poser(3, "Debit", "159,33"), _poser(3, "Credit", "1,00")),
    ),
    "N1 N2": ({"N1", "N2"}, _poser(3, "Debit", "158,34")),
    "N3": ({"N3"}, _toutes(_poser(6, "EcritureNum", "5"), _poser(7, "EcritureNum", "5"))),
    "N3 pièce": ({"N3"}, _poser(7, "PieceRef", "AUTRE")),
    "N4": ({"N4"}, _toutes(_poser(6, "ValidDate", "20260101"), _poser(7, "ValidDate", "20260101"))),
    "N5": ({"N5"}, _toutes(_poser(6, "EcritureDate", "20270101"), _poser(7, "EcritureDate", "20270101"))),
    "N6": ({"N6"}, _poser(4, "PieceDate", "20260231")),
    "N7": ({"N7"}, _intervertir),
    "N9": (
        {"N9"},
        _toutes(
            *(_poser(rang, "JournalCode", "OD") for rang in (1, 2)),
            *(_poser(rang, "JournalCode", "AN") for rang in (6, 7)),
        ),
    ),
    "N10": ({"N10"}, _poser(5, "DateLet", "")),
    "N11": ({"N11"}, _poser(6, "CompAuxLib", "AARO SAS")),
    "N12": ({"N12"}, _resultat),
    "N14": ({"N14"}, _double),
    "N16": ({"N16", "T-A-SENS"}, _une_ligne),
}


def _ecrire(chemin: Path, defaut: Defaut) -> Path:
    lignes = [ligne.split("\t") for ligne in SAIN.decode("iso8859-15").removesuffix("\r\n").split("\r\n")]
    defaut(lignes)
    chemin.write_bytes("".join("\t".join(ligne) + "\r\n" for ligne in lignes).encode("iso8859-15"))
    return chemin


ATTENDU_REFERENCE = Attendu("732829320", date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("nom", DEFAUTS)
def test_each_control_sees_its_fault_and_no_other(nom: str, tmp_path: Path) -> None:
    codes, defaut = DEFAUTS[nom]
    rapport = controler_fichier(_ecrire(tmp_path / ATTENDU.name, defaut), attendu=ATTENDU_REFERENCE)
    assert set(rapport.comptes) == codes


@pytest.mark.parametrize(
    ("nom", "codes"),
    [
        ("732829320FEC20261231.txt", set()),
        ("FEC.txt", {"T-NOM"}),
        ("73282932FEC20261231.txt", {"N8"}),
        ("732829321FEC20261231.txt", {"N8"}),
        ("356000000FEC20261231.txt", {"N8"}),
        ("732829320FEC20251231.txt", {"N8"}),
    ],
)
def test_the_name_is_controlled(nom: str, codes: set[str], tmp_path: Path) -> None:
    (tmp_path / nom).write_bytes(SAIN)
    assert set(controler_fichier(tmp_path / nom, attendu=ATTENDU_REFERENCE).comptes) == codes


@pytest.mark.parametrize(
    ("octets", "code"), [(b"", "T-VIDE"), (b"a;b;c\r\n", "T-SEP"), (SAIN.split(b"AN\t")[0], "T-VIDE")]
)
def test_a_file_that_is_none_is_refused(octets: bytes, code: str, tmp_path: Path) -> None:
    chemin = tmp_path / ATTENDU.name
    chemin.write_bytes(octets)
    assert set(controler_fichier(chemin).comptes) == {code}


def test_other_legal_forms_are_read(tmp_path: Path) -> None:
    """LF, bar, UTF-8 with BOM, lower-case names, signs and dates of the other kind: the tool takes them."""
    texte = SAIN.decode("iso8859-15").replace("\r\n", "\n").replace("\t", "|")
    entete, reste = texte.split("\n", 1)
    chemin = tmp_path / ATTENDU.name
    chemin.write_bytes(b"\xef\xbb\xbf" + f"{entete.lower()}\n{reste}".encode())
    assert set(controler_fichier(chemin, attendu=ATTENDU_REFERENCE).comptes) == {"N7"}


def test_utf8_loses_the_a_grave_that_latin9_keeps() -> None:
    assert nettoyer_texte(" à\u00a0|\tdeux  ") == "à deux"


def test_exercice_of_another_year_is_refused() -> None:
    dossier_de_la_reference()
    with pytest.raises(Exception, match="2025"):
        call_command("fec", dossier="REF", exercice=2025, sortie="/nonexistent")
    assert Exercice.objects.count() == 1
