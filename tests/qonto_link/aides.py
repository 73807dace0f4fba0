"""A dossier of the cast, linked to the local Qonto as a person would do it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from django.utils import timezone

from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import SYSTEME
from qonto_link.models import Connexion, DemandeAssociation
from qonto_link.services import association
from tests.factories import DossierFactory, UtilisateurFactory
from tests.qonto import LocalQonto
from tests.qonto_sandbox.oauth import Browser, returned

LENOIR = {"raison_sociale": "MAISON LENOIR", "siret": "81234567600017"}
ALICE = "alice@maison-lenoir.example"


def dossier_lenoir(**champs: Any) -> Dossier:
    dossier: Dossier = DossierFactory(**{**LENOIR, **champs})
    return dossier


def consentir(qonto: LocalQonto, adresse: str, *, email: str = ALICE, decision: str = "accept") -> dict[str, str]:
    """Play the pages of Qonto from the address of a departure; returns what the portal is called back with."""
    navigateur = Browser(qonto)
    parametres = {nom: valeurs[0] for nom, valeurs in parse_qs(urlsplit(adresse).query).items()}
    page: requests.Response = navigateur.session.get(
        f"{qonto.url}/oauth2/auth", params=parametres, allow_redirects=False
    )
    page = navigateur.send(page, "login", email=email)
    champs = {"organization_id": page.text.split('name="organization_id"')[1].split('value="')[1].split('"')[0]}
    return returned(navigateur.send(page, "consent", decision=decision, **champs))


def revenir(
    qonto: LocalQonto, dossier: Dossier, utilisateur: Utilisateur | None = None, **kwargs: Any
) -> tuple[DemandeAssociation, Connexion | None]:
    """Departure, consent, return."""
    utilisateur = utilisateur or UtilisateurFactory()
    adresse = association.depart(dossier=dossier, utilisateur=utilisateur, maintenant=timezone.now())
    retour = consentir(qonto, adresse, **kwargs)
    return association.retour(
        state=retour["state"],
        utilisateur=utilisateur,
        code=retour.get("code", ""),
        erreur=retour.get("error", ""),
        origine=SYSTEME,
        maintenant=timezone.now(),
    )


def lier(qonto: LocalQonto, dossier: Dossier, **kwargs: Any) -> Connexion:
    """The dossier linked with its main account."""
    demande, connexion = revenir(qonto, dossier, **kwargs)
    if connexion is not None:
        return connexion
    principal = next(compte["id"] for compte in demande.organisation["comptes"] if compte["principal"])
    return association.choisir_comptes(
        demande=demande, choisis=[principal], origine=SYSTEME, maintenant=timezone.now()
    )
