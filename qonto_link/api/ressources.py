"""What the groups of calls share: reading one object, walking the pages of a list."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from qonto_link.api.errors import BadAnswer, Contexte
from qonto_link.api.schemas.base import Meta, Schema
from qonto_link.api.transport import Transport

S = TypeVar("S", bound=Schema)
Params = dict[str, Any]
PAR_PAGE = 100


def instant(moment: datetime | None) -> str | None:
    """An aware moment as Qonto writes it: UTC, milliseconds, Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def jour(valeur: date | None) -> str | None:
    return valeur.isoformat() if valeur else None


def sans_vide(params: Mapping[str, Any]) -> Params:
    """Only the parameters that say something."""
    return {nom: valeur for nom, valeur in params.items() if valeur not in (None, "", (), [])}


def booleen(valeur: bool | None) -> str | None:
    return None if valeur is None else str(valeur).lower()


def lire(schema: type[S], brut: Any, contexte: Contexte) -> S:
    """One object, with what was received beside it. Raises BadAnswer naming the field, never its value."""
    try:
        objet = schema.model_validate(brut)
    except ValidationError as faute:
        champ = ".".join(str(partie) for partie in faute.errors()[0]["loc"])
        raise BadAnswer(contexte, f"{schema.__name__}.{champ}") from None
    objet._brut = brut
    return objet


class Ressources:
    """Base of the groups of calls."""

    _transport: Transport

    def _un(self, schema: type[S], methode: str, chemin: str, cle: str, **appel: Any) -> S:
        """The object under `cle` of the answer; the answer itself when `cle` is empty."""
        corps = self._transport.json(methode, chemin, **appel)
        contexte = Contexte(methode, appel.get("nom") or chemin)
        return lire(schema, corps.get(cle) if cle else corps, contexte)

    def _liste(self, schema: type[S], chemin: str, cle: str, params: Params, par_page: int = PAR_PAGE) -> Iterator[S]:
        """Every object of a list. The next page is the one that Qonto names, never a computed one."""
        page: int | None = 1
        contexte = Contexte("GET", chemin)
        while page is not None:
            corps = self._transport.json("GET", chemin, params={**params, "page": page, "per_page": par_page})
            bruts = corps.get(cle)
            if not isinstance(bruts, list):
                raise BadAnswer(contexte, cle)
            meta = lire(Meta, corps.get("meta") or {}, contexte)
            for brut in bruts:
                yield lire(schema, brut, contexte)
            if meta.next_page is not None and meta.next_page <= page:
                raise BadAnswer(contexte, "meta.next_page")
            page = meta.next_page
