"""The probes tell the truth, and tell it to those who may know."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.lib import battement, mesures, stockage
from portal.lib.verrous import redis_client
from portal.tasks import battement as tache_battement

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


def test_metrics_are_for_the_supervision(client: Client, settings: Settings) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
    settings.METRICS_TOKEN = "jeton-de-supervision"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"authorization": "Bearer faux"}).status_code == 403
    assert client.get("/metrics", headers={"authorization": "Bearer jeton-de-supervision"}).status_code == 200


def test_labels_are_escaped() -> None:
    assert mesures.serie("x_total", {"b": 'a"\n\\', "a": "1"}) == 'x_total{a="1",b="a\\"\\n\\\\"}'
