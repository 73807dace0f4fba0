"""What is still pending in a dossier, asked of the rooms above before a dissociation.

A room declares in its `apps.py` a function that counts; nobody here knows who answers.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gestion_acces.models import Dossier


@dataclass(frozen=True)
class Pendant:
    """« 3 virements programmés » and what becomes of them; `lien` opens the screen that shows them, or is empty."""

    libelle: str
    consequence: str
    lien: str = ""


Fournisseur = Callable[[Dossier], list[Pendant]]
_fournisseurs: list[Fournisseur] = []


def declarer(fournisseur: Fournisseur) -> None:
    """Ask `fournisseur` too from now on; declaring twice is once."""
    if fournisseur not in _fournisseurs:
        _fournisseurs.append(fournisseur)


def pendants(dossier: Dossier) -> list[Pendant]:
    return [pendant for fournisseur in _fournisseurs for pendant in fournisseur(dossier)]
