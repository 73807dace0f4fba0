from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr


def _vide(valeur: Any) -> Any:
    return None if valeur == "" else valeur


def _texte(valeur: Any) -> Any:
    if valeur is None:
        return ""
    return str(valeur) if isinstance(valeur, int | float) else valeur


def _liste(valeur: Any) -> Any:
    return [] if valeur is None else valeur


# Qonto sends "" where it means nothing, null where a text is empty, and numbers where texts are announced.
Moment = Annotated[datetime | None, BeforeValidator(_vide)]
Jour = Annotated[date | None, BeforeValidator(_vide)]
Texte = Annotated[str, BeforeValidator(_texte)]
ListeVide = BeforeValidator(_liste)


class Schema(BaseModel):
    """One object as received; `brut` is the very object that Qonto sent, for the proof kept with an import."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    _brut: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def brut(self) -> dict[str, Any]:
        return self._brut


class Argent(Schema):
    """Qonto's money object of invoices and registrations: a decimal string and a currency."""

    value: str
    currency: str = "EUR"


class Meta(Schema):
    current_page: int = 1
    next_page: int | None = None
    prev_page: int | None = None
    total_pages: int = 0
    total_count: int = 0
    per_page: int = 100
