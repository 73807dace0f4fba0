"""État de rapprochement bancaire (comptabilite.md §D.7), from neutral lines of the bank.

The bank's room gives its lines; the accounts are read here. A positive balance at the bank is a debit balance in 512.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date

from comptabilite.enums import NatureJournal
from comptabilite.errors import JournalRefuse
from comptabilite.models import Ecriture, Journal, LigneEcriture
from comptabilite.queries.etats import solde_du_compte


@dataclass(frozen=True)
class LigneBancaire:
    """A line of the statement, signed from the account holder's side, with the entry that booked it, if any."""

    jour: Date
    libelle: str
    reference: str
    montant_cents: int
    ecriture_id: int | None


@dataclass(frozen=True)
class Suspens:
    """What stands on one side only."""

    jour: Date
    libelle: str
    reference: str
    montant_cents: int
    ecriture_id: int | None = None


@dataclass(frozen=True)
class EtatRapprochement:
    """Both balances, what explains their difference, and what does not."""

    journal: Journal
    date: Date
    solde_comptable_cents: int
    solde_releve_cents: int
    non_comptabilisees: list[Suspens]
    non_relevees: list[Suspens]

    @property
    def comptable_corrige_cents(self) -> int:
        return self.solde_comptable_cents + sum(x.montant_cents for x in self.non_comptabilisees)

    @property
    def releve_corrige_cents(self) -> int:
        return self.solde_releve_cents + sum(x.montant_cents for x in self.non_relevees)

    @property
    def ecart_cents(self) -> int:
        return self.comptable_corrige_cents - self.releve_corrige_cents

    @property
    def est_rapproche(self) -> bool:
        return self.ecart_cents == 0


def etat_de_rapprochement(
    *,
    journal: Journal,
    date: Date,
    solde_releve_cents: int,
    lignes: Iterable[LigneBancaire],
    depuis: Date | None = None,
) -> EtatRapprochement:
    """The state at the end of `date`; `depuis`: the first day that the bank lines cover.

    A line of the bank is pointed when its entry is dated on or before the date. A line of the 512 is pointed when a
    line of the bank names its entry, or when it is older than the bank lines or an à-nouveau: the opening balance of
    the statement holds it. Raises JournalRefuse for a journal without treasury account.
    """
    tresorerie = journal.compte_tresorerie
    if tresorerie is None:
        raise JournalRefuse(f"Le journal {journal.code} n’a pas de compte de trésorerie.")
    jusque_la = [ligne for ligne in lignes if ligne.jour <= date]
    pointees = {ligne.ecriture_id for ligne in jusque_la if ligne.ecriture_id}
    mouvements = (
        LigneEcriture.objects.filter(dossier_id=journal.dossier_id, compte=tresorerie, date__lte=date)
        .exclude(ecriture__journal__nature=NatureJournal.A_NOUVEAUX)
        .select_related("ecriture")
        .order_by("date", "id")
    )
    if depuis is not None:
        mouvements = mouvements.filter(date__gte=depuis)
    passees = set(
        Ecriture.objects.filter(dossier_id=journal.dossier_id, pk__in=pointees, date__lte=date).values_list(
            "pk", flat=True
        )
    )
    return EtatRapprochement(
        journal=journal,
        date=date,
        solde_comptable_cents=solde_du_compte(journal.dossier, tresorerie, date),
        solde_releve_cents=solde_releve_cents,
        non_comptabilisees=[
            Suspens(x.jour, x.libelle, x.reference, x.montant_cents) for x in jusque_la if x.ecriture_id not in passees
        ],
        non_relevees=[
            Suspens(x.date, x.libelle, x.ecriture.piece, x.solde_cents, x.ecriture_id)
            for x in mouvements
            if x.ecriture_id not in pointees
        ],
    )
