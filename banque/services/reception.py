"""Staging: what a source sent becomes rows, whatever it was before. New, known and changed lines are counted.

A page is written in one transaction with the cursor that follows it: a run cut between two pages begins again after
the last page that was written, and a page written twice changes nothing.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from banque.models import CompteBancaire, LigneRecue, PieceJointe
from banque.services.changements import repercuter
from banque.sources import OperationRecue
from banque.texte import complement_de

# The fields of a line that its source may change afterwards.
SUIVIS = (
    "statut",
    "montant_cents",
    "reglee_le",
    "jour",
    "date_valeur",
    "emise_le",
    "modifiee_le",
    "solde_apres_cents",
    "libelle",
    "contrepartie",
    "contrepartie_iban",
    "reference",
    "note",
    "type_operation",
    "code_operation",
    "mode_reglement",
    "montant_local_cents",
    "devise_locale",
    "tva_cents",
    "taux_tva",
    "numero_cheque",
    "nb_pieces",
)
TAILLE_LOT = 500


@dataclass
class Bilan:
    """What a reception did."""

    nouvelles: int = 0
    connues: int = 0
    changees: int = 0
    lignes_changees: list[int] = field(default_factory=list)

    def ajouter(self, autre: "Bilan") -> None:
        self.nouvelles += autre.nouvelles
        self.connues += autre.connues
        self.changees += autre.changees
        self.lignes_changees += autre.lignes_changees


def valeurs_de(operation: OperationRecue) -> dict[str, Any]:
    """The columns of a line, cut to their widths: a long label is no reason to lose a bank line."""
    note = operation.note
    if operation.complements:
        note = complement_de("", note, operation.complements)
    return {
        "statut": operation.statut[:20],
        "montant_cents": operation.montant_cents,
        "reglee_le": operation.reglee_le,
        "jour": operation.jour,
        "date_valeur": operation.date_valeur,
        "emise_le": operation.emise_le,
        "modifiee_le": operation.modifiee_le,
        "solde_apres_cents": operation.solde_apres_cents,
        "libelle": operation.libelle[:300],
        "contrepartie": operation.contrepartie[:300],
        "contrepartie_iban": operation.contrepartie_iban[:64],
        "reference": operation.reference[:300],
        "note": note,
        "type_operation": operation.type_operation[:40],
        "code_operation": operation.code_operation[:4],
        "mode_reglement": operation.mode_reglement[:1],
        "montant_local_cents": operation.montant_local_cents,
        "devise_locale": operation.devise_locale[:3],
        "tva_cents": operation.tva_cents,
        "taux_tva": operation.taux_tva,
        "numero_cheque": operation.numero_cheque[:40],
        "nb_pieces": len(operation.pieces),
    }


def recevoir(
    *,
    compte: CompteBancaire,
    operations: Iterable[OperationRecue],
    maintenant: datetime,
    curseur: datetime | None = None,
) -> Bilan:
    """Write one page and its cursor. A line that comes twice in it counts once, the last word wins."""
    recues = {operation.external_id: operation for operation in operations}
    bilan = Bilan()
    with transaction.atomic():
        if recues:
            source = next(iter(recues.values())).source
            connues = {
                ligne.external_id: ligne
                for ligne in LigneRecue.objects.filter(
                    compte_bancaire=compte, source=source, external_id__in=list(recues)
                ).defer("payload")
            }
            nouvelles = [o for identifiant, o in recues.items() if identifiant not in connues]
            _creer(compte, nouvelles, maintenant)
            bilan.nouvelles = len(nouvelles)
            for identifiant, ligne in connues.items():
                _mettre_a_jour(ligne, recues[identifiant], maintenant, bilan)
        if curseur is not None and (compte.curseur is None or curseur > compte.curseur):
            CompteBancaire.objects.filter(pk=compte.pk).update(curseur=curseur)
            compte.curseur = curseur
    return bilan


def _creer(compte: CompteBancaire, operations: Sequence[OperationRecue], maintenant: datetime) -> None:
    lignes = LigneRecue.objects.bulk_create(
        [
            LigneRecue(
                dossier_id=compte.dossier_id,
                compte_bancaire_id=compte.pk,
                source=operation.source,
                external_id=operation.external_id,
                devise=operation.devise[:3],
                payload=zlib.compress(operation.payload, 1),
                recue_le=maintenant,
                **valeurs_de(operation),
            )
            for operation in operations
        ],
        batch_size=TAILLE_LOT,
    )
    _creer_pieces(zip(lignes, operations, strict=True))


def _creer_pieces(couples: Iterable[tuple[LigneRecue, OperationRecue]]) -> None:
    PieceJointe.objects.bulk_create(
        [
            PieceJointe(
                dossier_id=ligne.dossier_id,
                ligne=ligne,
                external_id=piece.external_id,
                nom=piece.nom[:255],
                type_mime=piece.type_mime[:80],
                taille=piece.taille,
            )
            for ligne, operation in couples
            for piece in operation.pieces
        ],
        ignore_conflicts=True,
        batch_size=TAILLE_LOT,
    )


def _mettre_a_jour(ligne: LigneRecue, operation: OperationRecue, maintenant: datetime, bilan: Bilan) -> None:
    valeurs = valeurs_de(operation)
    changes = {champ: valeur for champ, valeur in valeurs.items() if getattr(ligne, champ) != valeur}
    if not changes:
        bilan.connues += 1
        return
    avant = {champ: getattr(ligne, champ) for champ in changes}
    for champ, valeur in changes.items():
        setattr(ligne, champ, valeur)
    ligne.payload = zlib.compress(operation.payload, 1)
    ligne.save(update_fields=[*changes, "payload"])
    _suivre_pieces(ligne, operation, maintenant)
    bilan.changees += 1
    bilan.lignes_changees.append(ligne.pk)
    if ligne.integree:
        repercuter(ligne=ligne, avant=avant, maintenant=maintenant)


def _suivre_pieces(ligne: LigneRecue, operation: OperationRecue, maintenant: datetime) -> None:
    presentes = [piece.external_id for piece in operation.pieces]
    ligne.pieces.filter(retiree_le__isnull=True).exclude(external_id__in=presentes).update(retiree_le=maintenant)
    _creer_pieces([(ligne, operation)])
