"""The rate budget of calls to Qonto, shared by all processes: its limit is per IP address.

Qonto allows 1 000 requests in 10 seconds and 10 000 in 10 minutes. In the day the work of the `nuit` queue keeps to
half of it, so that people never wait for a catch-up; at night it may use the whole.
"""

from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from celery import current_task
from django.conf import settings
from django.utils import timezone
from pyrate_limiter import Limiter, Rate, RedisBucket
from redis import Redis
from redis.exceptions import RedisError

from portal.lib.mesures import compter

# A little under Qonto's own figures: two clocks never agree.
PART = 0.98
FENETRES = ((1_000, 10_000), (10_000, 600_000))
HEURES_DE_JOUR = range(7, 21)
# Past this the call goes out: Qonto's 429 then says how long to wait, and the client obeys.
ATTENTE_MAX = 60
PARIS = ZoneInfo("Europe/Paris")


@lru_cache
def _limiteur(nom: str, part: float) -> Limiter:
    taux = [Rate(int(limite * PART * part), fenetre_ms) for limite, fenetre_ms in FENETRES]
    return Limiter(RedisBucket.init(taux, Redis.from_url(settings.REDIS_URL), f"portail:budget:{nom}"))


def est_de_nuit(maintenant: datetime) -> bool:
    return maintenant.astimezone(PARIS).hour not in HEURES_DE_JOUR


def _travail_de_fond() -> bool:
    """True inside a task of the `nuit` queue."""
    return bool(current_task and (current_task.request.delivery_info or {}).get("routing_key") == "nuit")


def attendre_son_tour() -> None:
    """Spend one request of the budget, waiting until there is one. Without Redis nothing is limited here."""
    compter("portail_qonto_requetes_total")
    # A Redis that restarted has forgotten the limiter's script: it is loaded again.
    with suppress(RedisError):
        try:
            _depenser()
        except RedisError:
            _limiteur.cache_clear()
            _depenser()


def noter_ralentissement() -> None:
    compter("portail_qonto_429_total")


def _depenser() -> None:
    if _travail_de_fond() and not est_de_nuit(timezone.now()):
        _limiteur("fond", 0.5).try_acquire("qonto", timeout=ATTENTE_MAX)
    _limiteur("tout", 1.0).try_acquire("qonto", timeout=ATTENTE_MAX)
