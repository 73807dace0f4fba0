"""What must never be false about payments is refused by the database itself, whatever wrote it (architecture §6)."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from facturation.models import CoordonneeBancaire, Echeance, Facture, Reglement
from qonto_link.virements.enums import StatutVirement
from qonto_link.virements.models import Ordre, Virement
from tests.factories import DossierFactory
from tests.facturation.factories import (
    MAINTENANT,
    CoordonneeFactory,
    EcheanceFactory,
    FactureFactory,
    FournisseurFactory,
    OrdreFactory,
    ReglementFactory,
    VirementFactory,
)
from tests.qonto_link.factories import CompteQontoFactory

pytestmark = pytest.mark.django_db


def reglement(**champs: object) -> Any:
    """A living settlement by a transfer of the right amount, in one dossier."""
    compte = CompteQontoFactory()
    facture = FactureFactory(fournisseur=FournisseurFactory(dossier=compte.dossier))
    echeance = EcheanceFactory(facture=facture)
    virement = VirementFactory(ordre=OrdreFactory(compte=compte), montant_cents=echeance.montant_cents)
    return ReglementFactory(echeance=echeance, virement=virement, mode="qonto", **champs)


def refuse(acte: object) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        acte()  # type: ignore[operator]


def test_instalment_has_at_most_one_living_settlement() -> None:
    vivant = reglement()
    refuse(lambda: Reglement.objects.bulk_create([Reglement(**_copie(vivant, virement=None, mode="cheque"))]))


def _copie(ligne: Reglement, **champs: object) -> dict[str, object]:
    return {"dossier": ligne.dossier, "echeance": ligne.echeance, "cree_le": MAINTENANT, **champs}


@pytest.mark.parametrize("statut", sorted(set(StatutVirement.values) - {"rejete", "annule", "retourne"}))
def test_settlement_does_not_die_before_its_transfer(statut: str) -> None:
    vivant = reglement()
    Virement.objects.filter(pk=vivant.virement_id).update(statut=statut, transfer_id="t1", execute_le=date(2026, 6, 9))
    refuse(lambda: Reglement.objects.filter(pk=vivant.pk).update(vivant=False))


def test_settlement_of_a_dead_transfer_makes_room() -> None:
    mort = reglement()
    Virement.objects.filter(pk=mort.virement_id).update(statut="rejete")
    Reglement.objects.filter(pk=mort.pk).update(vivant=False)
    Reglement.objects.create(**_copie(mort, mode="cheque"))


def test_settlement_pays_the_amount_of_its_instalment() -> None:
    compte = CompteQontoFactory()
    echeance = EcheanceFactory(facture=FactureFactory(fournisseur=FournisseurFactory(dossier=compte.dossier)))
    virement = VirementFactory(ordre=OrdreFactory(compte=compte), montant_cents=echeance.montant_cents + 1)
    refuse(
        lambda: Reglement.objects.bulk_create(
            [Reglement(dossier=compte.dossier, echeance=echeance, virement=virement, cree_le=MAINTENANT)]
        )
    )


def test_settlement_is_never_erased_nor_moved() -> None:
    vivant = reglement()
    autre = EcheanceFactory(facture=vivant.echeance.facture, rang=2)
    refuse(lambda: Reglement.objects.filter(pk=vivant.pk)._raw_delete(connection.alias))
    refuse(lambda: Reglement.objects.filter(pk=vivant.pk).update(echeance=autre))


def test_amount_of_a_settled_instalment_does_not_change() -> None:
    vivant = reglement()
    refuse(lambda: Echeance.objects.filter(pk=vivant.echeance_id).update(montant_cents=1))


@pytest.mark.parametrize("mort", ["rejete", "annule", "retourne"])
def test_dead_transfer_stays_dead(mort: str) -> None:
    virement = VirementFactory(statut=mort)
    refuse(lambda: Virement.objects.filter(pk=virement.pk).update(statut="en_cours", transfer_id="t"))


def test_settled_transfer_can_only_come_back() -> None:
    virement = VirementFactory(statut="regle", transfer_id="t", execute_le=date(2026, 6, 9))
    refuse(lambda: Virement.objects.filter(pk=virement.pk).update(statut="annule"))
    Virement.objects.filter(pk=virement.pk).update(statut="retourne")


@pytest.mark.parametrize(
    "champs",
    [{"montant_cents": 1}, {"iban": "FR7630006000011234567890189"}, {"reference": "X"}, {"beneficiaire": "Y"}],
)
def test_sent_transfer_does_not_change(champs: dict[str, object]) -> None:
    virement = VirementFactory(statut="envoye")
    refuse(lambda: Virement.objects.filter(pk=virement.pk).update(**champs))


def test_transfer_of_the_bank_belongs_to_one_payment() -> None:
    premier = VirementFactory(statut="en_cours", transfer_id="t1")
    second = VirementFactory(ordre=OrdreFactory(compte=premier.ordre.compte), statut="envoye")
    refuse(lambda: Virement.objects.filter(pk=second.pk).update(transfer_id="t1"))


def test_order_that_left_keeps_its_key_and_its_body() -> None:
    ordre = OrdreFactory(statut="doute", premier_envoi=MAINTENANT, corps="{}")
    refuse(lambda: Ordre.objects.filter(pk=ordre.pk).update(corps="{1}"))
    refuse(lambda: Ordre.objects.filter(pk=ordre.pk).update(cle="11111111-1111-4111-8111-111111111111"))
    refuse(lambda: Virement.objects.filter(pk=VirementFactory(ordre=ordre).pk)._raw_delete(connection.alias))


def test_rows_of_a_payment_are_of_one_dossier() -> None:
    ailleurs = DossierFactory()
    fournisseur = FournisseurFactory()
    refuse(lambda: FactureFactory(fournisseur=fournisseur, dossier=ailleurs))
    refuse(lambda: EcheanceFactory(facture=FactureFactory(), dossier=ailleurs))
    refuse(lambda: OrdreFactory(compte=CompteQontoFactory(), dossier=ailleurs))
    refuse(lambda: VirementFactory(ordre=OrdreFactory(), dossier=ailleurs))
    refuse(lambda: CoordonneeFactory(fournisseur=fournisseur, dossier=ailleurs))


def test_history_of_ibans_is_not_rewritten() -> None:
    coordonnee = CoordonneeFactory()
    refuse(lambda: CoordonneeBancaire.objects.filter(pk=coordonnee.pk).update(iban="FR7630006000011234567890189"))
    refuse(lambda: CoordonneeFactory(fournisseur=coordonnee.fournisseur))


def test_totals_of_an_invoice_add_up() -> None:
    facture = FactureFactory()
    refuse(lambda: Facture.objects.filter(pk=facture.pk).update(montant_tva_cents=1))
