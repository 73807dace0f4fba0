"""The probes tell the truth, and tell it to those who may know."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from billiard.einfo import ExceptionInfo
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from banque.services.synchronisation import demander
from portal.cadence import attendre_son_tour, noter_ralentissement
from portal.lib import battement, mesures, stockage
from portal.lib.verrous import redis_client
from portal.nuit.enums import EtatVisite
from portal.nuit.services.visite import visiter
from portal.tasks import battement as tache_battement
from qonto_link.adhesion.services import boite
from tests.factories import DossierFactory
from tests.nuit.factories import PassageFactory, VisiteFactory
from tests.qonto_link.factories import ConnexionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sans_battement() -> Iterator[None]:
    with redis_client() as client:
        client.delete(battement.CLE, mesures.CLE)
    yield


def test_live_needs_nothing(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/healthz/live").json() == {"etat": "vivant"}


def test_ready_when_everything_answers(client: Client) -> None:
    tache_battement()
    reponse = client.get("/healthz/ready")
    assert reponse.status_code == 200
    etats = reponse.json()
    assert {etats[nom] for nom in ("base", "redis", "taches", "stockage")} == {"ok"}
    assert etats["detecteur"] in {"libmagic", "filetype"}


def test_not_ready_without_worker(client: Client) -> None:
    assert client.get("/healthz/ready").status_code == 503
    battement.battre(timezone.now() - timedelta(minutes=5))
    reponse = client.get("/healthz/ready")
    assert reponse.status_code == 503
    assert reponse.json()["taches"].startswith("dernier battement il y a 30")


def test_not_ready_without_redis(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///tmp/portail-absent.sock"
    reponse = client.get("/healthz/ready")
    assert reponse.status_code == 503
    assert reponse.json()["redis"] == "en panne (ConnectionError)"


def test_not_ready_when_the_keys_are_gone(client: Client, settings: Settings) -> None:
    tache_battement()
    default_storage.delete(stockage.SONDE)
    stockage.sonder()
    settings.ENCRYPTION_KEYS = ["bm90cmUgY2xlIGRlIHRlc3QgZGUgMzIgb2N0ZXRzLiE="]
    reponse = client.get("/healthz/ready")
    assert reponse.status_code == 503
    assert reponse.json()["stockage"] == "en panne (FichierAltere)"
    default_storage.delete(stockage.SONDE)


def test_metrics_count_requests_and_queues(client: Client) -> None:
    client.get("/healthz/live")
    texte = client.get("/metrics").content.decode()
    assert 'portail_requetes_total{statut="2xx"}' in texte
    # Another test process may share the Redis, and fill its queue.
    assert re.search(r'portail_file_taches\{file="interactif"\} \d+', texte)
    assert "# TYPE portail_battement_age_secondes gauge" in texte


def valeurs(client: Client) -> dict[str, float]:
    """Every series of /metrics, read as Prometheus reads it."""
    texte = client.get("/metrics").content.decode()
    lues = (ligne.rsplit(" ", 1) for ligne in texte.splitlines() if not ligne.startswith("#"))
    return {serie: float(valeur) for serie, valeur in lues}


def test_figures_of_the_night_move_with_it(client: Client) -> None:
    vide = valeurs(client)
    for nom in ("visites_en_attente", "echecs", "age_secondes", "retard_secondes"):
        assert vide[f"portail_nuit_{nom}"] == 0
    maintenant = timezone.now()
    passage = PassageFactory(debut=maintenant - timedelta(hours=2))
    for etat in (EtatVisite.PREVUE, EtatVisite.EN_COURS, EtatVisite.REUSSIE, EtatVisite.ECHOUEE):
        VisiteFactory(passage=passage, etat=etat, prevue_le=maintenant - timedelta(minutes=90))
    ConnexionFactory(access_expire_le=maintenant - timedelta(days=81))
    ConnexionFactory(access_expire_le=maintenant - timedelta(days=79))
    lues = valeurs(client)
    assert (lues["portail_nuit_visites_en_attente"], lues["portail_nuit_echecs"]) == (2, 1)
    assert lues["portail_nuit_retard_secondes"] == pytest.approx(5400, abs=60)
    assert lues["portail_nuit_age_secondes"] == pytest.approx(7200, abs=60)
    assert lues["portail_jetons_proches_de_la_fin"] == 1


def test_age_of_each_queue_is_that_of_its_oldest_work(client: Client) -> None:
    assert valeurs(client)['portail_file_age_secondes{file="evenements"}'] == 0
    maintenant = timezone.now()
    demander(dossier=DossierFactory(), par="essai", maintenant=maintenant - timedelta(minutes=3))
    for minutes in (1, 7):
        boite.ranger(
            source="compte",
            external_id=f"evt-{minutes}",
            genre="v1/transactions",
            resource_id="1",
            corps=b"{}",
            maintenant=maintenant - timedelta(minutes=minutes),
        )
    lues = valeurs(client)
    assert lues['portail_file_age_secondes{file="interactif"}'] == pytest.approx(180, abs=30)
    assert lues['portail_file_age_secondes{file="evenements"}'] == pytest.approx(420, abs=30)


def test_counters_count_visits_tasks_requests_and_refusals(client: Client) -> None:
    visite = VisiteFactory(etat=EtatVisite.PREVUE)
    # No connection: nothing to read, and it is counted as such.
    visiter(visite_id=visite.pk, horloge=timezone.now)
    for _ in range(3):
        attendre_son_tour()
    noter_ralentissement()
    tache_battement.on_success(None, "id", (), {})
    try:
        raise ValueError("essai")
    except ValueError as panne:
        tache_battement.on_failure(panne, "id", (), {}, ExceptionInfo())
    lues = valeurs(client)
    assert lues['portail_nuit_visites_total{issue="abandonnee"}'] == 1
    assert lues["portail_qonto_requetes_total"] == 3
    assert lues["portail_qonto_429_total"] == 1
    assert lues['portail_taches_total{issue="reussie",tache="portal.battement"}'] == 1
    assert lues['portail_taches_total{issue="echouee",tache="portal.battement"}'] == 1


def test_queue_length_is_the_broker_s(client: Client) -> None:
    with redis_client() as redis:
        avant = valeurs(client)['portail_file_taches{file="nuit"}']
        redis.rpush("nuit", "a", "b")
        assert valeurs(client)['portail_file_taches{file="nuit"}'] == avant + 2
        redis.ltrim("nuit", 0, -3)


def test_labels_never_grow_with_addresses_or_dossiers(client: Client) -> None:
    client.get("/healthz/live")
    avant = set(valeurs(client))
    for rang in range(20):
        client.get(f"/cabinet/dossiers/{rang}/inconnu-{rang}/")
        VisiteFactory(etat=EtatVisite.ECHOUEE, passage__jour=date(2026, 1, 1 + rang))
    assert set(valeurs(client)) - avant <= {f'portail_requetes_total{{statut="{n}xx"}}' for n in (2, 3, 4)}


def test_metrics_are_for_the_supervision(client: Client, settings: Settings) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
    settings.METRICS_TOKEN = "jeton-de-supervision"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"authorization": "Bearer faux"}).status_code == 403
    assert client.get("/metrics", headers={"authorization": "Bearer jeton-de-supervision"}).status_code == 200


def test_labels_are_escaped() -> None:
    assert mesures.serie("x_total", {"b": 'a"\n\\', "a": "1"}) == 'x_total{a="1",b="a\\"\\n\\\\"}'
