"""The audit trail: who did what, when, from where, with the values before and after.

Append-only (triggers of the migration), hash-chained per cabinet. No secret and no whole IBAN is ever given to it.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from gestion_acces.models import Cabinet, Dossier, EvenementAudit, Utilisateur
from portal.lib.reseau import adresse_de


@dataclass(frozen=True)
class Origine:
    """Who acts and from where. Tasks act as « système »."""

    email: str = "système"
    adresse_ip: str = ""
    agent: str = ""


SYSTEME = Origine()


def origine_de(request: HttpRequest) -> Origine:
    """The person, address and browser behind a request."""
    email = getattr(request.user, "email", "") or "anonyme"
    return Origine(email, adresse_de(request), request.META.get("HTTP_USER_AGENT", "")[:300])


def _empreinte(evenement: EvenementAudit) -> str:
    contenu = [
        evenement.empreinte_precedente,
        str(evenement.cabinet_id),
        evenement.rang,
        evenement.date.astimezone(UTC).isoformat(timespec="microseconds"),
        evenement.acte,
        evenement.acteur_email,
        str(evenement.dossier_id or ""),
        evenement.objet,
        evenement.avant,
        evenement.apres,
        evenement.adresse_ip,
        evenement.agent,
    ]
    octets = json.dumps(contenu, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(octets).hexdigest()


def journaliser(
    *,
    cabinet: Cabinet,
    acte: str,
    date: datetime,
    origine: Origine = SYSTEME,
    dossier: Dossier | None = None,
    objet: str = "",
    avant: dict[str, Any] | None = None,
    apres: dict[str, Any] | None = None,
) -> EvenementAudit:
    """Append one line to the trail of the cabinet, inside the caller's transaction. `date` is aware, stored in UTC."""
    with transaction.atomic():
        # The lock on the cabinet keeps two writers from taking the same rank.
        Cabinet.objects.select_for_update(of=("self",)).get(pk=cabinet.pk)
        dernier = EvenementAudit.objects.filter(cabinet=cabinet).order_by("-rang").first()
        evenement = EvenementAudit(
            cabinet=cabinet,
            rang=dernier.rang + 1 if dernier else 1,
            date=date,
            acte=acte,
            acteur_email=origine.email,
            dossier_id=dossier.pk if dossier else None,
            objet=objet[:200],
            avant=avant or {},
            apres=apres or {},
            adresse_ip=origine.adresse_ip,
            agent=origine.agent,
            empreinte_precedente=dernier.empreinte if dernier else "",
        )
        evenement.empreinte = _empreinte(evenement)
        evenement.save(force_insert=True)
    return evenement


def cabinets_de(utilisateur: Utilisateur) -> QuerySet[Cabinet]:
    """The firms whose trail a person's own acts belong to: the one he works for, those of his dossiers."""
    concerne = Q(membres__utilisateur=utilisateur) | Q(dossiers__membres__utilisateur=utilisateur)
    # Always in the same order: two acts of the same person lock the same firms.
    return Cabinet.objects.filter(concerne).distinct().order_by("pk")


def journaliser_personne(
    *,
    utilisateur: Utilisateur,
    acte: str,
    date: datetime,
    origine: Origine,
    objet: str = "",
    avant: dict[str, Any] | None = None,
    apres: dict[str, Any] | None = None,
) -> None:
    """Append an act of a person on his own account (sign-in, factors) to the trail of each firm he deals with."""
    with transaction.atomic():
        for cabinet in cabinets_de(utilisateur):
            journaliser(cabinet=cabinet, acte=acte, date=date, origine=origine, objet=objet, avant=avant, apres=apres)


def verifier_chaine(cabinet: Cabinet) -> EvenementAudit | None:
    """Walk the trail from its first line; return the first line that does not fit, or None when all is well."""
    precedente = ""
    evenements = EvenementAudit.objects.filter(cabinet=cabinet).order_by("rang").iterator()
    for rang, evenement in enumerate(evenements, start=1):
        fidele = (
            evenement.rang == rang
            and evenement.empreinte_precedente == precedente
            and evenement.empreinte == _empreinte(evenement)
        )
        if not fidele:
            return evenement
        precedente = evenement.empreinte
    return None
