"""The proofs of identity of a request: looked at, counted, and written to the trail when they fail."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gestion_acces.errors import TropDEssais
from gestion_acces.models import Utilisateur
from gestion_acces.services.audit import origine_de
from gestion_acces.services.essais import Essai, commencer, reussir
from gestion_acces.services.facteurs import utiliser_code, verifier_totp
from gestion_acces.tasks import avertir_changement, confier, consigner_echec

APPAREIL = "portail_appareil"
APPAREIL_AGE = 180 * 24 * 3600
SEL = "gestion_acces.appareil"


def _marque(email: str) -> str:
    return salted_hmac(SEL, email.lower(), algorithm="sha256").hexdigest()[:24]


def _marques(request: HttpRequest) -> list[str]:
    cookie = request.get_signed_cookie(APPAREIL, default="", salt=SEL, max_age=APPAREIL_AGE)
    return cookie.split("|") if cookie else []


def appareil_connu(request: HttpRequest, email: str) -> bool:
    """True when this browser carries the cookie of a former sign-in of this address."""
    return _marque(email) in _marques(request)


def reconnaitre_appareil(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Remember that this person signed in from this browser, which several people may share."""
    marques = [_marque(email), *(autre for autre in _marques(request) if autre != _marque(email))][:5]
    response.set_signed_cookie(
        APPAREIL,
        "|".join(marques),
        salt=SEL,
        max_age=APPAREIL_AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _eprouver(request: HttpRequest, *, compte: str, email: str, acte: str, preuve: Callable[[], Any]) -> Any:
    """The result of a proof, falsy when it fails. Raises TropDEssais when it may not even be looked at."""
    origine = origine_de(request)
    essai: Essai = commencer(compte=compte, adresse=origine.adresse_ip, appareil_connu=appareil_connu(request, email))
    if not essai.permis:
        raise TropDEssais
    resultat = preuve()
    if resultat:
        reussir(essai)
        return resultat
    confier(
        consigner_echec,
        email=email.lower(),
        acte=acte,
        adresse_ip=origine.adresse_ip,
        agent=origine.agent,
        date=timezone.now().isoformat(),
        verrou=essai.dernier,
    )
    return None


def par_mot_de_passe(request: HttpRequest, *, email: str, mot_de_passe: str) -> Utilisateur | None:
    """The person of this address and password. An unknown address costs the same work as a wrong password."""
    personne = _eprouver(
        request,
        compte=email,
        email=email,
        acte="connexion.echec",
        preuve=lambda: authenticate(request, username=email.lower(), password=mot_de_passe),
    )
    return personne if isinstance(personne, Utilisateur) else None


def confirmer_mot_de_passe(request: HttpRequest, *, utilisateur: Utilisateur, mot_de_passe: str) -> bool:
    """The password of somebody who is signed in already."""
    return bool(
        _eprouver(
            request,
            compte=utilisateur.email,
            email=utilisateur.email,
            acte="confirmation.echec",
            preuve=lambda: utilisateur.check_password(mot_de_passe),
        )
    )


def par_code(request: HttpRequest, *, utilisateur: Utilisateur, code: str) -> str:
    """The kind of factor that the code proves: of the app, or a recovery code; empty when it is none."""
    maintenant = timezone.now()

    def preuve() -> str:
        if verifier_totp(utilisateur=utilisateur, code=code, maintenant=maintenant):
            return "totp"
        return "secours" if utiliser_code(utilisateur=utilisateur, code=code, maintenant=maintenant) else ""

    resultat = _eprouver(
        request,
        compte=f"facteur:{utilisateur.pk}",
        email=utilisateur.email,
        acte="second_facteur.echec",
        preuve=preuve,
    )
    return resultat or ""


def par_cle(request: HttpRequest, *, utilisateur: Utilisateur, preuve: Callable[[], bool]) -> bool:
    """A passkey's answer, counted like a code."""
    return bool(
        _eprouver(
            request,
            compte=f"facteur:{utilisateur.pk}",
            email=utilisateur.email,
            acte="second_facteur.echec",
            preuve=preuve,
        )
    )


def avertir(request: HttpRequest, utilisateur: Utilisateur, quoi: str) -> None:
    """Mail the person about a change to the proofs of his identity."""
    confier(
        avertir_changement,
        utilisateur_id=str(utilisateur.pk),
        quoi=quoi,
        adresse_ip=origine_de(request).adresse_ip,
        date=timezone.now().isoformat(),
    )
