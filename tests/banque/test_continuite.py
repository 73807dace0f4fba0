"""The chain of balances: found whatever the times say, proved when it is whole, its break named when it is not."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banque.continuite import controler, ordonner
from banque.models import CompteBancaire
from banque.services.integration import integrer, preparer
from banque.services.reception import recevoir
from banque.sources import OperationRecue
from tests.banque.factories import MAINTENANT, CompteBancaireFactory, recue

DEPART = datetime(2026, 6, 8, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Ligne:
    montant_cents: int
    solde_apres_cents: int | None
    reglee_le: datetime | None
    libelle: str = "BOULANGERIE DUPONT"


def suite(montants: list[int], minutes: list[int], ouverture: int = 0) -> list[Ligne]:
    lignes, solde = [], ouverture
    for montant, minute in zip(montants, minutes, strict=True):
        solde += montant
        lignes.append(Ligne(montant, solde, DEPART + timedelta(minutes=minute)))
    return lignes


MONTANTS = st.lists(st.integers(-4, 4).filter(bool), min_size=1, max_size=12)


@settings(deadline=None)
@given(montants=MONTANTS, ouverture=st.integers(-3, 3), alea=st.randoms(use_true_random=False))
def test_whole_chain_is_proved_whatever_the_order_and_the_times(
    montants: list[int], ouverture: int, alea: Random
) -> None:
    # Up to three days, times drawn: nothing of the order is left but the balances.
    lignes = suite(montants, [alea.choice([0, 1, 900, 2900]) for _ in montants], ouverture)
    melees = alea.sample(lignes, len(lignes))
    ordonnees = ordonner(melees, ouverture)
    assert sorted(map(id, ordonnees)) == sorted(map(id, lignes))
    assert controler(ordonnees, ouverture) is None


@settings(deadline=None)
@given(montants=st.lists(st.integers(1, 9), min_size=3, max_size=12), rang=st.integers(1, 10), alea=st.randoms())
def test_missing_line_is_always_named(montants: list[int], rang: int, alea: Random) -> None:
    lignes = suite(montants, [alea.choice([0, 1]) for _ in montants])
    absente = lignes.pop(min(rang, len(lignes) - 2))
    rupture = controler(ordonner(alea.sample(lignes, len(lignes)), 0), 0)
    assert rupture is not None
    dans_l_ordre = controler(lignes, 0)
    assert dans_l_ordre is not None and dans_l_ordre.ecart_cents == absente.montant_cents


def test_times_are_kept_where_the_balances_agree_with_them() -> None:
    lignes = suite([5, -5, 5, -5], [0, 1, 2, 3])
    assert ordonner(lignes[::-1], 0) == lignes


def test_a_line_stamped_before_the_one_it_follows_takes_its_place() -> None:
    lignes = suite([1, 1, 1], [0, 1, 0], ouverture=1_000_000)
    assert ordonner(lignes, 1_000_000) == lignes


def test_lines_starting_from_nothing_find_their_start() -> None:
    lignes = suite([7, 2, -1], [0, 0, 0], ouverture=0)
    assert ordonner(lignes[::-1]) == lignes


def test_a_break_on_one_day_does_not_disturb_the_order_of_another() -> None:
    lignes = suite([1, 1, 1, 5, 1, 1, 1], [0, 1, 2, 3, 1441, 1440, 1441])
    sans = lignes[:3] + lignes[4:]
    ordonnees = ordonner(sans, 0)
    assert ordonnees == sans
    rupture = controler(ordonnees, 0)
    assert rupture is not None and (rupture.rang, rupture.ecart_cents) == (3, 5)


@pytest.mark.django_db
def test_lines_stamped_out_of_order_are_integrated_in_pieces_and_proved() -> None:
    banque: CompteBancaire = CompteBancaireFactory(qonto=True, avec_journal=True)
    premiere, deuxieme, troisieme = (
        recue(1, f"2026-06-08T10:0{minute}:00+02:00", solde_apres_cents=solde)
        for minute, solde in ((0, 1001), (1, 1002), (0, 1003))
    )
    suivante = recue(-3, "2026-06-09T09:00:00+02:00", solde_apres_cents=1000)

    def proposer(*operations: OperationRecue) -> str:
        recevoir(compte=banque, operations=operations, maintenant=MAINTENANT)
        (plan,) = preparer(dossier=banque.dossier, comptes=[banque], maintenant=MAINTENANT).comptes
        integrer(dossier=banque.dossier, comptes=[banque], maintenant=MAINTENANT)
        banque.refresh_from_db()
        return plan.rupture

    # The middle line comes late: its absence is named, and once it is there everything follows again.
    assert "il manque 0,01" in proposer(premiere, troisieme)
    assert proposer(deuxieme) == ""
    assert proposer(suivante) == ""
