"""The inbox shared by Qonto's two webhook systems: an event is stored as it came before anybody handles it.

Its id makes a replay harmless; what no task handled is found again by a sweep, source by source.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from qonto_link.adhesion.models import EvenementRecu

TAILLE_MAX = 64 * 1024
ESSAIS_MAX = 8


@dataclass(frozen=True)
class Reception:
    evenement: EvenementRecu
    nouveau: bool


def ranger(
    *, source: str, external_id: str, genre: str, resource_id: str, corps: bytes, maintenant: datetime
) -> Reception:
    try:
        with transaction.atomic():
            evenement = EvenementRecu.objects.create(
                source=source,
                external_id=external_id[:64],
                type=genre[:80],
                resource_id=resource_id[:64],
                corps=corps.decode("utf-8", "replace"),
                recu_le=maintenant,
            )
    except IntegrityError:
        return Reception(EvenementRecu.objects.get(source=source, external_id=external_id[:64]), False)
    return Reception(evenement, True)


def en_attente(source: str, limite: int = 500) -> list[int]:
    """Events stored and not handled: a worker died, or the queue was away."""
    attente = EvenementRecu.objects.filter(traite_le__isnull=True, tentatives__lt=ESSAIS_MAX, source=source)
    return list(attente.order_by("recu_le", "pk").values_list("pk", flat=True)[:limite])


def noter_essai(evenement: EvenementRecu) -> None:
    EvenementRecu.objects.filter(pk=evenement.pk).update(tentatives=F("tentatives") + 1)


def noter_traite(evenement: EvenementRecu, *, maintenant: datetime, erreur: str = "") -> bool:
    """True for the one who handled it."""
    traites = EvenementRecu.objects.filter(pk=evenement.pk, traite_le__isnull=True)
    return bool(traites.update(traite_le=maintenant, tentatives=F("tentatives") + 1, erreur=erreur))
