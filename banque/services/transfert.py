"""Transfert en comptabilité: what is validated becomes draft entries, once, with its documents; a result by line.

The key `operation:<pk>` makes the entry unique in the books, the row's own link makes the line unique in the grid.
A lot is read, booked and marked in a number of statements that does not grow with its lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from banque.enums import EtatOperation
from banque.errors import BanqueError, TransfertRefuse
from banque.models import Operation, PieceJointe
from banque.services.imputation import LecteurDeParts, Part, controler, verrouiller
from banque.services.mention import reconsiderer_mention
from banque.services.rapprochement_virements import OrdresSansReponse, liens
from comptabilite.enums import EtatEcriture, OrigineEcriture
from comptabilite.errors import ComptabiliteError
from comptabilite.models import Ecriture
from comptabilite.services.ecritures import EcritureSaisie, LigneSaisie, passer_les_admises, supprimer_brouillard
from comptabilite.services.plan import verrouiller_comptabilite
from gestion_acces.models import Dossier, Fichier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser

# Lines booked in one transaction: the writers of the dossier wait for one lot at most.
LOT = 1000


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


class Controleur:
    """Reads once what the control of many lines needs, then answers line by line."""

    def __init__(self, dossier: Dossier, operations: Sequence[Operation]) -> None:
        self.ordres = OrdresSansReponse(dossier)
        self.lecteur = LecteurDeParts(operations)

    def lignes(self, operation: Operation) -> list[LigneSaisie]:
        """The lines that the transfer would book. Raises BanqueError or ComptabiliteError with the reason."""
        if operation.etat != EtatOperation.VALIDEE:
            raise TransfertRefuse(
                f"La ligne est {EtatOperation(operation.etat).label.lower()}, elle n’est pas validée."
            )
        if operation.montant_cents == 0:
            raise TransfertRefuse("La ligne est à zéro : ignorez-la.")
        if self.ordres.attendent(montant_cents=operation.montant_cents, iban=operation.ligne.contrepartie_iban):
            raise TransfertRefuse(
                "Un paiement du portail de ce montant attend encore la réponse de Qonto : c’est peut-être "
                "cette ligne. Réessayez quand elle sera connue."
            )
        parts = self.lecteur.parts_de(operation)
        for part in parts:
            controler(operation, part.compte, part.tiers)
        return lignes_de(operation, parts)

    def trier(self, operations: Iterable[Operation]) -> Iterator[tuple[Operation, list[LigneSaisie], str]]:
        """Each line with what it would book, or with the reason why it cannot be."""
        for operation in operations:
            try:
                yield operation, self.lignes(operation), ""
            except (BanqueError, ComptabiliteError) as refus:
                yield operation, [], str(refus)


def lues(operations: QuerySet[Operation]) -> list[Operation]:
    """The rows with all that the transfer looks at; the bank, its journal and the accounts are read once each."""
    avec_leur_ligne = operations.select_related("ligne").defer("ligne__payload")
    return list(
        avec_leur_ligne.prefetch_related(
            "dossier__cabinet", "compte_bancaire__journal__compte_tresorerie", "compte", "tiers", "ecriture"
        )
    )


def transferer(
    *,
    dossier: Dossier,
    operations: Iterable[Operation],
    auteur: Utilisateur | None = None,
    origine: Origine = SYSTEME,
    maintenant: datetime,
) -> list[Resultat]:
    """Book the validated lines, a lot at a time; one that is refused stops no other. Results in the order given."""
    voulues = list(operations)
    faits: dict[int, Resultat] = {}
    distinctes = list(dict.fromkeys(voulues))
    for debut in range(0, len(distinctes), LOT):
        faits |= _transferer_lot(dossier, distinctes[debut : debut + LOT], auteur, origine, maintenant)
    return [faits[operation.pk] for operation in voulues]


def _transferer_lot(
    dossier: Dossier,
    voulues: Sequence[Operation],
    auteur: Utilisateur | None,
    origine: Origine,
    maintenant: datetime,
) -> dict[int, Resultat]:
    disparue = "Cette ligne n’est plus là : son intégration a été annulée."
    faits = {operation.pk: Resultat(operation, refus=disparue) for operation in voulues}
    du_lot = Operation.objects.filter(dossier=dossier, pk__in=list(faits))
    with transaction.atomic():
        # The books first, then the lines, as a payment that books itself and finds its line.
        verrouiller_comptabilite(dossier)
        validees = lues(du_lot.filter(etat=EtatOperation.VALIDEE).order_by("pk").select_for_update(of=("self",)))
        autres = lues(du_lot.exclude(pk__in=[operation.pk for operation in validees]))
        transferees = [operation for operation in autres if operation.etat == EtatOperation.TRANSFEREE]
        faits |= {operation.pk: Resultat(operation, operation.ecriture) for operation in transferees}
        restantes = [*validees, *(o for o in autres if o.etat != EtatOperation.TRANSFEREE)]
        payees = _payees(dossier, restantes)
        faits |= {operation.pk: Resultat(operation, refus=operation.explication) for operation in payees}
        a_passer = sorted(set(restantes) - payees, key=lambda operation: (operation.jour, operation.rang))
        return faits | _passer(dossier, a_passer, auteur, origine, maintenant)


def _payees(dossier: Dossier, operations: Sequence[Operation]) -> set[Operation]:
    """Those whose payment was tied since the page was drawn: they are in the books already."""
    trouves = liens(dossier=dossier, external_ids=[operation.ligne.external_id for operation in operations])
    candidates = [operation for operation in operations if operation.ligne.external_id in trouves]
    return {operation for operation in candidates if reconsiderer_mention(operation=operation, ligne=operation.ligne)}


def _passer(
    dossier: Dossier,
    operations: Sequence[Operation],
    auteur: Utilisateur | None,
    origine: Origine,
    maintenant: datetime,
) -> dict[int, Resultat]:
    """Book what can be, mark it, and say it in the audit trail."""
    tri = list(Controleur(dossier, operations).trier(operations))
    bonnes = [(operation, lignes) for operation, lignes, refus in tri if not refus]
    saisies = list(_saisies(bonnes))
    passees = passer_les_admises(dossier=dossier, saisies=saisies, auteur=auteur, maintenant=maintenant)
    faits = {operation.pk: Resultat(operation, refus=refus) for operation, _, refus in tri if refus}
    for (operation, _), ecriture in zip(bonnes, passees, strict=True):
        if isinstance(ecriture, Ecriture):
            operation.etat, operation.ecriture = EtatOperation.TRANSFEREE, ecriture
            faits[operation.pk] = Resultat(operation, ecriture)
        else:
            faits[operation.pk] = Resultat(operation, refus=str(ecriture))
    transferees = [resultat.operation for resultat in faits.values() if resultat.ecriture is not None]
    if transferees:
        _marquer(dossier, transferees, auteur.email if auteur else "système", maintenant)
        journaliser(
            cabinet=dossier.cabinet,
            acte="banque.transferer",
            date=maintenant,
            origine=origine,
            dossier=dossier,
            objet=f"{len(transferees)} lignes de banque",
            apres={"operations": [operation.pk for operation in transferees]},
        )
    return faits


def _saisies(lignes: Sequence[tuple[Operation, list[LigneSaisie]]]) -> Iterator[EcritureSaisie]:
    documents: dict[int, list[Fichier]] = defaultdict(list)
    pieces = _pieces(operation for operation, _ in lignes).select_related("fichier").order_by("id")
    for piece in pieces:
        if piece.fichier is not None:
            documents[piece.ligne_id].append(piece.fichier)
    for operation, saisies in lignes:
        journal = operation.compte_bancaire.journal
        assert journal is not None
        yield EcritureSaisie(
            journal,
            operation.jour,
            piece_de(operation),
            operation.libelle,
            saisies,
            OrigineEcriture.BANQUE,
            cle_de(operation),
            fichiers=documents[operation.ligne_id],
        )


def _pieces(operations: Iterable[Operation]) -> QuerySet[PieceJointe]:
    """The receipts of these lines that are here and that the bank has not taken away."""
    return PieceJointe.objects.filter(
        ligne__in=[operation.ligne_id for operation in operations], fichier__isnull=False, retiree_le__isnull=True
    )


def _marquer(dossier: Dossier, operations: Sequence[Operation], par: str, maintenant: datetime) -> None:
    """Tie each line to its entry, which the key names."""
    son_ecriture = Ecriture.objects.filter(
        ~Q(cle=""), dossier=dossier, cle=Concat(Value("operation:"), Cast(OuterRef("pk"), CharField()))
    )
    Operation.objects.filter(pk__in=[operation.pk for operation in operations]).update(
        etat=EtatOperation.TRANSFEREE,
        ecriture=Subquery(son_ecriture.values("pk")[:1]),
        transferee_le=maintenant,
        transferee_par=par,
    )
    _pieces(operations).update(transmise_le=maintenant)


def annuler_transfert(
    *, operation: Operation, auteur: Utilisateur | None = None, origine: Origine = SYSTEME, maintenant: datetime
) -> Operation:
    """Take a draft entry back: the line is validated again. Raises TransfertRefuse once the entry is validated."""
    with transaction.atomic():
        verrouiller_comptabilite(operation.dossier)
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


def a_transferer(operations: QuerySet[Operation]) -> QuerySet[Operation]:
    """Those that are validated, in the order of the grid."""
    return operations.filter(etat=EtatOperation.VALIDEE).order_by("jour", "rang")


def apercu(*, dossier: Dossier, operations: QuerySet[Operation]) -> list[tuple[Operation, list[LigneSaisie], str]]:
    """What the transfer would book, line by line, or why it would refuse; no entry is written."""
    voulues = lues(operations)
    return list(Controleur(dossier, voulues).trier(voulues))
