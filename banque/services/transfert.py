"""Transfert en comptabilité: what is validated becomes draft entries, once, with its documents; a result by line.

The key `operation:<pk>` makes the entry unique in the books, the row's own link makes the line unique in the grid.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from banque.enums import EtatOperation
from banque.errors import BanqueError, ImputationRefusee, TransfertRefuse
from banque.models import Operation, PieceJointe
from banque.services.imputation import Part, controler, parts_de, verrouiller
from banque.services.mention import reconsiderer_mention
from banque.services.rapprochement_virements import ordre_sans_reponse
from comptabilite.enums import EtatEcriture, OrigineEcriture
from comptabilite.errors import ComptabiliteError
from comptabilite.models import Ecriture
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture, supprimer_brouillard
from gestion_acces.models import Dossier, Fichier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser


@dataclass(frozen=True)
class Resultat:
    """What the transfer of one line gave: its entry, or why there is none."""

    operation: Operation
    ecriture: Ecriture | None = None
    refus: str = ""


def cle_de(operation: Operation) -> str:
    return f"operation:{operation.pk}"


def piece_de(operation: Operation) -> str:
    """The number of the entry's document: what was typed, else the journal and the line."""
    journal = operation.compte_bancaire.journal
    return operation.piece or f"{journal.code if journal else 'BQ'}-{operation.jour:%Y%m}-{operation.pk}"


def lignes_de(operation: Operation, parts: Sequence[Part]) -> list[LigneSaisie]:
    """The lines of the entry: each part on the side opposite to the bank's, then the treasury account."""
    journal = operation.compte_bancaire.journal
    if journal is None or journal.compte_tresorerie is None:
        raise TransfertRefuse(
            f"La banque {operation.compte_bancaire.libelle} n’a pas de journal : créez-le dans la fiche du dossier, "
            "onglet Banques."
        )
    lignes = [
        LigneSaisie(
            part.compte,
            debit_cents=-part.montant_cents if part.montant_cents < 0 else 0,
            credit_cents=max(part.montant_cents, 0),
            libelle=part.libelle or operation.libelle,
            tiers=part.tiers,
        )
        for part in parts
    ]
    montant = operation.montant_cents
    tresorerie = LigneSaisie(
        journal.compte_tresorerie,
        debit_cents=max(montant, 0),
        credit_cents=max(-montant, 0),
        libelle=operation.libelle,
    )
    return [*lignes, tresorerie]


def controler_transfert(operation: Operation) -> list[LigneSaisie]:
    """The lines that the transfer would book. Raises BanqueError with the reason when it would be refused."""
    if operation.etat != EtatOperation.VALIDEE:
        raise TransfertRefuse(f"La ligne est {EtatOperation(operation.etat).label.lower()}, elle n’est pas validée.")
    if operation.montant_cents == 0:
        raise TransfertRefuse("La ligne est à zéro : ignorez-la.")
    if ordre_sans_reponse(
        dossier=operation.dossier,
        montant_cents=operation.montant_cents,
        iban=operation.ligne.contrepartie_iban,
    ):
        raise TransfertRefuse(
            "Un paiement du portail de ce montant attend encore la réponse de Qonto : c’est peut-être cette ligne. "
            "Réessayez quand elle sera connue."
        )
    parts = parts_de(operation)
    for part in parts:
        controler(operation, part.compte, part.tiers)
    return lignes_de(operation, parts)


def transferer(
    *,
    dossier: Dossier,
    operations: Iterable[Operation],
    auteur: Utilisateur | None = None,
    origine: Origine = SYSTEME,
    maintenant: datetime,
) -> list[Resultat]:
    """Book each validated line in its own transaction; one that is refused stops no other."""
    resultats = [_transferer(operation, auteur, maintenant) for operation in operations]
    passees = [resultat for resultat in resultats if resultat.ecriture is not None]
    if passees:
        journaliser(
            cabinet=dossier.cabinet,
            acte="banque.transferer",
            date=maintenant,
            origine=origine,
            dossier=dossier,
            objet=f"{len(passees)} lignes de banque",
            apres={"operations": [resultat.operation.pk for resultat in passees[:500]]},
        )
    return resultats


def _transferer(operation: Operation, auteur: Utilisateur | None, maintenant: datetime) -> Resultat:
    with transaction.atomic():
        ligne = verrouiller(operation)
        if ligne.etat == EtatOperation.TRANSFEREE and ligne.ecriture is not None:
            return Resultat(ligne, ligne.ecriture)
        # Its payment may have been tied since the page was drawn: then it is in the books already.
        if reconsiderer_mention(operation=ligne, ligne=ligne.ligne):
            return Resultat(ligne, refus=ligne.explication)
    try:
        with transaction.atomic():
            ligne = verrouiller(operation)
            return _passer(ligne, controler_transfert(ligne), auteur, maintenant)
    except (BanqueError, ComptabiliteError) as refus:
        return Resultat(ligne, refus=str(refus))


def _passer(
    operation: Operation, lignes: list[LigneSaisie], auteur: Utilisateur | None, maintenant: datetime
) -> Resultat:
    journal = operation.compte_bancaire.journal
    assert journal is not None
    pieces = list(
        PieceJointe.objects.filter(ligne=operation.ligne, fichier__isnull=False, retiree_le__isnull=True)
        .select_related("fichier")
        .order_by("id")
    )
    ecriture = passer_ecriture(
        dossier=operation.dossier,
        journal=journal,
        date=operation.jour,
        piece=piece_de(operation),
        libelle=operation.libelle,
        lignes=lignes,
        origine=OrigineEcriture.BANQUE,
        cle=cle_de(operation),
        fichiers=[piece.fichier for piece in pieces if isinstance(piece.fichier, Fichier)],
        auteur=auteur,
        maintenant=maintenant,
    )
    operation.etat, operation.ecriture = EtatOperation.TRANSFEREE, ecriture
    operation.transferee_le, operation.transferee_par = maintenant, auteur.email if auteur else "système"
    operation.save(update_fields=["etat", "ecriture", "transferee_le", "transferee_par"])
    PieceJointe.objects.filter(pk__in=[piece.pk for piece in pieces]).update(transmise_le=maintenant)
    return Resultat(operation, ecriture)


def annuler_transfert(
    *, operation: Operation, auteur: Utilisateur | None = None, origine: Origine = SYSTEME, maintenant: datetime
) -> Operation:
    """Take a draft entry back: the line is validated again. Raises TransfertRefuse once the entry is validated."""
    with transaction.atomic():
        ligne = verrouiller(operation)
        ecriture = ligne.ecriture
        if ligne.etat != EtatOperation.TRANSFEREE or ecriture is None:
            raise TransfertRefuse("Cette ligne n’est pas transférée.")
        if ecriture.etat != EtatEcriture.BROUILLARD:
            raise TransfertRefuse(f"L’écriture n° {ecriture.numero} est validée : contre-passez-la en comptabilité.")
        ligne.etat, ligne.ecriture = EtatOperation.VALIDEE, None
        ligne.transferee_le, ligne.transferee_par = None, ""
        ligne.save(update_fields=["etat", "ecriture", "transferee_le", "transferee_par"])
        try:
            supprimer_brouillard(
                ecriture=ecriture,
                motif="Transfert de la ligne de banque annulé.",
                auteur=auteur,
                origine=origine,
                maintenant=maintenant,
            )
        except ComptabiliteError as refus:
            raise TransfertRefuse(str(refus)) from refus
    return ligne


def apercu(operations: Iterable[Operation]) -> list[tuple[Operation, list[LigneSaisie], str]]:
    """What the transfer would book, line by line, or why it would refuse; nothing is written."""
    vues: list[tuple[Operation, list[LigneSaisie], str]] = []
    for operation in operations:
        try:
            vues.append((operation, controler_transfert(operation), ""))
        except (ImputationRefusee, TransfertRefuse, ComptabiliteError) as refus:
            vues.append((operation, [], str(refus)))
    return vues
