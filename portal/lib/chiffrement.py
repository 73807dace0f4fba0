"""Encryption at rest: a text field whose column holds a Fernet token, and nothing readable.

The keys come from ENCRYPTION_KEYS: the first encrypts, all of them decrypt. A value that no key opens raises: it is
never handed out as if it were clear text.
"""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

# Marks a sealed value in a backup.
SCELLE = "\x02scelle:"


class CleInconnue(Exception):
    """A stored value was encrypted with a key that ENCRYPTION_KEYS does not name any more."""


@lru_cache
def _coffre(cles: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(cle) for cle in cles])


def coffre() -> MultiFernet:
    """The box that encrypts with the first key of the settings and decrypts with all."""
    return _coffre(tuple(settings.ENCRYPTION_KEYS))


def chiffrer(clair: str) -> str:
    return coffre().encrypt(clair.encode()).decode()


def dechiffrer(chiffre: str) -> str:
    """Raises CleInconnue when no key opens the value."""
    try:
        return coffre().decrypt(chiffre.encode()).decode()
    except InvalidToken:
        raise CleInconnue("Valeur chiffrée avec une clé absente de ENCRYPTION_KEYS.") from None


class ChampChiffre(models.TextField):  # type: ignore[type-arg]
    """A text that is encrypted in its column. Empty stays empty; it cannot be searched."""

    def value_to_string(self, obj: models.Model) -> str:
        """What a backup holds: sealed, as in the column."""
        valeur = self.value_from_object(obj)
        return SCELLE + chiffrer(valeur) if valeur else ""

    def to_python(self, value: Any) -> Any:
        """The clear text, of a value read from a backup too."""
        if isinstance(value, str) and value.startswith(SCELLE):
            return dechiffrer(value.removeprefix(SCELLE))
        return super().to_python(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return dechiffrer(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return chiffrer(value) if value else value
