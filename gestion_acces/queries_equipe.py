"""Reads of the administrator's pages."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from gestion_acces.models import (
    Cabinet,
    Dossier,
    Facteur,
    Invitation,
    MembreCabinet,
    MembreDossier,
    Portefeuille,
)


def equipe_du_cabinet(cabinet: Cabinet) -> QuerySet[MembreCabinet]:
    """The people of the firm with the size of their portfolio and whether they have a second factor."""
    return (
        MembreCabinet.objects.filter(cabinet=cabinet)
        .select_related("utilisateur")
        .annotate(
            dossiers_confies=Count("portefeuille"),
            protege=Exists(Facteur.objects.filter(utilisateur=OuterRef("utilisateur"))),
        )
        .order_by("-actif", "utilisateur__nom", "utilisateur__prenom", "pk")
    )


def membres_actifs(cabinet: Cabinet) -> QuerySet[MembreCabinet]:
    return (
        MembreCabinet.objects.filter(cabinet=cabinet, actif=True)
        .select_related("utilisateur")
        .order_by("utilisateur__nom", "utilisateur__prenom", "pk")
    )


def invitations_du_cabinet(cabinet: Cabinet) -> QuerySet[Invitation]:
    """Places in the team that nobody has taken yet."""
    return Invitation.objects.filter(cabinet=cabinet, acceptee_le=None, annulee_le=None).order_by("-envoyee_le")


def dossiers_a_repartir(cabinet: Cabinet, filtres: Mapping[str, Any]) -> QuerySet[Dossier]:
    """The dossiers of the firm with their collaborators; `q` searches, `de` is a member's id or `personne`."""
    dossiers = Dossier.objects.filter(cabinet=cabinet).prefetch_related(
        Prefetch(
            "portefeuille",
            Portefeuille.objects.select_related("membre__utilisateur").order_by("membre__utilisateur__nom", "pk"),
        )
    )
    for mot in str(filtres.get("q", "")).split()[:6]:
        dossiers = dossiers.filter(
            Q(raison_sociale__icontains=mot) | Q(code__istartswith=mot) | Q(siret__startswith=mot)
        )
    de = str(filtres.get("de", ""))
    if de == "personne":
        dossiers = dossiers.filter(~Exists(Portefeuille.objects.filter(dossier=OuterRef("pk"))))
    elif de.isdigit():
        dossiers = dossiers.filter(Exists(Portefeuille.objects.filter(dossier=OuterRef("pk"), membre_id=int(de))))
    return dossiers


def personnes_du_dossier(dossier: Dossier) -> QuerySet[MembreDossier]:
    """The people of the client company, with their levels and the invitation that waits for them."""
    en_cours = Invitation.objects.filter(acceptee_le=None, annulee_le=None)
    return (
        MembreDossier.objects.filter(dossier=dossier)
        .select_related("utilisateur", "dossier", "ajoute_par")
        .prefetch_related("acces__service_dossier", Prefetch("invitations", en_cours, to_attr="en_attente"))
        .order_by("-actif", "role", "nom", "pk")
    )
