"""Qonto says that it has an order: written down whatever happened meanwhile, so that no transfer is forgotten."""

from datetime import datetime

from django.db import IntegrityError

from qonto_link.api.schemas.paiements import BulkTransfer, Transfer
from qonto_link.enums import ClasseIncident
from qonto_link.services.incidents import signaler
from qonto_link.virements.enums import StatutOrdre
from qonto_link.virements.errors import MouvementRefuse
from qonto_link.virements.models import Ordre
from qonto_link.virements.services.etats import deplacer_ordre
from qonto_link.virements.services.suivi import accepter_lot, accepter_simple

ESSAIS = 3
LIBERE = "Qonto a exécuté un paiement que le portail croyait refusé"
AUTRE = "Qonto a deux virements pour un même paiement"
TENU = "Qonto répond à un paiement par un virement déjà rattaché à un autre"


def recevoir(ordre: Ordre, reponse: Transfer | BulkTransfer, *, maintenant: datetime) -> Ordre:
    """Accept the order with Qonto's answer.

    An order that another worker moved while the answer was on its way goes through the doubt; a transfer that another
    payment already holds leaves the order in doubt. What cannot be mended is an incident.
    """
    try:
        return _accepter(ordre, reponse, maintenant)
    except MouvementRefuse:
        return _recevoir_tard(ordre, reponse, maintenant)
    except IntegrityError:
        return _garder_en_doute(ordre, reponse, maintenant)


def _accepter(ordre: Ordre, reponse: Transfer | BulkTransfer, maintenant: datetime) -> Ordre:
    if isinstance(reponse, BulkTransfer):
        return accepter_lot(ordre, reponse, maintenant=maintenant)
    return accepter_simple(ordre, reponse, maintenant=maintenant)


def _recevoir_tard(ordre: Ordre, reponse: Transfer | BulkTransfer, maintenant: datetime) -> Ordre:
    for _ in range(ESSAIS):
        ordre.refresh_from_db()
        try:
            if ordre.statut in (StatutOrdre.SOUMISSION, StatutOrdre.ATTENTE_SCA):
                deplacer_ordre(ordre, StatutOrdre.DOUTE, maintenant=maintenant)
            if ordre.statut != StatutOrdre.DOUTE:
                break
            return _accepter(ordre, reponse, maintenant)
        except MouvementRefuse:
            continue
        except IntegrityError:
            return _garder_en_doute(ordre, reponse, maintenant)
    if ordre.statut != StatutOrdre.ACCEPTE:
        _signaler(ordre, LIBERE, reponse, maintenant)
    elif not _est_connu(ordre, reponse):
        _signaler(ordre, AUTRE, reponse, maintenant)
    return ordre


def _garder_en_doute(ordre: Ordre, reponse: Transfer | BulkTransfer, maintenant: datetime) -> Ordre:
    ordre.refresh_from_db()
    if ordre.statut in (StatutOrdre.SOUMISSION, StatutOrdre.ATTENTE_SCA):
        deplacer_ordre(ordre, StatutOrdre.DOUTE, maintenant=maintenant)
    _signaler(ordre, TENU, reponse, maintenant)
    return ordre


def _est_connu(ordre: Ordre, reponse: Transfer | BulkTransfer) -> bool:
    if isinstance(reponse, BulkTransfer):
        return ordre.bulk_id == reponse.id
    return ordre.virements.filter(transfer_id=reponse.id).exists()


def _signaler(ordre: Ordre, titre: str, reponse: Transfer | BulkTransfer, maintenant: datetime) -> None:
    signaler(
        dossier=ordre.dossier,
        classe=ClasseIncident.CONTROLE,
        titre=titre,
        detail=f"Paiement {ordre.pk}, référence de Qonto {reponse.id}. Comparez avec Qonto avant de payer à nouveau.",
        cle=f"paiement:{ordre.pk}",
        maintenant=maintenant,
    )
