"""The link over a socket: consent, SIREN, rotation of the tokens, revocation, and Qonto that is not there."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from gestion_acces.models import EvenementAudit
from gestion_acces.services.audit import SYSTEME
from qonto_link.api.errors import QontoError, Unauthorized
from qonto_link.enums import StatutConnexion
from qonto_link.errors import AutreOrganisation, AutreSociete, QontoInjoignable, ReconnexionNecessaire, RetourInvalide
from qonto_link.models import CompteQonto, Connexion, DemandeAssociation, Incident
from qonto_link.services import association, clients
from qonto_link.services.comptes import rafraichir_soldes
from qonto_link.services.connexion import client_pour
from qonto_link.services.dissociation import dissocier, revoquer, revoquer_en_attente
from tests.factories import UtilisateurFactory
from tests.qonto import LocalQonto
from tests.qonto_link.aides import consentir, dossier_lenoir, lier, revenir

pytestmark = pytest.mark.django_db
PERDU = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _propre(qonto: LocalQonto) -> Iterator[None]:
    yield
    qonto.reset()


def test_link_shows_the_accounts_and_ticks_the_main_one(qonto: LocalQonto) -> None:
    demande, connexion = revenir(qonto, dossier_lenoir())
    assert connexion is None
    assert demande.organisation["siren"] == "812345676"
    assert [compte["principal"] for compte in demande.organisation["comptes"]].count(True) == 1
    assert len(demande.organisation["comptes"]) == 2


def test_tokens_are_stored_encrypted_and_open_the_api(qonto: LocalQonto, django_assert_num_queries: Any) -> None:
    connexion = lier(qonto, dossier_lenoir())
    with connections["default"].cursor() as curseur:
        curseur.execute("SELECT access_token, refresh_token FROM qonto_link_connexion")
        assert not any("ory_" in jeton for jeton in curseur.fetchone())
    with client_pour(connexion) as client:
        assert client.organization().legal_number.startswith("812345676")


def test_company_with_another_siren_is_named_and_nothing_is_linked(qonto: LocalQonto) -> None:
    dossier = dossier_lenoir(siret="82345678500018", raison_sociale="ATELIER BERTIN")
    with pytest.raises(AutreSociete, match="MAISON LENOIR"):
        revenir(qonto, dossier)
    assert not Connexion.objects.exists()
    demande = DemandeAssociation.objects.get()
    assert demande.access_token == demande.refresh_token == ""
    assert demande.conclue_le is not None


def test_tokens_of_another_company_are_given_back_at_once(qonto: LocalQonto, monkeypatch: pytest.MonkeyPatch) -> None:
    vus: list[str] = []
    d_origine = association._verifier_societe

    def noter(demande: DemandeAssociation, organisation: Any) -> None:
        vus.append(demande.access_token)
        d_origine(demande, organisation)

    monkeypatch.setattr(association, "_verifier_societe", noter)
    with pytest.raises(AutreSociete):
        revenir(qonto, dossier_lenoir(siret="82345678500018"))
    assert qonto.session(token=vus[0]).get(f"{qonto.url}/v2/organization").status_code == 401


def test_code_used_twice_is_refused(qonto: LocalQonto) -> None:
    dossier, personne = dossier_lenoir(), UtilisateurFactory()
    retours = []
    for _ in range(2):
        adresse = association.depart(dossier=dossier, utilisateur=personne, maintenant=timezone.now())
        retours.append(consentir(qonto, adresse))
    appel: dict[str, Any] = {"utilisateur": personne, "erreur": "", "origine": SYSTEME, "maintenant": timezone.now()}
    association.retour(state=retours[0]["state"], code=retours[0]["code"], **appel)
    with pytest.raises(RetourInvalide):
        association.retour(state=retours[0]["state"], code=retours[0]["code"], **appel)
    # The code of one flow with the state of the other: the PKCE verifier does not fit.
    with pytest.raises(RetourInvalide):
        association.retour(state=retours[1]["state"], code=retours[0]["code"], **appel)


def test_expired_token_is_refreshed_once_saved_and_used(qonto: LocalQonto) -> None:
    connexion = lier(qonto, dossier_lenoir())
    avant = connexion.access_token, connexion.refresh_token
    Connexion.objects.update(access_expire_le=timezone.now() + timedelta(seconds=60))
    connexion.refresh_from_db()
    with client_pour(connexion) as client:
        client.organization()
    connexion.refresh_from_db()
    assert connexion.access_token != avant[0]
    assert connexion.refresh_token != avant[1]
    assert connexion.access_expire_le is not None
    assert connexion.access_expire_le > timezone.now() + timedelta(minutes=50)


def test_token_that_dies_between_two_pages_is_renewed_and_the_list_goes_on(qonto: LocalQonto) -> None:
    connexion = lier(qonto, dossier_lenoir())
    with client_pour(connexion) as client:
        client.organization()
        qonto.api("POST", "clock/advance", hours=2)
        assert client.organization().id == connexion.organisation_id
    connexion.refresh_from_db()
    assert connexion.statut == StatutConnexion.ACTIVE


@pytest.mark.django_db(transaction=True)
def test_two_workers_refresh_once(qonto: LocalQonto, monkeypatch: pytest.MonkeyPatch) -> None:
    connexion = lier(qonto, dossier_lenoir())
    Connexion.objects.update(access_expire_le=timezone.now() - timedelta(minutes=1))
    echanges: list[int] = []
    d_origine = clients.oauth_client

    def compter(**kwargs: Any) -> Any:
        echanges.append(1)
        return d_origine(**kwargs)

    monkeypatch.setattr(clients, "oauth_client", compter)
    barriere, erreurs = threading.Barrier(4), []

    def travailler() -> None:
        mienne = Connexion.objects.get(pk=connexion.pk)
        barriere.wait()
        try:
            with client_pour(mienne) as client:
                client.organization()
        except (QontoError, ReconnexionNecessaire) as erreur:
            erreurs.append(erreur)
        finally:
            connections.close_all()

    fils = [threading.Thread(target=travailler) for _ in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert not erreurs
    assert len(echanges) == 1


def test_consent_withdrawn_at_qonto_asks_for_a_new_one_and_says_so(qonto: LocalQonto) -> None:
    connexion = lier(qonto, dossier_lenoir())
    with clients.oauth_client() as oauth:
        oauth.revoke(connexion.refresh_token)
    with client_pour(connexion) as client, pytest.raises(ReconnexionNecessaire):
        client.organization()
    connexion.refresh_from_db()
    assert connexion.statut == StatutConnexion.RECONNEXION
    assert Incident.objects.get().classe == "consentement"
    with pytest.raises(ReconnexionNecessaire):
        client_pour(connexion)


def test_new_consent_restores_the_same_connection(qonto: LocalQonto) -> None:
    dossier = dossier_lenoir()
    connexion = lier(qonto, dossier)
    Connexion.objects.update(statut=StatutConnexion.RECONNEXION)
    assert lier(qonto, dossier).pk == connexion.pk
    connexion.refresh_from_db()
    assert connexion.est_active
    assert CompteQonto.objects.filter(lie=True).count() == 1
    assert not Incident.objects.ouverts().exists()


def test_new_consent_of_another_organization_changes_nothing(qonto: LocalQonto) -> None:
    dossier = dossier_lenoir()
    connexion = lier(qonto, dossier)
    Connexion.objects.update(statut=StatutConnexion.RECONNEXION, organisation_id="")
    with pytest.raises(AutreOrganisation):
        revenir(qonto, dossier)
    connexion.refresh_from_db()
    assert connexion.statut == StatutConnexion.RECONNEXION


def test_qonto_down_during_the_return_links_nothing_and_says_so(qonto: LocalQonto, settings: Any) -> None:
    dossier, personne = dossier_lenoir(), UtilisateurFactory()
    adresse = association.depart(dossier=dossier, utilisateur=personne, maintenant=timezone.now())
    retour = consentir(qonto, adresse)
    settings.QONTO_OAUTH_URL = PERDU
    with pytest.raises(QontoInjoignable):
        association.retour(
            state=retour["state"],
            utilisateur=personne,
            code=retour["code"],
            erreur="",
            origine=SYSTEME,
            maintenant=timezone.now(),
        )
    assert not Connexion.objects.exists()


def test_balances_are_read_again_and_a_failure_is_written(qonto: LocalQonto, settings: Any) -> None:
    connexion = lier(qonto, dossier_lenoir())
    CompteQonto.objects.update(solde_cents=None)
    assert rafraichir_soldes(connexion=connexion, maintenant=timezone.now())[0].solde_cents is not None
    settings.QONTO_API_URL = PERDU
    reglages = clients.reglages(reprises=0)
    with pytest.raises(QontoInjoignable):
        rafraichir_soldes(connexion=connexion, maintenant=timezone.now(), reglages=reglages)
    assert Incident.objects.get().classe == "injoignable"
    connexion.refresh_from_db()
    assert connexion.echecs_consecutifs == 1


def test_dissociation_cuts_revokes_and_wipes(qonto: LocalQonto) -> None:
    connexion = lier(qonto, dossier_lenoir())
    jeton = connexion.access_token
    coupee = dissocier(connexion=connexion, origine=SYSTEME, maintenant=timezone.now())
    assert revoquer(connexion=coupee, maintenant=timezone.now())
    coupee.refresh_from_db()
    assert coupee.statut == StatutConnexion.DISSOCIEE
    assert coupee.access_token == coupee.refresh_token == coupee.jeton_a_revoquer == ""
    assert not CompteQonto.objects.filter(lie=True).exists()
    assert CompteQonto.objects.exists()
    assert qonto.session(token=jeton).get(f"{qonto.url}/v2/organization").status_code == 401
    assert set(EvenementAudit.objects.values_list("acte", flat=True)) >= {"qonto.dissocier", "qonto.revoquer"}


def test_dissociation_with_qonto_down_cuts_at_once_and_the_revocation_follows(
    qonto: LocalQonto, settings: Any
) -> None:
    connexion = lier(qonto, dossier_lenoir())
    jeton, adresse = connexion.access_token, settings.QONTO_OAUTH_URL
    settings.QONTO_OAUTH_URL = PERDU
    coupee = dissocier(connexion=connexion, origine=SYSTEME, maintenant=timezone.now())
    assert not revoquer(connexion=coupee, maintenant=timezone.now())
    assert Connexion.objects.get().statut == StatutConnexion.DISSOCIEE
    assert revoquer_en_attente(maintenant=timezone.now()) == 0
    settings.QONTO_OAUTH_URL = adresse
    assert revoquer_en_attente(maintenant=timezone.now()) == 1
    assert Connexion.objects.get().jeton_a_revoquer == ""
    assert qonto.session(token=jeton).get(f"{qonto.url}/v2/organization").status_code == 401
    assert revoquer_en_attente(maintenant=timezone.now()) == 0


def test_revocation_is_given_up_when_the_token_died_by_itself(qonto: LocalQonto, settings: Any) -> None:
    connexion = lier(qonto, dossier_lenoir())
    settings.QONTO_OAUTH_URL = PERDU
    coupee = dissocier(connexion=connexion, origine=SYSTEME, maintenant=timezone.now())
    assert revoquer(connexion=coupee, maintenant=timezone.now() + timedelta(days=91))
    assert Connexion.objects.get().jeton_a_revoquer == ""


def test_linking_again_finds_the_accounts_where_they_were(qonto: LocalQonto) -> None:
    dossier = dossier_lenoir()
    premiere = lier(qonto, dossier)
    comptes = set(CompteQonto.objects.values_list("pk", flat=True))
    dissocier(connexion=premiere, origine=SYSTEME, maintenant=timezone.now())
    seconde = lier(qonto, dossier)
    assert seconde.pk != premiere.pk
    assert set(CompteQonto.objects.values_list("pk", flat=True)) == comptes
    assert set(CompteQonto.objects.values_list("connexion_id", flat=True)) == {seconde.pk}


def test_demand_whose_accounts_nobody_chose_is_given_back(qonto: LocalQonto) -> None:
    demande, _ = revenir(qonto, dossier_lenoir())
    jeton = demande.access_token
    assert association.balayer_demandes(maintenant=timezone.now()) == 0
    assert association.balayer_demandes(maintenant=timezone.now() + timedelta(hours=1)) == 1
    assert qonto.session(token=jeton).get(f"{qonto.url}/v2/organization").status_code == 401


def test_refused_scope_is_an_error_of_rights_not_of_credentials(qonto: LocalQonto) -> None:
    connexion = lier(qonto, dossier_lenoir())
    with client_pour(connexion) as client, pytest.raises(QontoError) as refus:
        client.cancel_transfer("11111111-1111-4111-8111-111111111111")
    assert not isinstance(refus.value, Unauthorized)
    connexion.refresh_from_db()
    assert connexion.est_active
