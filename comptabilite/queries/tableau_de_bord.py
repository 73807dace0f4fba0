"""What the first page of the accounting of a dossier says."""

from dataclasses import dataclass
from datetime import date as Date

from django.db.models import Count, Max, Min, Q

from comptabilite.enums import EtatEcriture
from comptabilite.models import Compte, ControleLivres, Ecriture, Exercice, ExportFec, LigneEcriture, Parametres
from gestion_acces.models import Dossier


@dataclass(frozen=True)
class EtatExercice:
    exercice: Exercice
    validees: int
    brouillards: int


@dataclass(frozen=True)
class CeQuiAttend:
    """Work that waits in the books of a dossier."""

    brouillards: int
    plus_ancien: Date | None
    non_lettrees: int
    en_attente: int
    dernier_export: ExportFec | None
    parametres: Parametres | None
    controle: ControleLivres | None


def etats_des_exercices(dossier: Dossier) -> list[EtatExercice]:
    """The exercices, the last first, with their counts of entries."""
    brouillards = dict(
        Ecriture.objects.filter(dossier=dossier, etat=EtatEcriture.BROUILLARD)
        .values_list("exercice_id")
        .annotate(Count("id"))
        .order_by()
    )
    exercices = Exercice.objects.filter(dossier=dossier).order_by("-debut")
    return [EtatExercice(x, x.dernier_numero, brouillards.get(x.pk, 0)) for x in exercices]


def ce_qui_attend(dossier: Dossier) -> CeQuiAttend:
    brouillards = Ecriture.objects.filter(dossier=dossier, etat=EtatEcriture.BROUILLARD).aggregate(
        nombre=Count("id"), plus_ancien=Min("date"), dernier=Max("date")
    )
    ouvertes = Q(dossier=dossier, lettrage__isnull=True, ecriture__exercice__cloture_le__isnull=True)
    attente = Compte.objects.filter(dossier=dossier, numero__startswith="471").values("pk")
    return CeQuiAttend(
        brouillards=brouillards["nombre"],
        plus_ancien=brouillards["plus_ancien"],
        non_lettrees=LigneEcriture.objects.filter(ouvertes, tiers__isnull=False).count(),
        en_attente=LigneEcriture.objects.filter(ouvertes, compte__in=attente).count(),
        dernier_export=ExportFec.objects.filter(dossier=dossier).order_by("-id").first(),
        parametres=Parametres.objects.filter(dossier=dossier).first(),
        # The one in fault first, else the last exercice's.
        controle=ControleLivres.objects.filter(dossier=dossier).order_by("sain", "-exercice__debut").first(),
    )
