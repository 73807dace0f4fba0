"""What must never be false in the books is refused by the database itself, whatever wrote it."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from comptabilite.models import (
    Compte,
    Ecriture,
    Exercice,
    ExportFec,
    Journal,
    Lettrage,
    LigneEcriture,
    SoldeMensuel,
    Tiers,
)
from comptabilite.services.lettrage import lettrer
from comptabilite.services.validation import valider_ecritures
from tests.comptabilite.factories import (
    MAINTENANT,
    CompteFactory,
    EcritureFactory,
    ExerciceFactory,
    JournalFactory,
    TiersFactory,
    achat,
    operation_diverse,
)
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db


def _ligne(ecriture: Ecriture, **champs: Any) -> LigneEcriture:
    valeurs: dict[str, Any] = {"rang": 1, "debit_cents": 0, "credit_cents": 0, "libelle": "x", "date": ecriture.date}
    valeurs["compte"] = champs.pop("compte", None) or CompteFactory(dossier=ecriture.dossier)
    return LigneEcriture(dossier=ecriture.dossier, ecriture=ecriture, **{**valeurs, **champs})


def _commit() -> None:
    connection.check_constraints()


@pytest.fixture
def validee() -> Ecriture:
    ecriture = achat(DossierFactory())
    valider_ecritures(dossier=ecriture.dossier, ecritures=[ecriture], maintenant=MAINTENANT)
    ecriture.refresh_from_db()
    return ecriture


@pytest.mark.parametrize("montants", [(), (100,), (100, -90), (100, -100, -1), (100, 100)])
def test_no_entry_can_be_committed_unbalanced(montants: tuple[int, ...]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        ecriture = EcritureFactory()
        LigneEcriture.objects.bulk_create(
            _ligne(ecriture, rang=rang, debit_cents=max(m, 0), credit_cents=max(-m, 0))
            for rang, m in enumerate(montants, start=1)
        )
        _commit()


def test_a_balanced_entry_is_committed() -> None:
    with transaction.atomic():
        ecriture = EcritureFactory()
        LigneEcriture.objects.bulk_create(
            [_ligne(ecriture, rang=1, debit_cents=100), _ligne(ecriture, rang=2, credit_cents=100)]
        )
        _commit()
    ecriture.refresh_from_db()
    assert (ecriture.total_debit_cents, ecriture.total_credit_cents, ecriture.nb_lignes) == (100, 100, 2)


@pytest.mark.parametrize("changement", [{"debit_cents": 99}, {"debit_cents": 0, "credit_cents": 100}])
def test_a_bulk_update_cannot_unbalance_a_draft(changement: dict[str, int]) -> None:
    ecriture = operation_diverse(DossierFactory())
    with pytest.raises(DatabaseError), transaction.atomic():
        LigneEcriture.objects.filter(ecriture=ecriture, debit_cents__gt=0).update(**changement)
        _commit()


def test_a_line_of_a_draft_cannot_be_deleted_alone() -> None:
    ecriture = operation_diverse(DossierFactory())
    with pytest.raises(DatabaseError), transaction.atomic():
        LigneEcriture.objects.filter(ecriture=ecriture, debit_cents__gt=0).delete()
        _commit()


@pytest.mark.parametrize(
    "totaux",
    [
        {"desequilibre_id": None},
        {"total_debit_cents": 5, "total_credit_cents": 5, "nb_lignes": 2, "desequilibre_id": None},
        {"nb_lignes": 7},
    ],
)
def test_the_sums_of_an_entry_cannot_be_written_by_hand(totaux: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        ecriture = EcritureFactory()
        Ecriture.objects.filter(pk=ecriture.pk).update(**totaux)
        _commit()


def test_an_entry_cannot_be_born_with_sums() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        EcritureFactory(total_debit_cents=5, total_credit_cents=5, nb_lignes=2, desequilibre_id=None)
        _commit()


@pytest.mark.parametrize(("debit", "credit"), [(0, 0), (1, 1), (-1, 0), (0, -1)])
def test_a_line_has_one_positive_side(debit: int, credit: int) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        LigneEcriture.objects.bulk_create([_ligne(EcritureFactory(), debit_cents=debit, credit_cents=credit)])


@pytest.mark.parametrize(
    "champs",
    [
        {"date": date(2026, 5, 21)},
        {"piece": "AUTRE"},
        {"libelle": "autre"},
        {"etat": "brouillard", "numero": None, "validee_le": None, "empreinte": ""},
        {"numero": 2},
        {"empreinte": "0" * 64},
        {"validee_le": date(2026, 7, 1)},
        {"validee_par": "autre"},
    ],
)
def test_a_validated_entry_does_not_change(validee: Ecriture, champs: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Ecriture.objects.filter(pk=validee.pk).update(**champs)


@pytest.mark.parametrize("champs", [{"libelle": "autre"}, {"debit_cents": 1}, {"rang": 9}, {"tiers": None}])
def test_a_line_of_a_validated_entry_does_not_change(validee: Ecriture, champs: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        LigneEcriture.objects.filter(ecriture=validee, credit_cents__gt=0).update(**{"credit_cents": 0, **champs})


def test_a_validated_entry_is_not_deleted(validee: Ecriture) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        LigneEcriture.objects.filter(ecriture=validee)._raw_delete(connection.alias)
    with pytest.raises(DatabaseError), transaction.atomic():
        Ecriture.objects.filter(pk=validee.pk)._raw_delete(connection.alias)


def test_a_validated_entry_receives_no_line(validee: Ecriture) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        LigneEcriture.objects.bulk_create(
            [_ligne(validee, rang=8, debit_cents=5), _ligne(validee, rang=9, credit_cents=5)]
        )


def test_a_validated_entry_is_not_replaced(validee: Ecriture) -> None:
    """SQLite's INSERT OR REPLACE deletes without firing the DELETE triggers."""
    copie = EcritureFactory.build(
        pk=validee.pk, exercice=validee.exercice, dossier=validee.dossier, journal=validee.journal
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        if connection.vendor == "sqlite":
            colonnes = list(Ecriture._meta.concrete_fields)
            noms = ", ".join(str(champ.column) for champ in colonnes)
            marques = ", ".join(["%s"] * len(colonnes))
            valeurs = [c.get_db_prep_save(getattr(copie, c.attname), connection) for c in colonnes]
            with connection.cursor() as cursor:
                cursor.execute(f"INSERT OR REPLACE INTO comptabilite_ecriture ({noms}) VALUES ({marques})", valeurs)
        else:
            Ecriture.objects.bulk_create([copie])


@pytest.mark.parametrize("numero", [1, 3, 7])
def test_numbers_have_neither_hole_nor_double(validee: Ecriture, numero: int) -> None:
    autre = operation_diverse(validee.dossier)
    with pytest.raises(DatabaseError), transaction.atomic():
        Ecriture.objects.filter(pk=autre.pk).update(
            etat="validee",
            numero=numero,
            validee_le=date(2026, 6, 30),
            empreinte_precedente=validee.empreinte,
            empreinte="1" * 64,
        )


def test_the_chain_cannot_be_broken(validee: Ecriture) -> None:
    autre = operation_diverse(validee.dossier)
    with pytest.raises(DatabaseError), transaction.atomic():
        Ecriture.objects.filter(pk=autre.pk).update(
            etat="validee",
            numero=2,
            validee_le=date(2026, 6, 30),
            empreinte_precedente="2" * 64,
            empreinte="1" * 64,
        )


def test_validation_days_never_go_back(validee: Ecriture) -> None:
    autre = operation_diverse(validee.dossier)
    with pytest.raises(DatabaseError), transaction.atomic():
        Ecriture.objects.filter(pk=autre.pk).update(
            etat="validee",
            numero=2,
            validee_le=date(2026, 6, 29),
            empreinte_precedente=validee.empreinte,
            empreinte="1" * 64,
        )


def test_an_entry_is_not_born_validated() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        EcritureFactory(etat="validee", numero=1, validee_le=date(2026, 6, 30), empreinte="1" * 64)


@pytest.mark.parametrize("champs", [{"dernier_numero": 0}, {"dernier_numero": 9}, {"derniere_empreinte": "3" * 64}])
def test_the_numbering_belongs_to_validation(validee: Ecriture, champs: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Exercice.objects.filter(pk=validee.exercice_id).update(**champs)


class TestExerciceClos:
    @pytest.fixture
    def close(self, validee: Ecriture) -> Ecriture:
        Exercice.objects.filter(pk=validee.exercice_id).update(cloture_le=MAINTENANT)
        return validee

    def test_refuses_an_entry(self, close: Ecriture) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            EcritureFactory(exercice=close.exercice, dossier=close.dossier, journal=close.journal)

    def test_refuses_a_lettering(self, close: Ecriture) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            ligne = LigneEcriture.objects.get(ecriture=close, credit_cents__gt=0)
            lettrage = Lettrage.objects.create(
                dossier=close.dossier,
                exercice=close.exercice,
                compte=ligne.compte,
                tiers=ligne.tiers,
                code="A",
                date=close.date,
            )
            LigneEcriture.objects.filter(pk=ligne.pk).update(lettrage=lettrage)

    def test_is_never_opened_again(self, close: Ecriture) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Exercice.objects.filter(pk=close.exercice_id).update(cloture_le=None)
        with pytest.raises(DatabaseError), transaction.atomic():
            Exercice.objects.filter(pk=close.exercice_id)._raw_delete(connection.alias)


def test_an_exercice_with_drafts_is_not_closed() -> None:
    ecriture = operation_diverse(DossierFactory())
    with pytest.raises(DatabaseError), transaction.atomic():
        Exercice.objects.filter(pk=ecriture.exercice_id).update(cloture_le=MAINTENANT)


def test_exercices_do_not_overlap() -> None:
    exercice = ExerciceFactory()
    with pytest.raises(DatabaseError), transaction.atomic():
        Exercice.objects.bulk_create(
            [Exercice(dossier=exercice.dossier, debut=date(2026, 12, 31), fin=date(2027, 12, 30))]
        )


def test_an_exercice_does_not_lose_its_entries() -> None:
    ecriture = operation_diverse(DossierFactory())
    with pytest.raises(DatabaseError), transaction.atomic():
        Exercice.objects.filter(pk=ecriture.exercice_id).update(debut=date(2026, 6, 1))


def test_an_entry_is_dated_in_its_exercice() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        EcritureFactory(date=date(2027, 1, 1))
    ecriture = operation_diverse(DossierFactory())
    with pytest.raises(DatabaseError), transaction.atomic():
        Ecriture.objects.filter(pk=ecriture.pk).update(date=date(2027, 1, 1))


class TestMemeDossier:
    def test_entry_and_its_exercice_or_journal(self) -> None:
        exercice = ExerciceFactory()
        with pytest.raises(DatabaseError), transaction.atomic():
            EcritureFactory(exercice=exercice, journal=JournalFactory())
        with pytest.raises(DatabaseError), transaction.atomic():
            EcritureFactory(exercice=exercice, dossier=DossierFactory())

    def test_line_and_its_account(self) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            LigneEcriture.objects.bulk_create([_ligne(EcritureFactory(), compte=CompteFactory(), debit_cents=1)])

    def test_line_and_its_third_party(self) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            LigneEcriture.objects.bulk_create([_ligne(EcritureFactory(), tiers=TiersFactory(), debit_cents=1)])

    def test_line_moved_to_an_account_of_another(self) -> None:
        ecriture = operation_diverse(DossierFactory())
        with pytest.raises(DatabaseError), transaction.atomic():
            LigneEcriture.objects.filter(ecriture=ecriture).update(compte=CompteFactory())

    def test_third_party_and_its_account(self) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            TiersFactory(compte=CompteFactory())

    def test_treasury_journal_and_its_account(self) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            JournalFactory(nature="tresorerie", compte_tresorerie=CompteFactory(numero="51210000"))


class TestCles:
    """On PostgreSQL these are no foreign keys, which are checked row by row: the promise is the same."""

    @pytest.mark.parametrize("cle", ["dossier_id", "compte_id", "tiers_id", "ecriture_id"])
    def test_a_line_points_to_rows_that_exist(self, cle: str) -> None:
        absente = uuid4() if cle == "dossier_id" else 10**9
        with pytest.raises(DatabaseError), transaction.atomic():
            LigneEcriture.objects.filter(ecriture=operation_diverse(DossierFactory())).update(**{cle: absente})
            _commit()
        with pytest.raises(DatabaseError), transaction.atomic():
            ecriture = EcritureFactory()
            lignes = [_ligne(ecriture, rang=rang, debit_cents=rang % 2, credit_cents=1 - rang % 2) for rang in (1, 2)]
            setattr(lignes[0], cle, absente)
            LigneEcriture.objects.bulk_create(lignes)
            _commit()

    @pytest.mark.parametrize("cle", ["dossier_id", "exercice_id", "journal_id"])
    def test_an_entry_points_to_rows_that_exist(self, cle: str) -> None:
        absente = uuid4() if cle == "dossier_id" else 10**9
        ecriture = operation_diverse(DossierFactory())
        with pytest.raises(DatabaseError), transaction.atomic():
            Ecriture.objects.filter(pk=ecriture.pk).update(**{cle: absente})
            _commit()

    @pytest.mark.parametrize(
        ("table", "cle"),
        [
            ("comptabilite_compte", "compte_id"),
            ("comptabilite_tiers", "tiers_id"),
            ("comptabilite_journal", "journal_id"),
            ("comptabilite_exercice", "exercice_id"),
            ("gestion_acces_dossier", "dossier_id"),
        ],
    )
    def test_what_an_entry_uses_is_neither_deleted_nor_renamed(self, table: str, cle: str) -> None:
        ecriture = achat(DossierFactory())
        ligne = LigneEcriture.objects.filter(ecriture=ecriture, tiers__isnull=False).get()
        valeur = getattr(ligne, cle, None) or getattr(ecriture, cle)
        valeur = valeur.hex if cle == "dossier_id" and connection.vendor == "sqlite" else valeur
        neuve = uuid4().hex if cle == "dossier_id" else 10**9
        for ordre, valeurs in (("DELETE FROM {}", []), ("UPDATE {} SET id = %s", [neuve])):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as curseur:
                curseur.execute(f"{ordre.format(table)} WHERE id = %s", [*valeurs, valeur])
                _commit()

    def test_what_no_entry_uses_is_deleted(self) -> None:
        operation_diverse(DossierFactory())
        for inutile in (CompteFactory(), JournalFactory(), ExerciceFactory(), TiersFactory()):
            inutile.delete()
        _commit()


class TestJournalDeTresorerie:
    def test_has_an_account(self) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            JournalFactory(nature="tresorerie")

    def test_has_a_treasury_account(self) -> None:
        dossier = DossierFactory()
        with pytest.raises(DatabaseError), transaction.atomic():
            JournalFactory(
                dossier=dossier, nature="tresorerie", compte_tresorerie=CompteFactory(dossier=dossier, numero="606000")
            )

    def test_shares_its_account_with_no_other(self) -> None:
        compte = CompteFactory(numero="51210000")
        JournalFactory(dossier=compte.dossier, nature="tresorerie", compte_tresorerie=compte)
        with pytest.raises(DatabaseError), transaction.atomic():
            JournalFactory(dossier=compte.dossier, nature="tresorerie", compte_tresorerie=compte)


def test_names_in_the_chain_never_change(validee: Ecriture) -> None:
    for modele, champs in ((Compte, {"numero": "60799999"}), (Tiers, {"code": "FX"}), (Journal, {"code": "ZZ"})):
        with pytest.raises(DatabaseError), transaction.atomic():
            modele.objects.filter(dossier=validee.dossier).update(**champs)


def test_lettering_stays_inside_one_account_and_third_party() -> None:
    dossier = DossierFactory()
    ecritures = achat(dossier), achat(dossier), achat(dossier, fournisseur="BORIS", piece="B1")
    ligne, suivante, etrangere = (LigneEcriture.objects.get(ecriture=e, credit_cents__gt=0) for e in ecritures)
    lettrage = lettrer(lignes=[ligne, suivante], date=ligne.date, partiel=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        LigneEcriture.objects.filter(pk=etrangere.pk).update(lettrage=lettrage)


def test_monthly_balances_follow_the_lines() -> None:
    dossier = DossierFactory()
    ecriture = operation_diverse(dossier, cents=500)
    operation_diverse(dossier, cents=200, jour=date(2026, 6, 1))
    Ecriture.objects.filter(pk=ecriture.pk).update(date=date(2026, 6, 30))
    soldes = SoldeMensuel.objects.filter(dossier=dossier, compte__numero="51200000").exclude(nb_lignes=0)
    assert list(soldes.values_list("mois", "debit_cents", "credit_cents", "nb_lignes")) == [
        (date(2026, 6, 1), 0, 700, 2)
    ]


def test_the_register_of_exports_only_grows(validee: Ecriture) -> None:
    export = ExportFec.objects.create(
        dossier=validee.dossier,
        exercice=validee.exercice,
        cree_le=datetime(2026, 7, 1, tzinfo=UTC),
        cree_par="x",
        nom="f",
        provisoire=True,
        nb_lignes=0,
        nb_ecritures=0,
        total_debit_cents=0,
        total_credit_cents=0,
        taille=0,
        sha256="",
        sha256_fige="",
        conforme=True,
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        ExportFec.objects.filter(pk=export.pk).update(conforme=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        ExportFec.objects.filter(pk=export.pk)._raw_delete(connection.alias)
