"""Account webhooks: signed, stored once, answered at once, and the object read again at Qonto."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from banque.models import LigneRecue
from banque.services.synchronisation import synchroniser_dossier
from banque.tasks import relire
from gestion_acces.services.audit import SYSTEME
from qonto_link.adhesion.models import EvenementRecu
from qonto_link.adhesion.services import boite
from qonto_link.api.webhooks import ENTETE_BUSINESS
from qonto_link.budget import decompter
from qonto_link.evenements import OBJET_CHANGE, _abonnes
from qonto_link.models import Connexion, Incident
from qonto_link.queries import etat_notifications
from qonto_link.services import dissociation, notifications
from qonto_link.services.connexion import marquer_reconnexion
from tests.qonto import LocalQonto
from tests.qonto_link.aides import dossier_lenoir, lier
from tests.qonto_link.factories import ConnexionFactory

SECRET = "s" * 40


def evenement(connexion: Connexion, **champs: Any) -> bytes:
    corps = {
        "id": "evt-1",
        "type": "v1/transactions",
        "organization_id": connexion.organisation_id,
        "created_at": "2026-10-12T10:55:00Z",
        "data": {"event": "updated", "id": "tx-1"},
    }
    return json.dumps(corps | champs).encode()


def poster(client: Client, connexion: Connexion, corps: bytes, *, secret: str = SECRET, age: int = 0) -> int:
    moment = str(int(time.time()) - age)
    signature = hmac.new(secret.encode(), moment.encode() + b"." + corps, hashlib.sha256).hexdigest()
    return client.post(
        reverse("qonto_link:webhook", args=[connexion.pk]),
        corps,
        content_type="application/json",
        headers={ENTETE_BUSINESS: f"t={moment},v1={signature}"},
    ).status_code


@pytest.fixture
def entendus(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the upper rooms are told."""
    dits: list[str] = []

    def ecouter(*, objet_id: str, **faits: object) -> None:
        dits.append(objet_id)

    monkeypatch.setitem(_abonnes, OBJET_CHANGE, [ecouter])
    return dits


@pytest.mark.django_db
def test_an_event_is_stored_once_and_told_once(client: Client, entendus: list[str]) -> None:
    connexion = ConnexionFactory(webhook_secret=SECRET)
    debut = time.thread_time()
    assert [poster(client, connexion, evenement(connexion)) for _ in range(3)] == [204, 204, 204]
    # Qonto waits one second; what this machine does besides is not counted.
    assert (time.thread_time() - debut) / 3 < 0.5
    (recu,) = EvenementRecu.objects.all()
    assert boite.en_attente(notifications.SOURCE) == [recu.pk]
    for _ in range(2):
        notifications.traiter(evenement=recu, maintenant=timezone.now())
    assert entendus == ["tx-1"]
    assert boite.en_attente(notifications.SOURCE) == []


@pytest.mark.django_db
def test_what_is_not_signed_by_this_subscription_now_is_refused(client: Client) -> None:
    connexion, autre = ConnexionFactory(webhook_secret=SECRET), ConnexionFactory(webhook_secret="t" * 40)
    sans_secret = ConnexionFactory()
    refus: list[Callable[[], int]] = [
        lambda: poster(client, connexion, evenement(connexion), secret="t" * 40),
        lambda: poster(client, connexion, evenement(connexion), age=301),
        lambda: poster(client, autre, evenement(connexion), secret="t" * 40),
        lambda: poster(client, sans_secret, evenement(sans_secret), secret=""),
        lambda: poster(client, connexion, b"pas du JSON"),
        lambda: poster(client, connexion, evenement(connexion, id="")),
    ]
    assert [essai() for essai in refus] == [400] * len(refus)
    assert not EvenementRecu.objects.exists()
    assert poster(client, connexion, b"x" * (boite.TAILLE_MAX + 1)) == 413


@pytest.mark.django_db
def test_a_withdrawn_consent_makes_the_connection_wait(client: Client) -> None:
    connexion = ConnexionFactory(webhook_secret=SECRET)
    corps = evenement(connexion, type=notifications.CONSENTEMENT_RETIRE, data={"client_id": "portail"})
    assert poster(client, connexion, corps) == 204
    notifications.traiter(evenement=EvenementRecu.objects.get(), maintenant=timezone.now())
    connexion.refresh_from_db()
    assert connexion.statut == "reconnexion"


def abonnements(qonto: LocalQonto, connexion: Connexion) -> list[dict[str, Any]]:
    """The subscriptions of this consent that call the portal, asked of Qonto without our code."""
    lus = qonto.session(token=connexion.access_token).get(f"{qonto.url}/v2/webhook_subscriptions").json()
    return [lu for lu in lus["subscriptions"] if "/webhooks/qonto/" in lu["callback_url"]]


@pytest.mark.django_db(transaction=True)
def test_a_new_consent_has_a_new_secret_and_one_subscription(qonto: LocalQonto, client: Client) -> None:
    qonto.reset()
    connexion = lier(qonto, dossier_lenoir())
    assert notifications.abonner(connexion=connexion, maintenant=timezone.now())
    connexion.refresh_from_db()
    ancien, ancien_secret = connexion.webhook_id, connexion.webhook_secret
    marquer_reconnexion(connexion=connexion, maintenant=timezone.now())
    renouvelee = lier(qonto, connexion.dossier)
    assert (renouvelee.pk, renouvelee.webhook_id, renouvelee.webhook_secret) == (connexion.pk, "", "")
    assert notifications.a_abonner(timezone.now()) == [connexion.pk]
    assert poster(client, renouvelee, evenement(renouvelee), secret=ancien_secret) == 400
    assert notifications.abonner(connexion=renouvelee, maintenant=timezone.now())
    renouvelee.refresh_from_db()
    assert [abonnement["id"] for abonnement in abonnements(qonto, renouvelee)] == [renouvelee.webhook_id]
    assert renouvelee.webhook_id != ancien
    assert renouvelee.webhook_secret not in ("", ancien_secret)
    assert poster(client, renouvelee, evenement(renouvelee), secret=ancien_secret) == 400
    assert poster(client, renouvelee, evenement(renouvelee), secret=renouvelee.webhook_secret) == 204


@pytest.mark.django_db(transaction=True)
def test_a_subscription_that_outlived_its_link_goes_with_the_next_one(qonto: LocalQonto, client: Client) -> None:
    qonto.reset()
    premiere = lier(qonto, dossier_lenoir())
    assert notifications.abonner(connexion=premiere, maintenant=timezone.now())
    premiere.refresh_from_db()
    # Qonto refuses to take it away while the link is cut, then confirms the revocation.
    qonto.api("POST", "faults", kind="status", status=403, path="/v2/webhook_subscriptions*", method="DELETE", times=0)
    coupee = dissociation.dissocier(connexion=premiere, origine=SYSTEME, maintenant=timezone.now())
    assert dissociation.revoquer(connexion=coupee, maintenant=timezone.now())
    qonto.api("DELETE", "faults")
    coupee.refresh_from_db()
    assert (coupee.webhook_id, coupee.webhook_secret) == ("", "")
    assert poster(client, coupee, evenement(coupee), secret=premiere.webhook_secret) == 400
    seconde = lier(qonto, premiere.dossier)
    assert seconde.pk != premiere.pk
    assert notifications.abonner(connexion=seconde, maintenant=timezone.now())
    seconde.refresh_from_db()
    assert [abonnement["id"] for abonnement in abonnements(qonto, seconde)] == [seconde.webhook_id]


@pytest.mark.django_db(transaction=True)
def test_lost_doubled_and_shuffled_events_end_on_what_qonto_has(
    qonto: LocalQonto, live_server: LiveServer, settings: Settings
) -> None:
    qonto.reset()
    settings.PORTAL_URL = live_server.url
    connexion = lier(qonto, dossier_lenoir())
    synchroniser_dossier(dossier=connexion.dossier, maintenant=timezone.now())
    assert notifications.abonner(connexion=connexion, maintenant=timezone.now())
    annoncees = [*LigneRecue.objects.order_by("-reglee_le")[:3]]
    perdue = LigneRecue.objects.order_by("-reglee_le")[3]
    qonto.api("POST", "webhooks/settings", paused=True, copies=3)
    for tour in ("brouillon", "définitive"):
        for ligne in annoncees:
            qonto.api("PATCH", f"transactions/{ligne.external_id}", note=f"Note {tour}")
    qonto.api("POST", "webhooks/release", order="lifo")
    limite = time.monotonic() + 40
    while EvenementRecu.objects.count() < 6 and time.monotonic() < limite:
        time.sleep(0.1)
    # Three copies of each, the newest first: six events, handled in the wrong order, each twice.
    recus = [*EvenementRecu.objects.order_by("-pk"), *EvenementRecu.objects.order_by("pk")]
    assert len(recus) == 12
    for recu in recus:
        notifications.traiter(evenement=recu, maintenant=timezone.now())
        relire(connexion_id=connexion.pk, operation_id=json.loads(recu.corps)["data"]["id"])
    for ligne in annoncees:
        ligne.refresh_from_db()
        assert ligne.note == "Note définitive"
    # One that never comes: the night brings it.
    qonto.api("POST", "webhooks/settings", paused=True, copies=1)
    qonto.api("PATCH", f"transactions/{perdue.external_id}", note="Perdue en route")
    nombre = LigneRecue.objects.count()
    synchroniser_dossier(dossier=connexion.dossier, maintenant=timezone.now())
    perdue.refresh_from_db()
    assert perdue.note == "Perdue en route"
    assert LigneRecue.objects.count() == nombre


@pytest.mark.django_db(transaction=True)
def test_a_change_at_qonto_reaches_the_line_through_the_webhook(
    qonto: LocalQonto, live_server: LiveServer, settings: Settings
) -> None:
    qonto.reset()
    settings.PORTAL_URL = live_server.url
    connexion = lier(qonto, dossier_lenoir())
    assert notifications.a_abonner(timezone.now()) == [connexion.pk]
    assert notifications.abonner(connexion=connexion, maintenant=timezone.now())
    connexion.refresh_from_db()
    # An answer that was lost: asking again leaves one subscription.
    Connexion.objects.filter(pk=connexion.pk).update(webhook_id="")
    connexion.refresh_from_db()
    assert notifications.abonner(connexion=connexion, maintenant=timezone.now())
    connexion.refresh_from_db()
    session = qonto.session(token=connexion.access_token)
    abonnements = session.get(f"{qonto.url}/v2/webhook_subscriptions").json()["subscriptions"]
    rappel = notifications.adresse_de_rappel(connexion)
    notres = [abonnement["id"] for abonnement in abonnements if abonnement["callback_url"] == rappel]
    assert notres == [connexion.webhook_id]
    synchroniser_dossier(dossier=connexion.dossier, maintenant=timezone.now())
    ligne = LigneRecue.objects.order_by("-reglee_le").first()
    assert ligne is not None
    qonto.api("PATCH", f"transactions/{ligne.external_id}", note="Changée chez Qonto")
    limite = time.monotonic() + 10
    while not EvenementRecu.objects.exists() and time.monotonic() < limite:
        time.sleep(0.1)
    recu = EvenementRecu.objects.get()
    assert recu.type == "v1/transactions"
    notifications.traiter(evenement=recu, maintenant=timezone.now())
    relire(connexion_id=connexion.pk, operation_id=ligne.external_id)
    ligne.refresh_from_db()
    assert ligne.note == "Changée chez Qonto"
    dissociee = dissociation.dissocier(connexion=connexion, origine=SYSTEME, maintenant=timezone.now())
    assert dissociation.revoquer(connexion=dissociee, maintenant=timezone.now())
    restants = qonto.session().get(f"{qonto.url}/v2/webhook_subscriptions").json()["subscriptions"]
    assert connexion.webhook_id not in [abonnement["id"] for abonnement in restants]


def abonnee(qonto: LocalQonto) -> Connexion:
    """Linked, and notified by the local Qonto."""
    qonto.reset()
    connexion = lier(qonto, dossier_lenoir())
    assert notifications.abonner(connexion=connexion, maintenant=timezone.now())
    connexion.refresh_from_db()
    return connexion


def requetes_de(connexion: Connexion) -> int:
    with decompter() as decompte:
        assert notifications.verifier(connexion=connexion, maintenant=timezone.now())
    connexion.refresh_from_db()
    return decompte.requetes


@pytest.mark.django_db(transaction=True)
def test_a_subscription_in_order_costs_one_request_and_is_dated(qonto: LocalQonto) -> None:
    connexion = abonnee(qonto)
    avant, semaine = connexion.webhook_id, notifications.VALIDITE
    assert not notifications.est_a_verifier(connexion, timezone.now())
    assert notifications.est_a_verifier(connexion, timezone.now() + semaine + timedelta(minutes=1))
    debut = timezone.now()
    assert requetes_de(connexion) == 1
    assert connexion.webhook_verifie_le is not None
    assert (connexion.webhook_id, connexion.webhook_verifie_le >= debut) == (avant, True)
    assert not Incident.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_subscription_that_went_at_qonto_is_made_again_and_told(qonto: LocalQonto, client: Client) -> None:
    connexion = abonnee(qonto)
    perdue = connexion.webhook_id
    qonto.session(token=connexion.access_token).delete(f"{qonto.url}/v2/webhook_subscriptions/{perdue}")
    assert requetes_de(connexion) == 2
    assert [abonnement["id"] for abonnement in abonnements(qonto, connexion)] == [connexion.webhook_id]
    assert connexion.webhook_id != perdue
    assert poster(client, connexion, evenement(connexion), secret=connexion.webhook_secret) == 204
    incident = Incident.objects.get()
    assert (incident.titre, incident.est_ouvert) == ("Qonto ne notifiait plus le portail", False)
    assert requetes_de(connexion) == 1
    assert Incident.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_portal_that_moved_is_notified_at_its_new_address(qonto: LocalQonto, settings: Settings) -> None:
    connexion = abonnee(qonto)
    meme = connexion.webhook_id
    settings.PORTAL_URL = "https://nouveau.portail.example"
    plus_tard = timezone.now() + notifications.REESSAI + timedelta(minutes=1)
    assert notifications.a_abonner(plus_tard) == [connexion.pk]
    assert notifications.abonner(connexion=connexion, maintenant=timezone.now())
    assert notifications.a_abonner(plus_tard) == []
    (abonnement,) = abonnements(qonto, connexion)
    assert (abonnement["id"], abonnement["callback_url"]) == (meme, notifications.adresse_de_rappel(connexion))
    # One that was altered at Qonto itself: fewer topics.
    qonto.session(token=connexion.access_token).put(
        f"{qonto.url}/v2/webhook_subscriptions/{meme}",
        json={"callback_url": abonnement["callback_url"], "types": ["v1/transactions"]},
    )
    connexion.refresh_from_db()
    assert requetes_de(connexion) == 2
    (abonnement,) = abonnements(qonto, connexion)
    assert set(abonnement["types"]) == set(notifications.sujets_permis(connexion))


@pytest.mark.django_db(transaction=True)
def test_a_refused_subscription_waits_and_says_why(qonto: LocalQonto, client: Client) -> None:
    qonto.reset()
    connexion = lier(qonto, dossier_lenoir())
    qonto.api("POST", "faults", kind="status", status=403, path="/v2/webhook_subscriptions*", times=0)
    assert not notifications.abonner(connexion=connexion, maintenant=timezone.now())
    qonto.api("DELETE", "faults")
    assert Incident.objects.get().est_ouvert
    assert notifications.a_abonner(timezone.now()) == []
    connexion.refresh_from_db()
    assert etat_notifications(connexion).alerte.startswith("dernier essai")
    assert notifications.a_abonner(timezone.now() + notifications.REESSAI + timedelta(minutes=1)) == [connexion.pk]
    assert notifications.abonner(connexion=connexion, maintenant=timezone.now())
    assert not Incident.objects.get().est_ouvert
    connexion.refresh_from_db()
    assert etat_notifications(connexion).texte.startswith("reçues à chaque changement, confirmées par Qonto le")
