"""Counters of all processes, in the shared Redis; `/metrics` writes them as Prometheus reads them.

A process keeps its counts and hands them over every few seconds: measuring costs no round trip, and a Redis that does
not answer loses figures, never a page.
"""

import threading
import time
from collections import defaultdict
from contextlib import suppress

from redis.exceptions import RedisError

from portal.lib.verrous import redis_client

CLE = "portail:mesures"
PERIODE = 5.0


class Compteurs:
    def __init__(self) -> None:
        self._verrou = threading.Lock()
        self._valeurs: dict[str, float] = defaultdict(float)
        self._verses_a = time.monotonic()

    def compter(self, nom: str, valeur: float = 1, **etiquettes: str) -> None:
        """Add to a counter, named as Prometheus wants (`portail_…_total`). No label may grow without end."""
        with self._verrou:
            self._valeurs[serie(nom, etiquettes)] += valeur
            du = time.monotonic() - self._verses_a >= PERIODE
        if du:
            self.verser()

    def verser(self) -> None:
        with self._verrou:
            valeurs, self._valeurs = dict(self._valeurs), defaultdict(float)
            self._verses_a = time.monotonic()
        if not valeurs:
            return
        with suppress(RedisError), redis_client() as client, client.pipeline(transaction=False) as lot:
            for nom, valeur in valeurs.items():
                lot.hincrbyfloat(CLE, nom, valeur)
            lot.execute()


def serie(nom: str, etiquettes: dict[str, str]) -> str:
    """`nom{a="b"}` with its values escaped."""
    if not etiquettes:
        return nom
    paires = ",".join(f'{cle}="{_echapper(valeur)}"' for cle, valeur in sorted(etiquettes.items()))
    return f"{nom}{{{paires}}}"


def _echapper(valeur: str) -> str:
    return valeur.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


compteurs = Compteurs()
compter = compteurs.compter


def toutes() -> dict[str, float]:
    """Every counter of every process."""
    compteurs.verser()
    with redis_client() as client:
        return {nom.decode(): float(valeur) for nom, valeur in sorted(client.hgetall(CLE).items())}
