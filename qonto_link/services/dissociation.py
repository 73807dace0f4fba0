"""Dissociation (S10): the link is cut here first, then given back at Qonto, as often as it takes.

Nothing that was imported is touched. The tokens leave the connection with the cut; a copy stays encrypted until Qonto
has confirmed the revocation, then it is wiped too.
"""

import json
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError, Refused
from qonto_link.api.oauth import OAuthClient
from qonto_link.enums import ClasseIncident, StatutConnexion
from qonto_link.errors import PasDeConnexion
from qonto_link.evenements import CONNEXION_DISSOCIEE, publier
from qonto_link.models import Connexion
from qonto_link.services import clients
from qonto_link.services.incidents import resoudre
from qonto_link.services.notifications import retirer_les_restes

# Qonto's refresh tokens die by themselves after this: there is nothing left to revoke.
DUREE_REFRESH = timedelta(days=90)


def dissocier(*, connexion: Connexion, origine: Origine, maintenant: datetime) -> Connexion:
    """Cut the link in the portal, at once and whatever Qonto does. Raises PasDeConnexion when it is cut already.

    The caller then asks `revoquer` after the commit; a sweep tries again what it leaves.
    """
    with transaction.atomic():
        connexion = (
            Connexion.objects.select_for_update(of=("self",)).select_related("dossier__cabinet").get(pk=connexion.pk)
        )
        if connexion.statut == StatutConnexion.DISSOCIEE:
            raise PasDeConnexion
        avant = connexion.statut
        jetons = {"access": connexion.access_token, "refresh": connexion.refresh_token}
        connexion.jeton_a_revoquer = json.dumps(jetons) if any(jetons.values()) else ""
        connexion.access_token = connexion.refresh_token = ""
        connexion.access_expire_le = connexion.prochain_essai = None
        connexion.statut, connexion.dissociee_le = StatutConnexion.DISSOCIEE, maintenant
        connexion.cause = connexion.derniere_erreur = ""
        connexion.save()
        connexion.comptes.filter(lie=True).update(lie=False)
        for classe in (ClasseIncident.CONSENTEMENT, ClasseIncident.INJOIGNABLE, ClasseIncident.CADENCE):
            resoudre(dossier=connexion.dossier, classe=classe, maintenant=maintenant)
        journaliser(
            cabinet=connexion.dossier.cabinet,
            dossier=connexion.dossier,
            acte="qonto.dissocier",
            date=maintenant,
            origine=origine,
            objet=connexion.organisation_nom,
            avant={"statut": avant},
            apres={"statut": StatutConnexion.DISSOCIEE},
        )
        publier(CONNEXION_DISSOCIEE, connexion=connexion, date=maintenant)
    return connexion


def revoquer(*, connexion: Connexion, maintenant: datetime) -> bool:
    """Give the consent back at Qonto: webhooks first, tokens then. True when nothing is left to give back."""
    if not connexion.jeton_a_revoquer:
        return True
    jetons: dict[str, str] = json.loads(connexion.jeton_a_revoquer)
    perime = connexion.dissociee_le is not None and maintenant - connexion.dissociee_le > DUREE_REFRESH
    try:
        if not perime:
            _retirer_webhook(connexion, jetons)
            with clients.oauth_client(lecture=5) as oauth:
                for jeton in filter(None, (jetons.get("refresh"), jetons.get("access"))):
                    _revoquer_un(oauth, jeton)
    except QontoError:
        return False
    with transaction.atomic():
        effacees = (
            Connexion.objects.filter(pk=connexion.pk)
            .exclude(jeton_a_revoquer="")
            .update(jeton_a_revoquer="", webhook_id="", webhook_secret="")
        )
        if effacees:
            journaliser(
                cabinet=connexion.dossier.cabinet,
                dossier=connexion.dossier,
                acte="qonto.revoquer",
                date=maintenant,
                origine=SYSTEME,
                objet=connexion.organisation_nom,
                apres={"jetons": "périmés d’eux-mêmes" if perime else "révoqués chez Qonto"},
            )
    connexion.jeton_a_revoquer = ""
    return True


def _revoquer_un(oauth: OAuthClient, jeton: str) -> None:
    try:
        oauth.revoke(jeton)
    except Refused as refus:
        # The client's own credentials being refused is a fault of ours, to be tried again; the rest is done already.
        if refus.code == "invalid_client":
            raise


def _retirer_webhook(connexion: Connexion, jetons: dict[str, str]) -> None:
    """Before the revocation, since it needs the token. One that is refused is gone, or dies with the consent; what
    stays all the same is taken away when the organization is linked again, and its events are refused meanwhile."""
    if not (connexion.webhook_secret and jetons.get("access")):
        return
    with QontoClient(
        base_url=settings.QONTO_API_URL,
        access_token=jetons["access"],
        staging_token=settings.QONTO_STAGING_TOKEN,
        reglages=clients.reglages(reprises=0, lecture=5),
    ) as client:
        try:
            retirer_les_restes(client=client, connexion=connexion)
        except Refused:
            return


def revoquer_en_attente(*, maintenant: datetime) -> int:
    """Try again every revocation that Qonto has not confirmed; returns how many are done."""
    attente = Connexion.objects.exclude(jeton_a_revoquer="").select_related("dossier__cabinet").order_by("pk")[:500]
    return sum(revoquer(connexion=connexion, maintenant=maintenant) for connexion in list(attente))
