"""Doors of Celery: what becomes of the orders, when nobody looks."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from qonto_link.virements.services.balayage import ordres_a_suivre, suivre


@shared_task(name="virements.balayer")
def balayer(**kwargs: object) -> None:
    """Every minute: one task for each order about which Qonto has something to say."""
    for ordre_id in ordres_a_suivre(timezone.now()):
        suivre_un_ordre.delay(ordre_id=str(ordre_id))


@shared_task(name="virements.suivre")
def suivre_un_ordre(*, ordre_id: str, **kwargs: object) -> None:
    suivre(ordre_id=UUID(ordre_id), maintenant=timezone.now())
