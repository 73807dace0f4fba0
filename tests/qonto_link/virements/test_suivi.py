"""What the recovery job asks about, and what becomes of payments that Qonto knows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gestion_acces.models import EvenementAudit
from portal.lib.affichage import jour_de_paris
from qonto_link.virements.errors import AnnulationEnCours, AnnulationImpossible, AnnulationRefusee
from qonto_link.virements.models import Ordre, VerificationBeneficiaire, Virement
from qonto_link.virements.services.balayage import HORIZON, ordres_a_suivre, suivre
from qonto_link.virements.services.envoi import envoyer_ordre
from qonto_link.virements.services.etats import deplacer_ordre
from qonto_link.virements.services.suivi import annuler_virement, suivre_ordre
from tests.facturation.factories import MAINTENANT, VirementFactory
from tests.qonto_link.virements.aides import Guichet, client_du, liste, ordre_parti, ordre_pret, transfert

pytestmark = pytest.mark.django_db
JOUR = jour_de_paris(MAINTENANT)


def accepte(statut: str = "en_cours", transfer_id: str = "t-1", **champs: Any) -> Ordre:
    ordre = ordre_parti(statut="accepte", incertain=False, **champs)
    Virement.objects.filter(ordre=ordre).update(statut=statut, transfer_id=transfer_id, execute_le=JOUR)
    return ordre


def test_doubts_come_first_without_limit_nor_horizon() -> None:
    vu, jamais_vu = accepte(suivi_le=MAINTENANT), accepte(transfer_id="t-2")
    attente = ordre_parti(statut="attente_sca", incertain=False, sca_depuis=MAINTENANT)
    vieux = ordre_parti(cree_le=MAINTENANT - HORIZON - timedelta(days=1))
    tous = [vieux.pk, attente.pk, jamais_vu.pk, vu.pk]
    assert ordres_a_suivre(MAINTENANT) == tous
    assert ordres_a_suivre(MAINTENANT, limite=0) == tous[:2]


def test_scheduled_transfer_is_not_asked_about_before_its_day() -> None:
    ordre = accepte("programme")
    Virement.objects.update(date_prevue=JOUR + timedelta(days=1))
    assert ordres_a_suivre(MAINTENANT) == []
    assert ordres_a_suivre(MAINTENANT + timedelta(days=1)) == [ordre.pk]


def test_order_that_cannot_be_asked_about_goes_behind_the_others() -> None:
    ordre = accepte()
    ordre.compte.connexion.statut = "expiree"
    ordre.compte.connexion.save()
    suivre(ordre_id=ordre.pk, maintenant=MAINTENANT)
    ordre.refresh_from_db()
    assert ordre.suivi_le == MAINTENANT


def test_payments_of_a_bulk_for_another_day_are_scheduled() -> None:
    ordre = ordre_parti(2, statut="accepte", incertain=False, genre="lot", bulk_id="l-1")
    tot, tard = ordre.virements.order_by("rang")
    Virement.objects.filter(pk=tard.pk).update(date_prevue=JOUR + timedelta(days=3))
    resultats = [
        {"client_transfer_id": str(v.pk), "transfer_id": f"t-{v.rang}", "status": "completed"} for v in (tot, tard)
    ]
    etranger = transfert(id="jamais demandé")
    guichet = Guichet(
        {
            "GET /v2/sepa/bulk_transfers/l-1": (200, {"bulk_transfer": {"id": "l-1", "results": resultats}}),
            "GET /v2/sepa/transfers": liste("transfers", etranger),
        }
    )
    suivre_ordre(ordre=ordre, client=client_du(guichet), maintenant=MAINTENANT)
    assert list(ordre.virements.order_by("rang").values_list("statut", flat=True)) == ["en_cours", "programme"]


def test_payment_whose_state_was_not_known_is_asked_about_again() -> None:
    ordre = accepte("envoye")
    guichet = Guichet({"GET /v2/sepa/transfers": liste("transfers", transfert(status="settled"))})
    suivre_ordre(ordre=ordre, client=client_du(guichet), maintenant=MAINTENANT)
    assert ordre.virements.get().statut == "regle"
    assert EvenementAudit.objects.get().acte == "paiement.regle"


@pytest.mark.parametrize(
    ("reponse", "etat", "erreur"),
    [
        ((400, {"errors": [{"code": "cannot_cancel"}]}), "processing", AnnulationImpossible),
        ((403, {"errors": [{"code": "forbidden"}]}), "pending", AnnulationRefusee),
        ((422, {"errors": [{"code": "inconnu"}]}), "pending", AnnulationRefusee),
        ((204, {}), "pending", AnnulationEnCours),
    ],
)
def test_cancellation_that_did_not_succeed_says_why(reponse: Any, etat: str, erreur: type[Exception]) -> None:
    virement = accepte("programme").virements.get()
    guichet = Guichet(
        {
            "POST /v2/sepa/transfers/t-1/cancel": reponse,
            "GET /v2/sepa/transfers/t-1": (200, {"transfer": transfert(status=etat)}),
        }
    )
    with pytest.raises(erreur) as refus:
        annuler_virement(virement=virement, client=client_du(guichet), maintenant=MAINTENANT)
    assert "Rien n’est parti" not in str(refus.value)
    assert EvenementAudit.objects.get().acte == "paiement.annuler"


def test_cost_of_a_move_does_not_grow_with_the_bulk(django_assert_num_queries: Any) -> None:
    for lignes in (2, 40):
        ordre = ordre_pret(1, genre="lot")
        for rang in range(2, lignes + 1):
            VirementFactory(ordre=ordre, rang=rang)
        with django_assert_num_queries(5):
            deplacer_ordre(
                ordre, "soumission", maintenant=MAINTENANT, corps="{}", premier_envoi=MAINTENANT, methode_sca="mock"
            )
        assert set(ordre.virements.values_list("statut", flat=True)) == {"envoye"}


def test_payment_approved_after_its_day_leaves_on_the_next_day_of_the_banks() -> None:
    ordre = ordre_pret()
    samedi = datetime(2026, 6, 13, 9, tzinfo=UTC)
    VerificationBeneficiaire.objects.update(demandee_le=samedi)
    recus: list[str] = []

    def accepter() -> tuple[int, Any]:
        recus.append(Ordre.objects.get(pk=ordre.pk).corps)
        return 200, {"transfer": transfert(status="pending", scheduled_date="2026-06-15")}

    guichet = Guichet({"POST /v2/sepa/transfers": accepter})
    envoyer_ordre(ordre=ordre, client=client_du(guichet), methode="mock", maintenant=samedi)
    virement = ordre.virements.get()
    assert (virement.date_demandee, virement.date_prevue) == (date(2026, 6, 9), date(2026, 6, 15))
    assert '"scheduled_date": "2026-06-15"' in recus[0]
    assert virement.statut == "programme"
