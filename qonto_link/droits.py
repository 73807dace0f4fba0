"""The scopes asked of Qonto: those that the services switched on for the dossier need, and no other."""

from collections.abc import Iterable

from gestion_acces.enums import Service
from gestion_acces.models import Dossier, ServiceDossier

SCOPES: dict[str, tuple[str, ...]] = {
    Service.QONTO: ("offline_access", "organization.read", "attachment.read", "webhook"),
    Service.I_FACTURE: ("payment.write", "attachment.write", "client_invoices.read"),
    Service.I_DEPOT: ("client_invoices.read",),
}

LIBELLES: dict[str, str] = {
    "offline_access": "rester connecté sans vous redemander à chaque fois",
    "organization.read": "lire vos comptes, vos soldes et vos opérations",
    "attachment.read": "lire les justificatifs joints à vos opérations",
    "attachment.write": "joindre un justificatif à un paiement",
    "payment.write": "préparer des virements, que vous validez vous-même dans Qonto",
    "webhook": "être prévenu dès qu’une opération change",
    "client_invoices.read": "lire vos factures de vente",
}


def scopes_requis(dossier: Dossier) -> list[str]:
    """The scopes of the active services, in a stable order; always those of the Qonto tile itself."""
    actifs = set(ServiceDossier.objects.filter(dossier=dossier, actif=True).values_list("service", flat=True))
    voulus = (scope for service in SCOPES if service in actifs | {Service.QONTO} for scope in SCOPES[service])
    return list(dict.fromkeys(voulus))


def scopes_manquants(dossier: Dossier, accordes: str) -> list[str]:
    """What a service switched on since the consent needs more: a new consent gives it."""
    return [scope for scope in scopes_requis(dossier) if scope not in accordes.split()]


def libelles(scopes: Iterable[str]) -> list[str]:
    return [LIBELLES.get(scope, scope) for scope in scopes]
