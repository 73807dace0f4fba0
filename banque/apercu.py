"""What the rooms below show of the bank: the last lines of a client, and what a dissociation leaves pending."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db.models import Min

from banque.enums import Source, StatutRecue
from banque.models import CompteBancaire, LigneRecue
from gestion_acces.models import Dossier
from qonto_link.apercu import LigneApercu
from qonto_link.pendants import Pendant

NOMBRE = 8


def dernieres_lignes(dossier: Dossier) -> list[LigneApercu]:
    """The last settled lines of the linked accounts: one short walk of an index per account."""
    comptes = CompteBancaire.objects.filter(dossier=dossier, compte_qonto__lie=True).values_list("pk", flat=True)
    reglees = LigneRecue.objects.filter(dossier=dossier, statut=StatutRecue.REGLEE)
    par_compte = [
        reglees.filter(compte_bancaire=compte).order_by("-reglee_le", "-id")[:NOMBRE] for compte in comptes[:20]
    ]
    lignes = sorted(chain(*par_compte), key=lambda ligne: (str(ligne.reglee_le), ligne.pk), reverse=True)
    return [
        LigneApercu(ligne.jour, ligne.contrepartie or ligne.libelle, ligne.montant_cents) for ligne in lignes[:NOMBRE]
    ]


def prouves_jusqu_au(dossiers: Sequence[UUID]) -> dict[UUID, datetime]:
    """The end of the last integrated statement, of the account that is the furthest behind; one query for all."""
    comptes = CompteBancaire.objects.filter(
        dossier__in=dossiers, compte_qonto__lie=True, integre_jusqu_au__isnull=False
    )
    return dict(comptes.values_list("dossier").annotate(fin=Min("integre_jusqu_au")))


def operations_en_attente(dossier: Dossier) -> list[Pendant]:
    """Lines received and not integrated: they stay, and the cabinet can still integrate them."""
    nombre = LigneRecue.objects.filter(
        dossier=dossier, source=Source.QONTO, integree=False, statut=StatutRecue.REGLEE
    ).count()
    if not nombre:
        return []
    mots = "opération en attente" if nombre == 1 else "opérations en attente"
    return [Pendant(f"{nombre} {mots} d’intégration", "votre cabinet pourra encore les intégrer.")]
