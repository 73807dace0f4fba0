"""Many at once: numbers stay without holes, keys book once. Real transactions, real threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import DatabaseError, connection

from comptabilite.errors import ComptabiliteError
from comptabilite.models import Compte, Ecriture, LigneEcriture
from comptabilite.queries.soldes import soldes_faux
from comptabilite.services.empreinte import verifier_exercice
from comptabilite.services.validation import valider_ecritures
from tests.comptabilite.factories import MAINTENANT, achat, operation_diverse
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db(transaction=True)
FILS = 6


def _ensemble(acte: Callable[[int], object], fois: int) -> list[object]:
    def faire(rang: int) -> object:
        try:
            return acte(rang)
        finally:
            connection.close()

    with ThreadPoolExecutor(FILS) as fils:
        return list(fils.map(faire, range(fois)))


def test_numbers_have_no_hole_when_many_validate_at_once() -> None:
    dossier = DossierFactory()
    operation_diverse(dossier)

    def passer_et_valider(rang: int) -> object:
        ecriture = operation_diverse(dossier, cents=100 + rang)
        return valider_ecritures(dossier=dossier, ecritures=[ecriture], maintenant=MAINTENANT)

    _ensemble(passer_et_valider, 24)
    numeros = Ecriture.objects.filter(dossier=dossier, numero__isnull=False).values_list("numero", flat=True)
    assert sorted(numero for numero in numeros if numero) == list(range(1, 25))
    assert verifier_exercice(dossier.exercices.get()) is None
    assert list(soldes_faux(dossier)) == []


def test_a_key_books_once_when_many_book_it_at_once() -> None:
    dossier = DossierFactory()
    ecritures = _ensemble(lambda rang: achat(dossier, cle="operation:1").pk, 12)
    assert len(set(ecritures)) == 1
    assert Ecriture.objects.filter(dossier=dossier).count() == 1
    assert dossier.exercices.count() == 1
    assert dossier.tiers.count() == 1


def test_all_validate_the_same_drafts_once() -> None:
    dossier = DossierFactory()
    for rang in range(10):
        operation_diverse(dossier, cents=100 + rang)
    _ensemble(lambda rang: valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT), 6)
    numeros = Ecriture.objects.values_list("numero", flat=True)
    assert sorted(numero for numero in numeros if numero) == list(range(1, 11))


def test_an_account_goes_away_or_is_booked_never_both() -> None:
    dossier = DossierFactory()

    def disputer(rang: int) -> None:
        numero = f"6061{rang // 2:04d}"
        try:
            if rang % 2:
                with connection.cursor() as curseur:
                    curseur.execute("DELETE FROM comptabilite_compte WHERE numero = %s", [numero])
            else:
                operation_diverse(dossier, cents=100 + rang, debit=numero)
        except (DatabaseError, ComptabiliteError):
            """The other one was first."""

    _ensemble(disputer, 24)
    lignes = LigneEcriture.objects.filter(dossier=dossier)
    assert set(lignes.values_list("compte_id", flat=True)) <= set(Compte.objects.values_list("pk", flat=True))
    assert list(soldes_faux(dossier)) == []
