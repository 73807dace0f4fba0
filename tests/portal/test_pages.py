"""Keyset paging: every row once, in order, both ways, whatever is written meanwhile."""

from typing import Any

import pytest

from gestion_acces.models import Dossier
from portal.lib.pages import paginer
from tests.factories import CabinetFactory, DossierFactory

pytestmark = pytest.mark.django_db
CLES = ("-raison_sociale", "id")


@pytest.fixture
def dossiers() -> list[Dossier]:
    cabinet = CabinetFactory()
    # Equal names: the last key decides.
    for nom in ("Alpha", "Beta", "Beta", "Beta", "Gamma", "Delta", "Delta"):
        DossierFactory(cabinet=cabinet, raison_sociale=nom)
    return list(Dossier.objects.order_by(*CLES))


def _page(**parametres: str) -> Any:
    return paginer(Dossier.objects.all(), cles=CLES, parametres=parametres, taille=2)


def test_walk_forwards_meets_each_row_once_in_order(dossiers: list[Dossier]) -> None:
    vus, page = [], _page()
    assert page.precedente == ""
    while True:
        vus += page.lignes
        if not page.suivante:
            break
        page = _page(apres=page.suivante)
    assert vus == dossiers


def test_walk_backwards_comes_back_to_the_first_page(dossiers: list[Dossier]) -> None:
    premiere = _page()
    deuxieme = _page(apres=premiere.suivante)
    troisieme = _page(apres=deuxieme.suivante)
    assert _page(avant=troisieme.precedente) == deuxieme
    retour = _page(avant=deuxieme.precedente)
    assert retour.lignes == premiere.lignes
    assert retour.precedente == ""


def test_row_written_before_the_cursor_moves_nothing(dossiers: list[Dossier]) -> None:
    premiere = _page()
    attendue = _page(apres=premiere.suivante).lignes
    DossierFactory(raison_sociale="Zeta")
    assert _page(apres=premiere.suivante).lignes == attendue


@pytest.mark.parametrize("curseur", ["x", "%%%", "W10", "WyJhIl0", "WyJhIiwiYiJd", "e30", "a" * 2000])
def test_cursor_written_by_hand_gives_the_first_page(dossiers: list[Dossier], curseur: str) -> None:
    assert _page(apres=curseur).lignes == dossiers[:2]


def test_rows_read_as_values_page_the_same(dossiers: list[Dossier]) -> None:
    lignes = Dossier.objects.values("id", "raison_sociale")
    premiere = paginer(lignes, cles=CLES, parametres={}, taille=3)
    suite = paginer(lignes, cles=CLES, parametres={"apres": premiere.suivante}, taille=3)
    assert [ligne["id"] for ligne in suite.lignes] == [dossier.pk for dossier in dossiers[3:6]]


def test_one_query_and_a_bound_on_the_first_key(dossiers: list[Dossier], django_assert_num_queries: Any) -> None:
    curseur = _page().suivante
    with django_assert_num_queries(1) as captees:
        _page(apres=curseur)
    assert 'raison_sociale" <= ' in captees.captured_queries[0]["sql"]


def test_empty_list_is_false_and_has_no_cursor() -> None:
    page = _page()
    assert not page
    assert (page.suivante, page.precedente) == ("", "")
