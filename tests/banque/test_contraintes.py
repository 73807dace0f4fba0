"""What must never be false in the bank room is refused by the database, whatever wrote it, on both engines."""

import pytest
from django.db import DatabaseError, connection, transaction

from banque.enums import EtatOperation
from banque.models import (
    Changement,
    CompteBancaire,
    Habitude,
    Imputation,
    LigneRecue,
    Operation,
    PieceJointe,
    Regle,
    Releve,
)
from comptabilite.models import Journal
from comptabilite.services.journaux import creer_journal_tresorerie
from comptabilite.services.journaux import journal as journal_usuel
from comptabilite.services.plan import compte
from tests.banque.factories import (
    MAINTENANT,
    CompteBancaireFactory,
    CompteQontoFactory,
    LigneRecueFactory,
    OperationFactory,
    ReleveFactory,
)
from tests.factories import CabinetFactory, DossierFactory

pytestmark = pytest.mark.django_db


def refuse(acte: object) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        acte()  # type: ignore[operator]
        connection.check_constraints()


def test_a_bank_line_exists_once_per_account_source_and_id() -> None:
    ligne = LigneRecueFactory()
    double = LigneRecueFactory.build(
        compte_bancaire=ligne.compte_bancaire, dossier=ligne.dossier, external_id=ligne.external_id
    )
    refuse(lambda: LigneRecue.objects.bulk_create([double]))


def test_a_line_gives_one_operation() -> None:
    operation = OperationFactory()
    double = OperationFactory.build(
        compte_bancaire=operation.compte_bancaire,
        dossier=operation.dossier,
        releve=operation.releve,
        ligne=operation.ligne,
        rang=operation.rang + 1,
    )
    refuse(lambda: Operation.objects.bulk_create([double]))


def test_a_settled_line_has_its_day() -> None:
    ligne = LigneRecueFactory()
    refuse(lambda: LigneRecue.objects.filter(pk=ligne.pk).update(jour=None))


@pytest.mark.parametrize("etat", [EtatOperation.TRANSFEREE, EtatOperation.COMPTABILISEE])
def test_a_booked_line_has_its_entry(etat: str) -> None:
    operation = OperationFactory(compte=None)
    Operation.objects.filter(pk=operation.pk).update(compte=compte(dossier=operation.dossier, numero="606"))
    refuse(lambda: Operation.objects.filter(pk=operation.pk).update(etat=etat))


def test_a_validated_line_has_an_account() -> None:
    operation = OperationFactory()
    refuse(lambda: Operation.objects.filter(pk=operation.pk).update(etat=EtatOperation.VALIDEE))


def test_an_operation_keeps_its_amount_its_day_and_its_account() -> None:
    operation = OperationFactory()
    lignes = Operation.objects.filter(pk=operation.pk)
    refuse(lambda: lignes.update(montant_cents=-1))
    refuse(lambda: lignes.update(jour="2026-06-07"))
    autre = CompteBancaireFactory(dossier=operation.dossier)
    refuse(lambda: lignes.update(compte_bancaire=autre))


def test_a_treasury_journal_serves_one_bank() -> None:
    banque = CompteBancaireFactory(avec_journal=True)
    autre = CompteBancaireFactory(dossier=banque.dossier)
    refuse(lambda: CompteBancaire.objects.filter(pk=autre.pk).update(journal=banque.journal))


def test_a_treasury_account_serves_one_journal() -> None:
    banque = CompteBancaireFactory(avec_journal=True)
    autre = creer_journal_tresorerie(dossier=banque.dossier, libelle="Autre")
    refuse(lambda: Journal.objects.filter(pk=autre.pk).update(compte_tresorerie=banque.journal.compte_tresorerie))


def test_a_bank_refuses_a_journal_that_is_not_of_treasury() -> None:
    banque = CompteBancaireFactory()
    ventes = journal_usuel(dossier=banque.dossier, code="VTE")
    refuse(lambda: CompteBancaire.objects.filter(pk=banque.pk).update(journal=ventes))


def test_an_iban_is_one_bank_of_a_dossier() -> None:
    banque = CompteBancaireFactory()
    refuse(
        lambda: CompteBancaire.objects.bulk_create(
            [CompteBancaire(dossier=banque.dossier, libelle="x", iban=banque.iban)]
        )
    )


def test_a_rule_of_a_dossier_is_of_its_firm() -> None:
    regle = Regle(
        cabinet=CabinetFactory(), dossier=DossierFactory(), ordre=1, nom="x", contient="X", numero_compte="606"
    )
    refuse(lambda: Regle.objects.bulk_create([regle]))


def test_a_rule_has_a_condition() -> None:
    refuse(lambda: Regle.objects.bulk_create([Regle(cabinet=CabinetFactory(), ordre=1, nom="x", numero_compte="606")]))


class TestMemeDossier:
    """A row never points to a row of another dossier: at insertion and at update."""

    def test_bank_and_its_qonto_account(self) -> None:
        banque = CompteBancaireFactory()
        refuse(lambda: CompteBancaire.objects.filter(pk=banque.pk).update(compte_qonto=CompteQontoFactory()))

    def test_bank_and_its_journal(self) -> None:
        banque, autre = CompteBancaireFactory(), CompteBancaireFactory(avec_journal=True)
        journal = autre.journal
        CompteBancaire.objects.filter(pk=autre.pk).update(journal=None)
        refuse(lambda: CompteBancaire.objects.filter(pk=banque.pk).update(journal=journal))

    def test_line_and_its_account(self) -> None:
        ligne = LigneRecueFactory.build(compte_bancaire=CompteBancaireFactory(), dossier=DossierFactory())
        refuse(lambda: LigneRecue.objects.bulk_create([ligne]))

    def test_statement_and_its_account(self) -> None:
        releve = ReleveFactory.build(compte_bancaire=CompteBancaireFactory(), dossier=DossierFactory())
        refuse(lambda: Releve.objects.bulk_create([releve]))

    def test_operation_and_what_it_points_to(self) -> None:
        operation, autre = OperationFactory(), OperationFactory()
        lignes = Operation.objects.filter(pk=operation.pk)
        refuse(lambda: lignes.update(releve=autre.releve))
        refuse(lambda: lignes.update(ligne=LigneRecueFactory()))
        refuse(lambda: lignes.update(compte=compte(dossier=autre.dossier, numero="606")))

    def test_part_of_a_split(self) -> None:
        operation, autre = OperationFactory(), DossierFactory()
        part = Imputation(
            dossier=autre, operation=operation, rang=1, compte=compte(dossier=autre, numero="606"), montant_cents=-1
        )
        refuse(lambda: Imputation.objects.bulk_create([part]))

    def test_receipt_and_change(self) -> None:
        ligne, autre = LigneRecueFactory(), DossierFactory()
        refuse(lambda: PieceJointe.objects.bulk_create([PieceJointe(dossier=autre, ligne=ligne, external_id="x")]))
        refuse(
            lambda: Changement.objects.bulk_create(
                [Changement(dossier=autre, ligne=ligne, date=MAINTENANT, champ="note")]
            )
        )

    def test_habit_and_its_account(self) -> None:
        habitude = Habitude(
            dossier=DossierFactory(),
            contrepartie="X",
            depense=True,
            compte=compte(dossier=DossierFactory(), numero="606"),
            dernier_le=MAINTENANT,
        )
        refuse(lambda: Habitude.objects.bulk_create([habitude]))
