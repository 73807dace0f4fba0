"""The Celery doors of i-Dépôt."""

from datetime import datetime
from functools import partial
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from depot.errors import ImportImpossible
from depot.models import Document, ImportFactures
from depot.services.documents import lire_document
from depot.services.imports import demander_import, executer_import, imports_a_reprendre
from gestion_acces.models import Dossier
from qonto_link.models import Connexion


@shared_task(name="depot.lire")
def lire(*, document_id: int, **kwargs: Any) -> None:
    """The words and the invoice of a document that was deposited."""
    document = Document.objects.select_related("fichier", "dossier").filter(pk=document_id).first()
    if document is not None:
        lire_document(document=document)


@shared_task(name="depot.importer")
def importer(*, import_id: int, **kwargs: Any) -> None:
    """Some minutes of a run; what is left goes to another task."""
    demande = ImportFactures.objects.select_related("dossier__cabinet").filter(pk=import_id).first()
    if demande is not None and executer_import(demande=demande, horloge=timezone.now):
        importer.delay(import_id=import_id)


@shared_task(name="depot.reprendre")
def reprendre(**kwargs: Any) -> None:
    """Runs that a dead worker left."""
    for import_id in imports_a_reprendre(timezone.now()):
        importer.delay(import_id=import_id)


def objet_change(*, connexion: Connexion, sujet: str, objet_id: str, date: datetime) -> None:
    """Qonto says that a sales invoice changed: a task reads what changed once the event is written."""
    if sujet == "v1/client-invoices":
        transaction.on_commit(partial(importer_dossier.delay, dossier_id=str(connexion.dossier_id)))


@shared_task(name="depot.importer_dossier")
def importer_dossier(*, dossier_id: str, **kwargs: Any) -> None:
    """What changed at Qonto since the last night, for one dossier."""
    dossier = Dossier.objects.select_related("cabinet").get(pk=dossier_id)
    try:
        demande = demander_import(dossier=dossier, par="nuit", complet=False, maintenant=timezone.now())
    except ImportImpossible:
        return
    importer(import_id=demande.pk)
