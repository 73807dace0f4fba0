"""Doors without session: the webhook of the onboarding API, and the doorbell of an open page."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from kombu.exceptions import OperationalError

from gestion_acces.acces import ACTE, vue_publique
from qonto_link.adhesion.errors import SignatureInvalide
from qonto_link.adhesion.middleware import repondre
from qonto_link.adhesion.services.boite import TAILLE_MAX
from qonto_link.adhesion.services.evenements import recevoir_partenaire
from qonto_link.adhesion.tasks import traiter_evenement
from qonto_link.api.webhooks import ENTETE_ONBOARDING


@csrf_exempt
@vue_publique(methodes=ACTE)
def webhook_partenaire(request: HttpRequest) -> HttpResponse:
    """Store and answer at once; a task does the rest. A replay is answered like the first time."""
    if int(request.headers.get("Content-Length") or 0) > TAILLE_MAX:
        return HttpResponse(status=413)
    try:
        reception = recevoir_partenaire(
            corps=request.body, signature=request.headers.get(ENTETE_ONBOARDING, ""), maintenant=timezone.now()
        )
    except SignatureInvalide:
        return HttpResponse(status=400)
    if reception.nouveau:
        # Without the queue the event waits in the inbox, where the sweep finds it.
        with suppress(OperationalError):
            traiter_evenement.delay(evenement_id=reception.evenement.pk)
    return HttpResponse(status=204)


@vue_publique()
def sonnette(request: HttpRequest, jeton: str) -> HttpResponse:
    """The doorbell of an open page; in practice its middleware has answered before."""
    return repondre(jeton, request.GET.get("n", ""))
