"""Doors of Celery."""

from celery import shared_task
from django.utils import timezone

from facturation.services.ecritures import rattraper_ecritures


@shared_task(name="facturation.rattraper_ecritures")
def rattraper(**kwargs: object) -> None:
    """The entries that the books refused: a journal made since, a period opened again."""
    rattraper_ecritures(maintenant=timezone.now())
