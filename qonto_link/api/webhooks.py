"""Signatures of Qonto's two webhook systems, checked on the raw bytes and in constant time (partner §1.10, §4.3)."""

import hashlib
import hmac

AGE_MAX = 300
ENTETE_ONBOARDING = "Qonto-SHA256-Signature"
ENTETE_BUSINESS = "X-Qonto-Signature"


def _hmac(secret: str, corps: bytes) -> str:
    return hmac.new(secret.encode(), corps, hashlib.sha256).hexdigest()


def signature_onboarding_valide(*, secret: str, corps: bytes, signature: str) -> bool:
    """Bare hexadecimal HMAC of the body; no timestamp, so a replay is recognised by the event's id alone."""
    return bool(secret) and hmac.compare_digest(_hmac(secret, corps).encode(), signature.strip().encode())


def signature_business_valide(
    *, secret: str, corps: bytes, signature: str, maintenant: float, age_max: float = AGE_MAX
) -> bool:
    """`t=<seconds>,v1=<hex>[,v1=…]` over `<t>.<body>`; refused when older than five minutes."""
    morceaux = [morceau.strip().partition("=") for morceau in signature.split(",")]
    moments = [valeur for nom, _, valeur in morceaux if nom == "t"]
    if not secret or len(moments) != 1 or not (moments[0].isascii() and moments[0].isdigit()):
        return False
    if abs(maintenant - int(moments[0])) > age_max:
        return False
    attendue = _hmac(secret, moments[0].encode() + b"." + corps).encode()
    recues = [valeur.encode() for nom, _, valeur in morceaux if nom == "v1"]
    return any(hmac.compare_digest(attendue, recue) for recue in recues)
