"""Paris days and the calendar of the banks (comptabilite.md §E.4, §E.5).

A Paris day is never `24 h`: twice a year it has 23 or 25. Everything that compares instants goes through `minuit`.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from holidays import financial_holidays

from portal.lib.affichage import PARIS, jour_de_paris

__all__ = [
    "PARIS",
    "bornes_du_jour",
    "est_ouvre",
    "est_son_tour",
    "fenetre_d_integration",
    "jour_de_paris",
    "jour_ouvre_suivant",
    "minuit",
    "moins_mois",
    "plus_mois",
    "prochain_jour_ouvre",
]

MOIS_DE_LA_PREMIERE_INTEGRATION = 2


def minuit(jour: date) -> datetime:
    """The instant, in UTC, at which this day begins at Paris."""
    return datetime(jour.year, jour.month, jour.day, tzinfo=PARIS).astimezone(UTC)


def bornes_du_jour(jour: date) -> tuple[datetime, datetime]:
    """First instant of the Paris day, and first instant of the next one (exclusive), in UTC."""
    return minuit(jour), minuit(jour + timedelta(days=1))


def plus_mois(jour: date, mois: int) -> date:
    """The same day some months later or earlier, or the last one of a shorter month."""
    annee, rang = divmod(jour.year * 12 + jour.month - 1 + mois, 12)
    return date(annee, rang + 1, min(jour.day, monthrange(annee, rang + 1)[1]))


def moins_mois(jour: date, mois: int) -> date:
    """Two months before 30 April is the last day of February."""
    return plus_mois(jour, -mois)


def fenetre_d_integration(
    *, maintenant: datetime, derniere: datetime | None = None, ouverture: datetime | None = None
) -> tuple[datetime, datetime]:
    """From the end of the last integration to the day before, 23:59:59.999 at Paris (§E.4).

    `derniere` is the upper bound of the last integration, inclusive here; without it the window reaches back two
    calendar months, or to the opening of the account when that is later. Returns (inclusive, exclusive), in UTC.
    """
    aujourd_hui = jour_de_paris(maintenant)
    haut = minuit(aujourd_hui)
    if derniere is not None:
        return min(derniere, haut), haut
    bas = minuit(moins_mois(aujourd_hui, MOIS_DE_LA_PREMIERE_INTEGRATION))
    return (max(bas, min(ouverture, haut)) if ouverture else bas), haut


@lru_cache(maxsize=64)
def _fermetures(annee: int) -> frozenset[date]:
    return frozenset(financial_holidays("XECB", years=annee))


def est_ouvre(jour: date) -> bool:
    """True when T2 settles on this day: neither a weekend nor one of its six closing days."""
    return jour.weekday() < 5 and jour not in _fermetures(jour.year)


def prochain_jour_ouvre(jour: date) -> date:
    """This day if the banks settle on it, else the next on which they do."""
    while not est_ouvre(jour):
        jour += timedelta(days=1)
    return jour


def jour_ouvre_suivant(jour: date) -> date:
    """The first bank day after this one (a standard SEPA transfer arrives by then)."""
    return prochain_jour_ouvre(jour + timedelta(days=1))


def est_son_tour(cle: UUID, jour: date, *, rang: int = 0) -> bool:
    """One day out of seven, not the same for all: what a night need not do again for every dossier. Two works of
    different `rang` never fall on the same day."""
    return (cle.int + jour.toordinal()) % 7 == rang
