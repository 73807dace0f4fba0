"""A night in simulated time, at a small scale: spread, within the bank's limits, fair, whole after a kill."""

from datetime import datetime, timedelta

import pytest

from benchmarks._nuit_simulee import Nuit, Scene, Simulation, lignes
from portal import cadence
from portal.cadence import PARIS
from portal.nuit.enums import EtatVisite
from portal.nuit.models import Passage
from qonto_link.models import Connexion

DEPART = datetime(2026, 6, 10, 2, 15, tzinfo=PARIS)
# 45 dossiers with a firm of one that came last; a bank that allows 60 requests a minute.
SCENE = Scene(
    [34, 10, 1],
    fils=4,
    pannes=0.1,
    retraits=0.05,
    morts=(timedelta(seconds=45.02), timedelta(seconds=90.02)),
    personnes=timedelta(seconds=20),
    graine=3,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _petite_banque(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cadence, "FENETRES", ((100, 10_000), (600, 600_000)))


def jouer(scene: Scene = SCENE, depart: datetime = DEPART) -> Nuit:
    Passage.objects.all().delete()
    Connexion.objects.all().delete()
    return Simulation(scene, depart).jouer()


def test_every_dossier_is_read_once_within_the_limits_and_the_firm_of_one_first() -> None:
    nuit = jouer()
    total = sum(SCENE.cabinets)
    assert nuit.etats[EtatVisite.REUSSIE] + nuit.etats[EtatVisite.ECHOUEE] == total
    assert 0 < nuit.etats[EtatVisite.ECHOUEE] < total / 5
    assert nuit.reussites_en_double == 0
    # Killed twice with what they held: nothing is lost, and the night says how often it began again.
    assert nuit.perdues > 0
    assert nuit.essais > total
    assert nuit.pic(10_000) <= 100
    assert nuit.pic(600_000) <= 600
    # The budget was the brake, and a person never waited for the night.
    assert nuit.pic(10_000) >= 9
    assert max(nuit.attentes_de_personnes["nuit"]) <= 0.1
    grand, petit = max(nuit.tailles, key=nuit.tailles.__getitem__), min(nuit.tailles, key=nuit.tailles.__getitem__)
    assert nuit.fins[petit] < nuit.fins[grand] / 2
    assert all("dossiers" in ligne or "requêtes" in ligne or "personne" in ligne for ligne in lignes(nuit, SCENE))


def test_the_same_scene_gives_the_same_night() -> None:
    une, autre = jouer(), jouer()
    assert (une.envois, une.duree, une.etats) == (autre.envois, autre.duree, autre.etats)


def test_in_the_day_the_night_keeps_to_half() -> None:
    scene = Scene([20], pannes=0, retraits=0, morts=())
    nuit, jour = jouer(scene), jouer(scene, DEPART.replace(hour=10))
    assert jour.pic(10_000) <= nuit.pic(10_000) / 2 + SCENE.requetes
    assert jour.duree > nuit.duree
    assert jour.etats == nuit.etats == {EtatVisite.REUSSIE: 20}
