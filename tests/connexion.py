"""Signed-in clients for the tests.

`Client.force_login` of the tests (patched in tests/conftest.py) opens a session as our sign-in does after the password
and the second factor. `ouvrir_session` says otherwise: without second factor, or with a proof grown old.
"""

from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone

from gestion_acces import session
from gestion_acces.models import Utilisateur
from gestion_acces.services.facteurs import code_totp, nouvelle_cle, poser_totp

_force_login = Client.force_login


def ouvrir_session(
    client: Client, utilisateur: Utilisateur, *, facteur: str = "totp", preuve_ancienne: bool = False
) -> None:
    """Sign `utilisateur` in, without going through the pages."""
    _force_login(client, utilisateur)
    instant = timezone.now()
    preuve = instant - timedelta(seconds=settings.REAUTHENTICATION_AGE + 1) if preuve_ancienne else instant
    marques = client.session
    marques.update(
        {
            session.OUVERTE: instant.timestamp(),
            session.VUE: instant.timestamp(),
            session.PREUVE: preuve.timestamp(),
            session.FACTEUR: facteur,
        }
    )
    marques.save()


def force_login(client: Client, user: Utilisateur, backend: str | None = None) -> None:
    ouvrir_session(client, user)


def enroler_totp(utilisateur: Utilisateur) -> str:
    """Give the person an authenticator app; returns its key, for `code_totp(cle, maintenant)`."""
    cle = nouvelle_cle()
    poser_totp(utilisateur=utilisateur, cle=cle, maintenant=timezone.now())
    return cle


def code_de(cle: str) -> str:
    """The code that the app shows now."""
    return code_totp(cle, timezone.now())
