"""The door of Qonto's account webhooks: check, store, answer within its one second; a task does the rest."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from kombu.exceptions import OperationalError

from gestion_acces.acces import ACTE, vue_publique
from qonto_link.adhesion.errors import SignatureInvalide
from qonto_link.adhesion.services.boite import TAILLE_MAX
from qonto_link.api.webhooks import ENTETE_BUSINESS
from qonto_link.services.notifications import recevoir
from qonto_link.tasks import traiter_notification


@csrf_exempt
@vue_publique(methodes=ACTE)
def webhook(request: HttpRequest, connexion_id: int) -> HttpResponse:
    """A replay is answered like the first time."""
    if int(request.headers.get("Content-Length") or 0) > TAILLE_MAX:
        return HttpResponse(status=413)
    try:
        reception = recevoir(
            connexion_id=connexion_id,
            corps=request.body,
            signature=request.headers.get(ENTETE_BUSINESS, ""),
            maintenant=timezone.now(),
        )
    except SignatureInvalide:
        return HttpResponse(status=400)
    if reception.nouveau:
        # Without the queue the event waits in the inbox, where the sweep finds it.
        with suppress(OperationalError):
            traiter_notification.delay(evenement_id=reception.evenement.pk)
    return HttpResponse(status=204)
