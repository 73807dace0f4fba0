"""What the client sees of the bank on « Compte Qonto », and what a dissociation leaves pending."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from banque.apercu import dernieres_lignes, operations_en_attente, prouves_jusqu_au
from qonto_link.apercu import dernieres_lignes as lues_par_la_page
from qonto_link.pendants import pendants
from tests.banque.factories import CompteBancaireFactory, LigneRecueFactory

pytestmark = pytest.mark.django_db
LUNDI = datetime(2026, 6, 8, 8, 0, tzinfo=UTC)


def test_last_lines_come_first_from_all_linked_accounts_and_no_other_dossier(django_assert_num_queries: Any) -> None:
    premier = CompteBancaireFactory(qonto=True)
    fichier = CompteBancaireFactory(dossier=premier.dossier)
    for jour in range(10):
        LigneRecueFactory(
            compte_bancaire=premier, reglee_le=LUNDI + timedelta(days=jour), contrepartie=f"Client {jour}"
        )
    LigneRecueFactory(compte_bancaire=fichier, reglee_le=LUNDI + timedelta(days=30))
    LigneRecueFactory(compte_bancaire=CompteBancaireFactory(qonto=True))
    with django_assert_num_queries(2):
        lignes = dernieres_lignes(premier.dossier)
    assert [ligne.libelle for ligne in lignes] == [f"Client {jour}" for jour in range(9, 1, -1)]
    assert lignes == lues_par_la_page(premier.dossier)


def test_operations_that_wait_are_named_before_a_dissociation() -> None:
    compte = CompteBancaireFactory(qonto=True)
    assert operations_en_attente(compte.dossier) == []
    LigneRecueFactory(compte_bancaire=compte)
    LigneRecueFactory(compte_bancaire=compte, integree=True)
    assert [pendant.libelle for pendant in pendants(compte.dossier)] == ["1 opération en attente d’intégration"]


def test_dossier_is_proven_as_far_as_its_slowest_account() -> None:
    premier = CompteBancaireFactory(qonto=True, integre_jusqu_au=LUNDI)
    CompteBancaireFactory(qonto=True)
    assert prouves_jusqu_au([premier.dossier_id]) == {premier.dossier_id: LUNDI}
