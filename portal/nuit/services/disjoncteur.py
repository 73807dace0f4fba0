"""The circuit breaker of the night, one for each cause, shared by all workers.

When Qonto does not answer, a hundred dossiers need not find it out one by one: after a few failures in a row nothing
is sent for a while, then one dossier alone goes and sees. Without Redis the circuit is closed: each dossier tries.
"""

from contextlib import suppress

from redis.exceptions import RedisError

from portal.lib.verrous import redis_client
from qonto_link.enums import ClasseIncident

SEUIL = 8
PAUSE = 60
PAUSE_MAX = 900
MEMOIRE = 3600
# A refused consent is the trouble of one dossier; these are the trouble of all.
COMMUNES: frozenset[str] = frozenset({ClasseIncident.INJOIGNABLE, ClasseIncident.CADENCE})


def _cle(cause: str) -> str:
    return f"portail:disjoncteur:{cause}"


def noter_echec(cause: str) -> None:
    """One failure more; the circuit opens at the threshold, twice as long each time it fails again."""
    if cause not in COMMUNES:
        return
    with suppress(RedisError), redis_client() as client:
        suite = int(client.incr(_cle(cause)))
        client.expire(_cle(cause), MEMOIRE)
        if suite >= SEUIL:
            pause = min(PAUSE * 2 ** (suite - SEUIL), PAUSE_MAX)
            client.set(f"{_cle(cause)}:ouvert", 1, ex=pause)


def noter_succes() -> None:
    """Qonto answers: everything is closed again."""
    with suppress(RedisError), redis_client() as client:
        client.delete(*(cle for cause in COMMUNES for cle in (_cle(cause), f"{_cle(cause)}:ouvert")))


def places(voulues: int) -> int:
    """How many dossiers may be sent now: all, none while open, one to go and see after a pause."""
    try:
        with redis_client() as client:
            if any(client.exists(f"{_cle(cause)}:ouvert") for cause in COMMUNES):
                return 0
            suites = [int(client.get(_cle(cause)) or 0) for cause in COMMUNES]
    except RedisError:
        return voulues
    return min(voulues, 1) if max(suites) >= SEUIL else voulues
