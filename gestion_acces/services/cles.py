"""Passkeys (WebAuthn), on Yubico's fido2.

The browser's answers are JSON texts that a static script puts into plain forms. What is asked (the challenge) waits in
the session, and serves once.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gestion_acces.enums import TypeFacteur
from gestion_acces.errors import CleRefusee
from gestion_acces.models import Facteur, Utilisateur
from gestion_acces.services.audit import Origine, journaliser_personne

ATTENTE = "acces_cle_attendue"
# What fido2 raises on an answer that is no answer: it trusts the shape of what it is given.
ILLISIBLE = (ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True)
class Question:
    """What the browser is asked: options for the page, state for the session."""

    options: dict[str, Any]
    etat: dict[str, Any]


def domaine_possible(request: HttpRequest) -> bool:
    """Browsers know no passkey for a bare IP address."""
    try:
        ip_address(_domaine(request).strip("[]"))
    except ValueError:
        return True
    return False


def _domaine(request: HttpRequest) -> str:
    return request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()


def _serveur(request: HttpRequest) -> Fido2Server:
    origine = f"{request.scheme}://{request.get_host()}"
    partie = PublicKeyCredentialRpEntity(name=settings.PORTAL_NAME, id=_domaine(request))
    return Fido2Server(partie, verify_origin=lambda recue: str(recue) == origine)


def _cles_de(utilisateur: Utilisateur) -> list[tuple[Facteur, AttestedCredentialData]]:
    facteurs = Facteur.objects.filter(utilisateur=utilisateur, type=TypeFacteur.CLE).order_by("cree_le")
    return [(facteur, AttestedCredentialData(base64.b64decode(facteur.secret))) for facteur in facteurs]


def demander_creation(request: HttpRequest, utilisateur: Utilisateur) -> Question:
    """What the browser needs to make a new passkey."""
    personne = PublicKeyCredentialUserEntity(
        id=utilisateur.pk.bytes, name=utilisateur.email, display_name=utilisateur.nom_complet
    )
    options, etat = _serveur(request).register_begin(
        personne,
        [cle for _, cle in _cles_de(utilisateur)],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Question(dict(options)["publicKey"], etat)


def enregistrer_cle(
    request: HttpRequest,
    *,
    utilisateur: Utilisateur,
    etat: dict[str, Any],
    reponse: str,
    nom: str,
    origine: Origine,
    maintenant: datetime,
) -> Facteur:
    """Keep the passkey that the browser made. Raises CleRefusee."""
    try:
        donnees = _serveur(request).register_complete(etat, json.loads(reponse))
    except ILLISIBLE as erreur:
        raise CleRefusee from erreur
    cle = donnees.credential_data
    if cle is None:
        raise CleRefusee
    with transaction.atomic():
        try:
            with transaction.atomic():
                facteur = Facteur.objects.create(
                    utilisateur=utilisateur,
                    type=TypeFacteur.CLE,
                    nom=nom,
                    secret=base64.b64encode(cle).decode(),
                    identifiant=hashlib.sha256(cle.credential_id).hexdigest(),
                    compteur=donnees.counter,
                    cree_le=maintenant,
                )
        except IntegrityError as erreur:
            raise CleRefusee from erreur
        journaliser_personne(
            utilisateur=utilisateur, acte="facteur.ajouter", date=maintenant, origine=origine, objet=nom
        )
    return facteur


def demander_preuve(request: HttpRequest, utilisateur: Utilisateur | None) -> Question | None:
    """What the browser needs to use a passkey of this person, or of anybody (None). None when he has no passkey."""
    cles = [cle for _, cle in _cles_de(utilisateur)] if utilisateur else []
    if utilisateur and not cles:
        return None
    options, etat = _serveur(request).authenticate_begin(
        cles or None,
        # Alone, without the password, the passkey must check its holder by itself.
        UserVerificationRequirement.PREFERRED if utilisateur else UserVerificationRequirement.REQUIRED,
    )
    return Question(dict(options)["publicKey"], etat)


def verifier_cle(
    request: HttpRequest, *, utilisateur: Utilisateur, etat: dict[str, Any], reponse: str, maintenant: datetime
) -> bool:
    """True when the answer is signed by a passkey of this person, whose counter did not go back."""
    cles = _cles_de(utilisateur)
    try:
        donnees = json.loads(reponse)
        prouvee = _serveur(request).authenticate_complete(etat, [cle for _, cle in cles], donnees)
        compteur = AuthenticationResponse.from_dict(donnees).response.authenticator_data.counter
    except ILLISIBLE:
        return False
    facteur = next(facteur for facteur, cle in cles if cle.credential_id == prouvee.credential_id)
    if facteur.compteur and compteur <= facteur.compteur:
        return False
    return bool(
        Facteur.objects.filter(pk=facteur.pk, compteur=facteur.compteur).update(
            compteur=compteur, utilise_le=maintenant
        )
    )


def personne_de_la_cle(reponse: str) -> Utilisateur | None:
    """The person whom an answer without sign-in names; the signature is still to be checked."""
    try:
        identifiant = AuthenticationResponse.from_dict(json.loads(reponse)).raw_id
    except ILLISIBLE:
        return None
    empreinte = hashlib.sha256(identifiant).hexdigest()
    facteur = Facteur.objects.filter(identifiant=empreinte).select_related("utilisateur").first()
    return facteur.utilisateur if facteur and facteur.utilisateur.is_active else None
