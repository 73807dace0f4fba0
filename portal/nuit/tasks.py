"""The Celery doors of the night."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from gestion_acces.models import MembreCabinet
from portal.nuit.enums import Origine
from portal.nuit.models import Passage
from portal.nuit.services import alertes, plan, visite


@shared_task(name="nuit.ouvrir")
def ouvrir(**kwargs: Any) -> None:
    """At 2:15 in Paris: plan the night. It may run twice."""
    plan.ouvrir_la_nuit(maintenant=timezone.now())


@shared_task(name="nuit.distribuer", expires=10)
def distribuer(**kwargs: Any) -> None:
    """Every few seconds: send what is due, give out again what was lost, end the runs that are over."""
    maintenant = timezone.now()
    for visite_id in plan.prendre_un_lot(maintenant=maintenant):
        visiter.delay(visite_id=visite_id)
    for passage in plan.clore_les_passages(maintenant=maintenant):
        if passage.origine == Origine.NUIT:
            for membre_id in alertes.destinataires(passage):
                resumer.delay(passage_id=passage.pk, membre_id=membre_id)


@shared_task(name="nuit.visiter")
def visiter(*, visite_id: int, **kwargs: Any) -> None:
    visite.visiter(visite_id=visite_id, horloge=timezone.now)


# A mail server that does not answer in the morning: tried again for about an hour.
@shared_task(name="nuit.resumer", autoretry_for=(OSError,), retry_backoff=60, retry_backoff_max=900, max_retries=8)
def resumer(*, passage_id: int, membre_id: int, **kwargs: Any) -> None:
    membre = MembreCabinet.objects.select_related("utilisateur", "cabinet").filter(pk=membre_id).first()
    passage = Passage.objects.filter(pk=passage_id).first()
    if membre is not None and passage is not None:
        alertes.envoyer_resume(passage=passage, membre=membre, maintenant=timezone.now())
