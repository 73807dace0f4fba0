"""Paris days and bank days: the vectors of comptabilite.md §E.4 and §E.5."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.calendrier import (
    PARIS,
    bornes_du_jour,
    est_ouvre,
    fenetre_d_integration,
    jour_de_paris,
    jour_ouvre_suivant,
    minuit,
    moins_mois,
    plus_mois,
    prochain_jour_ouvre,
)

JOURS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("instant", "jour"),
    [
        ("2026-06-08T21:59:59+00:00", date(2026, 6, 8)),
        ("2026-06-08T22:00:00+00:00", date(2026, 6, 9)),
        ("2026-03-28T22:59:59+00:00", date(2026, 3, 28)),
        ("2026-03-29T21:59:59+00:00", date(2026, 3, 29)),
        ("2026-12-31T23:00:00+00:00", date(2027, 1, 1)),
    ],
)
def test_instant_belongs_to_its_paris_day(instant: str, jour: date) -> None:
    moment = datetime.fromisoformat(instant)
    assert jour_de_paris(moment) == jour
    debut, fin = bornes_du_jour(jour)
    assert debut <= moment < fin


@pytest.mark.parametrize(
    ("jour", "heures"),
    [
        (date(2026, 3, 29), 23),
        (date(2026, 10, 25), 25),
        (date(2027, 3, 28), 23),
        (date(2027, 10, 31), 25),
        (date(2026, 6, 9), 24),
    ],
)
def test_day_of_a_change_of_hour_keeps_its_real_length(jour: date, heures: int) -> None:
    debut, fin = bornes_du_jour(jour)
    assert fin - debut == timedelta(hours=heures)


@given(JOURS)
def test_days_follow_one_another_without_gap_or_overlap(jour: date) -> None:
    assert bornes_du_jour(jour)[1] == bornes_du_jour(jour + timedelta(days=1))[0]
    assert minuit(jour).astimezone(PARIS).hour == 0
    assert minuit(jour).tzinfo is UTC


@pytest.mark.parametrize(
    ("depart", "attendu"),
    [
        (date(2026, 4, 30), date(2026, 2, 28)),
        (date(2028, 4, 30), date(2028, 2, 29)),
        (date(2026, 1, 15), date(2025, 11, 15)),
        (date(2026, 2, 28), date(2025, 12, 28)),
    ],
)
def test_two_months_before(depart: date, attendu: date) -> None:
    assert moins_mois(depart, 2) == attendu


@given(JOURS, st.integers(-36, 36))
def test_months_added_land_in_the_month_asked_for(jour: date, mois: int) -> None:
    arrivee = plus_mois(jour, mois)
    assert (arrivee.year - jour.year) * 12 + arrivee.month - jour.month == mois
    assert arrivee.day <= jour.day


def test_first_integration_reaches_back_two_months_up_to_yesterday_midnight() -> None:
    bas, haut = fenetre_d_integration(maintenant=datetime(2026, 6, 9, 8, 0, tzinfo=UTC))
    assert haut == datetime(2026, 6, 8, 22, 0, tzinfo=UTC)
    assert bas == datetime(2026, 4, 8, 22, 0, tzinfo=UTC)


def test_first_integration_across_the_change_of_hour_starts_at_midnight_in_winter_time() -> None:
    bas, haut = fenetre_d_integration(maintenant=datetime(2026, 4, 30, 8, 0, tzinfo=UTC))
    assert haut == datetime(2026, 4, 29, 22, 0, tzinfo=UTC)
    assert bas == datetime(2026, 2, 27, 23, 0, tzinfo=UTC)


def test_account_younger_than_two_months_starts_at_its_opening() -> None:
    ouverture = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
    maintenant = datetime(2026, 6, 9, 8, 0, tzinfo=UTC)
    assert fenetre_d_integration(maintenant=maintenant, ouverture=ouverture)[0] == ouverture
    vieille = datetime(2020, 1, 1, tzinfo=UTC)
    assert fenetre_d_integration(maintenant=maintenant, ouverture=vieille)[0] == datetime(2026, 4, 8, 22, tzinfo=UTC)


def test_next_integration_starts_where_the_last_one_ended_and_twice_a_day_is_empty() -> None:
    maintenant = datetime(2026, 6, 9, 8, 0, tzinfo=UTC)
    derniere = datetime(2026, 6, 5, 22, 0, tzinfo=UTC)
    assert fenetre_d_integration(maintenant=maintenant, derniere=derniere)[0] == derniere
    haut = datetime(2026, 6, 8, 22, 0, tzinfo=UTC)
    assert fenetre_d_integration(maintenant=maintenant, derniere=haut) == (haut, haut)


@pytest.mark.parametrize(
    ("annee", "vendredi_saint", "lundi_de_paques", "ascension", "pentecote"),
    [
        (2025, (4, 18), (4, 21), (5, 29), (6, 9)),
        (2026, (4, 3), (4, 6), (5, 14), (5, 25)),
        (2027, (3, 26), (3, 29), (5, 6), (5, 17)),
        (2028, (4, 14), (4, 17), (5, 25), (6, 5)),
        (2029, (3, 30), (4, 2), (5, 10), (5, 21)),
        (2030, (4, 19), (4, 22), (5, 30), (6, 10)),
    ],
)
def test_t2_closes_at_easter_and_works_on_french_holidays(
    annee: int,
    vendredi_saint: tuple[int, int],
    lundi_de_paques: tuple[int, int],
    ascension: tuple[int, int],
    pentecote: tuple[int, int],
) -> None:
    for ferme in ((1, 1), vendredi_saint, lundi_de_paques, (5, 1), (12, 25), (12, 26)):
        assert not est_ouvre(date(annee, *ferme))
    for ferie in (ascension, pentecote, (5, 8), (7, 14), (8, 15), (11, 1), (11, 11)):
        jour = date(annee, *ferie)
        assert est_ouvre(jour) == (jour.weekday() < 5)


def test_execution_on_a_closed_day_moves_to_the_next_bank_day() -> None:
    assert prochain_jour_ouvre(date(2026, 4, 3)) == date(2026, 4, 7)
    assert prochain_jour_ouvre(date(2026, 6, 9)) == date(2026, 6, 9)
    assert jour_ouvre_suivant(date(2026, 12, 24)) == date(2026, 12, 28)


@given(JOURS)
def test_next_bank_day_is_open_and_near(jour: date) -> None:
    suivant = prochain_jour_ouvre(jour)
    assert est_ouvre(suivant)
    assert 0 <= (suivant - jour).days <= 5
