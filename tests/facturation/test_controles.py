"""What is refused, shown again or taken back around a payment (S12 to S15)."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from banque.models import CompteBancaire
from comptabilite.models import Ecriture, Exercice
from facturation.approbation import controler_ordre
from facturation.errors import CoordonneesChangees, DateAVenir, FacturationError, PaiementImpossible
from facturation.models import Echeance, Facture, Reglement
from facturation.services.bouclier import examiner
from facturation.services.corrections import annuler_note, marquer_retourne
from facturation.services.ecritures import ecriture_du_virement
from facturation.services.fournisseurs import changer_iban, coordonnee_courante, trouver_fournisseur
from facturation.services.paiement import manques_pour_payer, regler_autrement
from gestion_acces.models import EvenementAudit
from gestion_acces.services.fichiers import deposer_fichier
from qonto_link.virements.enums import StatutVirement
from qonto_link.virements.errors import MouvementRefuse
from qonto_link.virements.models import Ordre, VerificationBeneficiaire
from qonto_link.virements.services.doute import VERIFIE
from qonto_link.virements.services.etats import deplacer_virement
from qonto_link.virements.services.preparation import abandonner_ordre
from tests.contenus import pdf
from tests.factories import MembreCabinetFactory
from tests.facturation.factories import MAINTENANT, Payeur, payeur, verification_favorable
from tests.facturation.test_paiement import AUTRE_IBAN, JOUR, accepter, preparer

pytestmark = pytest.mark.django_db


@pytest.fixture
def lenoir() -> Payeur:
    return payeur()


def echeance_de(lenoir: Payeur, numero: str = "F1", montant: int = 5000) -> Echeance:
    lenoir.facture(numero, montant)
    return Echeance.objects.select_related("facture__fournisseur", "dossier").get(facture__numero=numero)


def connecte(utilisateur: Any) -> Client:
    client = Client()
    client.force_login(utilisateur)
    return client


def du_cabinet(lenoir: Payeur) -> Client:
    membre = MembreCabinetFactory(cabinet=lenoir.dossier.cabinet, role="administrateur")
    return connecte(membre.utilisateur)


def fenetre(lenoir: Payeur, echeance: Echeance, **champs: Any) -> Any:
    """The window as its preparer posts it."""
    courante = coordonnee_courante(lenoir.fournisseur)
    verification = verification_favorable(lenoir.dossier)
    VerificationBeneficiaire.objects.filter(pk=verification.pk).update(demandee_le=timezone.now())
    donnees = {
        "reference": "F1",
        "date": timezone.localdate().isoformat(),
        "compte": lenoir.compte.pk,
        "verification": verification.pk,
        "coordonnee": courante.pk if courante else "",
        **champs,
    }
    adresse = reverse("facturation:payer_preparer", args=[lenoir.dossier.pk, echeance.pk])
    return connecte(lenoir.preparateur).post(adresse, donnees)


@pytest.mark.parametrize(
    ("champs", "texte"), [({"plafond_cents": 4999}, "plafond"), ({"regle_fournisseurs": False}, "règlements fourn")]
)
def test_card_of_the_bank_decides(lenoir: Payeur, champs: dict[str, object], texte: str) -> None:
    echeance = echeance_de(lenoir)
    CompteBancaire.objects.update(**champs)
    with pytest.raises(PaiementImpossible, match=texte):
        preparer(lenoir, echeance)
    CompteBancaire.objects.update(plafond_cents=5000, regle_fournisseurs=True)
    preparer(lenoir, echeance)


def test_saying_what_is_missing_opens_no_exercice(lenoir: Payeur) -> None:
    echeance, avant = echeance_de(lenoir), Exercice.objects.count()
    assert manques_pour_payer(echeance=echeance, compte=lenoir.compte, jour=date(2031, 5, 5)) == []
    assert Exercice.objects.count() == avant


def test_above_thirty_thousand_euros_the_document_is_asked_before_paying(lenoir: Payeur) -> None:
    echeance = echeance_de(lenoir, montant=3_000_001)
    with pytest.raises(PaiementImpossible, match="justificatif"):
        preparer(lenoir, echeance)
    adresse = reverse("facturation:joindre_client", args=[lenoir.dossier.pk, echeance.facture_id])
    client = connecte(lenoir.dirigeant)
    assert client.post(adresse, {}).status_code == 422
    faux = SimpleUploadedFile("facture.pdf", b"MZ rien")
    assert client.post(adresse, {"fichier": faux}).status_code == 422
    vrai = SimpleUploadedFile("facture.pdf", pdf())
    assert client.post(adresse, {"fichier": vrai}).status_code == 302
    assert EvenementAudit.objects.filter(acte="facture.joindre").count() == 1
    jointe = Echeance.objects.select_related("facture__fournisseur", "facture__fichier").get()
    preparer(lenoir, jointe)


def test_document_too_heavy_for_qonto_is_said(lenoir: Payeur) -> None:
    echeance = echeance_de(lenoir, montant=3_000_001)
    fichier, _ = deposer_fichier(
        dossier=lenoir.dossier,
        flux=io.BytesIO(b"%PDF-1.4"),
        nom="f.pdf",
        type_mime="application/pdf",
        maintenant=MAINTENANT,
    )
    fichier.taille = 10 * 1024 * 1024 + 1
    echeance.facture.fichier = fichier
    manques = manques_pour_payer(echeance=echeance, compte=lenoir.compte, jour=JOUR)
    assert any("10 Mo" in manque for manque in manques)


def test_iban_that_changed_since_it_was_shown_is_not_paid(lenoir: Payeur) -> None:
    echeance, montree = echeance_de(lenoir), coordonnee_courante(lenoir.fournisseur)
    assert montree is not None
    changer_iban(fournisseur=lenoir.fournisseur, iban=AUTRE_IBAN, par=None, maintenant=timezone.now())
    reponse = fenetre(lenoir, echeance, coordonnee=montree.pk)
    assert reponse.status_code == 422
    assert "Les coordonnées bancaires ont changé : relisez-les." in reponse.content.decode()
    assert not Ordre.objects.exists()


def test_what_was_shown_is_prepared(lenoir: Payeur) -> None:
    assert fenetre(lenoir, echeance_de(lenoir)).status_code == 302
    assert Ordre.objects.count() == 1


def test_order_whose_supplier_or_account_changed_is_not_approved(lenoir: Payeur) -> None:
    ordre = preparer(lenoir, echeance_de(lenoir), a_approuver=True)
    controler_ordre(ordre)
    lenoir.compte.lie = False
    lenoir.compte.save()
    with pytest.raises(FacturationError, match="plus associé"):
        controler_ordre(ordre)
    lenoir.compte.lie = True
    lenoir.compte.save()
    changer_iban(fournisseur=lenoir.fournisseur, iban=AUTRE_IBAN, par=None, maintenant=timezone.now())
    with pytest.raises(CoordonneesChangees, match="a changé depuis la préparation"):
        controler_ordre(ordre)
    page = connecte(lenoir.dirigeant).get(reverse("facturation:ordre_client", args=[lenoir.dossier.pk, ordre.pk]))
    assert "a été remplacé le" in page.content.decode()


def test_iban_replaced_lately_and_never_paid_is_red(lenoir: Payeur) -> None:
    echeance = echeance_de(lenoir)
    changer_iban(fournisseur=lenoir.fournisseur, iban=AUTRE_IBAN, par=None, maintenant=MAINTENANT)
    for jours, attendu in ((29, "iban_recent"), (31, "nouveau")):
        alertes = examiner(
            echeance=echeance,
            compte=lenoir.compte,
            verification=None,
            maintenant=MAINTENANT + timedelta(days=jours),
        )
        assert attendu in {alerte.code for alerte in alertes}


def test_note_made_by_mistake_is_taken_back_once(lenoir: Payeur) -> None:
    echeance = echeance_de(lenoir)
    with pytest.raises(DateAVenir):
        regler_autrement(
            echeance=echeance, mode="cheque", jour=JOUR + timedelta(days=1), par=None, maintenant=MAINTENANT
        )
    note = regler_autrement(echeance=echeance, mode="cheque", jour=JOUR, par=None, maintenant=MAINTENANT)
    client = connecte(lenoir.dirigeant)
    adresse = reverse("facturation:reglement_annuler", args=[lenoir.dossier.pk, note.pk])
    assert client.post(adresse).status_code == 302
    with pytest.raises(FacturationError):
        annuler_note(reglement=note, maintenant=MAINTENANT)
    page = client.get(reverse("facturation:facture_client", args=[lenoir.dossier.pk, echeance.facture_id]))
    assert "Noté par erreur" in page.content.decode()
    assert EvenementAudit.objects.filter(acte="paiement.annuler_note").count() == 1
    preparer(lenoir, echeance)
    with pytest.raises(FacturationError):
        annuler_note(reglement=Reglement.objects.get(vivant=True), maintenant=MAINTENANT)


def test_returned_transfer_opens_the_instalment_and_reverses_the_entry(lenoir: Payeur) -> None:
    virement = accepter(preparer(lenoir, echeance_de(lenoir)))
    with pytest.raises(MouvementRefuse):
        marquer_retourne(virement=virement, motif="Compte clos", maintenant=MAINTENANT)
    deplacer_virement(virement, StatutVirement.REGLE, maintenant=MAINTENANT, execute_le=JOUR)
    cabinet = du_cabinet(lenoir)
    panneau = cabinet.get(reverse("facturation:ordre", args=[lenoir.dossier.pk, virement.ordre_id]))
    assert "Marquer comme retourné" in panneau.content.decode()
    adresse = reverse("facturation:virement_retourne", args=[lenoir.dossier.pk, virement.pk])
    for motif, statut in (("", StatutVirement.REGLE), ("Compte clos", StatutVirement.RETOURNE)):
        cabinet.post(adresse, {"motif": motif})
        virement.refresh_from_db()
        assert virement.statut == statut
    assert not Reglement.objects.get().vivant
    assert Ecriture.objects.filter(annule=ecriture_du_virement(virement)).exists()
    assert EvenementAudit.objects.filter(acte="paiement.retourner").count() == 1


@pytest.mark.parametrize(
    ("page", "requete"),
    [
        ("calendrier_client", "?mois=9999-12"),
        ("calendrier_client", "?mois=0001-01"),
        ("echeances_client", "?nombre=²"),
        ("echeances_client", f"?nombre={'9' * 5000}"),
    ],
)
def test_strange_addresses_are_answered(lenoir: Payeur, page: str, requete: str) -> None:
    echeance = echeance_de(lenoir)
    suite = [echeance.facture_id] if page == "echeances_client" else []
    adresse = reverse(f"facturation:{page}", args=[lenoir.dossier.pk, *suite])
    assert connecte(lenoir.dirigeant).get(adresse + requete).status_code == 200


def test_supplier_does_not_take_the_name_of_another(lenoir: Payeur) -> None:
    autre = trouver_fournisseur(dossier=lenoir.dossier, nom="Moulins")
    adresse = reverse("facturation:fournisseur_client", args=[lenoir.dossier.pk, autre.pk])
    client = connecte(lenoir.dirigeant)
    reponse = client.post(adresse, {"nom": "aaro", "compte_charge": "607"})
    assert (reponse.status_code, "porte déjà ce nom" in reponse.content.decode()) == (422, True)
    assert client.post(adresse, {"nom": "Moulins", "compte_charge": "607"}).status_code == 302


@pytest.mark.parametrize("nature", ["facture", "avoir"])
def test_year_9999_is_said_and_a_credit_note_is_nothing_to_pay(lenoir: Payeur, nature: str) -> None:
    donnees = {
        "fournisseur": "AARO",
        "numero": "A1",
        "nature": nature,
        "date_emission": "9999-12-01",
        "montant_ttc": "100,00",
        "taux": "2000",
        "premiere_echeance": "9999-12-31",
        "nombre_echeances": "3",
    }
    client = connecte(lenoir.dirigeant)
    adresse = reverse("facturation:nouvelle_client", args=[lenoir.dossier.pk])
    reponse = client.post(adresse, donnees)
    assert (reponse.status_code, "invraisemblable" in reponse.content.decode()) == (422, True)
    client.post(adresse, donnees | {"date_emission": "2026-05-01", "premiere_echeance": "2026-05-02"})
    liste = reverse("facturation:accueil_client", args=[lenoir.dossier.pk])
    for situation in ("a_payer", "en_retard"):
        page = client.get(f"{liste}?situation={situation}").content.decode()
        assert (">A1</a>" in page) == (nature == "facture")
    assert Facture.objects.count() == 1


def test_pages_read_by_get_write_nothing(lenoir: Payeur) -> None:
    echeance, exercices = echeance_de(lenoir), Exercice.objects.count()
    lot = reverse("facturation:selection", args=[lenoir.dossier.pk]) + f"?e={echeance.pk}"
    page = connecte(lenoir.preparateur).get(lot).content.decode()
    assert "Vérifier les bénéficiaires" in page
    assert "•" in page or "0188" in page
    reponse = du_cabinet(lenoir).get(reverse("facturation:preparer", args=[lenoir.dossier.pk, echeance.pk]))
    assert reponse.status_code == 200
    assert not VerificationBeneficiaire.objects.exists()
    assert Exercice.objects.count() == exercices


def test_instalment_that_was_paid_and_came_back_is_said_before_it_is_paid_again(lenoir: Payeur) -> None:
    echeance = echeance_de(lenoir)
    virement = accepter(preparer(lenoir, echeance))
    deplacer_virement(virement, StatutVirement.REGLE, maintenant=MAINTENANT, execute_le=JOUR)
    marquer_retourne(virement=virement, motif="Compte clos", maintenant=MAINTENANT)
    assert "deja_retournee" in codes(lenoir, echeance)


def test_payment_declared_not_to_have_left_is_said_before_it_is_paid_again(lenoir: Payeur) -> None:
    echeance = echeance_de(lenoir)
    virement = accepter(preparer(lenoir, echeance))
    deplacer_virement(
        virement, StatutVirement.REJETE, maintenant=MAINTENANT, motif=f"Rien n’est parti, {VERIFIE} : absent"
    )
    assert "deja_declaree" in codes(lenoir, echeance)


def test_refusal_of_the_bank_leaves_no_such_alert(lenoir: Payeur) -> None:
    echeance = echeance_de(lenoir)
    virement = accepter(preparer(lenoir, echeance))
    deplacer_virement(virement, StatutVirement.REJETE, maintenant=MAINTENANT, motif="Solde insuffisant")
    assert not {code for code in codes(lenoir, echeance) if code.startswith("deja")}


def codes(lenoir: Payeur, echeance: Echeance) -> set[str]:
    alertes = examiner(echeance=echeance, compte=lenoir.compte, verification=None, maintenant=MAINTENANT)
    return {alerte.code for alerte in alertes}


def test_card_of_a_supplier_changes_with_its_line_of_audit(lenoir: Payeur) -> None:
    adresse = reverse("facturation:fournisseur_client", args=[lenoir.dossier.pk, lenoir.fournisseur.pk])
    donnees = {"nom": "AARO", "siren": "812345676", "compte_charge": "607"}
    client = connecte(lenoir.dirigeant)
    for _ in range(2):
        assert client.post(adresse, donnees).status_code == 302
    trace = EvenementAudit.objects.get(acte="fournisseur.modifier")
    assert (trace.avant, trace.apres) == ({"siren": ""}, {"siren": "812345676"})
    assert client.post(adresse, donnees | {"nom": "Autre", "siren": "1"}).status_code == 422
    lenoir.fournisseur.refresh_from_db()
    assert lenoir.fournisseur.nom == "AARO"


def test_each_attempt_on_an_instalment_has_its_own_key(lenoir: Payeur) -> None:
    echeance = echeance_de(lenoir)
    premier = preparer(lenoir, echeance)
    abandonner_ordre(ordre=premier, motif="essai", maintenant=MAINTENANT)
    second = preparer(lenoir, echeance)
    assert premier.cle != second.cle
    with pytest.raises(IntegrityError), transaction.atomic():
        Ordre.objects.filter(pk=second.pk).update(cle=premier.cle)
