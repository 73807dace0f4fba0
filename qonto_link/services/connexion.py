"""The life of a connection: its tokens, its working state, what the météo shows of it.

Tokens rotate: each refresh kills the former refresh token after 60 seconds. So a refresh runs under one lock per
connection, the row is read again once inside, and the new pair is written before anybody uses it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gestion_acces.models import Dossier
from gestion_acces.services.audit import SYSTEME, journaliser
from portal.lib.verrous import VerrouOccupe, verrou
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError, Refused
from qonto_link.api.schemas.jetons import Tokens
from qonto_link.api.transport import Reglages
from qonto_link.enums import ClasseIncident, StatutConnexion
from qonto_link.errors import PasDeConnexion, QontoInjoignable, ReconnexionNecessaire
from qonto_link.evenements import CONNEXION_A_RENOUVELER, publier
from qonto_link.models import Connexion, Incident
from qonto_link.services import clients
from qonto_link.services.incidents import signaler
from qonto_link.traduction import expliquer

MARGE = timedelta(minutes=2)
DUREE_VERROU = 60.0
ATTENTE_VERROU = 40.0
PASSAGERES = (ClasseIncident.INJOIGNABLE, ClasseIncident.CADENCE, ClasseIncident.REPONSE)
TITRE_RECONNEXION = "Qonto n’accepte plus l’accès du portail"


def connexion_du(dossier: Dossier) -> Connexion | None:
    """The living connection of the dossier, working or waiting for a new consent."""
    connexion = Connexion.objects.pour_dossier(dossier).vivantes().first()
    if connexion is not None:
        connexion.dossier = dossier
    return connexion


def exiger_connexion(dossier: Dossier) -> Connexion:
    """Raises PasDeConnexion when the dossier is not linked."""
    connexion = connexion_du(dossier)
    if connexion is None:
        raise PasDeConnexion
    return connexion


def client_pour(
    connexion: Connexion, *, maintenant: Callable[[], datetime] = timezone.now, reglages: Reglages | None = None
) -> QontoClient:
    """A client that speaks for this connection: fresh token, and one refresh more if Qonto answers 401 meanwhile.

    Raises ReconnexionNecessaire when the consent is over, QontoInjoignable when Qonto does not answer. While it is
    used, it raises the errors of `qonto_link.api.errors`, and ReconnexionNecessaire.
    """
    jeton = _jeton_frais(connexion, maintenant)

    def apres_refus() -> str:
        return f"Bearer {_jeton_frais(connexion, maintenant, refuse=connexion.access_token)}"

    return QontoClient(
        base_url=settings.QONTO_API_URL,
        access_token=jeton,
        staging_token=settings.QONTO_STAGING_TOKEN,
        reglages=reglages or clients.reglages(),
        renouveler=apres_refus,
    )


def _jeton_frais(connexion: Connexion, maintenant: Callable[[], datetime], refuse: str = "") -> str:
    """An access token that is good for a while and is not `refuse`."""
    if _utilisable(connexion, maintenant(), refuse):
        return str(connexion.access_token)
    try:
        with verrou(f"qonto:jeton:{connexion.pk}", duree=DUREE_VERROU, attente=ATTENTE_VERROU):
            connexion.refresh_from_db()
            if not _utilisable(connexion, maintenant(), refuse):
                _renouveler(connexion, maintenant())
    except VerrouOccupe:
        raise QontoInjoignable from None
    return str(connexion.access_token)


def _utilisable(connexion: Connexion, maintenant: datetime, refuse: str) -> bool:
    if connexion.statut != StatutConnexion.ACTIVE:
        raise ReconnexionNecessaire
    expire = connexion.access_expire_le
    return bool(
        connexion.access_token
        and connexion.access_token != refuse
        and expire is not None
        and expire - maintenant > MARGE
    )


def _renouveler(connexion: Connexion, maintenant: datetime) -> None:
    if not connexion.refresh_token:
        marquer_reconnexion(connexion=connexion, maintenant=maintenant)
        raise ReconnexionNecessaire
    try:
        with clients.oauth_client() as oauth:
            jetons = oauth.refresh(connexion.refresh_token)
    except Refused as refus:
        if refus.code != "invalid_grant":
            raise QontoInjoignable from None
        marquer_reconnexion(connexion=connexion, maintenant=maintenant)
        raise ReconnexionNecessaire from None
    except QontoError:
        raise QontoInjoignable from None
    poser_jetons(connexion, jetons, maintenant)
    connexion.save(update_fields=["access_token", "refresh_token", "access_expire_le", "scopes"])


def poser_jetons(connexion: Connexion, jetons: Tokens, maintenant: datetime) -> None:
    """Put a pair of tokens on the row, which the caller saves. An answer without refresh token keeps the former."""
    connexion.access_token = jetons.access_token.get_secret_value()
    connexion.refresh_token = jetons.refresh_token.get_secret_value() or connexion.refresh_token
    connexion.access_expire_le = jetons.expire_le(maintenant)
    connexion.scopes = jetons.scope or connexion.scopes


def marquer_reconnexion(*, connexion: Connexion, maintenant: datetime) -> None:
    """The consent is over: the connection waits for a new one. Twice is once; a dissociated one stays so."""
    with transaction.atomic():
        passees = Connexion.objects.filter(pk=connexion.pk, statut=StatutConnexion.ACTIVE).update(
            statut=StatutConnexion.RECONNEXION,
            cause=ClasseIncident.CONSENTEMENT,
            derniere_erreur=TITRE_RECONNEXION,
            prochain_essai=None,
            rappel_envoye_le=None,
        )
        connexion.refresh_from_db()
        if not passees:
            return
        journaliser(
            cabinet=connexion.dossier.cabinet,
            dossier=connexion.dossier,
            acte="qonto.reconnexion",
            date=maintenant,
            origine=SYSTEME,
            objet=connexion.organisation_nom,
            avant={"statut": StatutConnexion.ACTIVE},
            apres={"statut": StatutConnexion.RECONNEXION},
        )
        signaler(
            dossier=connexion.dossier,
            classe=ClasseIncident.CONSENTEMENT,
            titre=TITRE_RECONNEXION,
            cle="connexion",
            maintenant=maintenant,
        )
        publier(CONNEXION_A_RENOUVELER, connexion=connexion, date=maintenant)


def noter_succes(*, connexion: Connexion, maintenant: datetime) -> None:
    """A synchronisation went through: the météo is fine again and the passing troubles are over."""
    Connexion.objects.filter(pk=connexion.pk).update(
        derniere_synchro=maintenant,
        derniere_tentative=maintenant,
        prochain_essai=None,
        echecs_consecutifs=0,
        cause="",
        derniere_erreur="",
    )
    passes = Incident.objects.ouverts().filter(dossier_id=connexion.dossier_id, classe__in=PASSAGERES)
    passes.update(resolu_le=maintenant)


def noter_echec(
    *, connexion: Connexion, erreur: QontoError, maintenant: datetime, prochain_essai: datetime | None = None
) -> None:
    """A synchronisation failed: cause and next try for the météo, a line in the journal of incidents."""
    explication = expliquer(erreur)
    with transaction.atomic():
        Connexion.objects.filter(pk=connexion.pk).update(
            derniere_tentative=maintenant,
            prochain_essai=prochain_essai,
            echecs_consecutifs=F("echecs_consecutifs") + 1,
            cause=explication.classe,
            derniere_erreur=explication.message,
        )
        signaler(
            dossier=connexion.dossier,
            classe=explication.classe,
            titre=f"Synchronisation : {explication.message}",
            reference=explication.reference,
            cle="synchronisation",
            maintenant=maintenant,
        )
