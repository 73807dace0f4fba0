"""French company numbers (comptabilite.md §E.1)."""

import re

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as _siren
from stdnum.fr import siret as _siret


def nettoyer(numero: str) -> str:
    """The number without the blanks, dots and dashes that people type."""
    return re.sub(r"[\s.\-\u00a0\u202f]", "", numero)


def siren_valide(numero: str) -> bool:
    """Nine digits that pass Luhn."""
    try:
        _siren.validate(nettoyer(numero))
    except ValidationError:
        return False
    return True


def siret_valide(numero: str) -> bool:
    """Fourteen digits that pass Luhn; La Poste's establishments pass by the sum of their digits too."""
    try:
        _siret.validate(nettoyer(numero))
    except ValidationError:
        return False
    return True
