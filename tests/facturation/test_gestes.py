"""What people do on the panel of a payment, against the local Qonto: approve, cancel, authenticate otherwise, ask."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from facturation.models import Reglement
from facturation.services.emission import emettre_ordre
from facturation.services.paiement import Saisie, preparer_paiement
from facturation.views.client_paiements import VERIFICATION_CHANGEE
from gestion_acces.models import EvenementAudit
from portal.lib.affichage import jour_de_paris
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.envoi import suivre_authentification
from qonto_link.virements.services.etats import deplacer_ordre
from qonto_link.virements.services.verification import verifier_beneficiaire
from tests.facturation.factories import IBAN_AARO, Payeur, payeur
from tests.facturation.reseau import client as client_qonto
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


def preparer(lenoir: Payeur, banque: Any, *, jours: int = 0, a_approuver: bool = False) -> Ordre:
    maintenant = timezone.now()
    verification = verifier_beneficiaire(
        dossier=lenoir.dossier, iban=IBAN_AARO, nom="AARO", client=banque, par=None, maintenant=maintenant
    )
    echeance = lenoir.facture("FS9289482", 18999).echeances.get()
    jour = jour_de_paris(maintenant) + timedelta(days=jours)
    saisie = Saisie(echeance, "FS9289482", "", jour, verification, "vu")
    return preparer_paiement(
        dossier=lenoir.dossier,
        compte=lenoir.compte,
        saisies=[saisie],
        alertes={},
        par=lenoir.preparateur,
        a_approuver=a_approuver,
        maintenant=maintenant,
    )


def envoyer(ordre: Ordre, banque: Any) -> Ordre:
    return emettre_ordre(ordre=ordre, client=banque, methode="mock", maintenant=timezone.now())


def adresse(lenoir: Payeur, page: str, cible: Any) -> str:
    return reverse(f"facturation:{page}", args=[lenoir.dossier.pk, cible.pk])


def dits(reponse: Any) -> list[str]:
    return [str(message) for message in get_messages(reponse.wsgi_request)]


def test_approval_is_of_the_verification_that_was_shown(lenoir: Payeur, banque: Any) -> None:
    ordre = preparer(lenoir, banque, a_approuver=True)
    client = connecte(lenoir.dirigeant)
    vu = client.get(adresse(lenoir, "ordre_client", ordre)).context["empreinte"]
    # Meanwhile the bank of the payee says something else.
    autre = verifier_beneficiaire(
        dossier=lenoir.dossier, iban=IBAN_AARO, nom="AARO No Match", client=banque, par=None, maintenant=timezone.now()
    )
    Virement.objects.update(verification=autre)
    for perime in (vu, "", "inventé"):
        reponse = client.post(adresse(lenoir, "ordre_approuver", ordre), {"vu": perime, "methode": "mock"})
        assert reponse.status_code == 422
        assert VERIFICATION_CHANGEE in reponse.content.decode()
    assert Ordre.objects.get(pk=ordre.pk).statut == "a_approuver"
    actuel = client.get(adresse(lenoir, "ordre_client", ordre)).context["empreinte"]
    assert actuel != vu
    reponse = client.post(adresse(lenoir, "ordre_approuver", ordre), {"vu": actuel, "methode": "mock"})
    assert reponse.status_code == 302
    assert Ordre.objects.get(pk=ordre.pk).statut == "attente_sca"


def test_scheduled_transfer_is_cancelled_and_says_so_once(lenoir: Payeur, banque: Any) -> None:
    ordre = envoyer(preparer(lenoir, banque, jours=5), banque)
    banque.decide_mocked_sca(ordre.jeton_sca, allow=True)
    suivre_authentification(ordre=ordre, client=banque, maintenant=timezone.now())
    virement = ordre.virements.get()
    assert virement.statut == "programme"
    client = connecte(lenoir.dirigeant)
    premiere = client.post(adresse(lenoir, "virement_annuler", virement))
    assert dits(premiere) == ["Le virement est annulé, l’échéance est à nouveau ouverte."]
    assert not Reglement.objects.get().vivant
    panneau = client.get(premiere["Location"]).content.decode()
    assert "Le virement a été annulé." in panneau
    assert "Payer à nouveau" in panneau
    client.post(adresse(lenoir, "virement_annuler", virement))
    assert Virement.objects.get().statut == "annule"
    assert EvenementAudit.objects.filter(acte="paiement.annule").count() == 1


def test_transfer_under_way_is_not_cancelled_and_says_why(lenoir: Payeur, banque: Any, qonto: LocalQonto) -> None:
    ordre = envoyer(preparer(lenoir, banque, jours=5), banque)
    banque.decide_mocked_sca(ordre.jeton_sca, allow=True)
    suivre_authentification(ordre=ordre, client=banque, maintenant=timezone.now())
    qonto.api("POST", "clock/advance", hours=24 * 9)
    reponse = connecte(lenoir.dirigeant).post(adresse(lenoir, "virement_annuler", ordre.virements.get()))
    assert dits(reponse) == ["Ce virement ne peut plus être annulé : Qonto l’exécute déjà."]
    assert Reglement.objects.get().vivant


def test_other_authentication_names_who_asked_for_it(lenoir: Payeur, banque: Any) -> None:
    ordre = envoyer(preparer(lenoir, banque), banque)
    connecte(lenoir.dirigeant).post(adresse(lenoir, "ordre_methode", ordre), {"methode": "passkey"})
    trace = EvenementAudit.objects.get(acte="paiement.methode")
    assert (trace.acteur_email, trace.apres, trace.objet) == (
        lenoir.dirigeant.email,
        {"methode": "passkey"},
        str(ordre.pk),
    )
    connecte(lenoir.dirigeant).post(adresse(lenoir, "ordre_methode", ordre), {"methode": "pigeon"})
    assert EvenementAudit.objects.filter(acte="paiement.methode").count() == 1


def test_asking_again_names_who_asked(lenoir: Payeur, banque: Any) -> None:
    ordre = preparer(lenoir, banque)
    depart = timezone.now() - timedelta(minutes=10)
    champs = {"corps": "{}", "premier_envoi": depart, "dernier_envoi": depart, "methode_sca": "mock"}
    deplacer_ordre(ordre, "soumission", maintenant=depart, **champs)
    connecte(lenoir.dirigeant).post(adresse(lenoir, "ordre_relancer", ordre))
    trace = EvenementAudit.objects.get(acte="paiement.verifier")
    assert (trace.acteur_email, trace.objet) == (lenoir.dirigeant.email, str(ordre.pk))
    assert connecte(lenoir.preparateur).post(adresse(lenoir, "ordre_relancer", ordre)).status_code == 403
    assert EvenementAudit.objects.filter(acte="paiement.verifier").count() == 1


def test_panel_that_has_nothing_new_leaves_the_page_alone(lenoir: Payeur, banque: Any, qonto: LocalQonto) -> None:
    ordre = envoyer(preparer(lenoir, banque), banque)
    client, htmx = connecte(lenoir.dirigeant), {"HX-Request": "true"}
    etat = client.get(adresse(lenoir, "ordre_client", ordre)).context["etat"]
    suivre = adresse(lenoir, "ordre_suivre", ordre)
    assert client.post(suivre, {"etat": etat}, headers=htmx).status_code == 204
    assert client.post(suivre, {}, headers=htmx).status_code == 200
    deplacer_ordre(ordre, "abandonne", maintenant=timezone.now())
    assert client.post(suivre, {"etat": etat}, headers=htmx).status_code == 200
