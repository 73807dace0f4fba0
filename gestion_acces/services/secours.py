"""A person who lost his second factor: an administrator lets him enrol another, he proves the rest himself.

The administrator only starts it. The link goes to the person's own mailbox and his password is asked there: neither a
deceived administrator nor a stolen mailbox is enough.
"""

from datetime import datetime

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode

from gestion_acces.models import CodeSecours, Facteur, Utilisateur
from gestion_acces.services.audit import Origine, journaliser_personne


class JetonDeSecours(PasswordResetTokenGenerator):
    """Dies with the factors that it removes, with a change of password, and with PASSWORD_RESET_TIMEOUT."""

    key_salt = "gestion_acces.second_facteur_perdu"

    def _make_hash_value(self, user: Utilisateur, timestamp: int) -> str:
        facteurs = Facteur.objects.filter(utilisateur=user).order_by("pk").values_list("pk", flat=True)
        return f"{super()._make_hash_value(user, timestamp)}{'.'.join(str(cle) for cle in facteurs)}"


jeton_de_secours = JetonDeSecours()


def personne_du_lien(identifiant: str, jeton: str) -> Utilisateur | None:
    """The person of the link, or None when it is forged, used or too old."""
    try:
        personne = Utilisateur.objects.get(pk=force_str(urlsafe_base64_decode(identifiant)), is_active=True)
    except (ValueError, ValidationError, Utilisateur.DoesNotExist):
        return None
    return personne if personne.facteurs.exists() and jeton_de_secours.check_token(personne, jeton) else None


def retirer_tous_les_facteurs(*, utilisateur: Utilisateur, origine: Origine, date: datetime) -> None:
    """Take every factor and recovery code away: the next sign-in enrols a new one before anything else."""
    with transaction.atomic():
        Facteur.objects.filter(utilisateur=utilisateur).delete()
        CodeSecours.objects.filter(utilisateur=utilisateur).delete()
        journaliser_personne(
            utilisateur=utilisateur, acte="facteur.reinitialiser", date=date, origine=origine, objet=utilisateur.email
        )
