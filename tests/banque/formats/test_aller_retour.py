"""Round trips: what we write, read by somebody else's parser and by ours, says the same lines and balances (§H.22)."""

import io
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from cfonb import StatementReader
from hypothesis import given, settings
from hypothesis import strategies as st
from ofxparse import OfxParser

from banque.formats import LigneExportee, ReleveExporte, ascii_majuscule, camt053, cfonb120, ofx
from banque.sources import ReleveRecu
from banque.sources import camt053 as lecture_camt
from banque.sources import cfonb120 as lecture_cfonb
from tests.banque.formats.exemples import IBAN, JOUR, releve

lettres = st.text(st.characters(codec="cp1252", categories=("L", "N", "P", "S", "Zs")), max_size=60).map(
    lambda texte: " ".join(unicodedata.normalize("NFC", texte).split())
)
lignes_exportees = st.builds(
    LigneExportee,
    identifiant=st.uuids().map(str),
    jour=st.integers(0, 40).map(lambda ecart: JOUR + timedelta(days=ecart)),
    montant_cents=st.integers(-(10**11), 10**11).filter(bool),
    libelle=lettres.filter(lambda texte: len(ascii_majuscule(texte).strip()) > 0),
    contrepartie=lettres,
    reference=lettres.map(lambda texte: texte[:30].strip()),
    complement=lettres,
    comptabilise=st.booleans(),
    code_operation=st.sampled_from(["05", "06", "11", "62", "B1", "C1", "02", "99"]),
    mode_reglement=st.sampled_from(["V", "C", "P", "B", ""]),
)
releves = st.builds(
    lambda lignes, ouverture: releve(
        *sorted(lignes, key=lambda ligne: ligne.jour), ouverture=ouverture, au=date(2026, 7, 31)
    ),
    st.lists(lignes_exportees, max_size=12),
    st.integers(-(10**10), 10**10),
)


def octets(morceaux: Iterable[bytes]) -> bytes:
    return b"".join(morceaux)


def memes(lu: ReleveRecu, ecrit: ReleveExporte) -> None:
    assert (lu.iban, lu.du, lu.au) == (IBAN, ecrit.du, ecrit.au)
    assert lu.solde_ouverture_cents == ecrit.solde_ouverture_cents
    assert lu.solde_cloture_cents == ecrit.solde_cloture_cents
    assert [(o.jour, o.montant_cents, o.code_operation) for o in lu.operations] == [
        (ligne.jour, ligne.montant_cents, ligne.code_operation) for ligne in ecrit.lignes
    ]


@settings(deadline=None, max_examples=60)
@given(releves)
def test_cfonb_comes_back_through_our_reader(ecrit: ReleveExporte) -> None:
    (lu,) = lecture_cfonb.lire(octets(cfonb120.ecrire(ecrit)))
    memes(lu, ecrit)
    for operation, ligne in zip(lu.operations, ecrit.lignes, strict=True):
        assert ("#Comptabilise" in " ".join(operation.complements)) == (
            ligne.comptabilise or "#Comptabilise" in ligne.complement
        )


@settings(deadline=None, max_examples=40)
@given(releves.filter(lambda ecrit: bool(list(ecrit.lignes))))
def test_cfonb_comes_back_through_python_cfonb(ecrit: ReleveExporte) -> None:
    texte = octets(cfonb120.ecrire(ecrit)).decode("ascii").replace("\r\n", "\n")
    (lu,) = StatementReader().parse(io.StringIO(texte))
    assert lu.header.prev_amount == Decimal(ecrit.solde_ouverture_cents) / 100
    assert lu.footer.next_amount == Decimal(ecrit.solde_cloture_cents) / 100
    assert [(ligne.operation_date, ligne.amount, ligne.operation_code) for ligne in lu.lines] == [
        (f"{ligne.jour}", Decimal(ligne.montant_cents) / 100, ligne.code_operation) for ligne in ecrit.lignes
    ]


@settings(deadline=None, max_examples=60)
@given(releves)
def test_camt_comes_back_through_our_reader(ecrit: ReleveExporte) -> None:
    (lu,) = lecture_camt.lire(octets(camt053.ecrire(ecrit)))
    memes(lu, ecrit)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:ofxparse")
@settings(deadline=None, max_examples=40)
@given(releves.filter(lambda ecrit: bool(list(ecrit.lignes))))
def test_ofx_comes_back_through_ofxparse(ecrit: ReleveExporte) -> None:
    lu = OfxParser.parse(io.BytesIO(octets(ofx.ecrire(ecrit)))).account
    assert (lu.routing_number, lu.branch_id, lu.account_id) == ("16958", "00001", "68869125947")
    assert lu.statement.balance == Decimal(ecrit.solde_cloture_cents) / 100
    assert [(t.id, t.date.date(), t.amount) for t in lu.statement.transactions] == [
        (ligne.identifiant, ligne.jour, Decimal(ligne.montant_cents) / 100) for ligne in ecrit.lignes
    ]
