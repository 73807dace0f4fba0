"""Steps only go forward, whatever the order and the number of the events; silence is a state of its own."""

import hashlib
import hmac
import json
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from qonto_link.adhesion import sonnette
from qonto_link.adhesion.enums import ETAPE_PAR_CODE, ETAPES, PARCOURS, Flux
from qonto_link.adhesion.models import Adhesion, EtapeFranchie, EvenementRecu
from qonto_link.adhesion.queries import frise
from qonto_link.adhesion.services import boite, evenements, suivi
from qonto_link.adhesion.tasks import traiter_evenement
from qonto_link.models import Incident
from tests.qonto_link.adhesion.factories import LUNDI, AdhesionFactory, FichierFactory, JustificatifFactory

pytestmark = pytest.mark.django_db
WEBHOOK = "/qonto/webhooks/partenaire/"


def franchir(adhesion: Adhesion, code: str, jours: int = 0) -> bool:
    return suivi.franchir(
        adhesion=adhesion,
        code=code,
        survenue_le=LUNDI + timedelta(days=jours),
        source="webhook",
        maintenant=LUNDI + timedelta(days=jours),
    )


def evenement(adhesion: Adhesion, code: str, **champs: str) -> dict[str, str]:
    return {
        "id": str(uuid.uuid4()),
        "event_type": f"registrations.{code}",
        "resource_type": "registration",
        "resource_id": adhesion.registration_id,
        "created_at": "2026-03-03T10:00:00Z",
    } | champs


def livrer(client: Client, corps: bytes, settings: Any, signature: str | None = None) -> int:
    secret = settings.QONTO_ONBOARDING_WEBHOOK_SECRET.encode()
    signee = signature if signature is not None else hmac.new(secret, corps, hashlib.sha256).hexdigest()
    return int(
        client.post(
            WEBHOOK, corps, content_type="application/json", headers={"Qonto-SHA256-Signature": signee}
        ).status_code
    )


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([etape.code for etape in ETAPES]), max_size=14))
def test_rank_is_the_highest_heard_whatever_the_order(codes: list[str]) -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    rangs = [1]
    for code in codes:
        franchir(adhesion, code)
        rangs.append(adhesion.rang)
    assert rangs == sorted(rangs)
    assert adhesion.rang == max([1, *(ETAPE_PAR_CODE[code].rang for code in codes)])
    assert EtapeFranchie.objects.filter(adhesion=adhesion).count() == len(set(codes))


def test_late_event_fills_the_timeline_without_moving_back() -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    assert franchir(adhesion, "contract_signed", jours=2)
    assert not franchir(adhesion, "user_started", jours=1)
    assert adhesion.etape == "contract_signed"
    lignes = frise(adhesion, LUNDI + timedelta(days=2))
    assert [ligne.etat for ligne in lignes] == [
        *["faite"] * 4,
        "courante",
        *["avenir"] * (len(PARCOURS[Flux.CREATION]) - 4),
    ]
    assert lignes[4].qui == "Qonto"


def test_completed_after_contract_signed_is_a_jump_that_is_accepted() -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    franchir(adhesion, "contract_signed")
    assert franchir(adhesion, "completed")
    assert adhesion.statut == "ouverte"


def test_reset_at_qonto_lets_another_application_begin() -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    franchir(adhesion, "deleted")
    assert adhesion.statut == "abandonnee"
    assert not franchir(adhesion, "user_started")
    AdhesionFactory(dossier=adhesion.dossier)


def test_unknown_step_is_written_into_the_journal_and_moves_nothing() -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    assert not franchir(adhesion, "etape_nouvelle")
    assert adhesion.rang == 1
    assert Incident.objects.get().detail == "etape_nouvelle"


def test_end_of_the_application_brings_the_erasure_of_its_papers_near(settings: Any) -> None:
    settings.JUSTIFICATIFS_JOURS = 30
    adhesion = AdhesionFactory(chez_qonto=True)
    fichier = FichierFactory(dossier=adhesion.dossier, purge_le=LUNDI + timedelta(days=180))
    JustificatifFactory(dossier=adhesion.dossier, adhesion=adhesion, fichier=fichier)
    franchir(adhesion, "completed")
    fichier.refresh_from_db()
    assert fichier.purge_le == LUNDI + timedelta(days=30)


def test_silence_of_five_days_is_said() -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    assert adhesion.sans_nouvelles(LUNDI + timedelta(days=4, hours=23)) == 0
    assert adhesion.sans_nouvelles(LUNDI + timedelta(days=5)) == 5
    attente = next(ligne for ligne in frise(adhesion, LUNDI + timedelta(days=6)) if ligne.etat == "courante")
    assert attente.detail == "Sans nouvelles depuis 6 jours."


def test_client_who_must_act_is_reminded_and_not_more_than_every_three_days(mailoutbox: list[Any]) -> None:
    AdhesionFactory(chez_qonto=True)
    attendent_qonto = AdhesionFactory(chez_qonto=True, etape="contract_signed", rang=3)
    assert [suivi.rappeler_les_dormantes(maintenant=LUNDI + timedelta(days=jour)) for jour in (4, 6, 7, 10)] == [
        0,
        1,
        0,
        1,
    ]
    assert len(mailoutbox) == 2
    assert "créez votre accès" in mailoutbox[0].body
    assert not suivi.rappeler(adhesion=attendent_qonto, maintenant=LUNDI + timedelta(days=9))


# The webhook.


def test_webhook_stores_then_a_task_moves_the_application_and_rings_the_page(client: Client, settings: Any) -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    avant = sonnette.numero(adhesion.dossier_id)
    corps = json.dumps(evenement(adhesion, "contract_signed"), separators=(",", ":")).encode()
    # The first request of a process loads the whole portal: it is not the one that is timed.
    livrer(client, json.dumps(evenement(adhesion, "pending")).encode(), settings)
    EvenementRecu.objects.all().delete()
    debut = time.process_time()
    assert livrer(client, corps, settings) == 204
    assert time.process_time() - debut < 0.5
    recu = EvenementRecu.objects.get()
    assert recu.traite_le is None
    traiter_evenement(evenement_id=recu.pk)
    adhesion.refresh_from_db()
    assert adhesion.etape == "contract_signed"
    assert adhesion.etape_depuis is not None
    assert adhesion.etape_depuis.isoformat() == "2026-03-03T10:00:00+00:00"
    assert avant != "1"


@pytest.mark.parametrize("signature", ["", "00", "é", "0" * 64])
def test_webhook_with_a_wrong_signature_is_refused_and_not_stored(
    client: Client, settings: Any, signature: str
) -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    corps = json.dumps(evenement(adhesion, "completed")).encode()
    assert livrer(client, corps, settings, signature) == 400
    assert not EvenementRecu.objects.exists()


@pytest.mark.parametrize("corps", [b"", b"[]", b"{}", b'{"id":""}', b"\xff\xfe", b'{"id":"x","created_at":"hier"}'])
def test_signed_nonsense_is_refused(client: Client, settings: Any, corps: bytes) -> None:
    assert livrer(client, corps, settings) == 400
    assert not EvenementRecu.objects.exists()


def test_huge_body_is_refused(client: Client, settings: Any) -> None:
    assert livrer(client, b"x" * (boite.TAILLE_MAX + 1), settings) == 413


def test_replayed_event_is_answered_and_changes_nothing(client: Client, settings: Any) -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    corps = json.dumps(evenement(adhesion, "user_started")).encode()
    assert [livrer(client, corps, settings) for _ in range(3)] == [204, 204, 204]
    assert EvenementRecu.objects.count() == 1
    for _ in range(2):
        traiter_evenement(evenement_id=EvenementRecu.objects.get().pk)
    assert EvenementRecu.objects.get().tentatives == 1


def test_event_that_overtakes_the_answer_to_the_creation_waits_for_it(client: Client, settings: Any) -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    inconnu = evenement(adhesion, "user_started", resource_id="pas-encore")
    livrer(client, json.dumps(inconnu).encode(), settings)
    recu = EvenementRecu.objects.get()
    traiter_evenement(evenement_id=recu.pk)
    assert evenements.en_attente() == [recu.pk]
    Adhesion.objects.filter(pk=adhesion.pk).update(registration_id="pas-encore")
    traiter_evenement(evenement_id=recu.pk)
    adhesion.refresh_from_db()
    assert adhesion.etape == "user_started"
    assert evenements.en_attente() == []


def test_event_of_nobody_is_given_up_in_the_end(client: Client, settings: Any) -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    livrer(client, json.dumps(evenement(adhesion, "user_started", resource_id="personne")).encode(), settings)
    for _ in range(boite.ESSAIS_MAX):
        traiter_evenement(evenement_id=EvenementRecu.objects.get().pk)
    assert EvenementRecu.objects.get().erreur
    assert evenements.en_attente() == []


# The doorbell.


def test_doorbell_answers_without_session_nor_query(client: Client, django_assert_num_queries: Any) -> None:
    adresse = reverse("qonto_link:sonnette", args=[sonnette.jeton("d1")])
    with django_assert_num_queries(0):
        assert client.get(adresse, {"n": "0"}).status_code == 204
        sonnette.sonner("d1")
        reponse = client.get(adresse, {"n": "0"})
    assert reponse.status_code == 200
    assert reponse.content.decode() == sonnette.numero("d1")
    assert not reponse.cookies
    assert client.get(reverse("qonto_link:sonnette", args=["forge"])).status_code == 410
