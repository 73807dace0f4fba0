"""Mails about accounts. Links bear the portal's own address, never the Host that a request claimed."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlsafe_base64_encode

from gestion_acces.models import Invitation, Utilisateur
from gestion_acces.services.invitations import cabinet_de, sceller
from gestion_acces.services.secours import jeton_de_secours


def _envoyer(sujet: str, gabarit: str, destinataire: str, contexte: dict[str, object]) -> None:
    corps = render_to_string(f"gestion_acces/mails/{gabarit}.txt", contexte | {"portail": settings.PORTAL_URL})
    send_mail(sujet, corps, None, [destinataire])


def lien_nouveau_mot_de_passe(utilisateur: Utilisateur) -> str:
    """The link dies with the password that it changes, and with PASSWORD_RESET_TIMEOUT."""
    parties = [urlsafe_base64_encode(str(utilisateur.pk).encode()), default_token_generator.make_token(utilisateur)]
    return settings.PORTAL_URL + reverse("gestion_acces:mot_de_passe_nouveau", args=parties)


def envoyer_invitation(invitation: Invitation) -> None:
    cabinet = cabinet_de(invitation).nom
    lien = settings.PORTAL_URL + reverse("gestion_acces:invitation", args=[sceller(invitation)])
    contexte = {"invitation": invitation, "cabinet": cabinet, "lien": lien}
    _envoyer(f"{cabinet} vous ouvre son portail", "invitation", invitation.email, contexte)


def envoyer_nouveau_mot_de_passe(utilisateur: Utilisateur) -> None:
    contexte = {"utilisateur": utilisateur, "lien": lien_nouveau_mot_de_passe(utilisateur)}
    _envoyer("Votre nouveau mot de passe", "mot_de_passe", utilisateur.email, contexte)


def envoyer_secours(utilisateur: Utilisateur) -> None:
    parties = [urlsafe_base64_encode(str(utilisateur.pk).encode()), jeton_de_secours.make_token(utilisateur)]
    lien = settings.PORTAL_URL + reverse("gestion_acces:second_facteur_perdu", args=parties)
    _envoyer("Votre second facteur perdu", "secours", utilisateur.email, {"utilisateur": utilisateur, "lien": lien})


def avertir_verrou(utilisateur: Utilisateur, *, adresse_ip: str, date: datetime) -> None:
    contexte = {
        "utilisateur": utilisateur,
        "adresse_ip": adresse_ip,
        "date": date,
        "lien": lien_nouveau_mot_de_passe(utilisateur),
    }
    _envoyer("Connexions refusées à votre compte", "verrou", utilisateur.email, contexte)


def avertir_changement(utilisateur: Utilisateur, *, quoi: str, adresse_ip: str, date: datetime) -> None:
    """Tell the person of a change to the proofs of his identity."""
    contexte = {"utilisateur": utilisateur, "quoi": quoi, "adresse_ip": adresse_ip, "date": date}
    _envoyer("Sécurité de votre compte", "changement", utilisateur.email, contexte)
