"""Invitation of a person by a signed link that works once and not for long.

An invitation never tells who already has an account: the inviter sees the name that he typed, the mail goes out in
both cases, and only the owner of the mailbox learns the rest.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import constant_time_compare

from gestion_acces.enums import RoleCabinet
from gestion_acces.errors import AutreCabinet, InvitationPerimee
from gestion_acces.models import Cabinet, Invitation, MembreCabinet, MembreDossier, Utilisateur
from gestion_acces.services.audit import Origine, journaliser

SEL = "gestion_acces.invitation"


def _empreinte(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def cabinet_de(invitation: Invitation) -> Cabinet:
    """The firm that invites."""
    if invitation.cabinet:
        return invitation.cabinet
    assert invitation.membre is not None  # the constraint invitation_a_une_place
    return invitation.membre.dossier.cabinet


def sceller(invitation: Invitation) -> str:
    """A new link for the invitation; the former one dies. Only its print is kept."""
    secret = secrets.token_urlsafe(24)
    invitation.empreinte = _empreinte(secret)
    invitation.save(update_fields=["empreinte"])
    return signing.Signer(salt=SEL).sign(f"{invitation.pk.hex}.{secret}")


def lire_jeton(jeton: str, *, maintenant: datetime) -> Invitation:
    """The invitation of the link. Raises InvitationPerimee when it is forged, used, cancelled or too old."""
    try:
        cle, secret = signing.Signer(salt=SEL).unsign(jeton).split(".")
        invitation = Invitation.objects.select_related("cabinet", "membre__dossier__cabinet").get(pk=cle)
    except (signing.BadSignature, ValueError, ValidationError, Invitation.DoesNotExist):
        raise InvitationPerimee from None
    vivante = invitation.acceptee_le is None and invitation.annulee_le is None and maintenant < invitation.expire_le
    if not (vivante and constant_time_compare(invitation.empreinte, _empreinte(secret))):
        raise InvitationPerimee
    return invitation


def _expiration(maintenant: datetime) -> datetime:
    return maintenant + timedelta(days=settings.INVITATION_DAYS)


def inviter_membre(
    *, membre: MembreDossier, par: Utilisateur | None, origine: Origine, maintenant: datetime
) -> Invitation:
    """Invite a person already placed in the dossier; an invitation under way is renewed."""
    with transaction.atomic():
        en_cours = Invitation.objects.filter(membre=membre, acceptee_le=None, annulee_le=None).first()
        if en_cours:
            return renvoyer(invitation=en_cours, origine=origine, maintenant=maintenant)
        invitation = Invitation.objects.create(
            membre=membre,
            email=membre.utilisateur.email,
            prenom=membre.prenom,
            nom=membre.nom,
            envoyee_le=maintenant,
            envoyee_par=par,
            expire_le=_expiration(maintenant),
        )
        _journaliser(invitation, "invitation.envoyer", origine, maintenant)
    return invitation


def inviter_au_cabinet(
    *,
    cabinet: Cabinet,
    email: str,
    prenom: str,
    nom: str,
    role: str,
    par: Utilisateur | None,
    origine: Origine,
    maintenant: datetime,
) -> Invitation:
    """Keep a place in the firm for an address; an invitation under way for it is replaced."""
    with transaction.atomic():
        Invitation.objects.filter(cabinet=cabinet, email=email.lower(), acceptee_le=None, annulee_le=None).update(
            annulee_le=maintenant
        )
        invitation = Invitation.objects.create(
            cabinet=cabinet,
            email=email.lower(),
            prenom=prenom,
            nom=nom,
            role=role,
            envoyee_le=maintenant,
            envoyee_par=par,
            expire_le=_expiration(maintenant),
        )
        _journaliser(invitation, "invitation.envoyer", origine, maintenant)
    return invitation


def renvoyer(*, invitation: Invitation, origine: Origine, maintenant: datetime) -> Invitation:
    """Give the invitation its whole time again; its next link replaces the former."""
    with transaction.atomic():
        invitation.envoyee_le, invitation.expire_le = maintenant, _expiration(maintenant)
        invitation.save(update_fields=["envoyee_le", "expire_le"])
        _journaliser(invitation, "invitation.renvoyer", origine, maintenant)
    return invitation


def annuler(*, invitation: Invitation, origine: Origine, maintenant: datetime) -> None:
    """Kill the link. The place in a dossier, if any, is another matter."""
    with transaction.atomic():
        if Invitation.objects.filter(pk=invitation.pk, acceptee_le=None, annulee_le=None).update(
            annulee_le=maintenant
        ):
            _journaliser(invitation, "invitation.annuler", origine, maintenant)


def _journaliser(invitation: Invitation, acte: str, origine: Origine, maintenant: datetime) -> None:
    membre = invitation.membre
    journaliser(
        cabinet=cabinet_de(invitation),
        dossier=membre.dossier if membre else None,
        acte=acte,
        date=maintenant,
        origine=origine,
        objet=invitation.email,
        apres={"role": membre.role if membre else invitation.role},
    )


def compte_invite(invitation: Invitation) -> Utilisateur:
    """The account of the invited address, not saved yet when there is none."""
    connu = Utilisateur.objects.filter(email=invitation.email).first()
    return connu or Utilisateur(email=invitation.email, prenom=invitation.prenom, nom=invitation.nom)


def accepter(
    *, invitation: Invitation, mot_de_passe: str | None, origine: Origine, maintenant: datetime
) -> Utilisateur:
    """Take the place that was kept. A new account gets its password here; one that has a password keeps it.

    Raises InvitationPerimee when somebody was faster, AutreCabinet for a person who works for another firm.
    """
    with transaction.atomic():
        if not Invitation.objects.filter(pk=invitation.pk, acceptee_le=None, annulee_le=None).update(
            acceptee_le=maintenant
        ):
            raise InvitationPerimee
        utilisateur = compte_invite(invitation)
        if not utilisateur.has_usable_password() or utilisateur._state.adding:
            utilisateur.set_password(mot_de_passe)
        utilisateur.save()
        if invitation.cabinet:
            _prendre_place(invitation, invitation.cabinet, utilisateur, maintenant)
        journaliser(
            cabinet=cabinet_de(invitation),
            dossier=invitation.membre.dossier if invitation.membre else None,
            acte="invitation.accepter",
            date=maintenant,
            origine=Origine(invitation.email, origine.adresse_ip, origine.agent),
            objet=invitation.email,
        )
    return utilisateur


def _prendre_place(invitation: Invitation, cabinet: Cabinet, utilisateur: Utilisateur, maintenant: datetime) -> None:
    membre = MembreCabinet.objects.filter(utilisateur=utilisateur).first()
    if membre and membre.cabinet_id != cabinet.pk and membre.actif:
        raise AutreCabinet
    MembreCabinet.objects.update_or_create(
        utilisateur=utilisateur,
        defaults={
            "cabinet": cabinet,
            "role": invitation.role or RoleCabinet.COLLABORATEUR,
            "actif": True,
            "depuis": maintenant,
            "ajoute_par": invitation.envoyee_par,
        },
    )
