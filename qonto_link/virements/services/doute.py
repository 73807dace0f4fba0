"""Orders whose fate is not known: Qonto is asked before anything else (architecture §2, "rows left in doubt").

Found at Qonto: accepted. Not found while its key lives: it may be sent again with the same key, which Qonto answers
once. Not found long after the last call: it was never made, the instalment opens again.
"""

from datetime import datetime, timedelta

from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError
from qonto_link.api.schemas.paiements import BulkTransfer, Transfer
from qonto_link.virements.enums import Genre, StatutOrdre
from qonto_link.virements.models import Ordre
from qonto_link.virements.services.envoi import cle_jeune, renvoyer
from qonto_link.virements.services.etats import deplacer_ordre
from qonto_link.virements.services.suivi import accepter_lot, accepter_simple, est_deja_rattache

# Longer than the longest wait for an answer: before that, a worker may still be listening.
DELAI_REPONSE = timedelta(seconds=120)
# Nothing that left can still be on its way after this; Qonto's list then tells the truth.
DELAI_PERDU = timedelta(minutes=30)
MARGE_HORLOGE = timedelta(minutes=5)
JAMAIS_ARRIVE = "La demande n’est jamais arrivée chez Qonto. Rien n’est parti : vous pouvez payer à nouveau."


def lever_doute(*, ordre: Ordre, client: QontoClient, maintenant: datetime, relancer: bool = False) -> Ordre:
    """Ask Qonto about an order in doubt. `relancer`: its payer waits, so send it again when Qonto has nothing.

    An unreachable Qonto leaves the doubt. Other states are left as they are.
    """
    if ordre.statut not in (StatutOrdre.SOUMISSION, StatutOrdre.DOUTE):
        return ordre
    depart = ordre.dernier_envoi or ordre.cree_le
    if ordre.statut == StatutOrdre.SOUMISSION and maintenant < depart + DELAI_REPONSE:
        return ordre
    if ordre.statut == StatutOrdre.SOUMISSION:
        deplacer_ordre(ordre, StatutOrdre.DOUTE, maintenant=maintenant)
    try:
        if _retrouver(ordre, client, maintenant):
            return ordre
    except QontoError:
        return ordre
    if relancer and cle_jeune(ordre, maintenant):
        return renvoyer(ordre=ordre, client=client, maintenant=maintenant)
    if maintenant >= depart + DELAI_PERDU:
        return deplacer_ordre(ordre, StatutOrdre.REFUSE, maintenant=maintenant, motif=JAMAIS_ARRIVE, jeton_sca="")
    return ordre


def _retrouver(ordre: Ordre, client: QontoClient, maintenant: datetime) -> bool:
    if ordre.genre == Genre.LOT:
        lot = _chercher_lot(ordre, client)
        if lot is not None:
            accepter_lot(ordre, lot, maintenant=maintenant)
        return lot is not None
    transfert = _chercher_simple(ordre, client)
    if transfert is not None:
        accepter_simple(ordre, transfert, maintenant=maintenant)
    return transfert is not None


def _chercher_lot(ordre: Ordre, client: QontoClient) -> BulkTransfer | None:
    """Our own ids are in each bulk: the match is exact."""
    nos_ids = {str(pk) for pk in ordre.virements.values_list("pk", flat=True)}
    depuis = (ordre.premier_envoi or ordre.cree_le) - MARGE_HORLOGE
    for lot in client.bulk_transfers():
        if nos_ids & {resultat.client_transfer_id for resultat in lot.results}:
            return lot
        if lot.updated_at and lot.updated_at < depuis:
            return None
    return None


def _chercher_simple(ordre: Ordre, client: QontoClient) -> Transfer | None:
    """A transfer made since the first call, with the same account, amount, reference and payee, that nobody holds.

    There is no filter on these (§10.7). A transfer that the client made himself in Qonto in the same minutes counts
    too: the instalment is paid, and paying it again is what must never happen.
    """
    virement = ordre.virements.get()
    depuis = (ordre.premier_envoi or ordre.cree_le) - MARGE_HORLOGE
    payes = {payee.id for payee in client.beneficiaries(iban=[virement.iban])}
    for transfert in client.transfers(updated_at_from=depuis):
        pareil = (
            transfert.bank_account_id == ordre.compte.external_id
            and transfert.amount_cents == virement.montant_cents
            and transfert.reference == virement.reference
            and transfert.beneficiary_id in payes
            and (transfert.created_at is None or transfert.created_at >= depuis)
        )
        if pareil and not est_deja_rattache(ordre.dossier_id, transfert.id):
            return transfert
    return None
