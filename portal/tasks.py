"""Tasks of the portal itself: the heartbeat and the housekeeping of files."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from gestion_acces.services.fichiers import purger_fichiers_echus
from portal.lib.battement import battre
from portal.lib.stockage import balayer_les_temporaires


@shared_task(name="portal.battement", expires=60)
def battement(**kwargs: Any) -> None:
    battre(timezone.now())


@shared_task(name="portal.purger_les_fichiers")
def purger_les_fichiers(**kwargs: Any) -> None:
    maintenant = timezone.now()
    purger_fichiers_echus(maintenant=maintenant)
    balayer_les_temporaires(maintenant)
