"""What statement files have in common: no unique id, days without hours."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date as Date
from datetime import datetime, time

from banque.sources import PARIS, OperationRecue

TAILLE_MAX = 50 * 1024 * 1024


def debut_du_jour(jour: Date) -> datetime:
    """Files give days: a line is settled when its Paris day begins."""
    return datetime.combine(jour, time(), PARIS)


def empreinte(compte: str, *parties: object) -> str:
    """The print of a line that has no id of its own."""
    texte = "\x1f".join(str(partie) for partie in (compte, *parties))
    return hashlib.sha256(texte.encode()).hexdigest()[:40]


def numeroter_les_jumelles(operations: Iterable[OperationRecue]) -> list[OperationRecue]:
    """Add the rank of each print: two identical cards on one day are two lines, a second import adds none."""
    vues: Counter[str] = Counter()
    numerotees = []
    for operation in operations:
        vues[operation.external_id] += 1
        numerotees.append(replace(operation, external_id=f"{operation.external_id}-{vues[operation.external_id]}"))
    return numerotees
