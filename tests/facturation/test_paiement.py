"""What is refused before money moves, what the shield sees, and the books behind each state (S13 to S15)."""

from datetime import date, timedelta
from typing import Any

import pytest

from comptabilite.models import Ecriture, Lettrage
from comptabilite.services.cloture import verrouiller
from comptabilite.services.validation import valider_ecritures
from facturation.errors import (
    DatePassee,
    EcheanceDejaReglee,
    EcheancesFausses,
    FactureEnDouble,
    FactureEngagee,
    PaiementImpossible,
    SecondRegardManquant,
)
from facturation.models import Echeance, Facture, Reglement
from facturation.services.bouclier import examiner, gravite_de
from facturation.services.ecritures import ecriture_du_virement, libelle_du_reglement, rattraper_ecritures
from facturation.services.factures import FactureSaisie, changer_echeances, enregistrer_facture
from facturation.services.fournisseurs import changer_iban, coordonnee_courante, trouver_fournisseur
from facturation.services.paiement import Saisie, manques_pour_payer, preparer_paiement, regler_autrement
from gestion_acces.models import EvenementAudit
from qonto_link.virements.enums import StatutOrdre, StatutVirement
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.etats import deplacer_ordre, deplacer_virement
from tests.facturation.factories import MAINTENANT, Payeur, VirementFactory, payeur, verification_favorable

pytestmark = pytest.mark.django_db
JOUR = date(2026, 6, 9)
AUTRE_IBAN = "FR7630006000011234567890189"


@pytest.fixture
def lenoir() -> Payeur:
    return payeur()


def preparer(lenoir: Payeur, echeance: Echeance, *, a_approuver: bool = False, **champs: Any) -> Ordre:
    saisie = Saisie(
        echeance=echeance,
        reference=champs.pop("reference", echeance.facture.numero),
        note=champs.pop("note", ""),
        date=champs.pop("date", JOUR),
        verification=verification_favorable(lenoir.dossier),
        motif_poursuite=champs.pop("motif", ""),
    )
    alertes = {
        str(echeance.pk): examiner(echeance=echeance, compte=lenoir.compte, verification=None, maintenant=MAINTENANT)
    }
    return preparer_paiement(
        dossier=lenoir.dossier,
        compte=lenoir.compte,
        saisies=[saisie],
        alertes=alertes,
        par=lenoir.dirigeant,
        a_approuver=a_approuver,
        maintenant=MAINTENANT,
    )


def accepter(ordre: Ordre, *, statut: str = StatutVirement.EN_COURS, transfer_id: str = "t-1") -> Virement:
    """What Qonto's acceptance does, without the call."""
    deplacer_ordre(
        ordre,
        StatutOrdre.SOUMISSION,
        maintenant=MAINTENANT,
        corps="{}",
        premier_envoi=MAINTENANT,
        dernier_envoi=MAINTENANT,
    )
    deplacer_ordre(ordre, StatutOrdre.ACCEPTE, maintenant=MAINTENANT)
    virement = Virement.objects.get(ordre=ordre)
    return deplacer_virement(virement, statut, maintenant=MAINTENANT, transfer_id=transfer_id)


def test_second_order_on_an_instalment_is_refused(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    preparer(lenoir, echeance)
    with pytest.raises(EcheanceDejaReglee):
        preparer(lenoir, echeance)
    assert Ordre.objects.count() == Virement.objects.count() == Reglement.objects.count() == 1


def test_amount_is_the_instalments_own(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 18999).echeances.all()
    preparer(lenoir, echeance)
    assert Virement.objects.get().montant_cents == 18999


@pytest.mark.parametrize("jour", [JOUR - timedelta(days=1), JOUR + timedelta(days=366)])
def test_date_in_the_past_or_too_far_is_refused(lenoir: Payeur, jour: date) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    with pytest.raises(DatePassee):
        preparer(lenoir, echeance, date=jour)


def test_execution_is_said_for_the_next_bank_day(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    preparer(lenoir, echeance, date=date(2026, 12, 25))
    virement = Virement.objects.get()
    assert (virement.date_demandee, virement.date_prevue) == (date(2026, 12, 25), date(2026, 12, 28))


def test_what_the_books_need_is_said_before_paying(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    assert manques_pour_payer(echeance=echeance, compte=lenoir.compte, jour=JOUR) == []
    lenoir.compte.compte_bancaire.delete()
    manques = manques_pour_payer(echeance=echeance, compte=lenoir.compte, jour=JOUR)
    assert any("journal de trésorerie" in manque for manque in manques)
    assert manques_pour_payer(echeance=echeance, compte=None, jour=JOUR) == [
        "aucun compte Qonto n’est associé au dossier"
    ]
    with pytest.raises(PaiementImpossible, match="journal de trésorerie"):
        preparer(lenoir, echeance)


def test_changed_iban_forces_a_second_look(lenoir: Payeur) -> None:
    premiere, seconde = (lenoir.facture(numero, 5000).echeances.get() for numero in ("F1", "F2"))
    virement = accepter(preparer(lenoir, premiere))
    deplacer_virement(virement, StatutVirement.REGLE, maintenant=MAINTENANT, execute_le=JOUR)
    changer_iban(
        fournisseur=lenoir.fournisseur,
        iban=AUTRE_IBAN,
        par=lenoir.dirigeant,
        maintenant=MAINTENANT + timedelta(days=1),
    )
    alertes = examiner(echeance=seconde, compte=lenoir.compte, verification=None, maintenant=MAINTENANT)
    assert "iban_change" in {alerte.code for alerte in alertes}
    assert gravite_de(alertes) == "rouge"
    with pytest.raises(SecondRegardManquant):
        preparer(lenoir, seconde)


def test_iban_printed_on_the_invoice_is_compared(lenoir: Payeur) -> None:
    facture = lenoir.facture("F1", 5000)
    Facture.objects.filter(pk=facture.pk).update(iban_facture=AUTRE_IBAN)
    echeance = Echeance.objects.select_related("facture__fournisseur").get()
    codes = {
        alerte.code
        for alerte in examiner(echeance=echeance, compte=lenoir.compte, verification=None, maintenant=MAINTENANT)
    }
    assert "iban_facture" in codes


def test_shield_sees_look_alikes_balance_and_unusual_amounts(lenoir: Payeur) -> None:
    premiere = lenoir.facture("F1", 5000).echeances.get()
    virement = accepter(preparer(lenoir, premiere))
    deplacer_virement(virement, StatutVirement.REGLE, maintenant=MAINTENANT, execute_le=JOUR)
    sosie, enorme = lenoir.facture("F2", 5000).echeances.get(), lenoir.facture("F3", 90000).echeances.get()
    lenoir.compte.solde_autorise_cents = 60000
    assert {
        a.code for a in examiner(echeance=sosie, compte=lenoir.compte, verification=None, maintenant=MAINTENANT)
    } == {"sosie"}
    assert {
        a.code for a in examiner(echeance=enorme, compte=lenoir.compte, verification=None, maintenant=MAINTENANT)
    } == {"solde", "montant"}


def test_accepted_payment_leaves_a_draft_with_the_sheets_mapping(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("FS9289482", 18999).echeances.all()
    virement = accepter(preparer(lenoir, echeance, note="Farine"))
    ecriture = ecriture_du_virement(virement)
    assert ecriture is not None
    assert ecriture.est_brouillard
    assert (ecriture.piece, ecriture.libelle, ecriture.date) == ("FS9289482", "AARO - Farine", JOUR)
    lignes = {ligne.compte.numero[:3]: (ligne.debit_cents, ligne.credit_cents) for ligne in ecriture.lignes.all()}
    assert lignes == {"401": (18999, 0), "512": (0, 18999)}


def test_settled_payment_is_validated_on_its_real_day_and_lettered(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    virement = accepter(preparer(lenoir, echeance))
    deplacer_virement(virement, StatutVirement.REGLE, maintenant=MAINTENANT, execute_le=JOUR - timedelta(days=1))
    ecriture = ecriture_du_virement(virement)
    assert ecriture is not None
    assert (ecriture.numero is not None, ecriture.date) == (True, JOUR - timedelta(days=1))
    assert ecriture.lignes.exclude(lettrage=None).count() == 1


@pytest.mark.parametrize("fin", [StatutVirement.REJETE, StatutVirement.ANNULE])
def test_dead_payment_removes_its_draft_and_opens_the_instalment(lenoir: Payeur, fin: str) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    virement = accepter(preparer(lenoir, echeance))
    deplacer_virement(virement, fin, maintenant=MAINTENANT, motif="Solde insuffisant")
    assert ecriture_du_virement(virement) is None
    assert not Reglement.objects.get().vivant
    accepter(preparer(lenoir, echeance), transfer_id="t-2")
    assert Reglement.objects.filter(echeance=echeance).count() == 2


def test_returned_payment_reverses_its_validated_entry(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    virement = accepter(preparer(lenoir, echeance))
    deplacer_virement(virement, StatutVirement.REGLE, maintenant=MAINTENANT, execute_le=JOUR)
    deplacer_virement(virement, StatutVirement.RETOURNE, maintenant=MAINTENANT, motif="Compte clos")
    ecriture = ecriture_du_virement(virement)
    assert Ecriture.objects.filter(annule=ecriture).exists()
    assert not Reglement.objects.get().vivant


def test_entry_that_the_books_refuse_waits_and_is_made_later(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    ordre = preparer(lenoir, echeance)
    banque = lenoir.compte.compte_bancaire
    journal, banque.journal = banque.journal, None
    banque.save()
    virement = accepter(ordre)
    assert virement.statut == StatutVirement.EN_COURS
    assert "journal de trésorerie" in Reglement.objects.get().ecriture_en_attente
    banque.journal = journal
    banque.save()
    for _ in range(2):
        rattraper_ecritures(maintenant=MAINTENANT)
    assert Reglement.objects.get().ecriture_en_attente == ""
    assert Ecriture.objects.filter(cle=f"virement:{virement.pk}").count() == 1


def test_label_of_the_entry_keeps_to_fifty_characters() -> None:
    virement = VirementFactory(note="n" * 80)
    assert libelle_du_reglement(virement, "AARO") == f"AARO - {'n' * 43}"
    assert libelle_du_reglement(VirementFactory(reference="FS1"), "AARO") == "AARO FS1"


def test_instalments_must_make_the_total(lenoir: Payeur) -> None:
    saisie = FactureSaisie("F1", JOUR, 900, 100, echeances=((JOUR, 999),))
    with pytest.raises(EcheancesFausses):
        enregistrer_facture(fournisseur=lenoir.fournisseur, saisie=saisie, par=None, maintenant=MAINTENANT)


def test_same_invoice_twice_is_said(lenoir: Payeur) -> None:
    lenoir.facture("F1", 5000)
    with pytest.raises(FactureEnDouble):
        lenoir.facture("F1", 5000)


def test_instalments_change_until_a_payment_is_ordered(lenoir: Payeur) -> None:
    facture = lenoir.facture("F1", 5000)
    changer_echeances(facture=facture, echeances=[(JOUR, 2000), (JOUR, 3000)], maintenant=MAINTENANT)
    preparer(lenoir, facture.echeances.get(rang=1))
    with pytest.raises(FactureEngagee):
        changer_echeances(facture=facture, echeances=[(JOUR, 5000)], maintenant=MAINTENANT)


def test_supplier_is_found_by_vat_then_siren_then_name(lenoir: Payeur) -> None:
    un = trouver_fournisseur(dossier=lenoir.dossier, nom="Moulins", siren="732829320", numero_tva="FR44732829320")
    assert trouver_fournisseur(dossier=lenoir.dossier, nom="Autre nom", numero_tva="FR44732829320") == un
    assert trouver_fournisseur(dossier=lenoir.dossier, nom="Autre nom", siren="732829320") == un
    assert trouver_fournisseur(dossier=lenoir.dossier, nom="moulins") == un
    assert un.tiers is not None
    assert un.tiers.code.startswith("F")


def test_iban_history_says_who_and_keeps_the_trail_free_of_it(lenoir: Payeur) -> None:
    for _ in range(2):
        changer_iban(fournisseur=lenoir.fournisseur, iban=AUTRE_IBAN, par=lenoir.dirigeant, maintenant=MAINTENANT)
    assert lenoir.fournisseur.coordonnees.count() == 2
    actuelle = coordonnee_courante(lenoir.fournisseur)
    assert actuelle is not None
    assert (actuelle.iban, actuelle.saisie_par) == (AUTRE_IBAN, lenoir.dirigeant)
    traces = [str(ligne.avant) + str(ligne.apres) for ligne in EvenementAudit.objects.filter(acte="fournisseur.iban")]
    assert traces
    assert not any(AUTRE_IBAN in trace for trace in traces)


def test_payment_noted_by_hand_forbids_a_transfer(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    regler_autrement(echeance=echeance, mode="cheque", jour=JOUR, par=lenoir.dirigeant, maintenant=MAINTENANT)
    with pytest.raises(EcheanceDejaReglee):
        preparer(lenoir, echeance)
    with pytest.raises(EcheanceDejaReglee):
        regler_autrement(echeance=echeance, mode="cheque", jour=JOUR, par=lenoir.dirigeant, maintenant=MAINTENANT)


def test_settlement_in_a_locked_month_is_booked_on_the_first_open_day_with_its_true_date(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    ordre = preparer(lenoir, echeance)
    valider_ecritures(dossier=lenoir.dossier, jusqu_au=JOUR, maintenant=MAINTENANT)
    verrouiller(dossier=lenoir.dossier, jusqu_au=date(2026, 6, 30), maintenant=MAINTENANT + timedelta(days=30))
    virement = accepter(ordre)
    assert Reglement.objects.get().ecriture_en_attente == ""
    juillet = MAINTENANT + timedelta(days=30)
    deplacer_virement(virement, StatutVirement.REGLE, maintenant=juillet, execute_le=JOUR)
    ecriture = ecriture_du_virement(virement)
    assert ecriture is not None
    assert (ecriture.date, ecriture.numero is not None) == (date(2026, 7, 1), True)
    assert ecriture.libelle.endswith("du 09/06/2026")


def test_invoice_is_lettered_once_every_instalment_is_paid(lenoir: Payeur) -> None:
    une, deux = lenoir.facture("F1", 2000, 3000).echeances.order_by("rang")
    premier = accepter(preparer(lenoir, une), transfer_id="t-1")
    second = accepter(preparer(lenoir, deux), transfer_id="t-2")
    deplacer_virement(premier, StatutVirement.REGLE, maintenant=MAINTENANT, execute_le=JOUR)
    assert not Lettrage.objects.exists()
    deplacer_virement(second, StatutVirement.REGLE, maintenant=MAINTENANT, execute_le=JOUR)
    assert Lettrage.objects.get().lignes.count() == 3
