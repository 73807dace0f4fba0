"""The page that closes a doubt: who may, what she sees, and what becomes of the instalment and of the books."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from facturation.models import Echeance, Reglement
from facturation.services.ecritures import ecriture_du_virement
from facturation.services.paiement import Saisie, preparer_paiement
from gestion_acces.models import EvenementAudit
from qonto_link.virements.models import Ordre
from qonto_link.virements.services.balayage import suivre
from qonto_link.virements.services.etats import deplacer_ordre
from tests.facturation.factories import IBAN_AARO, MAINTENANT, Payeur, payeur
from tests.facturation.reseau import client as client_qonto
from tests.facturation.reseau import verser, verser_lot
from tests.facturation.test_paiement import JOUR, preparer
from tests.facturation.test_vues import connecte
from tests.qonto import LocalQonto

pytestmark = pytest.mark.django_db


@pytest.fixture
def banque(qonto: LocalQonto) -> Any:
    qonto.reset()
    with client_qonto(qonto.url, qonto.identifiants["access_token"], qonto.identifiants["staging_token"]) as banque:
        yield banque


@pytest.fixture
def lenoir(banque: Any, qonto: LocalQonto) -> Payeur:
    compte = next(compte for compte in banque.organization().bank_accounts if compte.main)
    return payeur(external_id=compte.id, jeton=qonto.identifiants["access_token"])


@pytest.fixture
def perdu(lenoir: Payeur, banque: Any) -> Ordre:
    """A payment whose answer was lost 40 minutes ago; a transfer of the same amount was made in Qonto meanwhile."""
    ordre = preparer(lenoir, lenoir.facture("FS9289482", 18999).echeances.get())
    depart = timezone.now() - timedelta(minutes=40)
    champs = {"corps": "{}", "premier_envoi": depart, "dernier_envoi": depart, "methode_sca": "mock"}
    deplacer_ordre(ordre, "soumission", maintenant=depart, **champs)
    deplacer_ordre(ordre, "doute", maintenant=depart)
    verser(banque, lenoir.compte.external_id, IBAN_AARO, 18999, "Acompte farine")
    suivre(ordre_id=ordre.pk, maintenant=timezone.now())
    ordre.refresh_from_db()
    assert ordre.statut == "doute"
    return ordre


def adresse(lenoir: Payeur, ordre: Ordre, page: str = "ordre_doute") -> str:
    return reverse(f"facturation:{page}", args=[lenoir.dossier.pk, ordre.pk])


def vu(lenoir: Payeur, ordre: Ordre) -> str:
    page = connecte(lenoir.dirigeant).get(adresse(lenoir, ordre))
    assert page.status_code == 200
    texte = page.content.decode()
    assert "Acompte farine" in texte
    return str(page.context["lignes"][0].id)


def test_panel_leads_whoever_may_pay_to_the_decision(lenoir: Payeur, perdu: Ordre) -> None:
    for qui, mene in ((lenoir.dirigeant, True), (lenoir.preparateur, False)):
        panneau = connecte(qui).get(adresse(lenoir, perdu, "ordre_client")).content.decode()
        assert (adresse(lenoir, perdu) in panneau) == mene
        assert "ressemble à ce paiement" in panneau


def test_attached_transfer_pays_the_instalment_and_is_booked(lenoir: Payeur, perdu: Ordre) -> None:
    sosie = vu(lenoir, perdu)
    donnees = {"vu": sosie, "r-sosie": sosie, "r-motif": "Saisi à la main dans Qonto"}
    client = connecte(lenoir.dirigeant)
    for _ in range(2):
        assert client.post(adresse(lenoir, perdu, "ordre_rattacher"), donnees).status_code == 302
    suivre(ordre_id=perdu.pk, maintenant=timezone.now())
    virement = perdu.virements.get()
    assert virement.transfer_id == sosie
    assert Reglement.objects.get().vivant
    ecriture = ecriture_du_virement(virement)
    assert ecriture is not None
    assert ecriture.total_debit_cents == 18999
    trace = EvenementAudit.objects.get(acte="paiement.rattacher")
    assert trace.acteur_email == lenoir.dirigeant.email


def test_nothing_left_lets_the_instalment_be_paid_again(lenoir: Payeur, perdu: Ordre) -> None:
    sosie, client = vu(lenoir, perdu), connecte(lenoir.dirigeant)
    donnees = {"vu": sosie, "n-motif": "C’est l’acompte d’une autre facture", "n-verifie": "on"}
    for _ in range(2):
        assert client.post(adresse(lenoir, perdu, "ordre_rien_parti"), donnees).status_code == 302
    assert not Reglement.objects.get().vivant
    assert EvenementAudit.objects.filter(acte="paiement.rien_parti").count() == 1
    echeance = Reglement.objects.get().echeance
    preparer(lenoir, echeance, motif="vu", date=JOUR)
    assert Reglement.objects.filter(vivant=True).count() == 1


@pytest.mark.parametrize(
    ("page", "donnees", "texte"),
    [
        ("ordre_rattacher", {"r-motif": "vu"}, "Choisissez le virement."),
        ("ordre_rattacher", {"r-sosie": "inventé", "vu": "inventé", "r-motif": "vu"}, "a changé depuis l’affichage"),
        ("ordre_rien_parti", {"n-motif": "vu"}, "Vérifiez d’abord dans Qonto"),
        ("ordre_rien_parti", {"n-verifie": "on"}, "obligatoire"),
        ("ordre_rien_parti", {"n-verifie": "on", "n-motif": "vu", "vu": "un autre"}, "a changé depuis l’affichage"),
    ],
)
def test_hasty_or_forged_decision_is_shown_again(
    lenoir: Payeur, perdu: Ordre, page: str, donnees: dict[str, str], texte: str
) -> None:
    reponse = connecte(lenoir.dirigeant).post(adresse(lenoir, perdu, page), donnees)
    assert reponse.status_code == 422
    assert texte in reponse.content.decode()
    assert Ordre.objects.get(pk=perdu.pk).statut == "doute"


@pytest.mark.parametrize("page", ["ordre_rattacher", "ordre_rien_parti"])
def test_who_only_prepares_decides_nothing(lenoir: Payeur, perdu: Ordre, page: str) -> None:
    sosie = vu(lenoir, perdu)
    donnees = {"vu": sosie, "r-sosie": sosie, "r-motif": "vu", "n-motif": "vu", "n-verifie": "on"}
    assert connecte(lenoir.preparateur).post(adresse(lenoir, perdu, page), donnees).status_code == 403
    assert Ordre.objects.get(pk=perdu.pk).statut == "doute"


def test_page_of_an_order_that_needs_no_decision_leads_back_to_its_panel(lenoir: Payeur) -> None:
    ordre = preparer(lenoir, lenoir.facture("F1", 5000).echeances.get())
    reponse = connecte(lenoir.dirigeant).get(adresse(lenoir, ordre))
    assert reponse.status_code == 302
    assert reponse["Location"] == adresse(lenoir, ordre, "ordre_client")


def test_mute_qonto_decides_nothing(lenoir: Payeur, perdu: Ordre, qonto: LocalQonto) -> None:
    sosie = vu(lenoir, perdu)
    qonto.api("POST", "faults", kind="status", status=503, path="/v2/sepa/transfers", times=5)
    donnees = {"vu": sosie, "n-motif": "vu", "n-verifie": "on"}
    connecte(lenoir.dirigeant).post(adresse(lenoir, perdu, "ordre_rien_parti"), donnees)
    assert Ordre.objects.get(pk=perdu.pk).statut == "doute"


# --- A bulk that stays mute ---------------------------------------------------------------------------------------


@pytest.fixture
def lot(lenoir: Payeur, banque: Any) -> Ordre:
    """Two payments sent as a bulk the day before yesterday, which Qonto took and never showed."""
    lignes = [lenoir.facture(numero, cents).echeances.get() for numero, cents in (("M1", 5000), ("M2", 7000))]
    ordre = preparer_lot(lenoir, lignes)
    depart = timezone.now() - timedelta(days=2)
    champs = {"corps": "{}", "premier_envoi": depart, "dernier_envoi": depart, "methode_sca": "mock"}
    deplacer_ordre(ordre, "soumission", maintenant=depart, **champs)
    deplacer_ordre(ordre, "accepte", maintenant=depart, bulk_id=str(uuid4()))
    suivre(ordre_id=ordre.pk, maintenant=timezone.now() - timedelta(minutes=11))
    ordre.refresh_from_db()
    return ordre


def preparer_lot(lenoir: Payeur, echeances: list[Echeance]) -> Ordre:
    return preparer_paiement(
        dossier=lenoir.dossier,
        compte=lenoir.compte,
        saisies=[Saisie(echeance, echeance.facture.numero, "", JOUR) for echeance in echeances],
        alertes={},
        par=lenoir.dirigeant,
        a_approuver=False,
        maintenant=MAINTENANT,
        jeton_vop="jeton",
    )


def test_mute_bulk_leads_whoever_may_pay_to_the_decision(lenoir: Payeur, lot: Ordre) -> None:
    for qui, mene in ((lenoir.dirigeant, True), (lenoir.preparateur, False)):
        panneau = connecte(qui).get(adresse(lenoir, lot, "ordre_client")).content.decode()
        assert (adresse(lenoir, lot) in panneau) == mene
        assert "Qonto ne montre toujours pas" in panneau
    page = connecte(lenoir.dirigeant).get(adresse(lenoir, lot)).content.decode()
    assert "Rouvrir les échéances" in page
    assert "Détacher" not in page


def test_payments_that_qonto_never_shows_can_be_paid_again(lenoir: Payeur, lot: Ordre) -> None:
    client, donnees = connecte(lenoir.dirigeant), {"p-motif": "Absents de Qonto", "p-verifie": "on"}
    for _ in range(2):
        assert client.post(adresse(lenoir, lot, "ordre_lignes_perdues"), donnees).status_code == 302
    assert not Reglement.objects.filter(vivant=True).exists()
    assert EvenementAudit.objects.filter(acte="paiement.lignes_perdues").count() == 1
    preparer_lot(lenoir, list(Echeance.objects.all()))
    assert Reglement.objects.filter(vivant=True).count() == 2


def test_look_alike_of_a_mute_bulk_is_ruled_out_by_name(lenoir: Payeur, lot: Ordre, banque: Any) -> None:
    depart = timezone.now() - timedelta(days=2)
    Ordre.objects.filter(pk=lot.pk).update(dernier_envoi=depart)
    sosie = verser(banque, lenoir.compte.external_id, IBAN_AARO, 5000, "Acompte farine")
    client = connecte(lenoir.dirigeant)
    assert "Acompte farine" in client.get(adresse(lenoir, lot)).content.decode()
    donnees = {"p-motif": "vu", "p-verifie": "on"}
    page = adresse(lenoir, lot, "ordre_lignes_perdues")
    assert client.post(page, donnees).status_code == 422
    assert client.post(page, donnees | {"vu": sosie}).status_code == 302
    assert not Reglement.objects.filter(vivant=True).exists()


def test_very_payment_found_at_qonto_is_attached_and_the_rest_stays_to_decide(
    lenoir: Payeur, lot: Ordre, banque: Any
) -> None:
    verser(banque, lenoir.compte.external_id, IBAN_AARO, 5000, "M1")
    page = connecte(lenoir.dirigeant).get(adresse(lenoir, lot)).content.decode()
    assert "« M2 »" in page.replace("\u00a0", " ")
    assert "« M1 »" not in page.replace("\u00a0", " ")
    assert ecriture_du_virement(lot.virements.get(rang=1)) is not None


@pytest.mark.parametrize("donnees", [{"p-motif": "vu"}, {"p-verifie": "on"}])
def test_hasty_decision_about_a_bulk_is_shown_again(lenoir: Payeur, lot: Ordre, donnees: dict[str, str]) -> None:
    reponse = connecte(lenoir.dirigeant).post(adresse(lenoir, lot, "ordre_lignes_perdues"), donnees)
    assert reponse.status_code == 422
    assert Reglement.objects.filter(vivant=True).count() == 2


@pytest.mark.parametrize("page", ["ordre_lignes_perdues", "ordre_detacher"])
def test_who_only_prepares_decides_nothing_of_a_bulk(lenoir: Payeur, lot: Ordre, page: str) -> None:
    donnees = {"p-motif": "vu", "p-verifie": "on", "d-motif": "vu"}
    assert connecte(lenoir.preparateur).post(adresse(lenoir, lot, page), donnees).status_code == 403
    assert Reglement.objects.filter(vivant=True).count() == 2


def test_bulk_attached_by_mistake_is_detached_from_its_page(
    lenoir: Payeur, lot: Ordre, banque: Any, qonto: LocalQonto
) -> None:
    qonto.api("PATCH", "options", mute_bulks="lost")
    etranger = verser_lot(banque, lenoir.compte.external_id, IBAN_AARO, 2)
    Ordre.objects.filter(pk=lot.pk).update(bulk_id=etranger, rattache_par_main=True)
    client = connecte(lenoir.dirigeant)
    assert "Détacher cet envoi" in client.get(adresse(lenoir, lot)).content.decode()
    assert client.post(adresse(lenoir, lot, "ordre_detacher"), {"d-motif": ""}).status_code == 422
    assert client.post(adresse(lenoir, lot, "ordre_detacher"), {"d-motif": "La paie"}).status_code == 302
    lot.refresh_from_db()
    assert (lot.statut, lot.bulk_id) == ("doute", "")
    page = client.get(adresse(lenoir, lot))
    assert page.context["lignes"][0].id == etranger
    donnees = {"vu": etranger, "n-motif": "La paie", "n-verifie": "on"}
    assert client.post(adresse(lenoir, lot, "ordre_rien_parti"), donnees).status_code == 302
    assert not Reglement.objects.filter(vivant=True).exists()
