"""A doubt that only a person can close: the key is dead and something at Qonto looks like the payment.

Two ways out, each with a reason and a line of the audit trail: it was this payment, or nothing of it ever left. What
Qonto shows is read again at that moment: the person decides on what she was shown, or is shown again.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from gestion_acces.services.audit import SYSTEME, Origine
from qonto_link.api.client import QontoClient
from qonto_link.api.schemas.paiements import BulkTransfer, Transfer
from qonto_link.enums import ClasseIncident
from qonto_link.models import Incident
from qonto_link.virements.enums import Genre, StatutOrdre
from qonto_link.virements.errors import DecisionPrematuree, SosiesChanges, SosieTenu
from qonto_link.virements.models import Ordre
from qonto_link.virements.services.acceptation import recevoir
from qonto_link.virements.services.decisions import clore, motif_donne
from qonto_link.virements.services.doute import VERIFIE, cle_incident, est_perdu
from qonto_link.virements.services.etats import deplacer_ordre
from qonto_link.virements.services.recherche import Constat, chercher
from qonto_link.virements.services.suivi import accepter_lignes, accepter_lot, accepter_simple

Sosie = Transfer | BulkTransfer


def a_trancher(ordre: Ordre, maintenant: datetime) -> bool:
    """True when only a person can say what became of the order. Asks our own rows, not Qonto."""
    if not est_perdu(ordre, maintenant):
        return False
    incidents = Incident.objects.filter(dossier_id=ordre.dossier_id, classe=ClasseIncident.CONTROLE).ouverts()
    return incidents.filter(cle=cle_incident(ordre)).exists()


def sosies_de(*, ordre: Ordre, client: QontoClient, maintenant: datetime) -> tuple[Sosie, ...]:
    """What looks like a lost order at Qonto; the order itself, when it is there, is attached without asking anybody.

    Raises DecisionPrematuree when there is nothing to decide, QontoError.
    """
    return _constater(ordre, client, maintenant).sosies


def _constater(ordre: Ordre, client: QontoClient, maintenant: datetime) -> Constat:
    if not est_perdu(ordre, maintenant):
        raise DecisionPrematuree
    constat = chercher(ordre, client)
    if constat.trouve is not None:
        recevoir(ordre, constat.trouve, maintenant=maintenant)
    if not constat.sosies:
        raise DecisionPrematuree
    return constat


def rattacher_sosie(
    *,
    ordre: Ordre,
    sosie_id: str,
    client: QontoClient,
    motif: str,
    maintenant: datetime,
    origine: Origine = SYSTEME,
) -> Ordre:
    """« C'était ce paiement »: DOUTE → ACCEPTE with the transfer, or the bulk, that the person names.

    One of the transfers that are like the payments of a bulk stands for all of them: each goes to its payment.

    Raises DecisionSansMotif, DecisionPrematuree, SosiesChanges when Qonto no longer shows it as a look-alike,
    SosieTenu when another payment took it, MouvementRefuse when somebody decided first, QontoError.
    """
    motif = motif_donne(motif)
    constat = _constater(ordre, client, maintenant)
    choisi = next((sosie for sosie in constat.sosies if sosie.id == sosie_id), None)
    if choisi is None:
        raise SosiesChanges
    try:
        with transaction.atomic():
            if isinstance(choisi, BulkTransfer):
                accepter_lot(ordre, choisi, maintenant=maintenant, rattache_par_main=True)
            elif ordre.genre == Genre.LOT:
                accepter_lignes(ordre, constat.lignes, maintenant=maintenant)
            else:
                accepter_simple(ordre, choisi, maintenant=maintenant)
            clore(
                ordre,
                "paiement.rattacher",
                incident=cle_incident(ordre),
                statut_avant=StatutOrdre.DOUTE,
                maintenant=maintenant,
                origine=origine,
                motif=motif,
                virement_qonto=sosie_id,
            )
    except IntegrityError:
        ordre.refresh_from_db()
        raise SosieTenu from None
    return ordre


def declarer_rien_parti(
    *,
    ordre: Ordre,
    vus: Collection[str],
    client: QontoClient,
    motif: str,
    maintenant: datetime,
    origine: Origine = SYSTEME,
) -> Ordre:
    """« Rien n'est parti »: DOUTE → REFUSE, the instalment opens again. `vus`: the look-alikes that she ruled out.

    Raises DecisionSansMotif, DecisionPrematuree, SosiesChanges when Qonto shows others, MouvementRefuse when somebody
    decided first, QontoError.
    """
    motif = motif_donne(motif)
    sosies = sosies_de(ordre=ordre, client=client, maintenant=maintenant)
    if {sosie.id for sosie in sosies} != set(vus):
        raise SosiesChanges
    with transaction.atomic():
        deplacer_ordre(
            ordre,
            StatutOrdre.REFUSE,
            maintenant=maintenant,
            motif=f"Rien n’est parti, {VERIFIE} : {motif}"[:300],
            jeton_sca="",
            incertain=False,
        )
        clore(
            ordre,
            "paiement.rien_parti",
            incident=cle_incident(ordre),
            statut_avant=StatutOrdre.DOUTE,
            maintenant=maintenant,
            origine=origine,
            motif=motif,
            ecartes=sorted(vus),
        )
    return ordre
