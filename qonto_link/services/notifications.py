"""The webhooks of the accounts: the subscription at Qonto, and what arrives (partner reference §4).

An event only says that something changed: the object is read again by whoever needs it. What is missed is brought by
the night; so a subscription that fails costs freshness, never a line.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from pydantic import ValidationError

from qonto_link.adhesion.errors import SignatureInvalide
from qonto_link.adhesion.models import EvenementRecu
from qonto_link.adhesion.services import boite
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError, Refused
from qonto_link.api.schemas.evenements import AccountEvent
from qonto_link.api.schemas.paiements import WebhookSubscription
from qonto_link.api.webhooks import signature_business_valide
from qonto_link.enums import ClasseIncident, StatutConnexion
from qonto_link.errors import QontoLinkError
from qonto_link.evenements import OBJET_CHANGE, publier
from qonto_link.models import Connexion
from qonto_link.services import clients
from qonto_link.services.connexion import client_pour, marquer_reconnexion
from qonto_link.services.incidents import resoudre, signaler
from qonto_link.traduction import expliquer

SOURCE = "compte"
CLE = "notifications"
DESCRIPTION = "Portail du cabinet"
DROIT = "webhook"
# After a failure; and how long Qonto's word that it notifies us is believed.
REESSAI = timedelta(hours=3)
VALIDITE = timedelta(days=7)
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


def a_abonner(maintenant: datetime) -> list[int]:
    """The working connections that Qonto does not notify, though it was granted, or notifies at a former address.
    One for which it has just failed waits."""
    ailleurs = ~Q(webhook_portail__in=("", settings.PORTAL_URL))
    recentes = Q(webhook_essai_le__isnull=False, webhook_essai_le__gt=maintenant - REESSAI)
    attente = Connexion.objects.filter(
        Q(webhook_id="") | ailleurs, ~recentes, statut=StatutConnexion.ACTIVE, scopes__contains=DROIT
    )
    return list(attente.order_by("pk").values_list("pk", flat=True)[:500])


def est_a_verifier(connexion: Connexion, maintenant: datetime) -> bool:
    """True when Qonto has not said for a week that it still notifies this connection."""
    vue = connexion.webhook_verifie_le
    return bool(connexion.webhook_id) and (vue is None or vue < maintenant - VALIDITE)


def abonner(*, connexion: Connexion, maintenant: datetime) -> bool:
    """Have Qonto notify the changes of this connection, if it is not known to. Twice is once; False when it cannot be
    had now."""
    if DROIT not in connexion.scopes.split():
        return False
    if connexion.webhook_id and connexion.webhook_portail in ("", settings.PORTAL_URL):
        return True
    return verifier(connexion=connexion, maintenant=maintenant)


def verifier(*, connexion: Connexion, maintenant: datetime) -> bool:
    """Ask Qonto what it notifies and put that right: one request when all is well. False when it cannot be had now."""
    if not connexion.webhook_secret:
        # Kept before Qonto is asked: the first event may come before its answer.
        Connexion.objects.filter(pk=connexion.pk, webhook_secret="").update(webhook_secret=secrets.token_hex(32))
    Connexion.objects.filter(pk=connexion.pk).update(webhook_essai_le=maintenant)
    connexion.refresh_from_db()
    try:
        with client_pour(connexion, reglages=clients.reglages(reprises=1, lecture=10)) as client:
            webhook_id = _mettre_en_ordre(client, connexion)
    except Refused as refus:
        signaler(
            dossier=connexion.dossier,
            classe=ClasseIncident.REFUS,
            titre=f"Notifications de Qonto : {expliquer(refus).message}",
            remede="Rien n’est perdu : la nuit apporte tout. Donnez la référence au support.",
            cle=CLE,
            maintenant=maintenant,
        )
        return False
    except (QontoError, QontoLinkError):
        return False
    if connexion.webhook_id and webhook_id != connexion.webhook_id:
        _raconter(connexion, maintenant)
    # A new consent given meanwhile has a secret of its own, and asks for itself.
    meme = Connexion.objects.filter(pk=connexion.pk, consenti_le=connexion.consenti_le)
    faite = meme.exclude(statut=StatutConnexion.DISSOCIEE).update(
        webhook_id=webhook_id, webhook_portail=settings.PORTAL_URL, webhook_verifie_le=maintenant
    )
    resoudre(dossier=connexion.dossier, classe=ClasseIncident.REFUS, cle=CLE, maintenant=maintenant)
    return bool(faite)


def _mettre_en_ordre(client: QontoClient, connexion: Connexion) -> str:
    """One subscription of ours at Qonto, at our address, for what was granted; returns its id."""
    presents = list(client.webhook_subscriptions())
    notre = next((abonnement for abonnement in presents if abonnement.id == connexion.webhook_id), None)
    _retirer(client, connexion, [abonnement for abonnement in presents if abonnement is not notre])
    adresse, sujets = adresse_de_rappel(connexion), sujets_permis(connexion)
    if notre is None:
        secret = connexion.webhook_secret
        return client.create_webhook_subscription(
            callback_url=adresse, types=sujets, secret=secret, description=DESCRIPTION
        ).id
    if notre.callback_url != adresse or set(notre.types) != set(sujets):
        client.replace_webhook_subscription(notre.id, callback_url=adresse, types=sujets, description=DESCRIPTION)
    return notre.id


def _raconter(connexion: Connexion, maintenant: datetime) -> None:
    """What had gone and is there again stands in the journal of the dossier, dealt with."""
    signaler(
        dossier=connexion.dossier,
        classe=ClasseIncident.CONTROLE,
        titre="Qonto ne notifiait plus le portail",
        detail="L’abonnement aux notifications avait disparu chez Qonto. Il est rétabli.",
        remede="Rien à faire : la nuit a apporté ce qui n’avait pas été notifié.",
        cle=CLE,
        maintenant=maintenant,
    )
    resoudre(dossier=connexion.dossier, classe=ClasseIncident.CONTROLE, cle=CLE, maintenant=maintenant)


def retirer_les_restes(*, client: QontoClient, connexion: Connexion) -> int:
    """Take away at Qonto what still notifies this connection, or one of the same organization that is over. Returns
    how many."""
    return _retirer(client, connexion, list(client.webhook_subscriptions()))


def _retirer(client: QontoClient, connexion: Connexion, presents: list[WebhookSubscription]) -> int:
    """A former attempt whose answer was lost, a former consent."""
    mortes = Connexion.objects.filter(organisation_id=connexion.organisation_id, statut=StatutConnexion.DISSOCIEE)
    adresses = {adresse_de_rappel(morte) for morte in mortes} | {adresse_de_rappel(connexion)}
    restes = [abonnement.id for abonnement in presents if abonnement.callback_url in adresses]
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
