"""Tasks: each has a queue that a worker serves, the schedule names real tasks, a killed worker loses nothing."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from celery.schedules import crontab
from django.conf import settings

from portal.celery import FILES, QUEUES, app
from portal.lib import battement
from portal.lib.verrous import redis_client

app.loader.import_default_modules()
NOTRES = {nom: tache for nom, tache in app.tasks.items() if not nom.startswith("celery.")}


def test_every_task_has_its_queue() -> None:
    nommees = [nom for noms in FILES.values() for nom in noms]
    assert sorted(nommees) == sorted(NOTRES)


@pytest.mark.parametrize("file", QUEUES)
def test_task_is_sent_to_its_queue(file: str) -> None:
    for nom in FILES[file]:
        route = app.amqp.router.route({}, nom)
        assert (route["queue"].name, route["queue"].routing_key) == (file, file)


def test_night_is_served_last_by_a_worker_of_all_queues() -> None:
    with app.connection_for_write() as connexion:
        canal: Any = connexion.default_channel
        canal._active_queues = list(QUEUES)
        canal._update_queue_cycle()
        for _ in range(3):
            assert canal._queue_cycle.consume(3) == ["interactif", "evenements", "nuit"]
            canal._queue_cycle.rotate("interactif")


@pytest.mark.parametrize("entree", sorted(app.conf.beat_schedule))
def test_schedule_names_a_real_task(entree: str) -> None:
    assert app.conf.beat_schedule[entree]["task"] in NOTRES


def test_schedule_is_read_in_paris() -> None:
    assert str(app.conf.timezone) == "Europe/Paris"
    paris = ZoneInfo("Europe/Paris")
    veille = datetime(2026, 7, 1, 4, 39, tzinfo=paris)
    planification = crontab(hour="4", minute="40", app=app, nowfun=lambda: veille)
    assert planification.remaining_estimate(veille).total_seconds() == 60


def test_lost_messages_come_back_before_anything_runs_twice() -> None:
    options = app.conf.broker_transport_options
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert options["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT
    assert options["unacked_restore_interval"] <= 5


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A real worker on the queue of the tests."""
    environnement = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    ordre = [sys.executable, "-m", "celery", "-A", "portal", "worker", "--pool", "threads", "-c", "2"]
    processus = subprocess.Popen(
        [*ordre, "-Q", ",".join(QUEUES), "-l", "ERROR", "--without-mingle", "--without-gossip"],
        env=environnement,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield processus
    processus.terminate()
    processus.wait(20)


def test_a_real_worker_beats(worker: subprocess.Popen[bytes]) -> None:
    with redis_client() as client:
        client.delete(battement.CLE)
        app.send_task("portal.battement")
        limite = time.monotonic() + 60
        while client.get(battement.CLE) is None and time.monotonic() < limite:
            time.sleep(0.1)
        assert client.get(battement.CLE)
