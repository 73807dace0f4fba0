"""Histories: pages read, integrated, undone, imputed and transferred in any order never lose, double or unbalance."""

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from banque.continuite import controler, ordonner
from banque.enums import EtatOperation
from banque.errors import AnnulationRefusee
from banque.models import CompteBancaire, LigneRecue, Operation, Releve
from banque.services.imputation import imputer
from banque.services.integration import annuler_integration, integrer
from banque.services.reception import recevoir
from banque.services.transfert import annuler_transfert, transferer
from banque.sources import OperationRecue
from comptabilite.models import Ecriture
from comptabilite.services.plan import compte
from tests.banque.factories import CompteBancaireFactory, recue

DEPART = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)


class Histoire(RuleBasedStateMachine):
    """The bank grows by settled lines; the portal reads them in pieces, late, twice, and works on them."""

    def __init__(self) -> None:
        super().__init__()
        # Each history has the database for itself.
        self.atomique = transaction.atomic()
        self.atomique.__enter__()

    @initialize()
    def ouvrir(self) -> None:
        self.banque: CompteBancaire = CompteBancaireFactory(qonto=True, avec_journal=True)
        self.dossier = self.banque.dossier
        self.compte = compte(dossier=self.dossier, numero="471")
        self.maintenant = DEPART
        self.solde = 1_000_000
        self.chez_la_banque: list[OperationRecue] = []
        self.lues: set[str] = set()

    @rule(montants=st.lists(st.integers(-50_000, 50_000).filter(bool), min_size=1, max_size=4))
    def regler(self, montants: list[int]) -> None:
        for rang, montant in enumerate(montants):
            self.solde += montant
            instant = self.maintenant + timedelta(minutes=rang % 2)
            self.chez_la_banque.append(recue(montant, instant.isoformat(), solde_apres_cents=self.solde))

    @rule(heures=st.integers(1, 30))
    def attendre(self, heures: int) -> None:
        self.maintenant += timedelta(hours=heures)

    @precondition(lambda self: bool(self.chez_la_banque))
    @rule(debut=st.integers(0, 30), nombre=st.integers(1, 6))
    def lire(self, debut: int, nombre: int) -> None:
        page = self.chez_la_banque[debut % len(self.chez_la_banque) :][:nombre]
        recevoir(compte=self.banque, operations=page, maintenant=self.maintenant)
        self.lues |= {operation.external_id for operation in page}

    @rule()
    def integrer(self) -> None:
        integrer(dossier=self.dossier, comptes=[self.banque], maintenant=self.maintenant)

    @precondition(lambda self: Releve.objects.filter(annule_le__isnull=True).exists())
    @rule()
    def annuler(self) -> None:
        releve = Releve.objects.filter(annule_le__isnull=True).latest("pk")
        try:
            annuler_integration(releve=releve, maintenant=self.maintenant)
        except AnnulationRefusee:
            assert releve.operations.filter(etat=EtatOperation.TRANSFEREE).exists()

    @rule(nombre=st.integers(1, 3))
    def imputer(self, nombre: int) -> None:
        for operation in Operation.objects.filter(etat=EtatOperation.A_TRAITER)[:nombre]:
            imputer(operation=operation, compte=self.compte, par="B", maintenant=self.maintenant)

    @rule()
    def transferer(self) -> None:
        validees = list(Operation.objects.filter(etat=EtatOperation.VALIDEE)[:3])
        resultats = transferer(dossier=self.dossier, operations=[*validees, *validees], maintenant=self.maintenant)
        assert not [resultat.refus for resultat in resultats if resultat.refus]

    @rule()
    def reprendre(self) -> None:
        operation = Operation.objects.filter(etat=EtatOperation.TRANSFEREE).first()
        if operation is not None:
            annuler_transfert(operation=operation, maintenant=self.maintenant)

    @invariant()
    def rien_de_perdu_ni_de_double(self) -> None:
        assert LigneRecue.objects.count() == len(self.lues)
        assert Operation.objects.count() == LigneRecue.objects.filter(integree=True).count()
        assert Ecriture.objects.count() == Operation.objects.filter(etat=EtatOperation.TRANSFEREE).count()

    @invariant()
    def une_chaine_complete_est_prouvee(self) -> None:
        if len(self.lues) == len(self.chez_la_banque):
            lignes = ordonner(LigneRecue.objects.order_by("reglee_le", "id"), 1_000_000)
            assert controler(lignes, 1_000_000) is None

    def teardown(self) -> None:
        try:
            connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.atomique.__exit__(None, None, None)


def test_histories(db: None) -> None:
    reglages = settings(
        max_examples=12, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Histoire, settings=reglages)
