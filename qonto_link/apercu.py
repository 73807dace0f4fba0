"""The last lines of the linked accounts, for the client's page « Compte Qonto ».

The room of the bank is above this one: it declares in its `apps.py` the function that reads them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from gestion_acces.models import Dossier


@dataclass(frozen=True)
class LigneApercu:
    """One line as a client reads it, its amount signed."""

    jour: date | None
    libelle: str
    montant_cents: int


_lecteurs: list[Callable[[Dossier], list[LigneApercu]]] = []


def declarer(lecteur: Callable[[Dossier], list[LigneApercu]]) -> None:
    """Read the lines with `lecteur`; declaring twice is once."""
    if lecteur not in _lecteurs:
        _lecteurs.append(lecteur)


def dernieres_lignes(dossier: Dossier) -> list[LigneApercu]:
    return [ligne for lecteur in _lecteurs for ligne in lecteur(dossier)]
