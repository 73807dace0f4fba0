"""Acts on the people of a client company: their role, their place, their level on each service."""

from datetime import datetime

from django.db import transaction

from gestion_acces.enums import NIVEAUX_PROPOSES, RoleClient
from gestion_acces.errors import DernierDirigeant
from gestion_acces.models import AccesService, Dossier, MembreDossier, ServiceDossier, Utilisateur
from gestion_acces.services.audit import Origine, journaliser
from gestion_acces.services.tuiles import definir_acces


def niveaux_par_service(membre: MembreDossier) -> dict[str, str]:
    """Service → level held, for every service that is switched on ("" for none)."""
    actifs = ServiceDossier.objects.filter(dossier_id=membre.dossier_id, actif=True).values_list("service", flat=True)
    detenus = dict(
        AccesService.objects.filter(membre=membre, service_dossier__actif=True).values_list(
            "service_dossier__service", "niveau"
        )
    )
    return {service: detenus.get(service, "") for service in NIVEAUX_PROPOSES if service in set(actifs)}


def definir_niveaux(
    *, membre: MembreDossier, niveaux: dict[str, str], par: Utilisateur, origine: Origine, date: datetime
) -> None:
    """Give the person his level on each service that is switched on; "" takes it away."""
    with transaction.atomic():
        for service_dossier in ServiceDossier.objects.filter(dossier=membre.dossier, actif=True).select_related(
            "dossier__cabinet"
        ):
            if service_dossier.service in niveaux:
                definir_acces(
                    service_dossier=service_dossier,
                    niveaux={membre.pk: niveaux[service_dossier.service]},
                    origine=origine,
                    date=date,
                    par=par,
                )


def _garder_un_dirigeant(membre: MembreDossier) -> None:
    Dossier.objects.select_for_update(of=("self",)).get(pk=membre.dossier_id)
    autres = MembreDossier.objects.filter(dossier_id=membre.dossier_id, role=RoleClient.DIRIGEANT, actif=True).exclude(
        pk=membre.pk
    )
    if membre.est_dirigeant and membre.actif and not autres.exists():
        raise DernierDirigeant


def modifier_personne(*, membre: MembreDossier, role: str, actif: bool, origine: Origine, date: datetime) -> None:
    """Change the role of a person in the company, or take away and give back his place. Raises DernierDirigeant."""
    avant = {"role": membre.role, "actif": membre.actif}
    apres = {"role": role, "actif": actif}
    if avant == apres:
        return
    with transaction.atomic():
        if role != RoleClient.DIRIGEANT or not actif:
            _garder_un_dirigeant(membre)
        membre.role, membre.actif = role, actif
        membre.save(update_fields=["role", "actif"])
        journaliser(
            cabinet=membre.dossier.cabinet,
            dossier=membre.dossier,
            acte="membre.modifier",
            date=date,
            origine=origine,
            objet=membre.utilisateur.email,
            avant=avant,
            apres=apres,
        )
