"""The rate budget of calls to Qonto, shared by all processes: its limit is per IP address.

Qonto allows 1 000 requests in 10 seconds and 10 000 in 10 minutes. In the day the work of the `nuit` queue keeps to
half of it, so that people never wait for a catch-up; at night it uses nearly the whole. It is paced: a night that
spent ten minutes' worth in two would leave nothing to anybody for the other eight.
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
# The share of the long window that background work may spend; a person who comes at night finds the rest.
PART_NUIT, PART_JOUR = 0.97, 0.5
# The limiter sleeps so much longer than it must. Its own 50 ms would lose half a hundredth of the budget.
MARGE_MS = 5
# Past this the call goes out: Qonto's 429 then says how long to wait, and the client obeys.
ATTENTE_MAX = 60
# Nobody waits for background work: it stays in its turn, well within the lease of a visit.
ATTENTE_FOND = 300
PARIS = ZoneInfo("Europe/Paris")


def taux_de(bourse: str) -> list[Rate]:
    """The rates of a purse: `tout` is Qonto's own, the two others pace the work of the background."""
    if bourse == "tout":
        return [Rate(int(limite * PART), fenetre_ms) for limite, fenetre_ms in FENETRES]
    part = PART_NUIT if bourse == "fond-nuit" else PART_JOUR
    (_, pas_ms), (limite, fenetre_ms) = FENETRES[0], FENETRES[-1]
    return [Rate(max(1, int(limite * part * pas_ms / fenetre_ms)), pas_ms)]


def bourses(*, fond: bool, maintenant: datetime) -> list[str]:
    """The purses out of which one request is paid, in order."""
    if not fond:
        return ["tout"]
    return ["fond-nuit" if est_de_nuit(maintenant) else "fond-jour", "tout"]


@lru_cache
def _limiteur(bourse: str) -> Limiter:
    seau = RedisBucket.init(taux_de(bourse), Redis.from_url(settings.REDIS_URL), f"portail:budget:{bourse}")
    return Limiter(seau, buffer_ms=MARGE_MS)


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
    fond = _travail_de_fond()
    for bourse in bourses(fond=fond, maintenant=timezone.now()):
        _limiteur(bourse).try_acquire("qonto", timeout=ATTENTE_FOND if fond else ATTENTE_MAX)
