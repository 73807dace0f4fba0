"""The address of the person behind a request."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def _valide(adresse: str) -> str:
    """The address in its canonical form, or an empty string."""
    try:
        lue = ip_address(adresse.strip().strip("[]").split("%")[0])
    except ValueError:
        return ""
    if isinstance(lue, IPv6Address) and lue.ipv4_mapped:
        return str(lue.ipv4_mapped)
    return str(lue)


def adresse_de(request: HttpRequest) -> str:
    """The address that our own outermost proxy saw.

    Each of our TRUSTED_PROXIES appends one address to X-Forwarded-For; what stands further left was written by the
    visitor and proves nothing. Without proxies the header is not read at all.
    """
    directe = _valide(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return directe
    chaine = [part for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if len(chaine) < settings.TRUSTED_PROXIES:
        return directe
    return _valide(chaine[-settings.TRUSTED_PROXIES]) or directe


def reseau_de(adresse: str) -> str:
    """What is throttled together: an IPv4 address, or the /64 that one IPv6 subscriber holds."""
    lue = _valide(adresse)
    if ":" not in lue:
        return lue
    return str(IPv6Address(int(IPv6Address(lue)) >> 64 << 64)) + "/64"
