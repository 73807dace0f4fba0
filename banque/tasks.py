"""The Celery doors of the bank room."""

from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from banque.models import Synchronisation
from banque.services.synchronisation import executer, relire_operation
from qonto_link.api.errors import QontoError
from qonto_link.errors import QontoInjoignable, ReconnexionNecessaire
from qonto_link.models import Connexion
from qonto_link.virements.services.balayage import ordres_a_suivre
from qonto_link.virements.tasks import suivre_un_ordre


@shared_task(name="banque.synchroniser")
def synchroniser(*, synchronisation_id: int, **kwargs: Any) -> None:
    """Run one reading that somebody waits for on a screen."""
    demande = Synchronisation.objects.select_related("dossier__cabinet").filter(pk=synchronisation_id).first()
    if demande is not None:
        executer(synchronisation=demande, maintenant=timezone.now(), horloge=timezone.now)


def objet_change(*, connexion: Connexion, sujet: str, objet_id: str, date: datetime) -> None:
    """Qonto says that a line changed: a task reads it again once the event is written."""
    if sujet == "v1/transactions":
        transaction.on_commit(partial(relire.delay, connexion_id=connexion.pk, operation_id=objet_id))


@shared_task(
    name="banque.relire_operation",
    autoretry_for=(QontoInjoignable, QontoError),
    retry_backoff=5,
    retry_backoff_max=300,
    max_retries=5,
)
def relire(*, connexion_id: int, operation_id: str, **kwargs: Any) -> None:
    """Idempotent; what it never reaches, the night brings."""
    connexion = Connexion.objects.vivantes().select_related("dossier__cabinet").filter(pk=connexion_id).first()
    if connexion is None or not connexion.est_active:
        return
    with suppress(ReconnexionNecessaire):
        relire_operation(connexion=connexion, operation_id=operation_id, maintenant=timezone.now())
        for ordre_id in ordres_a_suivre(timezone.now(), dossier_id=connexion.dossier_id):
            suivre_un_ordre.delay(ordre_id=str(ordre_id))
