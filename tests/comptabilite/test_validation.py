"""Numbers, hash chain and reversal of the validated entries."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from comptabilite.errors import EcritureFigee, EcritureRefusee, PeriodeFermee, ValidationRefusee
from comptabilite.models import Ecriture, LigneEcriture
from comptabilite.queries.soldes import soldes_faux
from comptabilite.services.ecritures import (
    SEUIL_COPIE,
    EcritureSaisie,
    lignes_saisies,
    modifier_brouillard,
    passer_ecritures,
    supprimer_brouillard,
)
from comptabilite.services.empreinte import verifier_exercice
from comptabilite.services.validation import contrepasser, valider_ecritures
from gestion_acces.models import EvenementAudit
from tests.comptabilite.factories import MAINTENANT, achat, operation_diverse
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db


def test_numbers_follow_each_other_from_one_call_to_the_next() -> None:
    dossier = DossierFactory()
    for _ in range(3):
        operation_diverse(dossier)
    premiere = valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT)
    operation_diverse(dossier)
    seconde = valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT)
    assert (premiere.nombre, seconde.nombre) == (3, 1)
    numeros = Ecriture.objects.filter(dossier=dossier).order_by("numero").values_list("numero", flat=True)
    assert list(numeros) == [1, 2, 3, 4]


def test_validating_twice_changes_nothing() -> None:
    ecriture = achat(DossierFactory())
    valider_ecritures(dossier=ecriture.dossier, ecritures=[ecriture], maintenant=MAINTENANT)
    encore = valider_ecritures(dossier=ecriture.dossier, ecritures=[ecriture], maintenant=MAINTENANT)
    assert encore.nombre == 0


def test_an_entry_of_tomorrow_waits_for_its_day() -> None:
    ecriture = operation_diverse(DossierFactory(), jour=date(2026, 7, 1))
    with pytest.raises(ValidationRefusee, match="01/07/2026"):
        valider_ecritures(dossier=ecriture.dossier, ecritures=[ecriture], maintenant=MAINTENANT)
    # 22:30 UTC on 30 June is already 1 July in Paris.
    soir = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert valider_ecritures(dossier=ecriture.dossier, ecritures=[ecriture], maintenant=soir).nombre == 1


def test_the_chain_of_an_exercice_is_whole() -> None:
    dossier = DossierFactory()
    for rang in range(5):
        achat(dossier, piece=f"F{rang}")
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT)
    assert verifier_exercice(dossier.exercices.get(), lot=2) is None


def _sans_trigger(sql: str, nom: str, table: str) -> None:
    """Do beneath the triggers what they forbid."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(sql)
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [nom])
        [(definition,)] = cursor.fetchall()
        cursor.execute(f"DROP TRIGGER {nom}")
        cursor.execute(sql)
        cursor.execute(definition)


def test_a_change_made_beneath_the_triggers_shows() -> None:
    dossier = DossierFactory()
    for rang in range(3):
        achat(dossier, piece=f"F{rang}")
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT)
    _sans_trigger(
        "UPDATE comptabilite_ligneecriture SET libelle = 'maquillé' WHERE rang = 1 AND ecriture_id = "
        "(SELECT id FROM comptabilite_ecriture WHERE numero = 2)",
        "comptabilite_ligne_figee",
        "comptabilite_ligneecriture",
    )
    rupture = verifier_exercice(dossier.exercices.get())
    assert rupture is not None
    assert rupture.numero == 2


def test_reversal_swaps_the_sides_and_letters_both() -> None:
    ecriture = achat(DossierFactory())
    valider_ecritures(dossier=ecriture.dossier, ecritures=[ecriture], maintenant=MAINTENANT)
    annulation = contrepasser(ecriture=ecriture, date=date(2026, 6, 30), maintenant=MAINTENANT)
    assert annulation.numero == 2
    assert annulation.annule == ecriture
    assert annulation.libelle.startswith("Annulation écr. n° 1")
    lignes = LigneEcriture.objects.filter(dossier=ecriture.dossier)
    assert sum(ligne.solde_cents for ligne in lignes) == 0
    lettrees = lignes.filter(compte__numero="40100000")
    assert {ligne.lettrage.code if ligne.lettrage else "" for ligne in lettrees} == {"A"}


def test_an_entry_is_reversed_once() -> None:
    ecriture = achat(DossierFactory())
    with pytest.raises(EcritureRefusee, match="brouillard"):
        contrepasser(ecriture=ecriture, date=date(2026, 6, 30), maintenant=MAINTENANT)
    valider_ecritures(dossier=ecriture.dossier, ecritures=[ecriture], maintenant=MAINTENANT)
    contrepasser(ecriture=ecriture, date=date(2026, 6, 30), maintenant=MAINTENANT)
    with pytest.raises(EcritureRefusee, match="déjà contre-passée"):
        contrepasser(ecriture=ecriture, date=date(2026, 6, 30), maintenant=MAINTENANT)


def test_a_validated_entry_is_neither_changed_nor_deleted() -> None:
    ecriture = achat(DossierFactory())
    valider_ecritures(dossier=ecriture.dossier, ecritures=[ecriture], maintenant=MAINTENANT)
    with pytest.raises(EcritureFigee):
        modifier_brouillard(ecriture=ecriture, libelle="autre", maintenant=MAINTENANT)
    with pytest.raises(EcritureFigee):
        supprimer_brouillard(ecriture=ecriture, motif="erreur", maintenant=MAINTENANT)


def test_acts_on_entries_are_in_the_audit_trail() -> None:
    ecriture, autre = achat(DossierFactory()), None
    modifier_brouillard(ecriture=ecriture, date=date(2026, 5, 21), maintenant=MAINTENANT)
    autre = achat(ecriture.dossier, piece="F2")
    supprimer_brouillard(ecriture=autre, motif="doublon", maintenant=MAINTENANT)
    valider_ecritures(dossier=ecriture.dossier, ecritures=[ecriture], maintenant=MAINTENANT)
    actes = EvenementAudit.objects.filter(cabinet=ecriture.dossier.cabinet).order_by("rang")
    assert list(actes.values_list("acte", flat=True)) == [
        "ecriture.modifier",
        "ecriture.supprimer",
        "ecriture.valider",
    ]
    assert set(LigneEcriture.objects.filter(ecriture=ecriture).values_list("date", flat=True)) == {date(2026, 5, 21)}


def test_a_key_books_once() -> None:
    dossier = DossierFactory()
    assert achat(dossier, cle="achat:1") == achat(dossier, cle="achat:1", ttc_cents=2, tva_cents=1)
    assert Ecriture.objects.filter(dossier=dossier).count() == 1


def test_a_locked_month_refuses_and_names_the_first_open_date() -> None:
    dossier = DossierFactory()
    ecriture = achat(dossier)
    dossier.parametres.date_verrou = date(2026, 5, 31)
    dossier.parametres.save()
    with pytest.raises(PeriodeFermee, match="01/06/2026") as refus:
        achat(dossier, piece="F2")
    assert refus.value.premiere_date_ouverte == date(2026, 6, 1)
    with pytest.raises(PeriodeFermee):
        supprimer_brouillard(ecriture=ecriture, motif="x", maintenant=MAINTENANT)


def test_an_unbalanced_entry_says_by_how_much() -> None:
    ecriture = achat(DossierFactory())
    achat_, *_ = lignes = lignes_saisies(ecriture)
    with pytest.raises(EcritureRefusee, match="0,01 € de trop au débit"):
        modifier_brouillard(
            ecriture=ecriture,
            lignes=[replace(achat_, debit_cents=achat_.debit_cents + 1), *lignes[1:]],
            maintenant=MAINTENANT,
        )


def test_a_large_batch_is_booked_as_one_by_one_would_be() -> None:
    """From SEUIL_COPIE entries on PostgreSQL takes another road: the books are the same."""
    dossier = DossierFactory()
    modele = achat(dossier)
    lignes = lignes_saisies(modele)
    saisies = [
        EcritureSaisie(modele.journal, date(2026, 5, 1), f"F{rang}", "Lot\x00", lignes, cle=f"lot:{rang}")
        for rang in range(SEUIL_COPIE + 1)
    ]
    passees = passer_ecritures(dossier=dossier, saisies=saisies, maintenant=MAINTENANT)
    assert passer_ecritures(dossier=dossier, saisies=saisies, maintenant=MAINTENANT) == passees
    assert valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT).nombre == 502
    assert verifier_exercice(dossier.exercices.get()) is None
    assert list(soldes_faux(dossier)) == []
    dernieres = LigneEcriture.objects.filter(ecriture=passees[-1]).order_by("rang")
    assert [(x.compte_id, x.debit_cents, x.credit_cents) for x in dernieres] == [
        (x.compte.pk, x.debit_cents, x.credit_cents) for x in lignes
    ]
