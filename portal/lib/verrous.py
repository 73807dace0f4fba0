"""Locks shared by all processes, in the Redis of the portal. They expire: a killed worker blocks nobody."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache

from django.conf import settings
from redis import ConnectionPool, Redis
from redis.exceptions import LockError


class VerrouOccupe(Exception):
    """Somebody else holds the lock and did not let go in time."""


@lru_cache
def _connexions(url: str) -> ConnectionPool:
    return ConnectionPool.from_url(url)


def redis_client() -> Redis:
    """A client of the portal's Redis. Closing it gives its connection back to the process, not to the server."""
    return Redis(connection_pool=_connexions(settings.REDIS_URL))


@contextmanager
def verrou(nom: str, *, duree: float, attente: float) -> Iterator[None]:
    """Hold the lock `nom` for at most `duree` seconds, after waiting `attente` seconds at most.

    Raises VerrouOccupe when it was not obtained.
    """
    with redis_client() as client:
        lock = client.lock(f"portail:verrou:{nom}", timeout=duree, blocking_timeout=attente)
        if not lock.acquire():
            raise VerrouOccupe(nom)
        try:
            yield
        finally:
            # It may have expired: the work took longer than `duree` and the next holder may be in already.
            with suppress(LockError):
                lock.release()
