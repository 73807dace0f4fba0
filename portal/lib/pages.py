"""Keyset paging: a page is found from the keys of the row before it, whatever the size of the table.

    page = paginer(Operation.objects.pour_dossier(dossier), cles=("-date", "-id"), parametres=request.GET, taille=100)

`cles` are non-null fields whose last one is unique; an index on (dossier, *cles) makes every page cost the same.
`composants/pagination.html` draws the links.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

Ligne = TypeVar("Ligne")
M = TypeVar("M", bound=Model)
TAILLE = 50


@dataclass(frozen=True)
class Page(Generic[Ligne]):
    """Rows, and the cursors of the pages around ("" when there is none)."""

    lignes: Sequence[Ligne]
    suivante: str = ""
    precedente: str = ""

    def __bool__(self) -> bool:
        return bool(self.lignes)

    def __len__(self) -> int:
        return len(self.lignes)


def paginer(
    lignes: QuerySet[M, Ligne], *, cles: Sequence[str], parametres: Mapping[str, Any], taille: int = TAILLE
) -> Page[Ligne]:
    """The page that `apres` or `avant` of the parameters asks for; an unreadable cursor means the first page."""
    valeurs_avant = _lire(lignes.model, cles, str(parametres.get("avant") or ""))
    valeurs_apres = _lire(lignes.model, cles, str(parametres.get("apres") or ""))
    a_rebours = valeurs_avant is not None
    ordre = [_inverse(cle) for cle in cles] if a_rebours else list(cles)
    valeurs = valeurs_avant if a_rebours else valeurs_apres
    lot = lignes.order_by(*ordre)
    if valeurs is not None:
        lot = lot.filter(au_dela(ordre, valeurs))
    lues = list(lot[: taille + 1])
    reste = len(lues) > taille
    lues = lues[:taille]
    if a_rebours:
        lues.reverse()
    if not lues:
        return Page([])
    encore_apres = a_rebours or reste
    encore_avant = reste if a_rebours else valeurs is not None
    return Page(
        lues,
        suivante=_curseur(lues[-1], cles) if encore_apres else "",
        precedente=_curseur(lues[0], cles) if encore_avant else "",
    )


def au_dela(cles: Sequence[str], valeurs: Sequence[Any]) -> Q:
    """Rows strictly after `valeurs` in this order. The bound on the first key alone lets the index be used."""
    premiere, sens = cles[0].lstrip("-"), "lte" if cles[0].startswith("-") else "gte"
    borne = Q(**{f"{premiere}__{sens}": valeurs[0]})
    apres, egales = Q(), Q()
    for cle, valeur in zip(cles, valeurs, strict=True):
        champ, comparaison = cle.lstrip("-"), "lt" if cle.startswith("-") else "gt"
        apres |= egales & Q(**{f"{champ}__{comparaison}": valeur})
        egales &= Q(**{champ: valeur})
    return borne & apres


def _inverse(cle: str) -> str:
    return cle[1:] if cle.startswith("-") else f"-{cle}"


def _valeur(ligne: Any, champ: str) -> Any:
    return ligne[champ] if isinstance(ligne, Mapping) else getattr(ligne, champ)


def _curseur(ligne: Any, cles: Sequence[str]) -> str:
    valeurs = [str(_valeur(ligne, cle.lstrip("-"))) for cle in cles]
    return base64.urlsafe_b64encode(json.dumps(valeurs, ensure_ascii=False).encode()).decode().rstrip("=")


def _lire(modele: type[Model], cles: Sequence[str], curseur: str) -> list[Any] | None:
    """The key values of a cursor, each read by its field; None when somebody wrote the cursor by hand."""
    if not curseur or len(curseur) > 1000:
        return None
    try:
        valeurs = json.loads(base64.urlsafe_b64decode(curseur + "=" * (-len(curseur) % 4)))
        if not isinstance(valeurs, list) or len(valeurs) != len(cles):
            return None
        champs = [modele._meta.get_field(cle.lstrip("-")) for cle in cles]
        return [champ.to_python(valeur) for champ, valeur in zip(champs, valeurs, strict=True)]  # type: ignore[union-attr]
    except (ValueError, binascii.Error, ValidationError, TypeError):
        return None
