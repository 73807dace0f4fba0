"""#Comptabilise in all its cases (S21), and the transfer: nothing is booked twice, no balance is wrong."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db.models import Sum

from banque.enums import EtatOperation
from banque.errors import MouvementRefuse, TransfertRefuse
from banque.models import CompteBancaire, Operation, PieceJointe
from banque.services.imputation import Part, imputer, resoudre_compte, ventiler
from banque.services.integration import annuler_integration, integrer
from banque.services.mention import ecritures_candidates, lier_a_la_main, reconsiderer_dossier
from banque.services.reception import recevoir
from banque.services.transfert import annuler_transfert, apercu, transferer
from banque.sources import OperationRecue
from comptabilite.errors import EcritureRefusee
from comptabilite.models import Ecriture, LigneEcriture, PieceEcriture
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture, supprimer_brouillard
from comptabilite.services.plan import compte as compte_du_plan
from comptabilite.services.plan import tiers as tiers_du_plan
from comptabilite.services.validation import valider_ecritures
from gestion_acces.services.fichiers import deposer_fichier
from qonto_link.virements.enums import StatutOrdre, StatutVirement
from qonto_link.virements.models import Virement
from tests.banque.factories import MAINTENANT, CompteBancaireFactory, recue
from tests.contenus import pdf
from tests.facturation.factories import OrdreFactory, VirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def banque() -> CompteBancaire:
    return CompteBancaireFactory(qonto=True, avec_journal=True)


def integrer_ces(banque: CompteBancaire, *lignes: OperationRecue) -> list[Operation]:
    recevoir(compte=banque, operations=lignes, maintenant=MAINTENANT)
    integrer(dossier=banque.dossier, comptes=[banque], maintenant=MAINTENANT)
    return [Operation.objects.get(ligne__external_id=ligne.external_id) for ligne in lignes]


def virement(banque: CompteBancaire, montant_cents: int, transaction_id: str = "", **champs: object) -> Virement:
    ordre = OrdreFactory(
        dossier=banque.dossier, compte=banque.compte_qonto, statut=champs.pop("ordre", StatutOrdre.ACCEPTE)
    )
    return VirementFactory(
        dossier=banque.dossier,
        ordre=ordre,
        montant_cents=montant_cents,
        transaction_id=transaction_id,
        transfer_id=f"t-{transaction_id or ordre.pk}",
        **({"statut": StatutVirement.EN_COURS} | champs),
    )


def ecriture_de(banque: CompteBancaire, paiement: Virement) -> Ecriture:
    journal = banque.journal
    assert journal is not None and journal.compte_tresorerie is not None
    tiers = tiers_du_plan(dossier=banque.dossier, type="F", nom="AARO")
    return passer_ecriture(
        dossier=banque.dossier,
        journal=journal,
        date=MAINTENANT.date() - timedelta(days=2),
        piece="FS9289482",
        libelle="AARO",
        lignes=[
            LigneSaisie(tiers.compte, debit_cents=paiement.montant_cents, tiers=tiers),
            LigneSaisie(journal.compte_tresorerie, credit_cents=paiement.montant_cents),
        ],
        origine="reglement",
        cle=f"virement:{paiement.pk}",
        maintenant=MAINTENANT,
    )


def solde_512(banque: CompteBancaire) -> int:
    lignes = LigneEcriture.objects.filter(compte=banque.journal.compte_tresorerie)  # type: ignore[union-attr]
    sommes = lignes.aggregate(d=Sum("debit_cents"), c=Sum("credit_cents"))
    return (sommes["d"] or 0) - (sommes["c"] or 0)


def valider(operation: Operation, numero: str = "606") -> Operation:
    compte, tiers = resoudre_compte(dossier=operation.dossier, saisie=numero)
    return imputer(operation=operation, compte=compte, tiers=tiers, par="Bruno", maintenant=MAINTENANT)


def passer(*operations: Operation) -> list[str]:
    resultats = transferer(dossier=operations[0].dossier, operations=operations, maintenant=MAINTENANT)
    return [resultat.refus for resultat in resultats]


def test_payment_of_the_portal_stays_in_the_statement_and_gives_no_second_entry(banque: CompteBancaire) -> None:
    paiement = virement(banque, 18_999, "tx-paye")
    ecriture = ecriture_de(banque, paiement)
    (operation,) = integrer_ces(banque, recue(-18_999, external_id="tx-paye"))
    assert (operation.etat, operation.ecriture, operation.mention) == (EtatOperation.COMPTABILISEE, ecriture, True)
    assert operation.complement.endswith("#Comptabilise")
    assert "Déjà comptabilisée par l’" in operation.explication
    assert passer(operation) != [""]
    assert (Ecriture.objects.count(), solde_512(banque)) == (1, -18_999)


def test_bulk_each_payment_meets_its_own_line(banque: CompteBancaire) -> None:
    paiements = [virement(banque, montant, f"tx-{montant}") for montant in (10, 30, 60)]
    ecritures = [ecriture_de(banque, paiement) for paiement in paiements]
    operations = integrer_ces(banque, *[recue(-m, external_id=f"tx-{m}") for m in (10, 30, 60)])
    assert [operation.ecriture for operation in operations] == ecritures
    assert {operation.etat for operation in operations} == {EtatOperation.COMPTABILISEE}


def test_line_that_comes_before_the_payments_answer_is_never_booked_by_hand(banque: CompteBancaire) -> None:
    paiement = virement(
        banque, 18_999, "", statut=StatutVirement.ENVOYE, ordre=StatutOrdre.ACCEPTE, iban="FR7610011000201234567890188"
    )
    ligne = recue(-18_999, external_id="tx-tot", contrepartie_iban="FR7610011000201234567890188")
    (operation,) = integrer_ces(banque, ligne)
    assert operation.etat == EtatOperation.A_TRAITER
    (refus,) = passer(valider(operation))
    assert "attend encore la réponse de Qonto" in refus
    Virement.objects.filter(pk=paiement.pk).update(transaction_id="tx-tot")
    ecriture = ecriture_de(banque, paiement)
    assert reconsiderer_dossier(dossier=banque.dossier) == 1
    operation.refresh_from_db()
    assert (operation.etat, operation.ecriture) == (EtatOperation.COMPTABILISEE, ecriture)


def test_link_found_at_the_last_moment_stops_the_transfer(banque: CompteBancaire) -> None:
    (operation,) = integrer_ces(banque, recue(-18_999, external_id="tx-tard"))
    operation = valider(operation)
    ecriture_de(banque, virement(banque, 18_999, "tx-tard"))
    (refus,) = passer(operation)
    assert "Déjà comptabilisée" in refus
    assert (Ecriture.objects.count(), solde_512(banque)) == (1, -18_999)


def test_payment_whose_entry_does_not_exist_waits_to_be_checked(banque: CompteBancaire) -> None:
    virement(banque, 500, "tx-sans-ecriture")
    (operation,) = integrer_ces(banque, recue(-500, external_id="tx-sans-ecriture"))
    assert operation.etat == EtatOperation.A_VERIFIER
    assert passer(operation) != [""]
    assert not Ecriture.objects.exists()


@pytest.mark.parametrize("note", ["#Comptabilise", "vu #comptabilisé hier", "payé # Comptabilise"])
def test_mention_typed_in_qonto_is_never_silently_skipped(banque: CompteBancaire, note: str) -> None:
    (operation,) = integrer_ces(banque, recue(-500, note=note))
    assert (operation.etat, operation.mention) == (EtatOperation.A_VERIFIER, True)
    assert operation.complement.count("#Comptabilise") == 1
    assert passer(operation) != [""]


def test_mention_typed_after_the_integration_has_the_same_effect(banque: CompteBancaire) -> None:
    ligne = recue(-500, external_id="tx-note")
    (operation,) = integrer_ces(banque, ligne)
    valider(operation)
    recevoir(
        compte=banque,
        operations=[recue(-500, external_id="tx-note", note="#Comptabilise", modifiee_le=MAINTENANT)],
        maintenant=MAINTENANT,
    )
    operation.refresh_from_db()
    assert operation.etat == EtatOperation.A_VERIFIER


def test_a_person_can_tie_the_line_to_its_entry(banque: CompteBancaire) -> None:
    (operation,) = integrer_ces(banque, recue(-500, note="#Comptabilise"))
    ecriture = ecriture_de(banque, virement(banque, 500))
    autre = ecriture_de(banque, virement(banque, 700))
    assert ecritures_candidates(operation) == [ecriture]
    with pytest.raises(MouvementRefuse):
        lier_a_la_main(operation=operation, ecriture=autre)
    lier_a_la_main(operation=operation, ecriture=ecriture)
    operation.refresh_from_db()
    assert operation.etat == EtatOperation.COMPTABILISEE
    (jumelle,) = integrer_ces(banque, recue(-500, note="#Comptabilise"))
    assert ecritures_candidates(jumelle) == []


def test_declined_payment_never_becomes_an_operation(banque: CompteBancaire) -> None:
    paiement = virement(banque, 900, "tx-refuse", statut=StatutVirement.REJETE)
    ecriture_de(banque, paiement)
    recevoir(
        compte=banque,
        operations=[recue(-900, external_id="tx-refuse", statut="refusee", reglee_le=None)],
        maintenant=MAINTENANT,
    )
    assert integrer(dossier=banque.dossier, comptes=[banque], maintenant=MAINTENANT) == []


def test_undone_integration_leaves_the_payments_entry(banque: CompteBancaire) -> None:
    ecriture = ecriture_de(banque, virement(banque, 500, "tx-defait"))
    (operation,) = integrer_ces(banque, recue(-500, external_id="tx-defait"))
    annuler_integration(releve=operation.releve, maintenant=MAINTENANT)
    assert Ecriture.objects.get() == ecriture


@pytest.mark.parametrize(("montant", "debit_512"), [(-1200, 0), (1200, 1200)])
def test_transfer_makes_a_balanced_entry_on_the_right_sides(
    banque: CompteBancaire, montant: int, debit_512: int
) -> None:
    (operation,) = integrer_ces(banque, recue(montant, reference="F-1"))
    assert passer(valider(operation)) == [""]
    operation.refresh_from_db()
    ecriture = operation.ecriture
    assert ecriture is not None and operation.etat == EtatOperation.TRANSFEREE
    assert (ecriture.cle, ecriture.piece, ecriture.date) == (f"operation:{operation.pk}", "F-1", operation.jour)
    assert ecriture.total_debit_cents == ecriture.total_credit_cents == 1200
    assert solde_512(banque) == montant
    assert ecriture.lignes.get(compte=banque.journal.compte_tresorerie).debit_cents == debit_512  # type: ignore[union-attr]


def test_transferring_twice_makes_one_entry(banque: CompteBancaire) -> None:
    (operation,) = integrer_ces(banque, recue(-100))
    operation = valider(operation)
    assert passer(operation, operation) == ["", ""]
    assert passer(operation) == [""]
    assert Ecriture.objects.count() == 1


def test_split_with_vat_is_booked_part_by_part(banque: CompteBancaire) -> None:
    (operation,) = integrer_ces(banque, recue(-12_000))
    a, b, tva = (compte_du_plan(dossier=banque.dossier, numero=n) for n in ("606", "625", "44566"))
    ventiler(
        operation=operation,
        parts=[Part(a, -5_000), Part(tva, -1_000, est_tva=True), Part(b, -6_000)],
        par="Bruno",
        maintenant=MAINTENANT,
    )
    assert passer(operation) == [""]
    assert sorted(LigneEcriture.objects.values_list("debit_cents", flat=True)) == [0, 1_000, 5_000, 6_000]


def test_one_refusal_stops_no_other_line(banque: CompteBancaire) -> None:
    a, b, c = integrer_ces(banque, recue(-1), recue(-2), recue(-3))
    assert passer(valider(a), b, valider(c)) == ["", "La ligne est à traiter, elle n’est pas validée.", ""]


def test_bank_without_journal_is_integrated_but_not_transferred(banque: CompteBancaire) -> None:
    sans = CompteBancaireFactory(dossier=banque.dossier, libelle="Autre")
    (operation,) = integrer_ces(sans, recue(-1))
    (refus,) = passer(valider(operation))
    assert "n’a pas de journal" in refus


def test_preview_tells_the_refusal_and_writes_nothing(banque: CompteBancaire) -> None:
    a, _ = integrer_ces(banque, recue(-1), recue(-2))
    valider(a)
    vues = apercu(dossier=banque.dossier, operations=Operation.objects.order_by("montant_cents").reverse())
    assert (len(vues[0][1]), vues[1][1], bool(vues[1][2])) == (2, [], True)
    assert not Ecriture.objects.exists()


def test_transfer_can_be_taken_back_while_the_entry_is_a_draft(banque: CompteBancaire) -> None:
    (operation,) = integrer_ces(banque, recue(-100))
    passer(valider(operation))
    annuler_transfert(operation=operation, maintenant=MAINTENANT)
    operation.refresh_from_db()
    assert (operation.etat, Ecriture.objects.count()) == (EtatOperation.VALIDEE, 0)
    assert passer(operation) == [""]
    valider_ecritures(dossier=banque.dossier, ecritures=list(Ecriture.objects.all()), maintenant=MAINTENANT)
    with pytest.raises(TransfertRefuse, match="validée"):
        annuler_transfert(operation=operation, maintenant=MAINTENANT)


def test_integration_is_not_undone_once_a_line_is_in_the_books(banque: CompteBancaire) -> None:
    (operation,) = integrer_ces(banque, recue(-100))
    passer(valider(operation))
    with pytest.raises(Exception, match="déjà en comptabilité"):
        annuler_integration(releve=operation.releve, maintenant=MAINTENANT)


def test_receipts_go_with_the_entry(banque: CompteBancaire) -> None:
    (operation,) = integrer_ces(banque, recue(-100))
    fichier, _ = deposer_fichier(
        dossier=banque.dossier, flux=BytesIO(pdf()), nom="t.pdf", type_mime="application/pdf", maintenant=MAINTENANT
    )
    PieceJointe.objects.create(dossier=banque.dossier, ligne=operation.ligne, external_id="p", fichier=fichier)
    passer(valider(operation))
    assert PieceEcriture.objects.get().fichier == fichier
    assert PieceJointe.objects.get().transmise_le is not None


@pytest.mark.parametrize(
    ("champs", "attendu"),
    [
        ({"statut": "annulee"}, "annonce maintenant cette ligne « Annulée »"),
        ({"montant_cents": -101}, "changé le montant ou la date"),
    ],
)
def test_late_change_of_a_booked_line_is_said_and_touches_no_entry(
    banque: CompteBancaire, champs: dict[str, object], attendu: str
) -> None:
    (operation,) = integrer_ces(banque, recue(-100, external_id="tx-change"))
    passer(valider(operation))
    valeurs: dict[str, object] = {"montant_cents": -100, "external_id": "tx-change"} | champs
    recevoir(compte=banque, operations=[recue(**valeurs)], maintenant=MAINTENANT)  # type: ignore[arg-type]
    operation.refresh_from_db()
    assert attendu in operation.alerte
    assert (operation.etat, solde_512(banque)) == (EtatOperation.TRANSFEREE, -100)


def test_late_label_follows_unless_it_was_typed(banque: CompteBancaire) -> None:
    libre, saisie = integrer_ces(banque, recue(-1, external_id="a"), recue(-2, external_id="b"))
    imputer(
        operation=saisie,
        compte=compte_du_plan(dossier=banque.dossier, numero="606"),
        libelle="Mon libellé",
        par="Bruno",
        maintenant=MAINTENANT,
    )
    for identifiant, montant in (("a", -1), ("b", -2)):
        recevoir(
            compte=banque,
            operations=[recue(montant, external_id=identifiant, contrepartie="Nouveau nom")],
            maintenant=MAINTENANT,
        )
    libre.refresh_from_db()
    saisie.refresh_from_db()
    assert (libre.libelle, saisie.libelle) == ("Nouveau nom", "Mon libellé")
    assert libre.ligne.changements.count() == 1


def test_draft_of_a_bank_line_is_not_deleted_behind_its_back(banque: CompteBancaire) -> None:
    (operation,) = integrer_ces(banque, recue(-100))
    passer(valider(operation))
    with pytest.raises(EcritureRefusee, match="ACD Banque"):
        supprimer_brouillard(ecriture=Ecriture.objects.get(), motif="x", maintenant=MAINTENANT)
    assert Ecriture.objects.count() == 1
