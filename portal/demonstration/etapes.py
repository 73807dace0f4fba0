"""The steps of the demonstration, in order. Each is a function `semer(*, maintenant)` that may run twice."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from portal.demonstration import acces, banque, comptabilite, depot, facturation


class Etape(Protocol):
    def __call__(self, *, maintenant: datetime) -> None: ...


ETAPES: tuple[tuple[str, Etape], ...] = (
    ("Cabinets, personnes et dossiers", acces.semer),
    ("Comptabilité", comptabilite.semer),
    ("Banques et relevés", banque.semer),
    ("Factures fournisseurs", facturation.semer),
    ("Documents du dépôt", depot.semer),
)


def semer_tout(*, maintenant: datetime, annoncer: Callable[[str], None]) -> None:
    for titre, semer in ETAPES:
        annoncer(titre)
        semer(maintenant=maintenant)
