"""The chain of balances: the order of the lines that the balances tell, and proof that none is missing (B2).

The bank's times give the order. Where balances contradict them (several lines in one instant, a line stamped before
another that it follows) the balances win: they are what the proof rests on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import date as Date
from itertools import groupby
from typing import Protocol, TypeVar

from portal.lib.calendrier import jour_de_paris


class Ligne(Protocol):
    """What the proof needs of a line."""

    @property
    def reglee_le(self) -> datetime | None: ...
    @property
    def montant_cents(self) -> int: ...
    @property
    def solde_apres_cents(self) -> int | None: ...
    @property
    def libelle(self) -> str: ...


L = TypeVar("L", bound=Ligne)
JAMAIS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Rupture:
    """Where the chain breaks: before the line of that rank. `ecart_cents`: what the balances miss or have too much."""

    rang: int
    ecart_cents: int
    raison: str


def _enchainer(lignes: Sequence[L], solde: int | None) -> list[L]:
    """Lines each starting from the balance that the former left, early ones first (an Eulerian path, Hierholzer)."""
    if any(ligne.solde_apres_cents is None for ligne in lignes):
        return list(lignes)
    departs: dict[int, list[L]] = defaultdict(list)
    for ligne in reversed(lignes):
        departs[(ligne.solde_apres_cents or 0) - ligne.montant_cents].append(ligne)
    debut = solde if solde in departs else _depart(lignes)
    pile: list[tuple[int, L | None]] = [(debut, None)]
    chemin: list[L] = []
    while pile:
        noeud, ligne_venue = pile[-1]
        if departs.get(noeud):
            suivante = departs[noeud].pop()
            pile.append((suivante.solde_apres_cents or 0, suivante))
        else:
            pile.pop()
            if ligne_venue is not None:
                chemin.append(ligne_venue)
    # A broken chain has no path through every line: the order received is kept, and the proof names the break.
    return chemin[::-1] if len(chemin) == len(lignes) else list(lignes)


def _depart(lignes: Sequence[Ligne]) -> int:
    """The balance from which the lines start when nothing is known before them."""
    degres: dict[int, int] = defaultdict(int)
    for ligne in lignes:
        apres = ligne.solde_apres_cents or 0
        degres[apres - ligne.montant_cents] += 1
        degres[apres] -= 1
    premiere = lignes[0]
    boucle = (premiere.solde_apres_cents or 0) - premiere.montant_cents
    return next((noeud for noeud, degre in degres.items() if degre > 0), boucle)


def ordonner(lignes: Iterable[L], solde: int | None = None) -> list[L]:
    """The lines by instant of settlement, or in the nearest order that their balances follow.

    Looked for in the smallest span first: one instant, one day, then everything. Where no order follows, that of the
    times is kept, and the proof names the break.
    """
    triees = sorted(lignes, key=_instant)
    par_instant = _par_groupes(triees, _instant, solde)
    if controler(par_instant, solde) is None:
        return par_instant
    par_jour = _par_groupes(triees, _jour, solde)
    if controler(par_jour, solde) is None:
        return par_jour
    ensemble = _enchainer(triees, solde)
    return ensemble if controler(ensemble, solde) is None else par_jour


def _par_groupes(triees: Sequence[L], cle: Callable[[Ligne], object], solde: int | None) -> list[L]:
    """Each group chained from the balance that the former left; a group that times already chain is left as it is."""
    ordonnees: list[L] = []
    for _, groupe in groupby(triees, cle):
        jumelles = list(groupe)
        if cle is not _instant:
            jumelles = _par_groupes(jumelles, _instant, solde)
        suivent = len(jumelles) == 1 or (cle is not _instant and controler(jumelles, solde) is None)
        ordonnees += jumelles if suivent else _enchainer(jumelles, solde)
        solde = ordonnees[-1].solde_apres_cents
    return ordonnees


def _instant(ligne: Ligne) -> datetime:
    return ligne.reglee_le or JAMAIS


def _jour(ligne: Ligne) -> Date:
    return jour_de_paris(ligne.reglee_le) if ligne.reglee_le else Date.min


def solde_avant(lignes: Sequence[Ligne]) -> int | None:
    """The balance before the first line, as the bank's own balances tell it."""
    cumul = 0
    for ligne in lignes:
        cumul += ligne.montant_cents
        if ligne.solde_apres_cents is not None:
            return ligne.solde_apres_cents - cumul
    return None


def controler(lignes: Sequence[Ligne], ouverture: int | None) -> Rupture | None:
    """The first break of the chain in lines already ordered, or None when every balance follows."""
    solde = ouverture if ouverture is not None else solde_avant(lignes)
    precedente: Ligne | None = None
    for rang, ligne in enumerate(lignes):
        attendu = None if solde is None else solde + ligne.montant_cents
        apres = ligne.solde_apres_cents
        if apres is not None and attendu is not None and apres != attendu:
            return Rupture(rang, apres - attendu, _raison(ligne, precedente, apres - attendu))
        solde = apres if apres is not None else attendu
        precedente = ligne
    return None


def _euros(cents: int) -> str:
    signe = "−" if cents < 0 else ""
    entier = f"{abs(cents) // 100:,}".replace(",", "\u202f")
    return f"{signe}{entier},{abs(cents) % 100:02d}\u00a0€"


def _raison(ligne: Ligne, precedente: Ligne | None, ecart: int) -> str:
    if (
        precedente is not None
        and precedente.montant_cents == ligne.montant_cents
        and precedente.solde_apres_cents == ligne.solde_apres_cents
    ):
        return "cette ligne répète la précédente : elle est en double."
    avant = f"« {precedente.libelle} »" if precedente is not None else "le solde d’ouverture"
    return f"il manque {_euros(ecart)} entre {avant} et cette ligne, ou son montant a été modifié."
