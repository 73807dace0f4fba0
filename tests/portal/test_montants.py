"""Amounts typed by people become cents, never by guessing (comptabilite.md §D.5, §E.3)."""

from decimal import Decimal

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import affichage
from portal.lib.champs import MontantField
from portal.lib.montants import MontantIllisible, en_cents, en_decimal, lire_montant, repartir, saisie


@pytest.mark.parametrize(
    ("texte", "cents"),
    [
        ("1 234,56", 123456),
        ("1\u202f234,56\u00a0€", 123456),
        ("1\u00a0234,56", 123456),
        ("1234.56", 123456),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1.234.567", 123456700),
        ("189,99 €", 18999),
        ("0,1", 10),
        (",5", 50),
        ("12", 1200),
        ("-12,30", -1230),
        ("\u22121\u202f000,00", -100000),
        ("+5", 500),
        ("  7 EUR ", 700),
    ],
)
def test_amount_is_read_in_every_usual_writing(texte: str, cents: int) -> None:
    assert lire_montant(texte) == cents


@pytest.mark.parametrize(
    "texte",
    ["", "abc", "1.234", "1,234", "12,345", "1 23,00", "12 34", "1,2,3", "1.2.3", "1e3", "--1", "12,", "1 2", "NaN",
     "1,234,56", "0x10", "١٢", "99999999999999999"],
)  # fmt: skip
def test_amount_that_can_be_read_in_two_ways_or_none_is_refused(texte: str) -> None:
    with pytest.raises(MontantIllisible):
        lire_montant(texte)


@given(st.integers(-(10**14), 10**14))
def test_what_the_portal_writes_it_reads_back(cents: int) -> None:
    assert lire_montant(affichage.montant(cents)) == cents
    assert lire_montant(affichage.devise(cents)) == cents
    assert lire_montant(saisie(cents)) == cents
    assert en_cents(en_decimal(cents)) == cents


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused_in_words(texte: str) -> None:
    try:
        assert isinstance(lire_montant(texte), int)
    except MontantIllisible as refus:
        assert str(refus)


def test_decimal_with_a_third_digit_is_refused_not_rounded() -> None:
    assert en_cents(Decimal("0.10")) == 10
    for valeur in ("0.105", "NaN", "Infinity"):
        with pytest.raises(MontantIllisible):
            en_cents(Decimal(valeur))


@given(st.integers(-(10**12), 10**12), st.integers(1, 120))
def test_instalments_add_up_and_the_last_takes_the_remainder(cents: int, parts: int) -> None:
    echeances = repartir(cents, parts)
    assert len(echeances) == parts
    assert sum(echeances) == cents
    assert len(set(echeances[:-1])) <= 1
    assert 0 <= abs(echeances[-1]) - abs(echeances[0]) < parts


def test_instalments_of_one_euro_in_three() -> None:
    assert repartir(100, 3) == [33, 33, 34]
    with pytest.raises(ValueError, match="one part"):
        repartir(100, 0)


class _Formulaire(forms.Form):
    montant = MontantField(label="Montant", min_cents=1, max_cents=100_000)


def test_field_gives_cents_and_shows_what_was_typed_again() -> None:
    form = _Formulaire({"montant": "1 000,00 €"})
    assert form.is_valid()
    assert form.cleaned_data == {"montant": 100_000}
    assert 'value="12,34"' in str(_Formulaire(initial={"montant": 1234})["montant"])
    for texte in ("0", "1 000,01", "1.234", ""):
        assert not _Formulaire({"montant": texte}).is_valid()
