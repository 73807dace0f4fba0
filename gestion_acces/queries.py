"""Reads of the dossier pages."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from gestion_acces.enums import NIVEAUX_PROPOSES
from gestion_acces.models import AccesService, Dossier, MembreCabinet, MembreDossier, ServiceDossier, Utilisateur

TAILLE_PAGE = 50


@dataclass(frozen=True)
class Page:
    """One page of dossiers and the key of the next one ("" at the end)."""

    dossiers: list[Dossier]
    suite: str


def page_de_dossiers(membre: MembreCabinet, recherche: str = "", apres: str = "") -> Page:
    """The dossiers that this person may see, by name, from the key `apres` of the former page on."""
    dossiers = Dossier.objects.du_membre(membre).order_by("raison_sociale", "id").prefetch_related("services")
    for mot in recherche.split():
        dossiers = dossiers.filter(
            Q(raison_sociale__icontains=mot) | Q(code__istartswith=mot) | Q(siret__startswith=mot)
        )
    depart = Dossier.objects.du_membre(membre).filter(pk=apres).first() if _est_uuid(apres) else None
    if depart is not None:
        dossiers = dossiers.filter(
            Q(raison_sociale__gt=depart.raison_sociale) | Q(raison_sociale=depart.raison_sociale, id__gt=depart.id)
        )
    lus = list(dossiers[: TAILLE_PAGE + 1])
    return Page(lus[:TAILLE_PAGE], str(lus[TAILLE_PAGE - 1].pk) if len(lus) > TAILLE_PAGE else "")


def _est_uuid(texte: str) -> bool:
    return len(texte) == 36 and texte.count("-") == 4


@dataclass(frozen=True)
class LigneAcces:
    """A person of the client company on the screen « Modifier les accès »."""

    membre: MembreDossier
    niveau: str


def acces_du_service(service_dossier: ServiceDossier) -> list[LigneAcces]:
    """Every person of the client company with the level held. The dirigeant is proposed the most at first (S4)."""
    niveaux = dict(AccesService.objects.filter(service_dossier=service_dossier).values_list("membre_id", "niveau"))
    membres = (
        MembreDossier.objects.filter(dossier_id=service_dossier.dossier_id, actif=True)
        .select_related("utilisateur")
        .order_by("role", "utilisateur__nom", "pk")
    )
    # The most that the service offers: to pay, or to deposit.
    propose = list(NIVEAUX_PROPOSES[service_dossier.service])[-1] if not niveaux else ""
    return [LigneAcces(membre, niveaux.get(membre.pk, propose if membre.est_dirigeant else "")) for membre in membres]


def dossiers_du_client(utilisateur: Utilisateur) -> QuerySet[Dossier]:
    """The dossiers of a person in the client space, by name, for the switcher."""
    return Dossier.objects.du_client(utilisateur).select_related("cabinet").order_by("raison_sociale", "id")


def niveaux_du_membre(membre: MembreDossier) -> dict[str, str]:
    """Service → level, for the services that are switched on."""
    return dict(
        AccesService.objects.filter(membre=membre, service_dossier__actif=True).values_list(
            "service_dossier__service", "niveau"
        )
    )
