"""Doors of Celery: small sweeps that finish what the pages began."""

from datetime import datetime
from functools import partial

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from qonto_link.adhesion.models import EvenementRecu
from qonto_link.adhesion.services import boite
from qonto_link.models import Connexion
from qonto_link.services import notifications
from qonto_link.services.association import balayer_demandes
from qonto_link.services.dissociation import revoquer_en_attente
from qonto_link.services.relances import prevenir_les_reconnexions


@shared_task(name="qonto_link.balayer_les_liaisons")
def balayer_les_liaisons(**kwargs: object) -> None:
    """Revocations not confirmed, mails of reconnection not sent, demands that nobody finished."""
    maintenant = timezone.now()
    revoquer_en_attente(maintenant=maintenant)
    prevenir_les_reconnexions(maintenant=maintenant)
    balayer_demandes(maintenant=maintenant)
    for connexion_id in notifications.a_abonner(maintenant):
        abonner_la_connexion.delay(connexion_id=connexion_id)
    for evenement_id in boite.en_attente(notifications.SOURCE):
        traiter_notification.delay(evenement_id=evenement_id)


def connexion_etablie(*, connexion: Connexion, date: datetime) -> None:
    """Linked or renewed: ask Qonto for its notifications once this is written."""
    transaction.on_commit(partial(abonner_la_connexion.delay, connexion_id=connexion.pk), robust=True)


@shared_task(name="qonto_link.abonner")
def abonner_la_connexion(*, connexion_id: int, **kwargs: object) -> None:
    """Have Qonto notify what changes; a failure waits for the next sweep."""
    connexion = Connexion.objects.select_related("dossier__cabinet").filter(pk=connexion_id).first()
    if connexion is not None and connexion.est_active:
        notifications.abonner(connexion=connexion, maintenant=timezone.now())


@shared_task(name="qonto_link.traiter_notification")
def traiter_notification(*, evenement_id: int, **kwargs: object) -> None:
    evenement = EvenementRecu.objects.filter(pk=evenement_id, source=notifications.SOURCE).first()
    if evenement is not None:
        notifications.traiter(evenement=evenement, maintenant=timezone.now())
