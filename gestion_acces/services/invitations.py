"""Invitation of a person by a signed link that works once."""

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from gestion_acces.models import Utilisateur


def jeton_invitation(utilisateur: Utilisateur) -> tuple[str, str]:
    """The two parts of the link. The token dies with the first password set, or with PASSWORD_RESET_TIMEOUT."""
    return urlsafe_base64_encode(str(utilisateur.pk).encode()), default_token_generator.make_token(utilisateur)


def utilisateur_invite(identifiant: str, jeton: str) -> Utilisateur | None:
    """The person whom the link invites, or None when it is forged, used or too old."""
    try:
        cle = force_str(urlsafe_base64_decode(identifiant))
        utilisateur = Utilisateur.objects.get(pk=cle)
    except (ValueError, Utilisateur.DoesNotExist):
        return None
    return utilisateur if default_token_generator.check_token(utilisateur, jeton) else None


def envoyer_invitation(*, utilisateur: Utilisateur, cabinet: str, lien: str) -> None:
    """Send the mail. `lien` is the absolute URL of the page where the password is chosen."""
    contexte = {"utilisateur": utilisateur, "cabinet": cabinet, "lien": lien}
    corps = render_to_string("gestion_acces/mails/invitation.txt", contexte)
    send_mail(f"{cabinet} vous ouvre son portail", corps, None, [utilisateur.email])
