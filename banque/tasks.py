"""The Celery doors of the bank room."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from banque.models import Synchronisation
from banque.services.synchronisation import demander, executer
from gestion_acces.models import Dossier
from qonto_link.models import Connexion


@shared_task(name="banque.synchroniser", queue="interactif")
def synchroniser(*, synchronisation_id: int, **kwargs: Any) -> None:
    """Run one reading that somebody waits for on a screen."""
    demande = Synchronisation.objects.select_related("dossier__cabinet").filter(pk=synchronisation_id).first()
    if demande is not None:
        executer(synchronisation=demande, maintenant=timezone.now())


@shared_task(name="banque.synchroniser_dossier", queue="nuit")
def synchroniser_dossier(*, dossier_id: str, **kwargs: Any) -> None:
    """The reading of one dossier at night."""
    dossier = Dossier.objects.select_related("cabinet").get(pk=dossier_id)
    demande = demander(dossier=dossier, par="nuit", maintenant=timezone.now())
    executer(synchronisation=demande, maintenant=timezone.now())


@shared_task(name="banque.synchroniser_tous", queue="nuit")
def synchroniser_tous(**kwargs: Any) -> None:
    """One task per linked dossier: one that fails stops no other."""
    dossiers = Connexion.objects.vivantes().values_list("dossier_id", flat=True)
    for dossier_id in dossiers.iterator():
        synchroniser_dossier.delay(dossier_id=str(dossier_id))
