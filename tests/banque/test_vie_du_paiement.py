"""#Comptabilise with the real books of i-Facture (S21): whatever comes first, line, answer, entry or refusal."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Sum

from banque.enums import EtatOperation
from banque.models import CompteBancaire, Operation
from banque.services.imputation import remettre_a_traiter
from banque.services.integration import integrer
from banque.services.mention import lier_a_la_main
from banque.services.reception import recevoir
from banque.sources import OperationRecue
from comptabilite.models import Ecriture, LigneEcriture
from facturation.services.ecritures import rattraper_ecritures
from facturation.services.paiement import Saisie, preparer_paiement
from qonto_link.api.schemas.paiements import BulkResult, BulkTransfer, Transfer
from qonto_link.models import Incident
from qonto_link.virements.enums import StatutOrdre, StatutVirement
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.etats import deplacer_ordre, deplacer_virement
from qonto_link.virements.services.suivi import accepter_lot, accepter_simple, appliquer_transfert
from tests.banque.factories import MAINTENANT, recue
from tests.banque.test_mention_et_transfert import passer, valider
from tests.facturation.factories import Payeur, payeur, verification_favorable
from tests.facturation.test_paiement import preparer

pytestmark = pytest.mark.django_db


@pytest.fixture
def lenoir() -> Payeur:
    return payeur()


def soumettre(ordre: Ordre) -> Ordre:
    """The order has left, Qonto's answer is not there yet."""
    envoi: dict[str, Any] = {"corps": "{}", "premier_envoi": MAINTENANT, "dernier_envoi": MAINTENANT}
    return deplacer_ordre(ordre, StatutOrdre.SOUMISSION, maintenant=MAINTENANT, **envoi)


def envoye(lenoir: Payeur, numero: str = "F1", montant: int = 5000) -> Virement:
    (echeance,) = lenoir.facture(numero, montant).echeances.all()
    return Virement.objects.get(ordre=soumettre(preparer(lenoir, echeance)))


def repondre(virement: Virement, status: str = "processing", **champs: Any) -> Virement:
    """Qonto's word on the payment."""
    faits: dict[str, Any] = {"id": "t-1", "status": status, "amount_cents": virement.montant_cents}
    transfert = Transfer.model_validate(faits | champs)
    ordre = Ordre.objects.get(pk=virement.ordre_id)
    if ordre.statut == StatutOrdre.SOUMISSION:
        accepter_simple(ordre, transfert, maintenant=MAINTENANT)
    else:
        appliquer_transfert(Virement.objects.get(pk=virement.pk), transfert, maintenant=MAINTENANT)
    return Virement.objects.get(pk=virement.pk)


def arriver(lenoir: Payeur, *lignes: OperationRecue) -> list[Operation]:
    banque = CompteBancaire.objects.get(dossier=lenoir.dossier)
    recevoir(compte=banque, operations=lignes, maintenant=MAINTENANT)
    integrer(dossier=lenoir.dossier, comptes=[banque], maintenant=MAINTENANT)
    return [Operation.objects.get(ligne__external_id=ligne.external_id) for ligne in lignes]


def etat(operation: Operation) -> str:
    operation.refresh_from_db()
    return operation.etat


def solde_512(lenoir: Payeur) -> int:
    sommes = LigneEcriture.objects.filter(dossier=lenoir.dossier, compte__numero__startswith="512").aggregate(
        d=Sum("debit_cents"), c=Sum("credit_cents")
    )
    return (sommes["d"] or 0) - (sommes["c"] or 0)


def test_line_before_the_answer_follows_it_without_waiting_for_a_reading(lenoir: Payeur) -> None:
    virement = envoye(lenoir)
    (operation,) = arriver(lenoir, recue(-5000, external_id="tx-1", contrepartie_iban=virement.iban))
    (refus,) = passer(valider(operation))
    assert "attend encore la réponse de Qonto" in refus
    repondre(virement)
    repondre(virement, transaction_id="tx-1")
    assert etat(operation) == EtatOperation.COMPTABILISEE
    assert operation.ecriture is not None and operation.ecriture.cle == f"virement:{virement.pk}"
    repondre(virement, "settled", transaction_id="tx-1")
    assert (etat(operation), solde_512(lenoir)) == (EtatOperation.COMPTABILISEE, -5000)
    assert Ecriture.objects.filter(cle__startswith="operation:").count() == 0


def test_line_ties_itself_when_the_refused_entry_is_made_at_last(lenoir: Payeur) -> None:
    banque = CompteBancaire.objects.get(dossier=lenoir.dossier)
    virement = envoye(lenoir)
    journal = banque.journal
    CompteBancaire.objects.update(journal=None)
    repondre(virement, transaction_id="tx-1")
    (operation,) = arriver(lenoir, recue(-5000, external_id="tx-1"))
    assert etat(operation) == EtatOperation.A_VERIFIER and "n’existe pas encore" in operation.explication
    CompteBancaire.objects.update(journal=journal)
    rattraper_ecritures(maintenant=MAINTENANT)
    assert etat(operation) == EtatOperation.COMPTABILISEE
    assert (operation.explication.startswith("Déjà comptabilisée"), operation.mention) == (True, True)


def test_scheduled_payment_meets_its_line_on_its_day(lenoir: Payeur) -> None:
    virement = envoye(lenoir)
    repondre(virement, "pending", scheduled_date="2026-06-20")
    virement.refresh_from_db()
    assert virement.statut == StatutVirement.PROGRAMME and solde_512(lenoir) == -5000
    repondre(virement, "settled", transaction_id="tx-1", completed_at="2026-06-09T10:00:00Z")
    (operation,) = arriver(lenoir, recue(-5000, "2026-06-09T12:00:00+02:00", external_id="tx-1"))
    assert etat(operation) == EtatOperation.COMPTABILISEE
    assert operation.ecriture is not None and operation.ecriture.date == date(2026, 6, 9)
    assert solde_512(lenoir) == -5000


def test_bulk_one_refused_payment_leaves_the_others_tied(lenoir: Payeur) -> None:
    facture = lenoir.facture("F-LOT", 10, 30, 60)
    verification = verification_favorable(lenoir.dossier)
    lot = preparer_paiement(
        dossier=lenoir.dossier,
        compte=lenoir.compte,
        saisies=[
            Saisie(
                echeance=echeance,
                reference="F-LOT",
                note="",
                date=MAINTENANT.date(),
                verification=verification,
                motif_poursuite="",
            )
            for echeance in facture.echeances.order_by("rang")
        ],
        alertes={},
        par=lenoir.dirigeant,
        a_approuver=False,
        maintenant=MAINTENANT,
    )
    soumettre(lot)
    virements = list(Virement.objects.filter(ordre=lot).order_by("montant_cents"))
    resultats = [
        BulkResult(client_transfer_id=str(virement.pk), transfer_id=f"t-{virement.montant_cents}", status="completed")
        for virement in virements[:2]
    ] + [BulkResult(client_transfer_id=str(virements[2].pk), status="failed")]
    reponse = BulkTransfer.model_construct(id="lot-1", results=tuple(resultats))
    accepter_lot(Ordre.objects.get(pk=lot.pk), reponse, maintenant=MAINTENANT)
    operations = arriver(lenoir, recue(-10, external_id="tx-10"), recue(-30, external_id="tx-30"))
    for virement in virements[:2]:
        repondre(virement, id=f"t-{virement.montant_cents}", transaction_id=f"tx-{virement.montant_cents}")
    assert [etat(operation) for operation in operations] == [EtatOperation.COMPTABILISEE] * 2
    assert solde_512(lenoir) == -40


def test_declined_after_being_booked_without_line_leaves_nothing(lenoir: Payeur) -> None:
    virement = envoye(lenoir)
    repondre(virement)
    assert solde_512(lenoir) == -5000
    repondre(virement, "declined", declined_reason="insufficient_funds")
    assert solde_512(lenoir) == 0 and not Operation.objects.exists()


def test_declined_after_its_line_was_tied_frees_the_line_and_says_so(lenoir: Payeur) -> None:
    virement = envoye(lenoir)
    repondre(virement, transaction_id="tx-1")
    (operation,) = arriver(lenoir, recue(-5000, external_id="tx-1"))
    assert etat(operation) == EtatOperation.COMPTABILISEE
    repondre(virement, "declined", transaction_id="tx-1")
    assert etat(operation) == EtatOperation.A_VERIFIER
    assert "rejeté" in operation.explication and "brouillard est supprimé" in operation.alerte
    assert operation.ecriture is None and solde_512(lenoir) == 0
    assert Incident.objects.filter(dossier=lenoir.dossier, titre__contains="rejeté déjà au relevé").count() == 1
    # The person decides: the line is an ordinary one, and nothing brings it back behind his back.
    assert passer(valider(remettre_a_traiter(operation=operation))) == [""]
    assert (etat(operation), solde_512(lenoir)) == (EtatOperation.TRANSFEREE, -5000)


def test_returned_payment_ties_both_lines_to_entry_and_reversal(lenoir: Payeur) -> None:
    virement = envoye(lenoir)
    repondre(virement, "settled", transaction_id="tx-1", completed_at="2026-06-08T08:00:00Z")
    (operation,) = arriver(lenoir, recue(-5000, external_id="tx-1"))
    deplacer_virement(
        Virement.objects.get(pk=virement.pk), StatutVirement.RETOURNE, maintenant=MAINTENANT, motif="Compte clos"
    )
    assert etat(operation) == EtatOperation.COMPTABILISEE
    assert "sans la comptabiliser de nouveau" in operation.alerte
    retour = recue(5000, "2026-06-09T12:00:00+02:00", external_id="tx-2", code_operation="12")
    (revenue,) = arriver(lenoir, retour)
    lier_a_la_main(operation=revenue, ecriture=Ecriture.objects.get(annule=operation.ecriture))
    assert (etat(revenue), solde_512(lenoir)) == (EtatOperation.COMPTABILISEE, 0)


def test_executions_of_a_recurring_transfer_of_qonto_are_each_a_line_to_code(lenoir: Payeur) -> None:
    # A recurring transfer is set up in Qonto, never by the portal: no payment of ours stands behind its executions.
    jours = [MAINTENANT - timedelta(days=7 * rang) for rang in (1, 2, 3)]
    lignes = [recue(-120_00, jour.isoformat(), external_id=f"tx-{rang}") for rang, jour in enumerate(jours)]
    operations = arriver(lenoir, *lignes)
    assert {etat(operation) for operation in operations} == {EtatOperation.A_TRAITER}
    marquees = [
        recue(-120_00, jour.isoformat(), external_id=f"tx-n{rang}", note="loyer #Comptabilise")
        for rang, jour in enumerate(jours)
    ]
    assert {etat(operation) for operation in arriver(lenoir, *marquees)} == {EtatOperation.A_VERIFIER}
    assert Ecriture.objects.filter(cle__startswith="virement:").count() == 0


def test_mention_that_a_person_overruled_does_not_stop_the_transfer(lenoir: Payeur) -> None:
    (operation,) = arriver(lenoir, recue(-500, external_id="tx-1", note="#Comptabilise"))
    assert etat(operation) == EtatOperation.A_VERIFIER
    assert passer(valider(remettre_a_traiter(operation=operation))) == [""]
    assert etat(operation) == EtatOperation.TRANSFEREE


def test_mention_written_after_the_transfer_is_said_beside_the_line(lenoir: Payeur) -> None:
    (operation,) = arriver(lenoir, recue(-500, external_id="tx-1"))
    passer(valider(operation))
    arriver_encore = recue(-500, external_id="tx-1", note="#Comptabilise", modifiee_le=MAINTENANT)
    recevoir(compte=operation.compte_bancaire, operations=[arriver_encore], maintenant=MAINTENANT)
    assert etat(operation) == EtatOperation.TRANSFEREE
    assert "#Comptabilise a été écrit" in operation.alerte
