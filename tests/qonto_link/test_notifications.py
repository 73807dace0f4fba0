"""Account webhooks: signed, stored once, answered at once, and the object read again at Qonto."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
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
from qonto_link.evenements import OBJET_CHANGE, _abonnes
from qonto_link.models import Connexion
from qonto_link.services import dissociation, notifications
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
    debut = time.monotonic()
    assert [poster(client, connexion, evenement(connexion)) for _ in range(3)] == [204, 204, 204]
    assert (time.monotonic() - debut) / 3 < 1
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


@pytest.mark.django_db(transaction=True)
def test_a_change_at_qonto_reaches_the_line_through_the_webhook(
    qonto: LocalQonto, live_server: LiveServer, settings: Settings
) -> None:
    qonto.reset()
    settings.PORTAL_URL = live_server.url
    connexion = lier(qonto, dossier_lenoir())
    assert notifications.a_abonner() == [connexion.pk]
    assert notifications.abonner(connexion=connexion)
    connexion.refresh_from_db()
    # An answer that was lost: asking again leaves one subscription.
    Connexion.objects.filter(pk=connexion.pk).update(webhook_id="")
    connexion.refresh_from_db()
    assert notifications.abonner(connexion=connexion)
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
