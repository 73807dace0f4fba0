"""What Qonto's lists show of an order whose answer was lost: the transfer itself, or what only looks like it.

Nothing is written here. There is no filter on reference or amount (§10.7): the rows since the first call are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from portal.lib.identifiants import nettoyer
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import NotFound
from qonto_link.api.schemas.paiements import BulkTransfer, Transfer
from qonto_link.virements.enums import Genre
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.suivi import est_deja_rattache

MARGE_HORLOGE = timedelta(minutes=5)
IBANS_PAR_APPEL = 50  # an address has an end
MORTS_CHEZ_QONTO = frozenset({"declined", "failed", "canceled"})


@dataclass(frozen=True)
class Constat:
    """`trouve` is ours without a doubt; nobody but a person can tell whether one of the `sosies` is.

    `lignes`: the transfers that are like a payment of a bulk in everything, by the id of the payment.
    """

    trouve: Transfer | BulkTransfer | None = None
    sosies: tuple[Transfer | BulkTransfer, ...] = ()
    lignes: dict[UUID, Transfer] = field(default_factory=dict)


def chercher(ordre: Ordre, client: QontoClient) -> Constat:
    """Look for an order among what Qonto has done since its first call. Raises QontoError."""
    return _chercher_lot(ordre, client) if ordre.genre == Genre.LOT else _chercher_simple(ordre, client)


def _depuis(ordre: Ordre) -> datetime:
    return (ordre.premier_envoi or ordre.cree_le) - MARGE_HORLOGE


def _chercher_lot(ordre: Ordre, client: QontoClient) -> Constat:
    """Our own ids are in each bulk: the match is exact. A bulk that does not show its payments yet may be ours.

    So may transfers that are like our payments in everything, when no bulk shows them.
    """
    virements = list(ordre.virements.order_by("rang"))
    nos_ids = {str(virement.pk) for virement in virements}
    depuis = _depuis(ordre)
    sosies: list[Transfer | BulkTransfer] = []
    for liste in client.bulk_transfers():
        if liste.updated_at and liste.updated_at < depuis:
            break
        lot = liste if liste.results else _ouvrir(liste, client)
        if nos_ids & {resultat.client_transfer_id for resultat in lot.results}:
            return Constat(lot)
        recent = lot.created_at is None or lot.created_at >= depuis
        semblable = not lot.results and recent and lot.total_count in (0, len(nos_ids))
        if semblable and not Ordre.objects.filter(dossier_id=ordre.dossier_id, bulk_id=lot.id).exists():
            sosies.append(lot)
    lignes = chercher_lignes(ordre, virements, client).lignes
    return Constat(sosies=(*sosies, *lignes.values()), lignes=lignes)


def _ouvrir(liste: BulkTransfer, client: QontoClient) -> BulkTransfer:
    """The bulk with its payments; as the list shows it when Qonto does not know it by itself."""
    try:
        return client.bulk_transfer(liste.id)
    except NotFound:
        return liste


def chercher_lignes(ordre: Ordre, virements: Sequence[Virement], client: QontoClient) -> Constat:
    """Look for the payments of a bulk among the transfers, one transfer for each. Raises QontoError.

    `lignes` have the same account, amount, reference and payee; the living ones that differ are `sosies`.
    """
    depuis = _depuis(ordre)
    par_montant = {virement.montant_cents: virement for virement in virements}
    candidats: dict[str, Transfer] = {}
    for transfert in client.transfers(updated_at_from=depuis, sort_by="updated_at:desc"):
        modele = par_montant.get(transfert.amount_cents)
        if modele is not None and _ressemble(ordre, modele, transfert, depuis):
            candidats.setdefault(transfert.id, transfert)
    if not candidats:
        return Constat()
    payes = _payes(virements, client)
    lignes: dict[UUID, Transfer] = {}
    sosies = []
    for transfert in candidats.values():
        libres = (ligne for ligne in virements if ligne.pk not in lignes)
        if exacte := next((ligne for ligne in libres if _est_le_meme(ligne, transfert, payes)), None):
            lignes[exacte.pk] = transfert
        elif transfert.status not in MORTS_CHEZ_QONTO:
            sosies.append(transfert)
    return Constat(sosies=tuple(sosies), lignes=lignes)


def _est_le_meme(virement: Virement, transfert: Transfer, payes: dict[str, set[str]]) -> bool:
    return (
        transfert.amount_cents == virement.montant_cents
        and transfert.reference == virement.reference
        and transfert.beneficiary_id in payes.get(virement.iban, ())
    )


def _payes(virements: Sequence[Virement], client: QontoClient) -> dict[str, set[str]]:
    """The ids of the payees at Qonto, by their IBAN."""
    ibans = sorted({virement.iban for virement in virements})
    payes: dict[str, set[str]] = {}
    for debut in range(0, len(ibans), IBANS_PAR_APPEL):
        for payee in client.beneficiaries(iban=ibans[debut : debut + IBANS_PAR_APPEL]):
            payes.setdefault(nettoyer(payee.iban).upper(), set()).add(payee.id)
    return payes


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
