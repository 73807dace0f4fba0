"""What a validation would do, before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

from django.db.models import Count, Min, Sum

from comptabilite.enums import GestionDocument
from comptabilite.models import Ecriture
from comptabilite.services.validation import brouillards, dans_l_ordre_legal
from gestion_acces.models import Dossier
from portal.lib.affichage import pluriel

EXTRAIT = 50


@dataclass(frozen=True)
class Apercu:
    """Counts by journal, the first entries in the order of their numbers, and what should be looked at."""

    nombre: int
    total_cents: int
    par_journal: Sequence[Any]
    premieres: list[Ecriture]
    premier_numero: int
    obstacles: list[str]
    avertissements: list[str]


def apercu_validation(dossier: Dossier, *, jusqu_au: Date, aujourd_hui: Date) -> Apercu:
    lot = brouillards(dossier=dossier, jusqu_au=jusqu_au)
    resume = lot.aggregate(nombre=Count("id"), total=Sum("total_debit_cents"), plus_ancienne=Min("date"))
    par_journal = lot.values("journal__code", "journal__libelle").annotate(
        nombre=Count("id"), total=Sum("total_debit_cents")
    )
    obstacles, avertissements = [], []
    futures = lot.filter(date__gt=aujourd_hui).count()
    if futures:
        sujet = pluriel(futures, "écriture est datée", "écritures sont datées")
        obstacles.append(f"{futures} {sujet} d’après aujourd’hui : choisissez une date antérieure.")
    sans_document = lot.filter(journal__gestion_document=GestionDocument.EXIGER, pieces__isnull=True).count()
    if sans_document:
        sujet = pluriel(sans_document, "écriture n’a", "écritures n’ont")
        avertissements.append(f"{sans_document} {sujet} pas le document que le journal exige.")
    attente = lot.filter(lignes__compte__numero__startswith="471").distinct().count()
    if attente:
        sujet = pluriel(attente, "écriture passe", "écritures passent")
        avertissements.append(f"{attente} {sujet} par le compte d’attente 471.")
    premieres = list(dans_l_ordre_legal(lot).select_related("journal", "exercice")[:EXTRAIT])
    return Apercu(
        nombre=resume["nombre"],
        total_cents=resume["total"] or 0,
        par_journal=list(par_journal.order_by("journal__code")),
        premieres=premieres,
        premier_numero=premieres[0].exercice.dernier_numero + 1 if premieres else 0,
        obstacles=obstacles,
        avertissements=avertissements,
    )
