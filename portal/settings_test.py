"""Settings of the tests: the same code, with a private data folder and plain static files."""

import os
import socket
import tempfile
from pathlib import Path

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="portail-test-")
# Each test process has its own Valkey, which tests/conftest.py starts on this socket. REDIS_URL names a real server.
if not os.environ.get("REDIS_URL") or os.environ.get("TEST_VALKEY_SOCKET"):
    os.environ["TEST_VALKEY_SOCKET"] = f"{tempfile.mkdtemp(prefix='vk-')}/s"
    os.environ["REDIS_URL"] = f"unix://{os.environ['TEST_VALKEY_SOCKET']}"
else:
    # Two databases for each process of the tests on the Redis that was named: it empties its own.
    rang = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].split('?')[0]}?db={2 * rang}"
# The local Qonto of the tests listens where nobody else does; the process that serves it reads the same variable.
with socket.socket() as libre:
    libre.bind(("127.0.0.1", 0))
    os.environ["QONTO_PORT"] = str(libre.getsockname()[1])
for nom in ("QONTO_API_URL", "QONTO_OAUTH_URL", "QONTO_APP_URL", "QONTO_STAGING_TOKEN", "QONTO_CLIENT_ID"):
    os.environ.pop(nom, None)

from portal.settings import *  # noqa: F403
from portal.settings import DATA_DIR, DATABASES, STORAGES

TESTING = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: the live server and the tasks of the tests run in other threads and processes.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(DATA_DIR) / "test.sqlite3")}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Argon2 at full cost would be most of the suite's time; its own test sets the real list back.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
