"""The pages of the link: each state of the tile says what it is and what can be done; lists do not cost more."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from qonto_link import pendants
from qonto_link.enums import StatutConnexion
from qonto_link.models import Connexion, Incident
from qonto_link.services.relances import prevenir_les_reconnexions
from tests.factories import (
    AccesServiceFactory,
    DossierFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    PortefeuilleFactory,
    ServiceDossierFactory,
)
from tests.qonto_link.factories import CompteQontoFactory, ConnexionFactory, DemandeFactory, IncidentFactory

pytestmark = pytest.mark.django_db
CUTE = {"statut": StatutConnexion.DISSOCIEE, "access_token": "", "refresh_token": ""}


@pytest.fixture
def alice(client: Client) -> Any:
    """The dirigeante, signed in, with the tile."""
    membre = MembreDossierFactory()
    AccesServiceFactory(membre=membre, service_dossier=ServiceDossierFactory(dossier=membre.dossier))
    client.force_login(membre.utilisateur)
    return membre


def page(client: Client, nom: str, *args: Any) -> str:
    reponse = client.get(reverse(f"qonto_link:{nom}", args=args))
    assert reponse.status_code == 200
    return reponse.content.decode()


def test_tile_before_anything_proposes_to_link(alice: Any, client: Client) -> None:
    contenu = page(client, "applications", alice.dossier.pk)
    assert "Démarrer l’adhésion" in contenu
    assert "Associer un compte existant" in contenu


def test_tile_once_linked_shows_the_balance_and_the_acts(alice: Any, client: Client) -> None:
    compte = CompteQontoFactory(dossier=alice.dossier)
    contenu = page(client, "applications", alice.dossier.pk)
    assert "Connecté" in contenu
    assert "1\u202f234,56\u00a0€" in contenu
    assert "Ouvrir Qonto" in contenu
    assert compte.connexion.organisation_slug in contenu
    assert "ory_" not in contenu


def test_tile_without_the_service_is_not_there(client: Client) -> None:
    membre = MembreDossierFactory()
    client.force_login(membre.utilisateur)
    contenu = page(client, "applications", membre.dossier.pk)
    assert "tuile-qonto" not in contenu
    assert "Aucune application" in contenu


def test_simple_user_sees_the_state_without_the_acts_of_the_dirigeant(alice: Any, client: Client) -> None:
    ConnexionFactory(dossier=alice.dossier, statut=StatutConnexion.RECONNEXION)
    karim = MembreDossierFactory(dossier=alice.dossier, role="utilisateur")
    AccesServiceFactory(membre=karim, service_dossier=alice.dossier.services.get(), niveau="consulter")
    assert "Se reconnecter à Qonto" in page(client, "applications", alice.dossier.pk)
    client.force_login(karim.utilisateur)
    contenu = page(client, "applications", alice.dossier.pk)
    assert "Reconnexion nécessaire" in contenu
    assert "Se reconnecter à Qonto" not in contenu


def test_service_switched_on_since_the_consent_is_proposed(alice: Any, client: Client) -> None:
    CompteQontoFactory(dossier=alice.dossier)
    Connexion.objects.update(scopes="offline_access organization.read")
    assert "Élargir l’accès" in page(client, "applications", alice.dossier.pk)


def test_account_page_needs_a_link(alice: Any, client: Client) -> None:
    assert client.get(reverse("qonto_link:compte", args=[alice.dossier.pk])).status_code == 302
    CompteQontoFactory(dossier=alice.dossier)
    assert "Compte principal" in page(client, "compte", alice.dossier.pk)


def test_choice_page_ticks_the_main_account_and_keeps_an_error_on_the_page(alice: Any, client: Client) -> None:
    demande = DemandeFactory(dossier=alice.dossier, utilisateur=alice.utilisateur)
    adresse = reverse("qonto_link:choisir_comptes", args=[alice.dossier.pk, demande.pk])
    assert client.get(adresse).content.decode().count("checked") == 1
    assert client.post(adresse, {}).status_code == 422
    choisi = demande.organisation["comptes"][0]["id"]
    assert client.post(adresse, {"comptes": [choisi]}).status_code == 302
    assert client.get(adresse).status_code == 410


def test_choice_of_another_person_does_not_exist(alice: Any, client: Client) -> None:
    demande = DemandeFactory(dossier=alice.dossier)
    assert client.get(reverse("qonto_link:choisir_comptes", args=[alice.dossier.pk, demande.pk])).status_code == 410


def test_return_that_is_forged_says_so_and_links_nothing(alice: Any, client: Client) -> None:
    reponse = client.get(reverse("qonto_link:retour"), {"state": "forge", "code": "c"})
    assert reponse.status_code == 422
    assert "n’est pas valable" in reponse.content.decode()
    assert not Connexion.objects.exists()


def test_dissociation_names_what_is_pending_and_wants_a_confirmation(
    alice: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    CompteQontoFactory(dossier=alice.dossier)
    monkeypatch.setattr(
        pendants, "_fournisseurs", [lambda _: [pendants.Pendant("3 virements programmés", "restent chez Qonto")]]
    )
    assert "3 virements programmés" in page(client, "dissocier", alice.dossier.pk)
    assert client.post(reverse("qonto_link:dissocier", args=[alice.dossier.pk]), {}).status_code == 422
    assert Connexion.objects.get().est_active


def test_cabinet_sees_the_same_state_with_cause_and_remedy(client: Client) -> None:
    ligne = PortefeuilleFactory()
    client.force_login(ligne.membre.utilisateur)
    ServiceDossierFactory(dossier=ligne.dossier)
    assert "n’a encore ni ouvert ni associé" in page(client, "dossier", ligne.dossier.pk)
    ConnexionFactory(dossier=ligne.dossier, statut=StatutConnexion.RECONNEXION)
    contenu = page(client, "dossier", ligne.dossier.pk)
    assert "Reconnexion nécessaire" in contenu
    assert "Relancer le dirigeant" in contenu


def test_dirigeant_is_told_once_by_mail_and_again_by_hand_only_after_a_while(client: Client) -> None:
    ligne = PortefeuilleFactory()
    connexion = ConnexionFactory(dossier=ligne.dossier, statut=StatutConnexion.RECONNEXION)
    maintenant = timezone.now()
    assert [prevenir_les_reconnexions(maintenant=maintenant) for _ in range(2)] == [1, 0]
    assert mail.outbox[0].to == [ligne.dossier.dirigeant_email]
    assert reverse("qonto_link:applications", args=[ligne.dossier.pk]) in mail.outbox[0].body
    client.force_login(ligne.membre.utilisateur)
    relance = reverse("qonto_link:relancer", args=[ligne.dossier.pk])
    client.post(relance)
    assert len(mail.outbox) == 1
    Connexion.objects.filter(pk=connexion.pk).update(rappel_envoye_le=maintenant - timedelta(hours=13))
    client.post(relance)
    assert len(mail.outbox) == 2


def test_a_reconnection_mail_that_could_not_leave_leaves_with_the_next_sweep(settings: Settings) -> None:
    ConnexionFactory(statut=StatutConnexion.RECONNEXION)
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_PORT = 9
    assert prevenir_les_reconnexions(maintenant=timezone.now()) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert [prevenir_les_reconnexions(maintenant=timezone.now()) for _ in range(2)] == [1, 0]
    assert len(mail.outbox) == 1


def test_journal_of_incidents_is_read_by_pages_and_closed_by_hand(client: Client) -> None:
    ligne = PortefeuilleFactory()
    client.force_login(ligne.membre.utilisateur)
    assert "Aucun incident ouvert" in page(client, "incidents", ligne.dossier.pk)
    incident = IncidentFactory(dossier=ligne.dossier)
    assert incident.reference in page(client, "incidents", ligne.dossier.pk)
    client.post(reverse("qonto_link:incident_classer", args=[ligne.dossier.pk, incident.pk]))
    assert not Incident.objects.ouverts().exists()
    assert (
        incident.reference
        in client.get(reverse("qonto_link:incidents", args=[ligne.dossier.pk]), {"tous": "1"}).content.decode()
    )


def test_meteo_shows_the_portfolio_and_nothing_else(client: Client) -> None:
    ligne = PortefeuilleFactory()
    ConnexionFactory(dossier=ligne.dossier, statut=StatutConnexion.RECONNEXION)
    ailleurs = ConnexionFactory(dossier=DossierFactory(cabinet=ligne.membre.cabinet))
    client.force_login(ligne.membre.utilisateur)
    contenu = page(client, "meteo")
    assert ligne.dossier.raison_sociale in contenu
    assert ailleurs.dossier.raison_sociale not in contenu
    vide = client.get(reverse("qonto_link:meteo"), {"etat": "fraiches"}).content.decode()
    assert "Aucune connexion ne correspond" in vide


def test_meteo_keeps_only_the_last_connection_of_a_dossier(client: Client) -> None:
    ligne = PortefeuilleFactory()
    ConnexionFactory(dossier=ligne.dossier, organisation_nom="Ancienne", **CUTE)
    ConnexionFactory(dossier=ligne.dossier, organisation_nom="Nouvelle")
    client.force_login(ligne.membre.utilisateur)
    assert page(client, "meteo").count(f"/cabinet/dossiers/{ligne.dossier.pk}/qonto/") == 1


def test_meteo_costs_the_same_with_three_and_thirty_connections_and_goes_on_to_the_next_page(client: Client) -> None:
    membre = MembreCabinetFactory(role="administrateur")
    client.force_login(membre.utilisateur)

    def requetes() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captees:
            page(client, "meteo")
        return len(captees)

    for n in range(3):
        ConnexionFactory(dossier=DossierFactory(cabinet=membre.cabinet, raison_sociale=f"S{n:03d}"))
    requetes()
    avant = requetes()
    for n in range(3, 60):
        ConnexionFactory(dossier=DossierFactory(cabinet=membre.cabinet, raison_sociale=f"S{n:03d}"))
    assert requetes() == avant
    premiere = page(client, "meteo")
    suite = premiere.split("apres=")[1].split('"')[0].split("&")[0]
    seconde = client.get(reverse("qonto_link:meteo"), {"apres": suite}).content.decode()
    assert "S049" in premiere and "S050" not in premiere
    assert "S050" in seconde and "S059" in seconde and "S049" not in seconde


def test_meteo_is_exported_whole_with_its_filters(client: Client) -> None:
    membre = MembreCabinetFactory(role="administrateur")
    client.force_login(membre.utilisateur)
    for n in range(55):
        ConnexionFactory(dossier=DossierFactory(cabinet=membre.cabinet, raison_sociale=f"S{n:03d}"))
    reponse = client.get(reverse("qonto_link:meteo"), {"export": "csv", "q": "S"})
    lignes = b"".join(reponse.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lignes) == 56
    assert "S054" in lignes[-1]
