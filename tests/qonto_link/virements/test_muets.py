"""A bulk that Qonto has and never shows: nothing is freed but by a person, at the second look, a whole day later."""

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
    LotMontre,
    MouvementRefuse,
    SecondRegardTropTot,
    SosiesChanges,
)
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.balayage import ordres_a_suivre
from qonto_link.virements.services.doute import est_perdu, lever_doute
from qonto_link.virements.services.muets import (
    VEILLE,
    a_trancher_lot,
    declarer_lignes_perdues,
    detacher_lot,
    est_detachable,
    veiller,
)
from qonto_link.virements.services.sosies import declarer_rien_parti, rattacher_sosie
from qonto_link.virements.services.suivi import suivre_ordre
from tests.facturation.factories import MAINTENANT, VirementFactory
from tests.qonto_link.virements.aides import Guichet, chez_qonto, client_du, liste, ordre_parti, transfert

pytestmark = pytest.mark.django_db
QUI = Origine("alice@maison-lenoir.example", "192.0.2.1")
PERDU = MAINTENANT + timedelta(minutes=31)
LENDEMAIN = MAINTENANT + timedelta(hours=24)
PLUS_TARD = LENDEMAIN + timedelta(minutes=11)
INCONNU = (404, {"errors": [{"code": "not_found"}]})


def lot(**champs: Any) -> dict[str, Any]:
    moment = MAINTENANT.isoformat()
    return {"id": "l-1", "total_count": 2, "created_at": moment, "updated_at": moment, "results": [], **champs}


def resultats(ordre: Ordre, combien: int = 2) -> list[dict[str, Any]]:
    return [
        {"client_transfer_id": str(v.pk), "transfer_id": f"t-{v.rang}", "status": "completed", "errors": None}
        for v in ordre.virements.order_by("rang")[:combien]
    ]


def banque(*transferts: dict[str, Any], seul: Any = None, liste_des_lots: Any = None) -> Any:
    """A bank with one bulk, mute unless `seul` (its answer when asked about by its id) says otherwise."""
    lots = {
        "GET /v2/sepa/bulk_transfers": liste_des_lots or liste("bulk_transfers", lot()),
        "GET /v2/sepa/bulk_transfers/l-1": seul or (200, {"bulk_transfer": lot()}),
    }
    return client_du(Guichet(chez_qonto(*transferts) | lots))


def accepte(lignes: int = 2, **champs: Any) -> Ordre:
    """Qonto took the bulk `l-1` at MAINTENANT, and has said nothing since."""
    return ordre_parti(lignes, **{"genre": "lot", "statut": "accepte", "incertain": False, "bulk_id": "l-1", **champs})


def regarde() -> Ordre:
    """The same, not seen at a first look a day later."""
    ordre = accepte()
    veiller(ordre=ordre, client=banque(), maintenant=LENDEMAIN)
    return ordre


def perdre(ordre: Ordre, client: Any = None, **champs: Any) -> int:
    appel = {"vus": [], "motif": "Absents de Qonto", "maintenant": PLUS_TARD, "origine": QUI, **champs}
    return declarer_lignes_perdues(ordre=ordre, client=client or banque(), **appel)


def detacher(ordre: Ordre, client: Any = None, **champs: Any) -> Ordre:
    appel = {"motif": "C’est le lot de la paie", "maintenant": PERDU, "origine": QUI, **champs}
    return detacher_lot(ordre=ordre, client=client or banque(), **appel)


def rattache_par_erreur() -> Ordre:
    ordre = ordre_parti(2, genre="lot")
    return rattacher_sosie(ordre=ordre, sosie_id="l-1", client=banque(), motif="Vu", maintenant=PERDU, origine=QUI)


# --- A bulk attached by mistake -----------------------------------------------------------------------------------


def test_bulk_attached_by_mistake_goes_back_to_the_doubt_and_frees_nothing() -> None:
    ordre = detacher(rattache_par_erreur())
    assert (ordre.statut, ordre.incertain, ordre.bulk_id, ordre.rattache_par_main) == ("doute", True, "", False)
    assert set(Virement.objects.values_list("statut", flat=True)) == {"envoye"}
    trace = EvenementAudit.objects.get(acte="paiement.detacher_lot")
    assert (trace.acteur_email, trace.avant, trace.apres) == (
        QUI.email,
        {"statut": "accepte"},
        {"statut": "doute", "motif": "C’est le lot de la paie", "lot": "l-1"},
    )
    assert est_perdu(ordre, PERDU)


def test_after_it_was_detached_the_doubt_ends_as_any_other() -> None:
    ordre = detacher(rattache_par_erreur())
    declarer_rien_parti(ordre=ordre, vus=["l-1"], client=banque(), motif="La paie", maintenant=PERDU, origine=QUI)
    assert (ordre.statut, set(Virement.objects.values_list("statut", flat=True))) == ("refuse", {"rejete"})


def test_bulk_that_shows_our_payments_is_never_detached() -> None:
    ordre = rattache_par_erreur()
    parle = banque(seul=(200, {"bulk_transfer": lot(results=resultats(ordre, 1))}))
    with pytest.raises(LotMontre):
        detacher(ordre, parle)
    assert Ordre.objects.get(pk=ordre.pk).statut == "accepte"


def test_bulk_that_qonto_itself_answered_is_never_detached() -> None:
    ordre = accepte()
    assert not est_detachable(ordre)
    with pytest.raises(LotMontre):
        detacher(ordre)


def test_of_two_people_who_detach_one_wins() -> None:
    ordre = rattache_par_erreur()
    copie = Ordre.objects.get(pk=ordre.pk)
    detacher(ordre)
    with pytest.raises(LotMontre):
        detacher(copie)
    assert EvenementAudit.objects.filter(acte="paiement.detacher_lot").count() == 1


# --- A bulk that Qonto never shows --------------------------------------------------------------------------------


def test_first_look_a_day_later_is_an_incident_and_frees_nothing() -> None:
    ordre = accepte()
    veiller(ordre=ordre, client=banque(), maintenant=LENDEMAIN - timedelta(minutes=1))
    assert not Incident.objects.exists()
    assert not a_trancher_lot(ordre, LENDEMAIN - timedelta(minutes=1))
    for _ in range(2):
        veiller(ordre=ordre, client=banque(), maintenant=LENDEMAIN)
    assert Incident.objects.get().occurrences == 1
    assert a_trancher_lot(ordre, LENDEMAIN)
    assert set(Virement.objects.values_list("statut", flat=True)) == {"envoye"}


@pytest.mark.parametrize("seul", [None, INCONNU])
def test_payments_never_shown_are_opened_again_by_a_person(seul: Any) -> None:
    ordre = regarde()
    assert perdre(ordre, banque(seul=seul)) == 2
    ordre.refresh_from_db()
    assert (ordre.statut, ordre.lignes_perdues_le) == ("accepte", PLUS_TARD)
    assert set(Virement.objects.values_list("statut", flat=True)) == {"rejete"}
    assert "Absents de Qonto" in Virement.objects.all()[0].motif
    trace = EvenementAudit.objects.get(acte="paiement.lignes_perdues")
    assert (trace.acteur_email, len(trace.apres["virements"])) == (QUI.email, 2)
    assert not Incident.objects.filter(resolu_le=None).exists()


def test_only_what_is_not_shown_is_opened_again() -> None:
    ordre = regarde()
    moitie = banque(seul=(200, {"bulk_transfer": lot(results=resultats(ordre, 1))}))
    assert perdre(ordre, moitie) == 1
    assert list(ordre.virements.order_by("rang").values_list("statut", flat=True)) == ["en_cours", "rejete"]


@pytest.mark.parametrize(
    ("maintenant", "erreur"),
    [(LENDEMAIN - timedelta(minutes=1), DecisionPrematuree), (LENDEMAIN + timedelta(minutes=9), SecondRegardTropTot)],
)
def test_nobody_decides_before_a_day_and_a_second_look(maintenant: Any, erreur: type[Exception]) -> None:
    ordre = regarde()
    with pytest.raises(erreur):
        perdre(ordre, maintenant=maintenant)
    assert set(Virement.objects.values_list("statut", flat=True)) == {"envoye"}


def test_first_look_at_the_very_decision_is_no_second_one() -> None:
    ordre = accepte()
    with pytest.raises(SecondRegardTropTot):
        perdre(ordre)
    ordre.refresh_from_db()
    assert ordre.regard_negatif == PLUS_TARD
    assert perdre(ordre, maintenant=PLUS_TARD + timedelta(minutes=10)) == 2


def test_decision_needs_a_reason_and_is_about_what_was_shown() -> None:
    ordre = regarde()
    with pytest.raises(DecisionSansMotif):
        perdre(ordre, motif=" ")
    sosie = transfert(id="t-9", reference="saisi dans Qonto")
    with pytest.raises(SosiesChanges):
        perdre(ordre, banque(sosie))
    assert set(Virement.objects.values_list("statut", flat=True)) == {"envoye"}
    assert perdre(ordre, banque(sosie), vus=["t-9"]) == 2
    assert EvenementAudit.objects.get(acte="paiement.lignes_perdues").apres["ecartes"] == ["t-9"]


def test_the_very_transfer_is_attached_whatever_the_person_says() -> None:
    ordre = regarde()
    exact = transfert(id="t-9")
    assert perdre(ordre, banque(exact)) == 1
    assert list(ordre.virements.order_by("rang").values_list("statut", "transfer_id")) == [
        ("en_cours", "t-9"),
        ("rejete", ""),
    ]


def test_second_person_finds_nothing_left_to_decide() -> None:
    ordre = regarde()
    copie = Ordre.objects.get(pk=ordre.pk)
    perdre(ordre)
    with pytest.raises((DecisionPrematuree, MouvementRefuse)):
        perdre(copie)
    assert EvenementAudit.objects.filter(acte="paiement.lignes_perdues").count() == 1


def test_payment_shown_after_all_is_an_incident() -> None:
    ordre = regarde()
    perdre(ordre)
    parle = banque(seul=(200, {"bulk_transfer": lot(results=resultats(ordre))}))
    for _ in range(2):
        veiller(ordre=ordre, client=parle, maintenant=PLUS_TARD + timedelta(hours=2))
    incident = Incident.objects.get(resolu_le=None)
    assert "t-1, t-2" in incident.detail
    assert set(Virement.objects.values_list("statut", flat=True)) == {"rejete"}


def test_bulk_with_lost_payments_is_watched_once_an_hour_for_two_months() -> None:
    ordre = regarde()
    perdre(ordre)
    heure = timedelta(hours=1)
    assert ordres_a_suivre(PLUS_TARD) == [ordre.pk]
    Ordre.objects.update(suivi_le=PLUS_TARD)
    assert ordres_a_suivre(PLUS_TARD + heure / 2) == []
    assert ordres_a_suivre(PLUS_TARD + heure) == [ordre.pk]
    assert ordres_a_suivre(PLUS_TARD + VEILLE + heure) == []


def test_unknown_bulk_does_not_hide_the_news_of_the_others() -> None:
    ordre = accepte()
    Virement.objects.filter(ordre=ordre, rang=1).update(statut="en_cours", transfer_id="t-1")
    client = banque(transfert(id="t-1", status="settled"), seul=INCONNU)
    suivre_ordre(ordre=ordre, client=client, maintenant=PERDU)
    assert list(ordre.virements.order_by("rang").values_list("statut", flat=True)) == ["regle", "envoye"]


# --- A doubt about a bulk -----------------------------------------------------------------------------------------


def test_listed_bulk_that_cannot_be_opened_is_a_look_alike_and_not_a_dead_end() -> None:
    ordre = ordre_parti(2, genre="lot")
    lever_doute(ordre=ordre, client=banque(seul=INCONNU), maintenant=PERDU)
    assert Incident.objects.get().cle == f"sosie:{ordre.pk}"


def test_transfers_of_a_bulk_that_no_bulk_shows_hold_it_and_may_be_attached() -> None:
    ordre = ordre_parti(2, genre="lot")
    rien = liste("bulk_transfers")
    client = banque(transfert(id="t-8"), transfert(id="t-9"), liste_des_lots=rien)
    for minutes in (31, 45):
        lever_doute(ordre=ordre, client=client, maintenant=MAINTENANT + timedelta(minutes=minutes))
    assert ordre.statut == "doute"
    rattacher_sosie(ordre=ordre, sosie_id="t-8", client=client, motif="Vus", maintenant=PERDU, origine=QUI)
    assert (ordre.statut, ordre.bulk_id) == ("accepte", "")
    assert {(v.statut, v.transfer_id) for v in ordre.virements.all()} == {("en_cours", "t-8"), ("en_cours", "t-9")}


def test_order_with_a_red_alert_never_leaves_with_one_person() -> None:
    ordre = ordre_parti(2, genre="lot")
    for champs in ({}, {"approuve_par": ordre.cree_par}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Ordre.objects.filter(pk=ordre.pk).update(second_regard=True, **champs)


def test_look_costs_as_many_queries_for_many_payments(django_assert_num_queries: Any) -> None:
    for lignes in (2, 40):
        ordre = accepte(1, bulk_id=f"l-{lignes}")
        for rang in range(2, lignes + 1):
            VirementFactory(ordre=ordre, rang=rang, statut="envoye")
        muet = client_du(Guichet(chez_qonto() | {f"GET /v2/sepa/bulk_transfers/l-{lignes}": INCONNU}))
        with django_assert_num_queries(16):
            veiller(ordre=ordre, client=muet, maintenant=LENDEMAIN)
