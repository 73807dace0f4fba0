"""Statement files read for banks other than Qonto: identity of lines (§B.9), chains of balances, hostile files."""

from datetime import date
from pathlib import Path

import pytest

from banque.errors import FichierIllisible
from banque.formats import camt053 as ecriture_camt
from banque.formats import cfonb120 as ecriture_cfonb
from banque.sources import camt053, cfonb120
from tests.banque.formats.exemples import AARO, DUPONT, FRAIS, IBAN, releve

EXEMPLE = (Path(__file__).parent / "attendus/cfonb120.txt").read_bytes()


def test_sample_of_the_reference_is_read() -> None:
    (lu,) = cfonb120.lire(EXEMPLE)
    assert (lu.iban, lu.du, lu.au) == (IBAN, date(2026, 6, 9), date(2026, 6, 9))
    assert (lu.solde_ouverture_cents, lu.solde_cloture_cents) == (125000, 2925971)
    aaro, dupont, frais = lu.operations
    assert (aaro.montant_cents, aaro.contrepartie, aaro.reference) == (-18999, "AARO", "FS9289482")
    assert (aaro.contrepartie_iban, aaro.mode_reglement) == ("FR7610011000201234567890188", "V")
    assert (dupont.contrepartie, dupont.solde_apres_cents) == ("DUPONT SAS", 125000 - 18999 + 2820000)
    assert (frais.code_operation, frais.montant_cents, frais.libelle) == ("62", -30, "FRAIS QONTO")


@pytest.mark.parametrize("fin", [b"\r\n", b"\r", b"", b"\n\n"])
def test_line_ends_do_not_matter(fin: bytes) -> None:
    assert cfonb120.lire(EXEMPLE.replace(b"\n", fin)) == cfonb120.lire(EXEMPLE)


def test_stripped_blanks_do_not_matter() -> None:
    rogne = b"\n".join(ligne.rstrip() for ligne in EXEMPLE.splitlines())
    assert cfonb120.lire(rogne) == cfonb120.lire(EXEMPLE)


def test_twin_lines_of_a_day_are_two_lines_and_stay_the_same_two() -> None:
    deux, trois = (b"".join(ecriture_cfonb.ecrire(releve(*[FRAIS] * nombre))) for nombre in (2, 3))
    ids_deux, ids_trois = ([o.external_id for o in cfonb120.lire(fichier)[0].operations] for fichier in (deux, trois))
    assert len(set(ids_trois)) == 3
    assert ids_trois[:2] == ids_deux == [o.external_id for o in cfonb120.lire(deux)[0].operations]


def test_the_ids_do_not_depend_on_the_lines_around() -> None:
    seule = cfonb120.lire(b"".join(ecriture_cfonb.ecrire(releve(AARO))))[0].operations[0]
    assert seule.external_id == cfonb120.lire(EXEMPLE)[0].operations[0].external_id


def test_unknown_qualifier_is_kept() -> None:
    ligne = EXEMPLE.splitlines()[2]
    inconnue = ligne[:45] + b"XYZ" + b"TEXTE RARE".ljust(70) + b"  "
    lignes = EXEMPLE.splitlines()
    (lu,) = cfonb120.lire(b"\n".join([*lignes[:3], inconnue, *lignes[3:]]))
    assert "XYZ TEXTE RARE" in lu.operations[0].complements


def test_reject_reason_and_foreign_amount_are_read() -> None:
    lignes = EXEMPLE.splitlines()
    lignes[1] = lignes[1][:40] + b"57" + lignes[1][42:]
    lignes.insert(2, lignes[2][:45] + b"MMOUSD200000000020000".ljust(73) + b"  ")
    operation = cfonb120.lire(b"\n".join(lignes))[0].operations[0]
    assert "Motif de rejet 57" in operation.complements
    assert (operation.devise_locale, operation.montant_local_cents) == ("USD", 20000)


@pytest.mark.parametrize(
    ("abimer", "ligne"),
    [
        (lambda lignes: lignes[:-1], 10),
        (lambda lignes: lignes[1:], 1),
        (lambda lignes: [lignes[0], lignes[2]], 2),
        (lambda lignes: [lignes[0], b"99" + lignes[1][2:]], 2),
        (lambda lignes: [lignes[0], lignes[1][:90] + b"00000000018X9R" + lignes[1][104:]], 2),
        (lambda lignes: [lignes[0][:34] + b"310226" + lignes[0][40:]], 1),
        (lambda lignes: [*lignes[:-1], lignes[-1][:90] + b"0000000292597B" + lignes[-1][104:]], 11),
        (lambda lignes: [lignes[0], lignes[0]], 2),
        (lambda lignes: [lignes[0] + b"x" * 30], 1),
        (lambda lignes: [], None),
        (lambda lignes: [b"%PDF-1.7"], 1),
    ],
)
def test_a_broken_file_names_its_line(abimer: object, ligne: int | None) -> None:
    with pytest.raises(FichierIllisible) as refus:
        cfonb120.lire(b"\n".join(abimer(EXEMPLE.splitlines())))  # type: ignore[operator]
    assert refus.value.ligne == ligne
    assert "Rien n’a été importé" in str(refus.value)


def test_camt_of_a_bank_is_read_in_both_versions() -> None:
    ancien = b"".join(ecriture_camt.ecrire(releve(AARO, DUPONT, FRAIS)))
    recent = (
        ancien.replace(b"camt.053.001.02", b"camt.053.001.08")
        .replace(b"<Sts>BOOK</Sts>", b"<Sts><Cd>BOOK</Cd></Sts>")
        .replace(b"<Cdtr><Nm>AARO</Nm></Cdtr>", b"<Cdtr><Pty><Nm>AARO</Nm></Pty></Cdtr>")
    )
    (a,), (b,) = camt053.lire(ancien), camt053.lire(recent)
    assert [o.montant_cents for o in a.operations] == [-18999, 2820000, -30]
    assert [o.contrepartie for o in a.operations] == [o.contrepartie for o in b.operations]
    assert a.operations[0].reference == "FS9289482"


def test_camt_leaves_pending_entries() -> None:
    attente = b"".join(ecriture_camt.ecrire(releve(AARO, solde_cloture_cents=125000)))
    (lu,) = camt053.lire(attente.replace(b"<Sts>BOOK</Sts>", b"<Sts>PDNG</Sts>"))
    assert lu.operations == ()


@pytest.mark.parametrize(
    "fichier",
    [
        b"",
        b"<a>",
        b"<Document/>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>',
        b"".join(ecriture_camt.ecrire(releve(AARO))).replace(b"189.99", b"189.991"),
        b"".join(ecriture_camt.ecrire(releve(AARO))).replace(b"189.99", b"NaN"),
        b"".join(ecriture_camt.ecrire(releve(AARO))).replace(b"1060.01", b"1060.02"),
        b"".join(ecriture_camt.ecrire(releve(AARO))).replace(b"2026-06-09T00", b"2026-26-09T00"),
        b"".join(ecriture_camt.ecrire(releve(AARO))).replace(b"OPBD", b"XXXX"),
    ],
)
def test_camt_refuses_what_is_no_statement(fichier: bytes) -> None:
    with pytest.raises(FichierIllisible):
        camt053.lire(fichier)
