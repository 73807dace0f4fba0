"""What can be lettered: the accounts and third parties with open lines, and the lines of one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Min, Sum
from django.db.models.functions import Coalesce

from comptabilite.models import Compte, LigneEcriture, Tiers
from gestion_acces.models import Dossier
from portal.lib.pages import Page, paginer


@dataclass(frozen=True)
class CompteALettrer:
    numero: str
    tiers_code: str
    nom: str
    nombre: int
    solde_cents: int
    plus_ancienne: object


def comptes_a_lettrer(dossier: Dossier, *, type_tiers: str = "") -> list[CompteALettrer]:
    """Every account and third party with open lines, the most lines first, at most 500."""
    lignes = LigneEcriture.objects.filter(
        dossier=dossier, lettrage__isnull=True, compte__lettrable=True, ecriture__exercice__cloture_le__isnull=True
    )
    if type_tiers:
        lignes = lignes.filter(tiers__type=type_tiers)
    groupes = (
        lignes.values("compte__numero", "tiers__code", nom=Coalesce("tiers__nom", "compte__libelle"))
        .annotate(nombre=Count("id"), solde=Sum(F("debit_cents") - F("credit_cents")), plus_ancienne=Min("date"))
        .order_by("-nombre", "compte__numero", "tiers__code")[:500]
    )
    return [
        CompteALettrer(
            x["compte__numero"], x["tiers__code"] or "", x["nom"], x["nombre"], x["solde"], x["plus_ancienne"]
        )
        for x in groupes
    ]


def lignes_a_lettrer(
    dossier: Dossier, compte: Compte, tiers: Tiers | None, parametres: Mapping[str, Any]
) -> Page[LigneEcriture]:
    """The lines of an account: open ones, or all with their letters (`toutes`)."""
    lignes = LigneEcriture.objects.filter(dossier=dossier, compte=compte)
    lignes = lignes.filter(tiers=tiers) if tiers is not None else lignes.filter(tiers__isnull=True)
    if not parametres.get("toutes"):
        lignes = lignes.filter(lettrage__isnull=True)
    return paginer(
        lignes.select_related("ecriture__journal", "ecriture__exercice", "lettrage", "compte", "tiers"),
        cles=("date", "id"),
        parametres=parametres,
        taille=100,
    )
