"""The doorbell of a dossier: a number in the shared cache that changes when its tile must be read again.

An open page asks for the number, not for the tile: no session, no database (`docs/architecture.md` says why it asks
rather than being told). A lost number only makes the pages read once more.
"""

import time

from django.core import signing
from django.core.cache import cache

DUREE = 12 * 3600
_SEL = "qonto-sonnette"


def _cle(dossier_id: str) -> str:
    return f"sonnette:{dossier_id}"


def jeton(dossier_id: object) -> str:
    """What a page that may see the tile carries to ask for its number."""
    return signing.dumps(str(dossier_id), salt=_SEL)


def dossier_du_jeton(recu: str) -> str:
    """The dossier of a token, or an empty string when it is forged or too old."""
    try:
        return str(signing.loads(recu, salt=_SEL, max_age=DUREE))
    except signing.BadSignature:
        return ""


def numero(dossier_id: object) -> str:
    return str(cache.get(_cle(str(dossier_id)), "0"))


def sonner(dossier_id: object) -> None:
    """The state of the dossier's link changed: call it after the commit."""
    cache.set(_cle(str(dossier_id)), str(time.time_ns()), DUREE)
