"""What Qonto's lists show of an order whose answer was lost: the transfer itself, or what only looks like it.

Nothing is written here. There is no filter on reference or amount (§10.7): the rows since the first call are read.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from qonto_link.api.client import QontoClient
from qonto_link.api.schemas.paiements import BulkTransfer, Transfer
from qonto_link.virements.enums import Genre
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.suivi import est_deja_rattache

MARGE_HORLOGE = timedelta(minutes=5)
MORTS_CHEZ_QONTO = frozenset({"declined", "failed", "canceled"})


@dataclass(frozen=True)
class Constat:
    """`trouve` is ours without a doubt; nobody but a person can tell whether one of the `sosies` is."""

    trouve: Transfer | BulkTransfer | None = None
    sosies: tuple[Transfer | BulkTransfer, ...] = ()


def chercher(ordre: Ordre, client: QontoClient) -> Constat:
    """Look for an order among what Qonto has done since its first call. Raises QontoError."""
    return _chercher_lot(ordre, client) if ordre.genre == Genre.LOT else _chercher_simple(ordre, client)


def _depuis(ordre: Ordre) -> datetime:
    return (ordre.premier_envoi or ordre.cree_le) - MARGE_HORLOGE


def _chercher_lot(ordre: Ordre, client: QontoClient) -> Constat:
    """Our own ids are in each bulk: the match is exact. A bulk that does not show its payments yet may be ours."""
    nos_ids = {str(pk) for pk in ordre.virements.values_list("pk", flat=True)}
    depuis = _depuis(ordre)
    sosies = []
    for liste in client.bulk_transfers():
        if liste.updated_at and liste.updated_at < depuis:
            break
        lot = liste if liste.results else client.bulk_transfer(liste.id)
        if nos_ids & {resultat.client_transfer_id for resultat in lot.results}:
            return Constat(lot)
        recent = lot.created_at is None or lot.created_at >= depuis
        semblable = not lot.results and recent and lot.total_count in (0, len(nos_ids))
        if semblable and not Ordre.objects.filter(dossier_id=ordre.dossier_id, bulk_id=lot.id).exists():
            sosies.append(lot)
    return Constat(sosies=tuple(sosies))


def _chercher_simple(ordre: Ordre, client: QontoClient) -> Constat:
    """A transfer made since the first call, with the same account, amount, reference and payee, that nobody holds.

    A transfer that the client made himself in Qonto in the same minutes counts too: the instalment is paid, and paying
    it again is what must never happen. A living one that differs by its reference or its payee is a look-alike, and so
    is the execution of a recurring transfer: the portal makes none, the same rent may simply be paid twice a month.
    """
    virement = ordre.virements.get()
    depuis = _depuis(ordre)
    payes = {payee.id for payee in client.beneficiaries(iban=[virement.iban])}
    sosies: dict[str, Transfer | BulkTransfer] = {}
    # The last updated first: a transfer that changes while the pages are read is seen twice rather than never.
    for transfert in client.transfers(updated_at_from=depuis, sort_by="updated_at:desc"):
        if not _ressemble(ordre, virement, transfert, depuis):
            continue
        notre = transfert.reference == virement.reference and transfert.beneficiary_id in payes
        if notre and not transfert.recurring_transfer_id:
            return Constat(transfert)
        if transfert.status not in MORTS_CHEZ_QONTO:
            sosies.setdefault(transfert.id, transfert)
    return Constat(sosies=tuple(sosies.values()))


def _ressemble(ordre: Ordre, virement: Virement, transfert: Transfer, depuis: datetime) -> bool:
    return (
        transfert.bank_account_id == ordre.compte.external_id
        and transfert.amount_cents == virement.montant_cents
        and (transfert.created_at is None or transfert.created_at >= depuis)
        and not est_deja_rattache(ordre.dossier_id, transfert.id)
    )
