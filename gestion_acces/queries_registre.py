"""The register of accesses: who can see, prepare, pay; since when, by whom (B12)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from gestion_acces.enums import NIVEAUX_PROPOSES, Niveau, RoleCabinet, RoleClient, Service
from gestion_acces.models import (
    AccesService,
    Cabinet,
    Dossier,
    MembreCabinet,
    MembreDossier,
    Portefeuille,
    Utilisateur,
)
from portal.lib.tableaux import HORODATAGE, Colonne


@dataclass(frozen=True)
class LigneRegistre:
    """One right of one person on one dossier."""

    dossier: str
    personne: str
    email: str
    titre: str
    service: str
    droit: str
    peut_payer: bool
    depuis: datetime | None
    par: str


COLONNES = (
    Colonne("Dossier", "dossier"),
    Colonne("Personne", "personne"),
    Colonne("E-mail", "email"),
    Colonne("Titre", "titre"),
    Colonne("Service", "service"),
    Colonne("Droit", "droit"),
    Colonne("Depuis", "depuis", HORODATAGE),
    Colonne("Donné par", "par"),
)


def _nom(utilisateur: Utilisateur | None) -> str:
    return utilisateur.nom_complet if utilisateur else ""


def _acces(dossiers: QuerySet[Dossier]) -> QuerySet[AccesService]:
    return (
        AccesService.objects.filter(membre__dossier__in=dossiers, membre__actif=True, service_dossier__actif=True)
        .select_related("membre__utilisateur", "membre__dossier", "service_dossier", "donne_par")
        .order_by("membre__dossier__code", "membre__role", "membre_id", "service_dossier__service")
    )


def _ligne_client(acces: AccesService) -> LigneRegistre:
    membre, service = acces.membre, acces.service_dossier.service
    return LigneRegistre(
        dossier=str(membre.dossier),
        personne=membre.nom_affiche,
        email=membre.utilisateur.email,
        titre=membre.get_role_display(),
        service=Service(service).label,
        droit=NIVEAUX_PROPOSES[service].get(acces.niveau, acces.get_niveau_display()),
        peut_payer=acces.niveau == Niveau.PAYER,
        depuis=acces.depuis,
        par=_nom(acces.donne_par),
    )


def _ligne_sans_service(membre: MembreDossier) -> LigneRegistre:
    return LigneRegistre(
        dossier=str(membre.dossier),
        personne=membre.nom_affiche,
        email=membre.utilisateur.email,
        titre=membre.get_role_display(),
        service="Gestion",
        droit="Nommer les personnes, relier Qonto" if membre.est_dirigeant else "Espace client",
        peut_payer=False,
        depuis=membre.depuis,
        par=_nom(membre.ajoute_par),
    )


def _ligne_portefeuille(ligne: Portefeuille) -> LigneRegistre:
    utilisateur = ligne.membre.utilisateur
    return LigneRegistre(
        dossier=str(ligne.dossier),
        personne=utilisateur.nom_complet,
        email=utilisateur.email,
        titre=ligne.membre.get_role_display(),
        service="Cabinet",
        droit="Tenir le dossier",
        peut_payer=False,
        depuis=ligne.depuis,
        par=_nom(ligne.ajoute_par),
    )


def _ligne_administrateur(membre: MembreCabinet) -> LigneRegistre:
    return LigneRegistre(
        dossier="Tous les dossiers",
        personne=membre.utilisateur.nom_complet,
        email=membre.utilisateur.email,
        titre=membre.get_role_display(),
        service="Cabinet",
        droit="Administrer le cabinet",
        peut_payer=False,
        depuis=membre.depuis,
        par=_nom(membre.ajoute_par),
    )


def administrateurs(cabinet: Cabinet) -> list[LigneRegistre]:
    membres = MembreCabinet.objects.filter(cabinet=cabinet, actif=True, role=RoleCabinet.ADMINISTRATEUR)
    return [_ligne_administrateur(membre) for membre in membres.select_related("utilisateur", "ajoute_par")]


def _portefeuilles(dossiers: QuerySet[Dossier]) -> QuerySet[Portefeuille]:
    return (
        Portefeuille.objects.filter(dossier__in=dossiers, membre__actif=True, membre__role=RoleCabinet.COLLABORATEUR)
        .select_related("dossier", "membre__utilisateur", "ajoute_par")
        .order_by("dossier__code", "membre__utilisateur__nom", "pk")
    )


def registre(dossiers: QuerySet[Dossier]) -> Iterator[LigneRegistre]:
    """Every right on these dossiers, row by row: the client's people first, then the firm's."""
    gestion = MembreDossier.objects.filter(dossier__in=dossiers, actif=True).filter(
        Q(role=RoleClient.DIRIGEANT) | Q(acces=None)
    )
    gestion = gestion.select_related("utilisateur", "dossier", "ajoute_par").order_by("dossier__code", "pk")
    yield from map(_ligne_sans_service, gestion.iterator(500))
    yield from map(_ligne_client, _acces(dossiers).iterator(500))
    yield from map(_ligne_portefeuille, _portefeuilles(dossiers).iterator(500))


def cabinet_qui_voit(dossier: Dossier) -> list[LigneRegistre]:
    """The people of the firm who can see this dossier."""
    du_dossier = Dossier.objects.filter(pk=dossier.pk)
    return [*map(_ligne_portefeuille, _portefeuilles(du_dossier)), *administrateurs(dossier.cabinet)]


def dossiers_du_registre(cabinet: Cabinet, recherche: str) -> QuerySet[Dossier]:
    """The dossiers of the firm that match, for the register."""
    dossiers = Dossier.objects.filter(cabinet=cabinet)
    for mot in recherche.split()[:6]:
        dossiers = dossiers.filter(
            Q(raison_sociale__icontains=mot) | Q(code__istartswith=mot) | Q(membres__utilisateur__email__icontains=mot)
        )
    return dossiers.distinct()
