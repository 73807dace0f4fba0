"""A look-alike holds a lost payment: somebody entitled closes the doubt, once, on what she was shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from gestion_acces.models import EvenementAudit
from gestion_acces.services.audit import Origine
from qonto_link.models import Incident
from qonto_link.virements.errors import (
    DecisionPrematuree,
    DecisionSansMotif,
    MouvementRefuse,
    SosiesChanges,
)
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.doute import lever_doute
from qonto_link.virements.services.etats import deplacer_ordre
from qonto_link.virements.services.sosies import a_trancher, declarer_rien_parti, rattacher_sosie
from qonto_link.virements.services.suivi import suivre_ordre
from tests.facturation.factories import MAINTENANT, OrdreFactory, VirementFactory
from tests.qonto_link.virements.aides import Guichet, chez_qonto, client_du, liste, ordre_parti, transfert

pytestmark = pytest.mark.django_db
PERDU = MAINTENANT + timedelta(minutes=31)
AUTRE = transfert(id="t-9", reference="saisi dans Qonto")
QUI = Origine("alice@maison-lenoir.example", "192.0.2.1")


def banque(*transferts: dict[str, Any]) -> Any:
    return client_du(Guichet(chez_qonto(*transferts)))


def ordre_en_suspens() -> Ordre:
    """Lost for good, and held by the look-alike `t-9`."""
    ordre = ordre_parti()
    lever_doute(ordre=ordre, client=banque(AUTRE), maintenant=PERDU)
    assert a_trancher(ordre, PERDU)
    return ordre


def rattacher(ordre: Ordre, *transferts: dict[str, Any], **champs: Any) -> Ordre:
    appel = {"sosie_id": "t-9", "motif": "Vu dans Qonto", "maintenant": PERDU, "origine": QUI, **champs}
    return rattacher_sosie(ordre=ordre, client=banque(*(transferts or (AUTRE,))), **appel)


def rien(ordre: Ordre, *transferts: dict[str, Any], **champs: Any) -> Ordre:
    appel = {"vus": ["t-9"], "motif": "Loyer, pas cette facture", "maintenant": PERDU, "origine": QUI, **champs}
    return declarer_rien_parti(ordre=ordre, client=banque(*(transferts or (AUTRE,))), **appel)


def test_look_alike_that_was_the_payment_is_attached_with_its_line_of_audit() -> None:
    ordre = rattacher(ordre_en_suspens())
    virement = ordre.virements.get()
    assert (ordre.statut, ordre.incertain) == ("accepte", False)
    assert (virement.statut, virement.transfer_id) == ("en_cours", "t-9")
    trace = EvenementAudit.objects.get(acte="paiement.rattacher")
    assert (trace.acteur_email, trace.avant, trace.apres) == (
        QUI.email,
        {"statut": "doute"},
        {"statut": "accepte", "motif": "Vu dans Qonto", "virement_qonto": "t-9"},
    )
    assert not Incident.objects.filter(resolu_le=None).exists()


def test_nothing_left_opens_the_instalment_and_says_which_transfers_were_ruled_out() -> None:
    ordre = rien(ordre_en_suspens())
    assert (ordre.statut, ordre.incertain, ordre.virements.get().statut) == ("refuse", False, "rejete")
    assert "Loyer, pas cette facture" in ordre.virements.get().motif
    trace = EvenementAudit.objects.get(acte="paiement.rien_parti")
    assert (trace.acteur_email, trace.apres["ecartes"]) == (QUI.email, ["t-9"])
    assert not Incident.objects.filter(resolu_le=None).exists()


@pytest.mark.parametrize("premier", [rattacher, rien])
@pytest.mark.parametrize("second", [rattacher, rien])
def test_of_two_people_who_decide_together_one_wins(premier: Any, second: Any) -> None:
    ordre = ordre_en_suspens()
    copie = Ordre.objects.get(pk=ordre.pk)
    premier(ordre)
    fin = Ordre.objects.get(pk=ordre.pk).statut
    with pytest.raises((MouvementRefuse, DecisionPrematuree)):
        second(copie)
    with pytest.raises(DecisionPrematuree):
        second(Ordre.objects.get(pk=ordre.pk))
    assert Ordre.objects.get(pk=ordre.pk).statut == fin
    assert EvenementAudit.objects.filter(acte__in=("paiement.rattacher", "paiement.rien_parti")).count() == 1


@pytest.mark.parametrize("decider", [rattacher, rien])
def test_decision_needs_a_reason(decider: Any) -> None:
    ordre = ordre_en_suspens()
    with pytest.raises(DecisionSansMotif):
        decider(ordre, motif="  ")
    assert Ordre.objects.get(pk=ordre.pk).statut == "doute"


@pytest.mark.parametrize("minutes", [10, 24, 29])
@pytest.mark.parametrize("decider", [rattacher, rien])
def test_nobody_decides_while_the_answer_may_still_come(decider: Any, minutes: int) -> None:
    ordre = ordre_parti()
    with pytest.raises(DecisionPrematuree):
        decider(ordre, maintenant=MAINTENANT + timedelta(minutes=minutes))


def test_nothing_left_is_said_of_what_was_shown_only() -> None:
    ordre = ordre_en_suspens()
    nouveau = transfert(id="t-10", reference="un autre")
    with pytest.raises(SosiesChanges):
        rien(ordre, AUTRE, nouveau)
    assert Ordre.objects.get(pk=ordre.pk).statut == "doute"


def test_transfer_that_is_not_a_look_alike_is_never_attached() -> None:
    ordre = ordre_en_suspens()
    tenu = OrdreFactory(compte=ordre.compte, statut="accepte")
    VirementFactory(ordre=tenu, statut="en_cours", transfer_id="t-8")
    autres = (transfert(id="t-7", amount_cents=1), transfert(id="t-8", reference="x"))
    for inconnu in ("t-7", "t-8", "inventé"):
        with pytest.raises(SosiesChanges):
            rattacher(ordre, AUTRE, *autres, sosie_id=inconnu)
    assert Ordre.objects.get(pk=ordre.pk).statut == "doute"


def test_payment_found_at_last_is_attached_whatever_the_person_says() -> None:
    ordre = ordre_en_suspens()
    with pytest.raises(DecisionPrematuree):
        rien(ordre, AUTRE, transfert())
    assert (ordre.statut, ordre.virements.get().transfer_id) == ("accepte", "t-1")


def test_uncertain_order_is_not_freed_without_saying_that_the_doubt_is_closed() -> None:
    ordre = ordre_en_suspens()
    with pytest.raises(MouvementRefuse):
        deplacer_ordre(ordre, "refuse", maintenant=PERDU)


def lot(**champs: Any) -> dict[str, Any]:
    moment = MAINTENANT.isoformat()
    return {"id": "l-1", "total_count": 2, "created_at": moment, "updated_at": moment, "results": [], **champs}


def resultats(*ids: str) -> list[dict[str, Any]]:
    return [{"client_transfer_id": pk, "transfer_id": f"t-{pk}", "status": "completed", "errors": None} for pk in ids]


def guichet_du_lot(corps: dict[str, Any], *transferts: dict[str, Any]) -> Any:
    return client_du(
        Guichet(
            chez_qonto(*transferts)
            | {
                "GET /v2/sepa/bulk_transfers": liste("bulk_transfers", lot()),
                "GET /v2/sepa/bulk_transfers/l-1": (200, {"bulk_transfer": corps}),
            }
        )
    )


def lot_rattache() -> Ordre:
    ordre = ordre_parti(2, genre="lot")
    return rattacher_sosie(
        ordre=ordre, sosie_id="l-1", client=guichet_du_lot(lot()), motif="Vu dans Qonto", maintenant=PERDU
    )


def test_bulk_that_hides_its_payments_is_attached_and_followed() -> None:
    ordre = lot_rattache()
    assert (ordre.statut, ordre.bulk_id) == ("accepte", "l-1")
    assert set(ordre.virements.values_list("statut", flat=True)) == {"envoye"}
    nos_ids = [str(pk) for pk in ordre.virements.values_list("pk", flat=True)]
    suivre_ordre(ordre=ordre, client=guichet_du_lot(lot(results=resultats(*nos_ids))), maintenant=PERDU)
    assert set(ordre.virements.values_list("statut", flat=True)) == {"en_cours"}


def test_bulk_that_turns_out_to_be_anothers_puts_the_order_back_in_doubt() -> None:
    ordre = lot_rattache()
    for _ in range(2):
        suivre_ordre(ordre=ordre, client=guichet_du_lot(lot(results=resultats("a", "b"))), maintenant=PERDU)
    ordre.refresh_from_db()
    assert (ordre.statut, ordre.incertain, ordre.bulk_id) == ("doute", True, "")
    assert set(Virement.objects.values_list("statut", flat=True)) == {"envoye"}
    assert EvenementAudit.objects.filter(acte="paiement.lot_etranger").count() == 1


def test_bulk_of_qonto_belongs_to_one_order() -> None:
    lot_rattache()
    with pytest.raises(IntegrityError), transaction.atomic():
        Ordre.objects.filter(pk=ordre_parti(2, genre="lot").pk).update(bulk_id="l-1")
