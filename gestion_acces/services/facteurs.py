"""Second factors: TOTP key (RFC 6238), recovery codes, and what both share with passkeys."""

import base64
import hmac
import secrets
from datetime import datetime
from io import BytesIO

import qrcode
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.utils.crypto import salted_hmac
from qrcode.image.svg import SvgPathImage

from gestion_acces.acces import second_facteur_obligatoire
from gestion_acces.enums import TypeFacteur
from gestion_acces.errors import CodeFaux, FacteurNecessaire
from gestion_acces.models import CodeSecours, Facteur, Utilisateur
from gestion_acces.services.audit import Origine, journaliser_personne

PERIODE = 30
NOMBRE_DE_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def nouvelle_cle() -> str:
    """A TOTP key, in base32 as the authenticator apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def _totp(cle: str) -> TOTP:
    # SHA-1 is what the apps know; RFC 6238 rests on HMAC, which its collisions do not touch.
    return TOTP(base64.b32decode(cle), 6, SHA1(), PERIODE)


def adresse_totp(*, cle: str, email: str, emetteur: str) -> str:
    """The otpauth:// address that a QR code carries."""
    return _totp(cle).get_provisioning_uri(email, emetteur)


def image_qr(texte: str) -> str:
    """The QR code as the address of an SVG image."""
    sortie = BytesIO()
    qrcode.make(texte, image_factory=SvgPathImage, border=2).save(sortie)
    return "data:image/svg+xml;base64," + base64.b64encode(sortie.getvalue()).decode()


def code_totp(cle: str, maintenant: datetime) -> str:
    """The code that an app with this key shows now."""
    return _totp(cle).generate(int(maintenant.timestamp())).decode()


def _pas_du_code(cle: str, code: str, maintenant: datetime) -> int | None:
    """The time step of the code: this one, or its neighbours for a clock that drifts. None when it is none of them."""
    totp, pas = _totp(cle), int(maintenant.timestamp()) // PERIODE
    for candidat in (pas, pas - 1, pas + 1):
        if hmac.compare_digest(totp.generate(candidat * PERIODE), code.encode()):
            return candidat
    return None


def poser_totp(*, utilisateur: Utilisateur, cle: str, maintenant: datetime, pas: int = 0) -> Facteur:
    """Give the person this TOTP key in place of the one he had; steps up to `pas` are spent."""
    with transaction.atomic():
        Facteur.objects.filter(utilisateur=utilisateur, type=TypeFacteur.TOTP).delete()
        return Facteur.objects.create(
            utilisateur=utilisateur,
            type=TypeFacteur.TOTP,
            nom=TypeFacteur.TOTP.label,
            secret=cle,
            compteur=pas,
            cree_le=maintenant,
        )


def enregistrer_totp(
    *, utilisateur: Utilisateur, cle: str, code: str, origine: Origine, maintenant: datetime
) -> Facteur:
    """Keep the key once its first code has been given. Raises CodeFaux."""
    pas = _pas_du_code(cle, _nettoyer(code), maintenant)
    if pas is None:
        raise CodeFaux
    with transaction.atomic():
        facteur = poser_totp(utilisateur=utilisateur, cle=cle, maintenant=maintenant, pas=pas)
        journaliser_personne(
            utilisateur=utilisateur, acte="facteur.ajouter", date=maintenant, origine=origine, objet=facteur.nom
        )
    return facteur


def verifier_totp(*, utilisateur: Utilisateur, code: str, maintenant: datetime) -> bool:
    """True for a good code, once: the step it belongs to and the former ones are spent."""
    facteur = Facteur.objects.filter(utilisateur=utilisateur, type=TypeFacteur.TOTP).first()
    pas = _pas_du_code(facteur.secret, _nettoyer(code), maintenant) if facteur else None
    if facteur is None or pas is None:
        return False
    return bool(Facteur.objects.filter(pk=facteur.pk, compteur__lt=pas).update(compteur=pas, utilise_le=maintenant))


def _nettoyer(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _empreinte(utilisateur: Utilisateur, code: str) -> str:
    return salted_hmac(f"code-secours:{utilisateur.pk}", _nettoyer(code), algorithm="sha256").hexdigest()


def creer_codes(*, utilisateur: Utilisateur, origine: Origine, maintenant: datetime) -> list[str]:
    """Ten new recovery codes of 59 bits each, shown once; the former ones die."""
    codes = [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)) for _ in range(NOMBRE_DE_CODES)
    ]
    with transaction.atomic():
        CodeSecours.objects.filter(utilisateur=utilisateur).delete()
        CodeSecours.objects.bulk_create(
            [CodeSecours(utilisateur=utilisateur, empreinte=_empreinte(utilisateur, code)) for code in codes]
        )
        journaliser_personne(utilisateur=utilisateur, acte="codes_secours.creer", date=maintenant, origine=origine)
    return codes


def utiliser_code(*, utilisateur: Utilisateur, code: str, maintenant: datetime) -> bool:
    """True for a recovery code that had not served yet."""
    empreinte = _empreinte(utilisateur, code)
    codes = CodeSecours.objects.filter(utilisateur=utilisateur, empreinte=empreinte, utilise_le=None)
    return bool(codes.update(utilise_le=maintenant))


def codes_restants(utilisateur: Utilisateur) -> int:
    return CodeSecours.objects.filter(utilisateur=utilisateur, utilise_le=None).count()


def retirer_facteur(*, facteur: Facteur, origine: Origine, maintenant: datetime) -> None:
    """Take a factor away. Raises FacteurNecessaire for the last one of a person who must have one."""
    utilisateur = facteur.utilisateur
    with transaction.atomic():
        tous = list(Facteur.objects.select_for_update(of=("self",)).filter(utilisateur=utilisateur))
        if len(tous) == 1 and second_facteur_obligatoire(utilisateur):
            raise FacteurNecessaire
        facteur.delete()
        if len(tous) == 1:
            CodeSecours.objects.filter(utilisateur=utilisateur).delete()
        journaliser_personne(
            utilisateur=utilisateur, acte="facteur.retirer", date=maintenant, origine=origine, objet=facteur.nom
        )
