"""Pictures: every point inside the frame, round marks, nothing for nothing."""

import re
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.lib.graphiques import HAUTEUR, LARGEUR, barres, courbe, etincelle

CENTS = st.integers(-(10**11), 10**11)


@given(st.lists(CENTS, min_size=2, max_size=60))
def test_curve_stays_in_its_frame(soldes: list[int]) -> None:
    points = [(date(2026, 1, 1) + timedelta(days=rang), solde) for rang, solde in enumerate(soldes)]
    dessin = courbe(points)
    assert dessin is not None
    assert all(0 <= int(x) <= LARGEUR for x in re.findall(r"[MH](\d+)", dessin.trace))
    assert all(0 <= int(y) <= HAUTEUR for y in re.findall(r"V(-?\d+)", dessin.trace))
    assert 2 <= len(dessin.graduations) <= 9


@given(st.lists(st.tuples(st.just("juin"), st.integers(0, 10**11), st.integers(0, 10**11)), min_size=1, max_size=14))
def test_bars_stand_on_the_base_line(periodes: list[tuple[str, int, int]]) -> None:
    dessin = barres(periodes)
    assert dessin is not None
    for barre in dessin.barres:
        assert barre.y_entree + barre.h_entree == dessin.base
        assert 0 <= barre.y_sortie <= dessin.base
        assert 0 <= barre.x_entree < barre.x_sortie + dessin.epaisseur <= LARGEUR


def test_nothing_is_drawn_of_nothing() -> None:
    assert courbe([]) is None
    assert courbe([(date(2026, 1, 1), 5)]) is None
    assert barres([]) is None
    assert etincelle([1]) == ""


def test_marks_are_round_amounts() -> None:
    dessin = courbe([(date(2026, 1, 1), 0), (date(2026, 3, 1), 1_234_567)])
    assert dessin is not None
    libelles = [graduation.libelle.replace("\u202f", " ").replace("\u00a0", " ") for graduation in dessin.graduations]
    assert libelles == ["0 €", "5 000 €", "10 000 €", "15 000 €"]
    assert [repere.libelle for repere in dessin.reperes] == ["janv.", "mars"]


def test_sparkline_spans_its_width() -> None:
    assert etincelle([0, 5, 10]) == "M2 22L48 12L94 2"
