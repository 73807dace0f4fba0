"""The webhooks of the accounts: the subscription at Qonto, and what arrives (partner reference §4).

An event only says that something changed: the object is read again by whoever needs it. What is missed is brought by
the night; so a subscription that fails costs freshness, never a line.
"""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from pydantic import ValidationError

from qonto_link.adhesion.errors import SignatureInvalide
from qonto_link.adhesion.models import EvenementRecu
from qonto_link.adhesion.services import boite
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError
from qonto_link.api.schemas.evenements import AccountEvent
from qonto_link.api.webhooks import signature_business_valide
from qonto_link.enums import StatutConnexion
from qonto_link.errors import QontoLinkError
from qonto_link.evenements import OBJET_CHANGE, publier
from qonto_link.models import Connexion
from qonto_link.services import clients
from qonto_link.services.connexion import client_pour, marquer_reconnexion

SOURCE = "compte"
DROIT = "webhook"
CONSENTEMENT_RETIRE = "v1/consent-revocations"
# Topic → the scope that it needs besides `webhook`.
SUJETS = {
    "v1/transactions": "organization.read",
    "v1/client-invoices": "client_invoices.read",
    CONSENTEMENT_RETIRE: "",
}


def adresse_de_rappel(connexion: Connexion) -> str:
    return f"{settings.PORTAL_URL}{reverse('qonto_link:webhook', args=[connexion.pk])}"


def sujets_permis(connexion: Connexion) -> list[str]:
    accordes = connexion.scopes.split()
    return [sujet for sujet, droit in SUJETS.items() if not droit or droit in accordes]


def a_abonner() -> list[int]:
    """The working connections that Qonto does not notify yet, though it was granted."""
    attente = Connexion.objects.filter(statut=StatutConnexion.ACTIVE, webhook_id="", scopes__contains=DROIT)
    return list(attente.order_by("pk").values_list("pk", flat=True)[:500])


def abonner(*, connexion: Connexion) -> bool:
    """Have Qonto notify the changes of this connection. Twice is once; False when Qonto could not be asked."""
    if connexion.webhook_id or DROIT not in connexion.scopes.split():
        return bool(connexion.webhook_id)
    if not connexion.webhook_secret:
        # Kept before Qonto is asked: the first event may come before its answer.
        Connexion.objects.filter(pk=connexion.pk, webhook_secret="").update(webhook_secret=secrets.token_hex(32))
        connexion.refresh_from_db()
    try:
        with client_pour(connexion, reglages=clients.reglages(reprises=1, lecture=10)) as client:
            retirer_les_restes(client=client, connexion=connexion)
            recu = client.create_webhook_subscription(
                callback_url=adresse_de_rappel(connexion),
                types=sujets_permis(connexion),
                secret=connexion.webhook_secret,
                description="Portail du cabinet",
            )
    except (QontoError, QontoLinkError):
        return False
    vivantes = Connexion.objects.filter(pk=connexion.pk).exclude(statut=StatutConnexion.DISSOCIEE)
    return bool(vivantes.update(webhook_id=recu.id))


def retirer_les_restes(*, client: QontoClient, connexion: Connexion) -> int:
    """Take away at Qonto what still notifies this connection, or one of the same organization that is over: a former
    attempt whose answer was lost, a former consent. Returns how many."""
    mortes = Connexion.objects.filter(organisation_id=connexion.organisation_id, statut=StatutConnexion.DISSOCIEE)
    adresses = {adresse_de_rappel(morte) for morte in mortes} | {adresse_de_rappel(connexion)}
    restes = [sub.id for sub in client.webhook_subscriptions() if sub.callback_url in adresses]
    for reste in restes:
        client.delete_webhook_subscription(reste)
    return len(restes)


def recevoir(*, connexion_id: int, corps: bytes, signature: str, maintenant: datetime) -> boite.Reception:
    """Store an event of a connection. Raises SignatureInvalide; a body that is no event of it is one too."""
    connexion = Connexion.objects.filter(pk=connexion_id).first()
    secret = connexion.webhook_secret if connexion else ""
    valide = len(corps) <= boite.TAILLE_MAX and signature_business_valide(
        secret=secret, corps=corps, signature=signature, maintenant=maintenant.timestamp()
    )
    if connexion is None or not valide:
        raise SignatureInvalide
    try:
        recu = AccountEvent.model_validate_json(corps)
    except ValidationError:
        raise SignatureInvalide from None
    if not recu.id or recu.organization_id not in ("", connexion.organisation_id):
        raise SignatureInvalide
    return boite.ranger(
        source=SOURCE,
        external_id=recu.id,
        genre=recu.type,
        resource_id=str(connexion.pk),
        corps=corps,
        maintenant=maintenant,
    )


def traiter(*, evenement: EvenementRecu, maintenant: datetime) -> None:
    """Tell those who need it to read the object again; running it twice tells nothing more."""
    if evenement.traite_le is not None:
        return
    connexion = Connexion.objects.vivantes().filter(pk=int(evenement.resource_id)).first()
    recu = AccountEvent.model_validate_json(evenement.corps)
    with transaction.atomic():
        erreur = "" if connexion else "connexion dissociée"
        if not boite.noter_traite(evenement, maintenant=maintenant, erreur=erreur) or connexion is None:
            return
        if evenement.type == CONSENTEMENT_RETIRE:
            marquer_reconnexion(connexion=connexion, maintenant=maintenant)
        elif recu.data.id:
            publier(OBJET_CHANGE, connexion=connexion, sujet=recu.type, objet_id=recu.data.id, date=maintenant)
