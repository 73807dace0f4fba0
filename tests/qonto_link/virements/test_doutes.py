"""Lost and late answers: no answer frees what another call may have paid, and no transfer is forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from gestion_acces.models import EvenementAudit
from qonto_link.models import Incident
from qonto_link.virements.errors import AbandonEnDoute, MouvementRefuse
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.doute import lever_doute
from qonto_link.virements.services.envoi import envoyer_ordre, suivre_authentification
from qonto_link.virements.services.etats import deplacer_ordre
from qonto_link.virements.services.preparation import abandonner_ordre
from tests.facturation.factories import MAINTENANT, OrdreFactory, VirementFactory
from tests.qonto_link.virements.aides import (
    DEFI,
    PLUS_TARD,
    REFUS_SOLDE,
    Guichet,
    chez_qonto,
    client_du,
    liste,
    ordre_parti,
    ordre_pret,
    pendant,
    transfert,
)

pytestmark = pytest.mark.django_db
CREER = "POST /v2/sepa/transfers"


def un_autre_renvoie(ordre: Ordre, *suite: str) -> None:
    """The sweep doubts of the call, then « Vérifier maintenant » sends again, and `suite` happens."""
    autre = Ordre.objects.get(pk=ordre.pk)
    for statut in ("doute", "soumission", *suite):
        deplacer_ordre(autre, statut, maintenant=PLUS_TARD)


def test_late_refusal_does_not_free_what_a_newer_call_is_paying() -> None:
    ordre = ordre_pret()
    guichet = Guichet({CREER: pendant(lambda: un_autre_renvoie(ordre), REFUS_SOLDE)})
    with pytest.raises(MouvementRefuse):
        envoyer_ordre(ordre=ordre, client=client_du(guichet), methode="mock", maintenant=MAINTENANT)
    ordre.refresh_from_db()
    assert (ordre.statut, ordre.envois, ordre.incertain) == ("soumission", 2, True)
    assert Virement.objects.get().statut == "envoye"


@pytest.mark.parametrize("suite", [(), ("attente_sca",), ("doute",)])
def test_late_acceptance_is_attached_whatever_happened_meanwhile(suite: tuple[str, ...]) -> None:
    ordre = ordre_pret()
    guichet = Guichet({CREER: pendant(lambda: un_autre_renvoie(ordre, *suite), (200, {"transfer": transfert()}))})
    envoyer_ordre(ordre=ordre, client=client_du(guichet), methode="mock", maintenant=MAINTENANT)
    ordre.refresh_from_db()
    assert (ordre.statut, ordre.incertain) == ("accepte", False)
    assert Virement.objects.get().transfer_id == "t-1"
    assert not Incident.objects.exists()


def test_acceptance_of_an_order_that_was_freed_is_an_incident() -> None:
    ordre = ordre_pret()

    def liberer() -> None:
        autre = Ordre.objects.get(pk=ordre.pk)
        deplacer_ordre(autre, "doute", maintenant=PLUS_TARD)
        deplacer_ordre(autre, "refuse", maintenant=PLUS_TARD, incertain=False)

    guichet = Guichet({CREER: pendant(liberer, (200, {"transfer": transfert()}))})
    envoyer_ordre(ordre=ordre, client=client_du(guichet), methode="mock", maintenant=MAINTENANT)
    assert Incident.objects.get().classe == "controle"


def test_doubt_outlives_a_retry_that_asks_for_an_authentication() -> None:
    ordre = ordre_parti()
    lever_doute(
        ordre=ordre, client=client_du(Guichet(chez_qonto() | {CREER: DEFI})), maintenant=PLUS_TARD, relancer=True
    )
    assert (ordre.statut, ordre.incertain) == ("attente_sca", True)
    with pytest.raises(AbandonEnDoute):
        abandonner_ordre(ordre=ordre, motif="essai", maintenant=PLUS_TARD)
    ordre.refresh_from_db()
    assert (ordre.statut, Virement.objects.get().statut) == ("doute", "envoye")


@pytest.mark.parametrize(("decision", "age"), [("deny", 7), ("waiting", 22), ("allow", 26)])
def test_denied_expired_or_too_late_authentication_of_an_uncertain_order_is_a_doubt(decision: str, age: int) -> None:
    ordre = ordre_parti(statut="attente_sca", sca_depuis=PLUS_TARD, jeton_sca="session", methode_sca="mock")
    guichet = Guichet({"GET /v2/mocked_sca_sessions/session": (200, {"result": decision})})
    plus_tard = MAINTENANT + timedelta(minutes=age)
    assert suivre_authentification(ordre=ordre, client=client_du(guichet), maintenant=plus_tard).statut == "doute"


@pytest.mark.parametrize("refus", [REFUS_SOLDE, (412, {"message": "m"}), (422, {"errors": {"message": "Not found"}})])
def test_refusal_of_a_retry_leaves_the_doubt(refus: tuple[int, Any]) -> None:
    ordre = ordre_parti(jeton_sca="session")
    guichet = Guichet(chez_qonto() | {CREER: refus})
    lever_doute(ordre=ordre, client=client_du(guichet), maintenant=PLUS_TARD, relancer=True)
    assert (ordre.statut, ordre.jeton_sca) == ("doute", "")


@pytest.mark.parametrize("statut", ["refuse", "abandonne"])
def test_uncertain_order_is_never_free(statut: str) -> None:
    ordre = ordre_parti()
    with pytest.raises(DatabaseError), transaction.atomic():
        Ordre.objects.filter(pk=ordre.pk).update(statut=statut)
    with pytest.raises(MouvementRefuse):
        deplacer_ordre(ordre, "refuse", maintenant=PLUS_TARD)


def test_not_found_once_is_no_proof() -> None:
    ordre = ordre_parti()
    vus = []
    for minutes in (10, 31, 32, 42):
        lever_doute(
            ordre=ordre, client=client_du(Guichet(chez_qonto())), maintenant=MAINTENANT + timedelta(minutes=minutes)
        )
        vus.append(ordre.statut)
    assert vus == ["doute", "doute", "doute", "refuse"]
    assert (ordre.incertain, Virement.objects.get().statut) == (False, "rejete")


@pytest.mark.parametrize(
    "ecart", [{"reference": "autre"}, {"beneficiary_id": "b-9"}, {"recurring_transfer_id": "loyer de chaque mois"}]
)
def test_look_alike_keeps_the_instalment_and_is_an_incident(ecart: dict[str, str]) -> None:
    ordre = ordre_parti()
    for minutes in (31, 60, 120):
        guichet = Guichet(chez_qonto(transfert(**ecart)))
        lever_doute(ordre=ordre, client=client_du(guichet), maintenant=MAINTENANT + timedelta(minutes=minutes))
    assert ordre.statut == "doute"
    assert Incident.objects.get().occurrences == 3


@pytest.mark.parametrize(
    "ecart",
    [{"status": "declined", "reference": "autre"}, {"amount_cents": 1}, {"bank_account_id": "autre"}, {"id": "tenu"}],
)
def test_what_cannot_be_the_payment_does_not_keep_the_instalment(ecart: dict[str, Any]) -> None:
    ordre = ordre_parti()
    VirementFactory(ordre=OrdreFactory(compte=ordre.compte, statut="accepte"), statut="en_cours", transfer_id="tenu")
    for minutes in (31, 42):
        guichet = Guichet(chez_qonto(transfert(**ecart)))
        lever_doute(ordre=ordre, client=client_du(guichet), maintenant=MAINTENANT + timedelta(minutes=minutes))
    assert ordre.statut == "refuse"


@pytest.mark.parametrize(("total", "connu", "fin"), [(2, False, "doute"), (3, False, "refuse"), (2, True, "accepte")])
def test_bulk_that_hides_its_payments_is_opened(total: int, connu: bool, fin: str) -> None:
    ordre = ordre_parti(2, genre="lot")
    lot = {"id": "l-1", "total_count": total, "updated_at": MAINTENANT.isoformat(), "results": []}
    virement = ordre.virements.first()
    assert virement is not None
    ligne = {"client_transfer_id": str(virement.pk), "transfer_id": None, "status": "pending", "errors": None}
    guichet = Guichet(
        chez_qonto()
        | {
            "GET /v2/sepa/bulk_transfers": liste("bulk_transfers", lot),
            "GET /v2/sepa/bulk_transfers/l-1": (200, {"bulk_transfer": lot | ({"results": [ligne]} if connu else {})}),
        }
    )
    for minutes in (31, 42):
        lever_doute(ordre=ordre, client=client_du(guichet), maintenant=MAINTENANT + timedelta(minutes=minutes))
    assert ordre.statut == fin


def test_answer_that_names_a_transfer_held_by_another_payment_is_a_doubt() -> None:
    ordre = ordre_pret()
    VirementFactory(ordre=OrdreFactory(compte=ordre.compte, statut="accepte"), statut="en_cours", transfer_id="t-1")
    guichet = Guichet({CREER: (200, {"transfer": transfert()})})
    envoyer_ordre(ordre=ordre, client=client_du(guichet), methode="mock", maintenant=MAINTENANT)
    ordre.refresh_from_db()
    assert (ordre.statut, ordre.virements.get().statut) == ("doute", "envoye")
    assert Incident.objects.count() == 1


def test_dead_worker_leaves_who_validated() -> None:
    class MortError(BaseException):
        pass

    def mourir() -> None:
        raise MortError

    ordre = ordre_pret()
    with pytest.raises(MortError):
        envoyer_ordre(
            ordre=ordre,
            client=client_du(Guichet({CREER: pendant(mourir, DEFI)})),
            methode="mock",
            maintenant=MAINTENANT,
        )
    assert list(EvenementAudit.objects.values_list("acte", flat=True)) == ["paiement.valider"]
