"""Automatic imputations: made from a line, put in order, tried on the history before they are trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from banque.codes import TABLE_QONTO
from banque.enums import EtatOperation, SensRegle
from banque.errors import BanqueError
from banque.models import CodeOperation, Operation, Regle
from banque.services.integration import poser_proposition
from banque.services.propositions import Propositeur, regle_convient, sujet_de
from gestion_acces.models import Dossier
from gestion_acces.services.audit import SYSTEME, Origine, journaliser

HISTORIQUE = 2000


@dataclass(frozen=True)
class Essai:
    """What a rule would have done on one line of the history."""

    operation: Operation
    meme_compte: bool | None  # None: the line has no account yet


def depuis_une_ligne(operation: Operation) -> dict[str, Any]:
    """The first draft of a rule, from a line: its counterparty, its side, the account put on it."""
    compte = operation.compte.numero if operation.compte else ""
    return {
        "nom": operation.libelle[:80],
        "contient": operation.contrepartie[:100],
        "sens": SensRegle.DEPENSE if operation.montant_cents < 0 else SensRegle.RECETTE,
        "compte": operation.tiers.code if operation.tiers else compte,
        "taux_tva": operation.taux_tva,
    }


def enregistrer_regle(
    *,
    dossier: Dossier,
    regle: Regle | None,
    champs: dict[str, Any],
    du_cabinet: bool,
    date: datetime,
    origine: Origine = SYSTEME,
) -> Regle:
    """Create a rule at the end of the list, or change one of this firm."""
    with transaction.atomic():
        if regle is None:
            dernier = Regle.objects.filter(cabinet=dossier.cabinet).aggregate(m=Max("ordre"))["m"] or 0
            regle = Regle(cabinet=dossier.cabinet, ordre=dernier + 1)
        regle.dossier = None if du_cabinet else dossier
        for nom, valeur in champs.items():
            setattr(regle, nom, valeur)
        regle.save()
        journaliser(
            cabinet=dossier.cabinet,
            acte="banque.regle",
            date=date,
            origine=origine,
            dossier=dossier,
            objet=regle.nom,
            apres={"compte": regle.numero_compte, "contient": regle.contient, "cabinet": du_cabinet},
        )
    return regle


def supprimer_regle(*, dossier: Dossier, regle: Regle, date: datetime, origine: Origine = SYSTEME) -> None:
    """Delete a rule; the lines on which it was used keep their account."""
    with transaction.atomic():
        journaliser(
            cabinet=dossier.cabinet,
            acte="banque.regle_supprimer",
            date=date,
            origine=origine,
            dossier=dossier,
            objet=regle.nom,
            avant={"compte": regle.numero_compte, "contient": regle.contient},
        )
        regle.delete()


def deplacer_regle(*, dossier: Dossier, regle: Regle, vers_le_haut: bool) -> None:
    """Exchange a rule with its neighbour among those of the same reach."""
    with transaction.atomic():
        voisines = list(
            Regle.objects.select_for_update(of=("self",))
            .filter(cabinet=dossier.cabinet, dossier=regle.dossier)
            .order_by("ordre", "id")
        )
        rang = voisines.index(regle)
        autre = rang - 1 if vers_le_haut else rang + 1
        if not 0 <= autre < len(voisines):
            raise BanqueError("Cette règle est déjà au bout de la liste.")
        voisines[rang], voisines[autre] = voisines[autre], voisines[rang]
        for ordre, voisine in enumerate(voisines, start=1):
            Regle.objects.filter(pk=voisine.pk).update(ordre=ordre)


def essayer(*, dossier: Dossier, regle: Regle) -> list[Essai]:
    """The lines of the history that the rule fits, the latest first, each with whether it got the same account."""
    operations = (
        Operation.objects.filter(dossier=dossier)
        .select_related("ligne", "compte", "tiers", "compte_bancaire")
        .defer("ligne__payload")
        .order_by("-jour", "-rang")[:HISTORIQUE]
    )
    return [
        Essai(operation, _meme_compte(operation, regle))
        for operation in operations
        if regle_convient(regle, sujet_de(operation.ligne))
    ]


def _meme_compte(operation: Operation, regle: Regle) -> bool | None:
    if operation.compte is None or operation.etat in (EtatOperation.A_TRAITER, EtatOperation.PROPOSEE):
        return None
    if regle.code_tiers:
        return operation.tiers is not None and operation.tiers.code == regle.code_tiers
    return operation.compte.numero.rstrip("0") == regle.numero_compte.rstrip("0")


def reproposer(*, dossier: Dossier, operations: Sequence[Operation], maintenant: datetime) -> int:
    """Propose again on lines that nobody has validated; returns how many got an account."""
    with transaction.atomic():
        verrouillees = list(
            Operation.objects.select_for_update(of=("self",))
            .filter(
                pk__in=[operation.pk for operation in operations],
                etat__in=(EtatOperation.A_TRAITER, EtatOperation.PROPOSEE),
            )
            .select_related("ligne", "compte_bancaire__journal")
        )
        proposees = 0
        par_journal: dict[int | None, list[Operation]] = {}
        for operation in verrouillees:
            par_journal.setdefault(operation.compte_bancaire.journal_id, []).append(operation)
        for lot in par_journal.values():
            propositeur = Propositeur(
                dossier=dossier,
                journal=lot[0].compte_bancaire.journal,
                contreparties=[operation.contrepartie for operation in lot],
                maintenant=maintenant,
            )
            for operation in lot:
                operation.compte = operation.tiers = operation.taux_tva = operation.regle = None
                operation.etat, operation.motif, operation.explication = EtatOperation.A_TRAITER, "", ""
                poser_proposition(operation, propositeur, sujet_de(operation.ligne), maintenant)
                operation.save()
                proposees += operation.compte is not None
    return proposees


def poser_sur_les_lignes_en_attente(*, dossier: Dossier, regle: Regle, maintenant: datetime) -> int:
    """Propose an account on the latest lines without one that the rule fits: they need not wait for a person."""
    if not regle.active:
        return 0
    en_attente = (
        Operation.objects.filter(dossier=dossier, etat=EtatOperation.A_TRAITER, compte=None)
        .select_related("ligne")
        .defer("ligne__payload")
        .order_by("-jour", "-rang")[:HISTORIQUE]
    )
    concernees = [operation for operation in en_attente if regle_convient(regle, sujet_de(operation.ligne))]
    return reproposer(dossier=dossier, operations=concernees, maintenant=maintenant)


def enregistrer_codes(
    *, dossier: Dossier, codes: dict[tuple[str, str], str], date: datetime, origine: Origine = SYSTEME
) -> None:
    """The firm's own codes for Qonto's lines; an empty or default one is no exception. Raises BanqueError."""
    retenus = {cle: code for cle, code in codes.items() if code and code != TABLE_QONTO.get(cle)}
    for code in retenus.values():
        if not (len(code) == 2 and code.isalnum() and code.isascii()):
            raise BanqueError(f"Le code « {code} » n’a pas deux caractères.")
    with transaction.atomic():
        CodeOperation.objects.filter(cabinet=dossier.cabinet).delete()
        CodeOperation.objects.bulk_create(
            CodeOperation(cabinet=dossier.cabinet, type_operation=genre, cote=cote, code=code)
            for (genre, cote), code in retenus.items()
        )
        journaliser(
            cabinet=dossier.cabinet,
            acte="banque.codes",
            date=date,
            origine=origine,
            dossier=dossier,
            objet="Codes opération",
            apres={f"{genre} {cote}": code for (genre, cote), code in retenus.items()},
        )
