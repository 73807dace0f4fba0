"""The rate budget is one purse for all, of which work of the night leaves half to people in the day."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from portal import cadence
from portal.lib.verrous import redis_client
from qonto_link import budget

VRAIES_FENETRES, VRAIE_PART = cadence.FENETRES, cadence.PART


@pytest.fixture(autouse=True)
def _bourse(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A purse of 10 requests in half a second."""
    monkeypatch.setattr(cadence, "PART", 1.0)
    monkeypatch.setattr(cadence, "FENETRES", ((10, 500),))
    with redis_client() as client:
        client.delete(*(f"portail:budget:{bourse}" for bourse in ("tout", "fond-nuit", "fond-jour")))
    cadence._limiteur.cache_clear()
    yield
    cadence._limiteur.cache_clear()


def _duree(appels: int) -> float:
    debut = time.monotonic()
    for _ in range(appels):
        budget.avant_requete()
    return time.monotonic() - debut


def test_requests_wait_once_the_purse_is_empty() -> None:
    assert _duree(10) < 0.4
    assert _duree(1) > 0.1


def test_work_of_the_night_leaves_half_in_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cadence, "_travail_de_fond", lambda: True)
    monkeypatch.setattr(cadence, "est_de_nuit", lambda maintenant: False)
    assert _duree(5) < 0.4
    assert _duree(1) > 0.1
    monkeypatch.setattr(cadence, "_travail_de_fond", lambda: False)
    assert _duree(3) < 0.3


def test_work_of_the_night_never_empties_the_purse_of_people() -> None:
    _, (_, dix_minutes) = VRAIES_FENETRES
    with pytest.MonkeyPatch.context() as vraies:
        vraies.setattr(cadence, "FENETRES", VRAIES_FENETRES)
        vraies.setattr(cadence, "PART", VRAIE_PART)
        reserve = {
            bourse: min(taux.limit * dix_minutes / taux.interval for taux in cadence.taux_de(bourse))
            for bourse in ("tout", "fond-nuit", "fond-jour")
        }
    # Over ten minutes: at least 95 % of what Qonto allows, and something left for whoever comes meanwhile.
    assert 9_500 <= reserve["fond-nuit"] < reserve["tout"] < 10_000
    assert reserve["fond-jour"] <= reserve["tout"] / 2 + 100


def test_night_may_use_nearly_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cadence, "_travail_de_fond", lambda: True)
    monkeypatch.setattr(cadence, "est_de_nuit", lambda maintenant: True)
    assert _duree(9) < 0.4


@pytest.mark.parametrize(("heure", "nuit"), [(4, True), (6, False), (12, False), (18, False), (19, True), (23, True)])
def test_night_is_read_in_paris(heure: int, nuit: bool) -> None:
    assert cadence.est_de_nuit(datetime(2026, 7, 1, heure, 30, tzinfo=UTC)) is nuit


def test_redis_away_stops_nobody(settings: Settings) -> None:
    settings.REDIS_URL = "unix:///tmp/portail-absent.sock"
    assert _duree(30) < 5


def test_restarted_redis_gets_the_script_again(monkeypatch: pytest.MonkeyPatch) -> None:
    budget.avant_requete()
    with redis_client() as client:
        client.script_flush()
    appels: list[Any] = []
    depenser = cadence._depenser

    def compter_et_depenser() -> None:
        appels.append(1)
        depenser()

    monkeypatch.setattr(cadence, "_depenser", compter_et_depenser)
    budget.avant_requete()
    assert len(appels) == 2
