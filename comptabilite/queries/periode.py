"""The exercice and the months that a page shows, from its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Any

from comptabilite.models import Exercice
from gestion_acces.models import Dossier


@dataclass(frozen=True)
class Periode:
    """`exercice` is None while the dossier has none. `mois` is None for the whole exercice."""

    exercices: list[Exercice]
    exercice: Exercice | None
    mois: Date | None
    du: Date
    au: Date

    @property
    def liste_mois(self) -> list[Date]:
        """The first day of each month of the exercice."""
        if self.exercice is None:
            return []
        jours, jour = [], self.exercice.debut.replace(day=1)
        while jour <= self.exercice.fin:
            jours.append(jour)
            jour = mois_suivant(jour)
        return jours


def mois_suivant(jour: Date) -> Date:
    return (jour.replace(day=1) + timedelta(days=32)).replace(day=1)


def lire_mois(texte: str) -> Date | None:
    """`2026-05` → 1 May 2026; None for anything else."""
    try:
        return Date.fromisoformat(f"{texte}-01")
    except ValueError:
        return None


def periode(dossier: Dossier, parametres: Mapping[str, Any], aujourd_hui: Date) -> Periode:
    """The exercice of `exercice`, else the one of today, else the last; cut to `mois` when it is inside."""
    exercices = list(Exercice.objects.filter(dossier=dossier).order_by("-debut"))
    demande = str(parametres.get("exercice") or "")
    exercice = next((x for x in exercices if str(x.pk) == demande), None)
    exercice = exercice or next((x for x in exercices if x.couvre(aujourd_hui)), exercices[0] if exercices else None)
    if exercice is None:
        return Periode([], None, None, aujourd_hui, aujourd_hui)
    mois = lire_mois(str(parametres.get("mois") or ""))
    if mois is None or not exercice.debut.replace(day=1) <= mois <= exercice.fin:
        return Periode(exercices, exercice, None, exercice.debut, exercice.fin)
    fin = min(mois_suivant(mois) - timedelta(days=1), exercice.fin)
    return Periode(exercices, exercice, mois, max(mois, exercice.debut), fin)
