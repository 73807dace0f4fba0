"""Doors of Celery: small sweeps that finish what the pages began."""

from celery import shared_task
from django.utils import timezone

from qonto_link.services.association import balayer_demandes
from qonto_link.services.dissociation import revoquer_en_attente
from qonto_link.services.relances import prevenir_les_reconnexions


@shared_task(name="qonto_link.balayer_les_liaisons", queue="interactif")
def balayer_les_liaisons(**kwargs: object) -> None:
    """Revocations not confirmed, mails of reconnection not sent, demands that nobody finished."""
    maintenant = timezone.now()
    revoquer_en_attente(maintenant=maintenant)
    prevenir_les_reconnexions(maintenant=maintenant)
    balayer_demandes(maintenant=maintenant)
