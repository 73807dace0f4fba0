"""Fixtures of the whole suite: a real Valkey, and the cast of people."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase

from portal import celery_app
from portal.lib import valkey
from tests.connexion import force_login
from tests.qonto import LocalQonto

_valkey: list[subprocess.Popen[bytes]] = []


def pytest_configure() -> None:
    """Start the private Valkey whose socket the settings chose."""
    socket = os.environ.get("TEST_VALKEY_SOCKET")
    if not socket:
        return
    ordre = valkey.commande(socket=Path(socket), donnees=Path(socket).parent)
    _valkey.append(subprocess.Popen([*ordre, "--appendonly", "no"], stdout=subprocess.DEVNULL))
    limite = time.monotonic() + 10
    while not Path(socket).exists() and time.monotonic() < limite:
        time.sleep(0.02)


def pytest_unconfigure() -> None:
    for serveur in _valkey:
        serveur.terminate()
        serveur.wait(10)
        shutil.rmtree(Path(os.environ["TEST_VALKEY_SOCKET"]).parent, ignore_errors=True)
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


def vider_malgre_les_triggers(test: TransactionTestCase) -> None:
    """Empty the tables between two tests whose writes are committed: append-only tables refuse it otherwise."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            _flush(test)
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for nom, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{nom}"')
        _flush(test)
        for _, sql in triggers:
            cursor.execute(sql)


_flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
TransactionTestCase._fixture_teardown = vider_malgre_les_triggers  # type: ignore[attr-defined]
Client.force_login = force_login  # type: ignore[method-assign,assignment]


@pytest.fixture(autouse=True)
def _cache_vide() -> Iterator[None]:
    cache.clear()
    yield


@pytest.fixture(scope="session")
def qonto() -> Iterator[LocalQonto]:
    """One process for the session, where the settings expect it. A test that changes it calls `reset()` first."""
    with LocalQonto(port=urlparse(settings.QONTO_API_URL).port or 0) as local:
        yield local


@pytest.fixture
def taches_immediates() -> Iterator[None]:
    """Tasks run where they are queued, as a worker would run them a moment later."""
    celery_app.conf.task_always_eager = True
    yield
    celery_app.conf.task_always_eager = False
