"""What sign-in leaves to the workers.

The page answers in the same time for an address that has an account and for one that has none: whatever differs
between the two (trail, mail) is done here.
"""

import logging
from datetime import datetime
from typing import Any

from celery import Task, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from gestion_acces.models import Invitation, Utilisateur
from gestion_acces.services import mails
from gestion_acces.services.audit import Origine, journaliser_personne
from gestion_acces.services.essais import premier_avis
from gestion_acces.session import purger

logger = logging.getLogger(__name__)


def confier(tache: Task[Any, Any], **arguments: Any) -> None:
    """Queue a task; a broker that is away costs its trail or its mail, never the page."""
    try:
        tache.delay(**arguments)
    except OperationalError:
        logger.exception("broker away: %s not queued", tache.name)


@shared_task(name="gestion_acces.consigner_echec")
def consigner_echec(
    *, email: str, acte: str, adresse_ip: str, agent: str, date: str, verrou: bool, **kwargs: Any
) -> None:
    """Write a failed proof to the trail, and tell the person when it locked."""
    utilisateur = Utilisateur.objects.filter(email=email).first()
    if utilisateur is None:
        return
    quand, origine = datetime.fromisoformat(date), Origine(email, adresse_ip, agent)
    journaliser_personne(utilisateur=utilisateur, acte=acte, date=quand, origine=origine)
    if not verrou:
        return
    journaliser_personne(utilisateur=utilisateur, acte="connexion.verrou", date=quand, origine=origine)
    if premier_avis(email):
        mails.avertir_verrou(utilisateur, adresse_ip=adresse_ip, date=quand)


@shared_task(name="gestion_acces.envoyer_nouveau_mot_de_passe")
def envoyer_nouveau_mot_de_passe(*, email: str, adresse_ip: str, agent: str, date: str, **kwargs: Any) -> None:
    """Mail the link by which a new password is chosen, if there is such an account."""
    utilisateur = Utilisateur.objects.filter(email=email, is_active=True).first()
    if utilisateur is None:
        return
    journaliser_personne(
        utilisateur=utilisateur,
        acte="mot_de_passe.demander",
        date=datetime.fromisoformat(date),
        origine=Origine(email, adresse_ip, agent),
    )
    mails.envoyer_nouveau_mot_de_passe(utilisateur)


@shared_task(name="gestion_acces.envoyer_invitation")
def envoyer_invitation(*, invitation_id: str, **kwargs: Any) -> None:
    """Mail the link of an invitation that is still open."""
    invitation = Invitation.objects.filter(pk=invitation_id, acceptee_le=None, annulee_le=None).first()
    if invitation:
        mails.envoyer_invitation(invitation)


@shared_task(name="gestion_acces.avertir_changement")
def avertir_changement(*, utilisateur_id: str, quoi: str, adresse_ip: str, date: str, **kwargs: Any) -> None:
    """Tell a person of a change to the proofs of his identity."""
    utilisateur = Utilisateur.objects.filter(pk=utilisateur_id).first()
    if utilisateur:
        mails.avertir_changement(utilisateur, quoi=quoi, adresse_ip=adresse_ip, date=datetime.fromisoformat(date))


@shared_task(name="gestion_acces.envoyer_secours")
def envoyer_secours(*, utilisateur_id: str, **kwargs: Any) -> None:
    """Mail the link by which a person who lost his second factor takes it off his account."""
    utilisateur = Utilisateur.objects.filter(pk=utilisateur_id, is_active=True).first()
    if utilisateur and utilisateur.facteurs.exists():
        mails.envoyer_secours(utilisateur)


@shared_task(name="gestion_acces.purger_les_sessions")
def purger_les_sessions(**kwargs: Any) -> None:
    """Erase the sessions that are past their limits."""
    purger(maintenant=timezone.now())
