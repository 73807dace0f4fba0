"""A red alert needs a reason and a second person (B3): whoever prepares the payment never sends it alone."""

from typing import Any

import pytest
from django.urls import reverse

from facturation.approbation import empreinte, reprendre_motif
from facturation.errors import SecondRegardManquant
from facturation.models import Echeance
from facturation.saisie import Auteur
from facturation.services.bouclier import examiner
from facturation.services.fournisseurs import changer_iban
from gestion_acces.models import EvenementAudit, MembreDossier, Utilisateur
from gestion_acces.services.audit import SYSTEME
from qonto_link.models import Connexion
from qonto_link.virements.errors import SecondePersonneRequise
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.etats import deplacer_virement
from qonto_link.virements.services.preparation import approuver_ordre, exiger_seconde_personne
from tests.factories import AccesServiceFactory, MembreDossierFactory
from tests.facturation.factories import MAINTENANT, Payeur, payeur
from tests.facturation.test_paiement import AUTRE_IBAN, JOUR, accepter, preparer
from tests.facturation.test_vues import connecte
from tests.qonto import LocalQonto

pytestmark = pytest.mark.django_db


@pytest.fixture
def lenoir() -> Payeur:
    """The IBAN of AARO changed since the last payment to him."""
    lenoir = payeur()
    virement = accepter(preparer(lenoir, lenoir.facture("F0", 5000).echeances.get()))
    deplacer_virement(virement, "regle", maintenant=MAINTENANT, execute_le=JOUR)
    changer_iban(fournisseur=lenoir.fournisseur, iban=AUTRE_IBAN, par=None, maintenant=MAINTENANT)
    return lenoir


@pytest.fixture
def autre(lenoir: Payeur) -> Utilisateur:
    """Another person who may pay."""
    membre: MembreDossier = MembreDossierFactory(dossier=lenoir.dossier, role="utilisateur")
    for service in lenoir.dossier.services.all():
        AccesServiceFactory(membre=membre, service_dossier=service, niveau="payer")
    return membre.utilisateur


def rouge(lenoir: Payeur, numero: str = "F1", **champs: Any) -> Ordre:
    lenoir.facture(numero, 6000)
    echeance = Echeance.objects.select_related("facture__fournisseur").get(facture__numero=numero)
    return preparer(lenoir, echeance, **{"motif": "Confirmé au téléphone", **champs})


def panneau(lenoir: Payeur, ordre: Ordre, qui: Utilisateur) -> str:
    adresse = reverse("facturation:ordre_client", args=[lenoir.dossier.pk, ordre.pk])
    return connecte(qui).get(adresse).content.decode()


def approuver(lenoir: Payeur, ordre: Ordre, qui: Utilisateur) -> Any:
    adresse = reverse("facturation:ordre_approuver", args=[lenoir.dossier.pk, ordre.pk])
    return connecte(qui).post(adresse, {"vu": empreinte(ordre), "methode": "mock"})


def test_changed_iban_is_red_and_waits_for_a_second_person(lenoir: Payeur) -> None:
    with pytest.raises(SecondRegardManquant):
        rouge(lenoir, "F1", motif="")
    ordre = rouge(lenoir, "F2")
    assert (ordre.statut, ordre.second_regard) == ("a_approuver", True)
    assert ordre.virements.get().statut == "a_approuver"


def test_who_prepared_it_never_approves_it(lenoir: Payeur, autre: Utilisateur) -> None:
    ordre = rouge(lenoir)
    with pytest.raises(SecondePersonneRequise):
        approuver_ordre(ordre=ordre, par=lenoir.dirigeant, maintenant=MAINTENANT)
    approuver_ordre(ordre=ordre, par=autre, maintenant=MAINTENANT)
    assert (ordre.statut, ordre.approuve_par) == ("pret", autre)


def test_panel_says_who_may_approve_and_offers_it_to_him_only(lenoir: Payeur, autre: Utilisateur) -> None:
    ordre = rouge(lenoir)
    mien, sien = panneau(lenoir, ordre, lenoir.dirigeant), panneau(lenoir, ordre, autre)
    assert "Approuver et payer" not in mien
    assert autre.nom_complet in mien
    assert "Approuver et payer" in sien


def test_who_is_alone_is_told_the_way(lenoir: Payeur) -> None:
    assert "demandez à votre cabinet de le préparer" in panneau(lenoir, rouge(lenoir), lenoir.dirigeant)


def test_forged_approval_by_the_preparer_sends_nothing(lenoir: Payeur, qonto: LocalQonto) -> None:
    Connexion.objects.update(access_token=qonto.identifiants["access_token"])
    ordre = rouge(lenoir)
    approuver(lenoir, ordre, lenoir.dirigeant)  # the proof is too old: verified again, and shown
    reponse = approuver(lenoir, ordre, lenoir.dirigeant)
    assert reponse.status_code == 422
    assert "une autre personne que celle qui l’a préparé" in reponse.content.decode()
    assert Ordre.objects.get(pk=ordre.pk).statut == "a_approuver"


def test_preparation_of_the_firm_is_approved_by_the_payer(lenoir: Payeur) -> None:
    ordre = rouge(lenoir)
    Ordre.objects.filter(pk=ordre.pk).update(cree_par=MembreDossierFactory(dossier=lenoir.dossier).utilisateur)
    ordre.refresh_from_db()
    approuver_ordre(ordre=ordre, par=lenoir.dirigeant, maintenant=MAINTENANT)
    assert ordre.statut == "pret"


def test_ready_order_that_turned_red_goes_back_for_approval(lenoir: Payeur, autre: Utilisateur) -> None:
    ordre = rouge(lenoir)
    Ordre.objects.filter(pk=ordre.pk).update(second_regard=False, statut="pret")
    Virement.objects.filter(ordre=ordre).update(statut="en_preparation")
    ordre.refresh_from_db()
    reprendre_motif(ordre, "vu", Auteur(lenoir.dirigeant, SYSTEME, MAINTENANT))
    assert (ordre.statut, ordre.second_regard) == ("a_approuver", True)
    assert EvenementAudit.objects.filter(acte="paiement.seconde_personne").count() == 1
    with pytest.raises(SecondePersonneRequise):
        approuver_ordre(ordre=ordre, par=lenoir.dirigeant, maintenant=MAINTENANT)


def test_red_order_that_two_people_saw_stays_ready(lenoir: Payeur, autre: Utilisateur) -> None:
    ordre = approuver_ordre(ordre=rouge(lenoir), par=autre, maintenant=MAINTENANT)
    Ordre.objects.filter(pk=ordre.pk).update(second_regard=False)
    ordre.refresh_from_db()
    exiger_seconde_personne(ordre, maintenant=MAINTENANT)
    assert (ordre.statut, ordre.approuve_par) == ("pret", autre)


def test_window_of_a_red_payment_offers_the_approval_only(lenoir: Payeur) -> None:
    lenoir.facture("F9", 6000)
    echeance = Echeance.objects.select_related("facture__fournisseur", "dossier").get(facture__numero="F9")
    alertes = examiner(echeance=echeance, compte=lenoir.compte, verification=None, maintenant=MAINTENANT)
    assert [alerte.code for alerte in alertes if alerte.gravite == "rouge"] == ["iban_change"]
    adresse = reverse("facturation:payer_verification", args=[lenoir.dossier.pk, echeance.pk])
    page = connecte(lenoir.dirigeant).post(adresse, {"compte": lenoir.compte.pk}).content.decode()
    assert "Une alerte rouge demande deux personnes" in page
    assert ">Valider<" not in page
    assert "Préparer pour approbation" in page
