"""Doors of Celery for the applications."""

from celery import shared_task
from django.utils import timezone

from qonto_link.adhesion.enums import Statut
from qonto_link.adhesion.models import Adhesion, EvenementRecu
from qonto_link.adhesion.services import evenements, justificatifs, soumission, suivi
from qonto_link.errors import QontoInjoignable


@shared_task(name="adhesion.traiter_evenement")
def traiter_evenement(*, evenement_id: int, **kwargs: object) -> None:
    evenement = EvenementRecu.objects.filter(pk=evenement_id).first()
    if evenement is None:
        return
    adhesion = evenements.traiter(evenement=evenement, maintenant=timezone.now())
    if adhesion is not None and adhesion.statut == Statut.OUVERTE:
        lire_adhesion.delay(adhesion_id=adhesion.pk)


@shared_task(name="adhesion.lire")
def lire_adhesion(*, adhesion_id: int, **kwargs: object) -> None:
    adhesion = Adhesion.objects.select_related("dossier__cabinet").filter(pk=adhesion_id).first()
    if adhesion is None or not adhesion.registration_id:
        return
    try:
        suivi.lire(adhesion=adhesion, maintenant=timezone.now())
    except QontoInjoignable:
        # The incident is written; the polling comes back.
        return


@shared_task(name="adhesion.envoyer")
def envoyer_adhesion(*, adhesion_id: int, **kwargs: object) -> None:
    """Create the registration if it is not there yet, then send its documents."""
    adhesion = Adhesion.objects.select_related("dossier__cabinet").filter(pk=adhesion_id).first()
    evenements.assurer_abonnement(maintenant=timezone.now())
    if adhesion is not None and soumission.envoyer(adhesion=adhesion, maintenant=timezone.now()):
        justificatifs.transmettre(adhesion=adhesion, maintenant=timezone.now())


@shared_task(name="adhesion.balayer")
def balayer_les_adhesions(**kwargs: object) -> None:
    """Orders to retry, events left, applications to read again, documents to send, reminders."""
    maintenant = timezone.now()
    for evenement_id in evenements.en_attente():
        traiter_evenement.delay(evenement_id=evenement_id)
    for adhesion_id in [*soumission.a_envoyer(maintenant), *justificatifs.a_transmettre()]:
        envoyer_adhesion.delay(adhesion_id=adhesion_id)
    for adhesion_id in suivi.a_relever(maintenant):
        lire_adhesion.delay(adhesion_id=adhesion_id)
    suivi.rappeler_les_dormantes(maintenant=maintenant)
