"""What a session knows of its sign-in: when it began, when it was last used, how its person proved himself.

Written by the sign-in only. A session without these marks was not opened by our sign-in and is closed.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest

OUVERTE = "acces_ouverte"
VUE = "acces_vue"
PREUVE = "acces_preuve"
FACTEUR = "acces_facteur"
# The last use is written at this pace, so that reading a page does not write a session each time.
PAS_DE_LA_VUE = timedelta(minutes=1)


def _lire(request: HttpRequest, cle: str) -> datetime | None:
    valeur = request.session.get(cle)
    return datetime.fromtimestamp(valeur, UTC) if isinstance(valeur, int | float) else None


def marquer_ouverture(request: HttpRequest, *, facteur: str, maintenant: datetime) -> None:
    """The person has just signed in; `facteur` is the kind of his second factor, empty when he gave none."""
    instant = maintenant.timestamp()
    request.session.update({OUVERTE: instant, VUE: instant, PREUVE: instant, FACTEUR: facteur})


def marquer_preuve(request: HttpRequest, *, maintenant: datetime, facteur: str = "") -> None:
    """The person has just proved again who he is."""
    request.session[PREUVE] = maintenant.timestamp()
    if facteur:
        request.session[FACTEUR] = facteur


def marquer_vue(request: HttpRequest, *, maintenant: datetime) -> bool:
    """The person uses the session; True when the mark was written."""
    vue = _lire(request, VUE)
    if vue is not None and timedelta(0) <= maintenant - vue < PAS_DE_LA_VUE:
        return False
    request.session[VUE] = maintenant.timestamp()
    return True


def second_facteur_verifie(request: HttpRequest) -> bool:
    return bool(request.session.get(FACTEUR))


def preuve_recente(request: HttpRequest, *, maintenant: datetime) -> bool:
    """True when the person proved who he is less than REAUTHENTICATION_AGE seconds ago."""
    preuve = _lire(request, PREUVE)
    return preuve is not None and maintenant - preuve < timedelta(seconds=settings.REAUTHENTICATION_AGE)


def session_depassee(request: HttpRequest, *, maintenant: datetime) -> bool:
    """True when the session is past its idle or its absolute limit, or was not opened by our sign-in."""
    ouverte, vue = _lire(request, OUVERTE), _lire(request, VUE)
    if ouverte is None or vue is None:
        return True
    return maintenant - ouverte >= timedelta(seconds=settings.SESSION_ABSOLUTE_AGE) or maintenant - vue >= timedelta(
        seconds=settings.SESSION_IDLE_AGE
    )
