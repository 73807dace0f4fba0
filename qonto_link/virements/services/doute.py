"""Orders whose fate is not known: Qonto is asked before anything else (architecture §2, "rows left in doubt").

Found at Qonto: accepted. Not found while its key lives: it may be sent again with the same key, which Qonto answers
once. Not found twice, long after the last call, and nothing that looks like it: it was never made, the instalment
opens again.
"""

from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction

from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError
from qonto_link.api.schemas.paiements import BulkTransfer, Transfer
from qonto_link.enums import ClasseIncident
from qonto_link.services.incidents import resoudre, signaler
from qonto_link.virements.enums import Genre, StatutOrdre
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.acceptation import recevoir
from qonto_link.virements.services.envoi import cle_jeune, renvoyer
from qonto_link.virements.services.etats import deplacer_ordre
from qonto_link.virements.services.suivi import est_deja_rattache

# Above the worst case of one call (refresh of the token, two waits for an answer): a worker may still be listening.
DELAI_REPONSE = timedelta(minutes=5)
# Nothing that left can still be on its way after this; Qonto's list then tells the truth.
DELAI_PERDU = timedelta(minutes=30)
# A list may be late: once not found is no proof, twice with this time between them is.
ECART_REGARDS = timedelta(minutes=10)
MARGE_HORLOGE = timedelta(minutes=5)
JAMAIS_ARRIVE = "La demande n’est jamais arrivée chez Qonto. Rien n’est parti : vous pouvez payer à nouveau."
SOSIE = "Un virement chez Qonto ressemble à un paiement dont la réponse s’est perdue"
MORTS_CHEZ_QONTO = frozenset({"declined", "failed", "canceled"})


class Regard(Enum):
    """What Qonto's list showed."""

    TROUVE = "found"
    SOSIE = "look-alike"  # nobody can tell whether it is ours
    ABSENT = "absent"


def lever_doute(
    *,
    ordre: Ordre,
    client: QontoClient,
    maintenant: datetime,
    relancer: bool = False,
    origine: Origine = SYSTEME,
) -> Ordre:
    """Ask Qonto about an order in doubt. `relancer`: its payer waits, so send it again when Qonto has nothing.

    An unreachable Qonto leaves the doubt. Other states are left as they are.
    """
    if ordre.statut not in (StatutOrdre.SOUMISSION, StatutOrdre.DOUTE):
        return ordre
    depart = ordre.dernier_envoi or ordre.cree_le
    if ordre.statut == StatutOrdre.SOUMISSION and maintenant < depart + DELAI_REPONSE:
        return ordre
    with transaction.atomic():
        if ordre.statut == StatutOrdre.SOUMISSION:
            deplacer_ordre(ordre, StatutOrdre.DOUTE, maintenant=maintenant)
        if relancer:
            _noter_relance(ordre, maintenant, origine)
    try:
        regard = _regarder(ordre, client, maintenant)
    except QontoError:
        return ordre
    if regard == Regard.TROUVE:
        return ordre
    if relancer and cle_jeune(ordre, maintenant):
        # The key makes it safe, whatever the list shows: Qonto answers what it answered, or does it once.
        return renvoyer(ordre=ordre, client=client, maintenant=maintenant)
    if maintenant >= depart + DELAI_PERDU:
        return _conclure(ordre, regard, maintenant)
    return ordre


def _noter_relance(ordre: Ordre, maintenant: datetime, origine: Origine) -> None:
    journaliser(
        cabinet=ordre.dossier.cabinet,
        dossier=ordre.dossier,
        acte="paiement.verifier",
        date=maintenant,
        origine=origine,
        objet=str(ordre.pk),
    )


def _conclure(ordre: Ordre, regard: Regard, maintenant: datetime) -> Ordre:
    """The key is dead and nothing was found: free at the second look, unless something looks like the payment."""
    cle = f"sosie:{ordre.pk}"
    if regard == Regard.SOSIE:
        signaler(
            dossier=ordre.dossier,
            classe=ClasseIncident.CONTROLE,
            titre=SOSIE,
            detail=f"Paiement {ordre.pk} : même compte et même montant. Vérifiez dans Qonto ; l’échéance est retenue.",
            cle=cle,
            maintenant=maintenant,
        )
        return ordre
    if ordre.regard_negatif is None:
        vu = Ordre.objects.filter(pk=ordre.pk, statut=StatutOrdre.DOUTE, envois=ordre.envois)
        if vu.update(regard_negatif=maintenant):
            ordre.regard_negatif = maintenant
        return ordre
    if maintenant < ordre.regard_negatif + ECART_REGARDS:
        return ordre
    with transaction.atomic():
        deplacer_ordre(
            ordre, StatutOrdre.REFUSE, maintenant=maintenant, motif=JAMAIS_ARRIVE, jeton_sca="", incertain=False
        )
        resoudre(dossier=ordre.dossier, classe=ClasseIncident.CONTROLE, cle=cle, maintenant=maintenant)
    return ordre


def _regarder(ordre: Ordre, client: QontoClient, maintenant: datetime) -> Regard:
    chercher = _chercher_lot if ordre.genre == Genre.LOT else _chercher_simple
    trouve, sosie = chercher(ordre, client)
    if trouve is None:
        return Regard.SOSIE if sosie else Regard.ABSENT
    recevoir(ordre, trouve, maintenant=maintenant)
    return Regard.TROUVE


def _chercher_lot(ordre: Ordre, client: QontoClient) -> tuple[BulkTransfer | None, bool]:
    """Our own ids are in each bulk: the match is exact. A bulk that does not show its payments yet may be ours."""
    nos_ids = {str(pk) for pk in ordre.virements.values_list("pk", flat=True)}
    depuis = (ordre.premier_envoi or ordre.cree_le) - MARGE_HORLOGE
    sosie = False
    for liste in client.bulk_transfers():
        if liste.updated_at and liste.updated_at < depuis:
            break
        lot = liste if liste.results else client.bulk_transfer(liste.id)
        if nos_ids & {resultat.client_transfer_id for resultat in lot.results}:
            return lot, False
        recent = lot.created_at is None or lot.created_at >= depuis
        if not lot.results and recent and lot.total_count in (0, len(nos_ids)):
            sosie |= not Ordre.objects.filter(dossier_id=ordre.dossier_id, bulk_id=lot.id).exists()
    return None, sosie


def _chercher_simple(ordre: Ordre, client: QontoClient) -> tuple[Transfer | None, bool]:
    """A transfer made since the first call, with the same account, amount, reference and payee, that nobody holds.

    There is no filter on these (§10.7). A transfer that the client made himself in Qonto in the same minutes counts
    too: the instalment is paid, and paying it again is what must never happen. Also says whether a living transfer
    looks like it but for the reference or the payee.
    """
    virement = ordre.virements.get()
    depuis = (ordre.premier_envoi or ordre.cree_le) - MARGE_HORLOGE
    payes = {payee.id for payee in client.beneficiaries(iban=[virement.iban])}
    sosie = False
    # The last updated first: a transfer that changes while the pages are read is seen twice rather than never.
    for transfert in client.transfers(updated_at_from=depuis, sort_by="updated_at:desc"):
        if not _ressemble(ordre, virement, transfert, depuis):
            continue
        if transfert.reference == virement.reference and transfert.beneficiary_id in payes:
            return transfert, False
        sosie |= transfert.status not in MORTS_CHEZ_QONTO
    return None, sosie


def _ressemble(ordre: Ordre, virement: Virement, transfert: Transfer, depuis: datetime) -> bool:
    return (
        transfert.bank_account_id == ordre.compte.external_id
        and transfert.amount_cents == virement.montant_cents
        and (transfert.created_at is None or transfert.created_at >= depuis)
        and not est_deja_rattache(ordre.dossier_id, transfert.id)
    )
