"""What the room of the bank, above this one, shows on our pages: last lines, and how far its statements are proven.

It declares its functions in its `apps.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

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


Preuves = Callable[[Sequence[UUID]], dict[UUID, datetime]]
_preuves: list[Preuves] = []


def declarer_preuves(lecteur: Preuves) -> None:
    """Ask `lecteur` up to when the statements of several dossiers are proven; declaring twice is once."""
    if lecteur not in _preuves:
        _preuves.append(lecteur)


def prouves_jusqu_au(dossiers: Sequence[UUID]) -> dict[UUID, datetime]:
    """Dossier → end of what is integrated on every linked account; those without statement are left out."""
    trouves: dict[UUID, datetime] = {}
    for lecteur in _preuves:
        trouves.update(lecteur(dossiers))
    return trouves
