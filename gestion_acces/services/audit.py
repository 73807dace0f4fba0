"""The audit trail: who did what, when, from where, with the values before and after.

Append-only (triggers of the migration), hash-chained per cabinet. No secret and no whole IBAN is ever given to it.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from gestion_acces.models import Cabinet, Dossier, EvenementAudit
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
