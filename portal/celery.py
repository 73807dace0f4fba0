"""The Celery application, its queues and its beat schedule, read in Europe/Paris.

Queues: `interactif` (somebody waits on a screen), `evenements` (webhooks of the bank), `nuit` (the rest); `FILES`
names the queue of each task. A task is declared with `@shared_task(name="app.acte")`. It takes keyword ids only, and
`**kwargs` so that an older or newer sender is understood; it loads its rows and makes one service call.
"""

import os
from typing import Any

from celery import Celery, Task
from celery.schedules import crontab

from portal.lib.mesures import compter, compteurs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

FILES = {
    "interactif": (
        "adhesion.envoyer",
        "banque.synchroniser",
        "depot.importer",
        "depot.lire",
        "depot.reprendre",
        "gestion_acces.avertir_changement",
        "gestion_acces.consigner_echec",
        "gestion_acces.envoyer_invitation",
        "gestion_acces.envoyer_nouveau_mot_de_passe",
        "gestion_acces.envoyer_secours",
        "portal.battement",
        "qonto_link.balayer_les_liaisons",
    ),
    "evenements": (
        "adhesion.balayer",
        "adhesion.lire",
        "adhesion.traiter_evenement",
        "banque.relire_operation",
        "nuit.distribuer",
        "qonto_link.abonner",
        "qonto_link.traiter_notification",
        "virements.balayer",
        "virements.suivre",
    ),
    "nuit": (
        "depot.importer_dossier",
        "facturation.rattraper_ecritures",
        "gestion_acces.purger_les_sessions",
        "nuit.ouvrir",
        "nuit.resumer",
        "nuit.visiter",
        "portal.purger_les_fichiers",
    ),
}
QUEUES = tuple(FILES)


class TachePortail(Task):  # type: ignore[type-arg]
    """Counts what each task did, for /metrics."""

    def on_success(self, retval: Any, task_id: str, args: Any, kwargs: Any) -> None:
        self._compter("reussie")

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        self._compter("echouee")

    def on_retry(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        self._compter("reessayee")

    def _compter(self, issue: str) -> None:
        compter("portail_taches_total", tache=str(self.name), issue=issue)
        compteurs.verser()


app = Celery("portal", task_cls=TachePortail)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_routes = {tache: {"queue": file} for file, taches in FILES.items() for tache in taches}

# One line an entry: name, task, when. Tasks of the apps are named here by their names: this module imports no app.
app.conf.beat_schedule = {
    "battement": {"task": "portal.battement", "schedule": 20.0},
    "nuit": {"task": "nuit.ouvrir", "schedule": crontab(hour="2", minute="15")},
    "nuit a distribuer": {"task": "nuit.distribuer", "schedule": 10.0},
    "purge des fichiers": {"task": "portal.purger_les_fichiers", "schedule": crontab(hour="4", minute="40")},
    "virements a suivre": {"task": "virements.balayer", "schedule": 60.0},
    "ecritures a rattraper": {"task": "facturation.rattraper_ecritures", "schedule": crontab(minute="35")},
    "purge des sessions": {"task": "gestion_acces.purger_les_sessions", "schedule": crontab(hour="4", minute="50")},
    "adhesions": {"task": "adhesion.balayer", "schedule": 60.0},
    "imports de factures a reprendre": {"task": "depot.reprendre", "schedule": 60.0},
    "liaisons a finir": {"task": "qonto_link.balayer_les_liaisons", "schedule": 300.0},
}
