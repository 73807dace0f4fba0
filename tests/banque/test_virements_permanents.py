"""Recurring transfers of the local Qonto, read over the socket (S21).

They are set up in Qonto, by the client: the portal makes none. Each execution is an ordinary line, never the payment
of the portal that it looks like; the mention in its note, copied by Qonto from one to the next, stops each of them.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from banque.enums import EtatOperation
from banque.models import CompteBancaire, Operation
from banque.services.integration import integrer
from banque.services.mention import ecritures_candidates, lier_a_la_main
from banque.services.synchronisation import synchroniser_dossier
from comptabilite.models import Ecriture
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture
from comptabilite.services.journaux import creer_journal_tresorerie
from comptabilite.services.plan import compte as compte_du_plan
from qonto_link.virements.enums import StatutOrdre, StatutVirement
from qonto_link.virements.models import Virement
from tests.banque.factories import MAINTENANT
from tests.banque.pont import ABSENT, Faute, Pont
from tests.banque.test_mention_et_transfert import ecriture_de, passer, solde_512, valider
from tests.facturation.factories import OrdreFactory, VirementFactory
from tests.qonto import LocalQonto
from tests.qonto_link.aides import dossier_lenoir, lier
from tests.qonto_sandbox.payer import Payer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def payeur(qonto: LocalQonto) -> Payer:
    qonto.reset()
    return Payer(qonto)


@pytest.fixture
def banque(payeur: Payer, settings: Settings) -> Iterator[CompteBancaire]:
    """The main account, linked, with its journal; only what happens from now on is read."""
    with Pont(payeur.qonto.url, [Faute(ABSENT, chemin="/v2/attachments", fois=10**6)]) as pont:
        settings.QONTO_API_URL = pont.url
        dossier = dossier_lenoir()
        lier(payeur.qonto, dossier)
        banque = CompteBancaire.objects.get(dossier=dossier)
        banque.journal = creer_journal_tresorerie(dossier=dossier, libelle="QONTO")
        banque.curseur = maintenant(payeur)
        banque.save()
        yield banque


def maintenant(payeur: Payer) -> datetime:
    return datetime.fromisoformat(payeur.qonto.api("GET", "clock")["now"])


def permanent(payeur: Payer, note: str | None = None) -> str:
    """A weekly rent set up in Qonto from the day after tomorrow; three weeks pass."""
    payee = payeur.beneficiary(trusted=True)
    corps = {
        "vop_proof_token": payeur.proof(payee["iban"], payee["name"]),
        "recurring_transfer": {
            "bank_account_id": payeur.account_id,
            "beneficiary_id": payee["id"],
            "reference": "LOYER",
            "amount": "1450.00",
            "note": note,
            "frequency": "weekly",
            "first_execution_date": (maintenant(payeur) + timedelta(days=2)).date().isoformat(),
        },
    }
    reponse = payeur.approved("/v2/sepa/recurring_transfers", corps)
    payeur.wait(days=22)
    return str(reponse.json()["recurring_transfer"]["id"])


def executions(payeur: Payer, permanent_id: str) -> list[str]:
    """The bank lines of a recurring transfer, as Qonto ties them."""
    filtre = {"recurring_transfer_ids[]": permanent_id}
    return [str(row["transaction_id"]) for row in payeur.get("/v2/sepa/transfers", **filtre).json()["transfers"]]


def lire(banque: CompteBancaire, payeur: Payer) -> None:
    instant = maintenant(payeur)
    synchroniser_dossier(dossier=banque.dossier, maintenant=instant)
    integrer(dossier=banque.dossier, comptes=[banque], maintenant=instant)


def lignes_de(identifiants: list[str]) -> list[Operation]:
    return list(Operation.objects.filter(ligne__external_id__in=identifiants).order_by("jour", "rang"))


def test_only_the_payment_of_the_portal_is_booked_already(banque: CompteBancaire, payeur: Payer) -> None:
    # The portal paid the first rent; the same rent to the same payee then comes back by itself, from Qonto.
    payee = payeur.beneficiary(trusted=True)
    preuve = payeur.proof(payee["iban"], payee["name"])
    champs = {"beneficiary": None, "beneficiary_id": payee["id"], "reference": "LOYER", "amount": "1450.00"}
    paye = payeur.post("/v2/sepa/transfers", payeur.body(token=preuve, **champs)).json()["transfer"]
    payeur.wait()
    ordre = OrdreFactory(dossier=banque.dossier, compte=banque.compte_qonto, statut=StatutOrdre.ACCEPTE)
    virement: Virement = VirementFactory(
        dossier=banque.dossier,
        ordre=ordre,
        montant_cents=145_000,
        statut=StatutVirement.EN_COURS,
        transfer_id=paye["id"],
        transaction_id=payeur.transfer(paye["id"])["transaction_id"],
        iban=payee["iban"],
    )
    ecriture = ecriture_de(banque, virement)
    suivantes = executions(payeur, permanent(payeur))
    lire(banque, payeur)
    (premiere,) = lignes_de([virement.transaction_id])
    assert (premiere.etat, premiere.ecriture) == (EtatOperation.COMPTABILISEE, ecriture)
    operations = lignes_de(suivantes)
    assert len(operations) in (2, 3)
    assert {(operation.etat, operation.mention) for operation in operations} == {(EtatOperation.A_TRAITER, False)}
    assert passer(*(valider(operation, "6132") for operation in operations)) == [""] * len(operations)
    lire(banque, payeur)
    assert solde_512(banque) == -145_000 * (1 + len(operations))
    assert Ecriture.objects.count() == 1 + len(operations)


def test_the_mention_typed_in_qonto_stops_each_execution_until_its_entry_is_named(
    banque: CompteBancaire, payeur: Payer
) -> None:
    identifiants = executions(payeur, permanent(payeur, note="Loyer de la boutique #Comptabilise"))
    lire(banque, payeur)
    operations = lignes_de(identifiants)
    assert len(operations) in (2, 3)
    assert {(operation.etat, operation.mention) for operation in operations} == {(EtatOperation.A_VERIFIER, True)}
    assert all("n’est pas validée" in refus for refus in passer(*operations))
    for operation in operations:
        ecriture = loyer(banque, operation)
        assert ecriture in ecritures_candidates(operation)
        lier_a_la_main(operation=operation, ecriture=ecriture)
    lire(banque, payeur)
    assert {operation.etat for operation in lignes_de(identifiants)} == {EtatOperation.COMPTABILISEE}
    assert solde_512(banque) == -145_000 * len(operations)


def loyer(banque: CompteBancaire, operation: Operation) -> Ecriture:
    """The rent as the accountant books it himself, each time."""
    journal = banque.journal
    assert journal is not None and journal.compte_tresorerie is not None
    return passer_ecriture(
        dossier=banque.dossier,
        journal=journal,
        date=operation.jour,
        piece="LOYER",
        libelle="Loyer",
        lignes=[
            LigneSaisie(compte_du_plan(dossier=banque.dossier, numero="6132"), debit_cents=145_000),
            LigneSaisie(journal.compte_tresorerie, credit_cents=145_000),
        ],
        maintenant=MAINTENANT,
    )
