"""What becomes of a payment that Qonto knows: its states are read again, never guessed."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from portal.lib.affichage import jour_de_paris
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import NotFound, QontoError, Refused
from qonto_link.api.schemas.paiements import BulkResult, BulkTransfer, Transfer
from qonto_link.evenements import VIREMENT_RATTACHE, publier
from qonto_link.virements.enums import MOUVEMENTS_VIREMENT, Genre, StatutOrdre, StatutVirement
from qonto_link.virements.errors import (
    AnnulationEnCours,
    AnnulationImpossible,
    AnnulationRefusee,
    MouvementRefuse,
    PreuveIndisponible,
)
from qonto_link.virements.messages import phrase_du_code, phrase_du_refus
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.etats import deplacer_ordre, deplacer_virement, noter

# §10.2; `completed` and `failed` are known to the SDK only.
_STATUTS = {
    "pending": StatutVirement.EN_COURS,
    "processing": StatutVirement.EN_COURS,
    "settled": StatutVirement.REGLE,
    "completed": StatutVirement.REGLE,
    "declined": StatutVirement.REJETE,
    "failed": StatutVirement.REJETE,
    "canceled": StatutVirement.ANNULE,
}
TAILLE_MAX = 400  # payments of an order (§0.4)
_FINS: dict[str, str] = {
    StatutVirement.REGLE: "paiement.regle",
    StatutVirement.REJETE: "paiement.refuse",
    StatutVirement.ANNULE: "paiement.annule",
}


def accepter_simple(ordre: Ordre, transfert: Transfer, *, maintenant: datetime) -> Ordre:
    """Qonto has the transfer of a single order. Raises IntegrityError when another payment already holds it."""
    with transaction.atomic():
        virement = ordre.virements.select_for_update(of=("self",)).get()
        deplacer_ordre(ordre, StatutOrdre.ACCEPTE, maintenant=maintenant, jeton_sca="", motif="")
        appliquer_transfert(virement, transfert, maintenant=maintenant)
    return ordre


def accepter_lot(ordre: Ordre, lot: BulkTransfer, *, maintenant: datetime, rattache_par_main: bool = False) -> Ordre:
    """Qonto has the bulk; its payments are created afterwards, one by one (§11.2).

    Each payment is booked in a transaction of its own: 400 of them never hold the database together, and the
    recovery job goes on where a dead worker stopped.
    """
    champs = {"bulk_id": lot.id, "rattache_par_main": rattache_par_main, "jeton_sca": "", "motif": ""}
    deplacer_ordre(ordre, StatutOrdre.ACCEPTE, maintenant=maintenant, **champs)
    _appliquer_resultats(ordre, lot.results, maintenant)
    return ordre


def accepter_lignes(ordre: Ordre, lignes: Mapping[UUID, Transfer], *, maintenant: datetime) -> Ordre:
    """Qonto has these transfers of a bulk and shows no bulk. Raises IntegrityError when another payment holds one."""
    with transaction.atomic():
        deplacer_ordre(ordre, StatutOrdre.ACCEPTE, maintenant=maintenant, jeton_sca="", motif="")
        rattacher_lignes(ordre, lignes, maintenant=maintenant)
    return ordre


def rattacher_lignes(ordre: Ordre, lignes: Mapping[UUID, Transfer], *, maintenant: datetime) -> None:
    """Each transfer goes to the payment that it was found for."""
    for virement in ordre.virements.select_related("ordre__dossier__cabinet").filter(pk__in=list(lignes)):
        appliquer_transfert(virement, lignes[virement.pk], maintenant=maintenant)


def appliquer_transfert(virement: Virement, transfert: Transfer, *, maintenant: datetime) -> Virement:
    """Bring one payment to the state of Qonto's transfer. A state that is not known, or late, changes nothing."""
    vers = _STATUTS.get(transfert.status)
    if vers == StatutVirement.EN_COURS and transfert.status == "pending" and _a_venir(transfert, maintenant):
        vers = StatutVirement.PROGRAMME
    champs: dict[str, Any] = {
        "transfer_id": transfert.id,
        "transaction_id": transfert.transaction_id or virement.transaction_id,
        "beneficiaire_id": transfert.beneficiary_id or virement.beneficiaire_id,
    }
    if vers is None or vers == virement.statut or vers not in MOUVEMENTS_VIREMENT[virement.statut]:
        return _completer(virement, champs, maintenant)
    champs["suivi_le"] = maintenant
    if vers == StatutVirement.REJETE:
        code = transfert.declined_reason
        champs["motif"] = (phrase_du_code(code) or f"Qonto a refusé ce virement : {code or transfert.status}.")[:300]
    if vers == StatutVirement.ANNULE:
        champs["motif"] = "Le virement a été annulé."
    execute_le = None
    if vers == StatutVirement.REGLE:
        execute_le = jour_de_paris(transfert.completed_at or transfert.updated_at or maintenant)
    return _finir(virement, vers, maintenant, execute_le=execute_le, **champs)


def _completer(virement: Virement, champs: dict[str, Any], maintenant: datetime) -> Virement:
    """Write the ids that Qonto gave since; nothing when it said nothing new, as it mostly does."""
    if nouveaux := {nom: valeur for nom, valeur in champs.items() if getattr(virement, nom) != valeur}:
        with transaction.atomic():
            Virement.objects.filter(pk=virement.pk).update(**nouveaux)
            for nom, valeur in nouveaux.items():
                setattr(virement, nom, valeur)
            if "transaction_id" in nouveaux:
                publier(VIREMENT_RATTACHE, virement=virement, date=maintenant)
    return virement


def _finir(virement: Virement, vers: str, maintenant: datetime, **champs: Any) -> Virement:
    """Move one payment on Qonto's word; an outcome is written in the audit trail."""
    with transaction.atomic():
        deplacer_virement(virement, vers, maintenant=maintenant, **champs)
        if acte := _FINS.get(vers):
            noter(
                virement.ordre,
                acte,
                maintenant=maintenant,
                virement=str(virement.pk),
                montant_cents=virement.montant_cents,
                motif=virement.motif,
            )
    return virement


def _a_venir(transfert: Transfer, maintenant: datetime) -> bool:
    return transfert.scheduled_date is not None and transfert.scheduled_date > jour_de_paris(maintenant)


def _appliquer_resultats(
    ordre: Ordre, resultats: tuple[BulkResult, ...], maintenant: datetime, limite: int = TAILLE_MAX
) -> None:
    """What the bulk says of each payment: created at Qonto, or refused one by one. `client_transfer_id` is our id."""
    par_id = {resultat.client_transfer_id: resultat for resultat in resultats}
    attendus = ordre.virements.select_related("ordre__dossier__cabinet").filter(statut=StatutVirement.ENVOYE)
    for virement in attendus.order_by("rang")[:limite]:
        if resultat := par_id.get(str(virement.pk)):
            # Another worker, who read the same answer, was faster.
            with suppress(MouvementRefuse):
                _appliquer_resultat(virement, resultat, maintenant)


def _appliquer_resultat(virement: Virement, resultat: BulkResult, maintenant: datetime) -> None:
    if resultat.transfer_id:
        # The answer of a bulk has no dates: ours say which payments wait for their day.
        plus_tard = virement.date_prevue > jour_de_paris(maintenant)
        vers = StatutVirement.PROGRAMME if plus_tard else StatutVirement.EN_COURS
        deplacer_virement(virement, vers, maintenant=maintenant, transfer_id=resultat.transfer_id)
    elif resultat.status == "failed":
        code = resultat.errors[0].code if resultat.errors else ""
        motif = phrase_du_code(code) or f"Qonto a refusé ce virement : {code or 'sans motif'}."
        _finir(virement, StatutVirement.REJETE, maintenant, motif=motif[:300])


def suivre_ordre(*, ordre: Ordre, client: QontoClient, maintenant: datetime, limite: int = TAILLE_MAX) -> Ordre:
    """Read again at Qonto the bulk and each payment that is not final, a hundred at a time.

    `limite`: how many payments may change at once, for a person who waits; the next call goes on.
    """
    if ordre.genre == Genre.LOT and ordre.bulk_id and ordre.virements.filter(statut=StatutVirement.ENVOYE).exists():
        lot = lire_lot(ordre, client)
        if _est_etranger(ordre, lot):
            return _rendre_au_doute(ordre, maintenant)
        _appliquer_resultats(ordre, lot.results, maintenant, limite)
    suivis = ordre.virements.select_related("ordre__dossier__cabinet")
    vivants = {virement.transfer_id: virement for virement in suivis if suivable(virement)}
    ids, changes = list(vivants), 0
    for debut in range(0, len(ids), 100):
        for transfert in client.transfers(ids=ids[debut : debut + 100]):
            if (virement := vivants.get(transfert.id)) and changes < limite:
                avant = virement.statut
                changes += appliquer_transfert(virement, transfert, maintenant=maintenant).statut != avant
    return ordre


def lire_lot(ordre: Ordre, client: QontoClient) -> BulkTransfer:
    """The bulk of an order; one that shows nothing when Qonto no longer knows it."""
    try:
        return client.bulk_transfer(ordre.bulk_id)
    except NotFound:
        return BulkTransfer(id=ordre.bulk_id)


def _est_etranger(ordre: Ordre, lot: BulkTransfer) -> bool:
    """True when the bulk shows payments and none is ours: a person attached it before it showed them."""
    nos_ids = {str(pk) for pk in ordre.virements.values_list("pk", flat=True)}
    return bool(lot.results) and not nos_ids & {resultat.client_transfer_id for resultat in lot.results}


def _rendre_au_doute(ordre: Ordre, maintenant: datetime) -> Ordre:
    """The bulk of an order is another's: the order is in doubt again, its instalments stay held."""
    lot = ordre.bulk_id
    with transaction.atomic():
        deplacer_ordre(ordre, StatutOrdre.DOUTE, maintenant=maintenant, bulk_id="", rattache_par_main=False)
        noter(ordre, "paiement.lot_etranger", maintenant=maintenant, lot=lot)
    return ordre


def suivable(virement: Virement) -> bool:
    """True while Qonto may still say something new: not final, or settled without its line of the account."""
    return bool(virement.transfer_id) and (
        virement.statut in (StatutVirement.ENVOYE, StatutVirement.PROGRAMME, StatutVirement.EN_COURS)
        or (virement.statut == StatutVirement.REGLE and not virement.transaction_id)
    )


def annuler_virement(
    *, virement: Virement, client: QontoClient, maintenant: datetime, origine: Origine = SYSTEME
) -> Virement:
    """Cancel a payment that Qonto has not begun.

    Raises AnnulationImpossible when it has, AnnulationRefusee for another refusal, AnnulationEnCours when Qonto does
    not show the cancellation yet.
    """
    journaliser(
        cabinet=virement.ordre.dossier.cabinet,
        dossier=virement.ordre.dossier,
        acte="paiement.annuler",
        date=maintenant,
        origine=origine,
        objet=str(virement.ordre_id),
        apres={"virement": str(virement.pk)},
    )
    try:
        client.cancel_transfer(virement.transfer_id)
    except Refused as refus:
        appliquer_transfert(virement, client.transfer(virement.transfer_id), maintenant=maintenant)
        if virement.statut == StatutVirement.ANNULE:
            return virement
        if refus.code == "cannot_cancel" or (refus.status == 400 and not refus.code):
            raise AnnulationImpossible from None
        raise AnnulationRefusee(phrase_du_refus(refus, quoi="l’annulation", suite="")) from None
    try:
        appliquer_transfert(virement, client.transfer(virement.transfer_id), maintenant=maintenant)
    except QontoError:
        raise AnnulationEnCours from None
    if virement.statut != StatutVirement.ANNULE:
        raise AnnulationEnCours
    return virement


def preuve(*, virement: Virement, client: QontoClient) -> bytes:
    """The proof of transfer, a PDF made by Qonto. Raises PreuveIndisponible before the settlement."""
    if virement.statut != StatutVirement.REGLE:
        raise PreuveIndisponible
    try:
        return client.download_proof(virement.transfer_id)
    except Refused:
        raise PreuveIndisponible from None


def est_deja_rattache(dossier_id: UUID, transfer_id: str) -> bool:
    """True when another payment of the dossier already holds this transfer of Qonto."""
    return Virement.objects.filter(dossier_id=dossier_id, transfer_id=transfer_id).exists()
