"""An order leaves for Qonto, and what Qonto says of it is written down.

The order of things is what keeps a payment from being made twice:
1. the move to SOUMISSION, the key and the exact body are committed;
2. the call is made, outside any transaction;
3. the answer is committed.
A death between 1 and 3 leaves SOUMISSION, which only `doute.lever_doute` may leave, by asking Qonto first.
"""

import json
from datetime import datetime
from typing import Any

from django.db import transaction

from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from portal.lib.affichage import jour_de_paris
from portal.lib.calendrier import prochain_jour_ouvre
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import Forbidden, QontoError, Refused, ScaRequired, Unauthorized
from qonto_link.api.schemas.paiements import SCA_ALLOW, SCA_DENY, SCA_WAITING, BulkTransfer, Transfer
from qonto_link.errors import QontoInjoignable, ReconnexionNecessaire
from qonto_link.virements.enums import Genre, MethodeSca, StatutOrdre
from qonto_link.virements.errors import MouvementRefuse
from qonto_link.virements.messages import phrase_du_refus
from qonto_link.virements.models import DUREE_CLE, Ordre, Virement
from qonto_link.virements.services.acceptation import recevoir
from qonto_link.virements.services.etats import deplacer_ordre, liberer_ordre, noter
from qonto_link.virements.services.preparation import exiger_verification

SCA_PERDUE = "L’authentification a été refusée ou a expiré. Rien n’est parti : vous pouvez payer à nouveau."


def envoyer_ordre(
    *, ordre: Ordre, client: QontoClient, methode: str, maintenant: datetime, origine: Origine = SYSTEME
) -> Ordre:
    """Send an order that is ready. Qonto accepts, refuses, or asks for the strong authentication `methode`.

    Raises MouvementRefuse when it already left, VerificationManquante or MotifManquant before anything leaves.
    """
    if ordre.statut != StatutOrdre.PRET:
        raise MouvementRefuse
    exiger_verification(ordre, maintenant)
    with transaction.atomic():
        _reporter(ordre, maintenant)
        deplacer_ordre(
            ordre,
            StatutOrdre.SOUMISSION,
            maintenant=maintenant,
            corps=json.dumps(_corps(ordre, maintenant)),
            methode_sca=methode,
            premier_envoi=maintenant,
            dernier_envoi=maintenant,
        )
        _noter_geste(ordre, "paiement.valider", maintenant, origine)
    return _appeler(ordre, client, maintenant)


def _reporter(ordre: Ordre, maintenant: datetime) -> None:
    """A payment approved after its day leaves on the next day of the banks; the requested day stays on record."""
    jour = jour_de_paris(maintenant)
    ordre.virements.filter(date_prevue__lt=jour).update(date_prevue=prochain_jour_ouvre(jour))


def suivre_authentification(*, ordre: Ordre, client: QontoClient, maintenant: datetime) -> Ordre:
    """Ask what the payer decided; once he has approved, make the identical call again (§9.7).

    An unreachable Qonto changes nothing: the panel asks again. Another state than ATTENTE_SCA is left as it is.
    """
    if ordre.statut != StatutOrdre.ATTENTE_SCA:
        return ordre
    expire = ordre.sca_expire_le()
    try:
        decision = client.sca_session(ordre.jeton_sca, mock=ordre.methode_sca == MethodeSca.MOCK).result
    except (Unauthorized, Forbidden):
        # About our access, not about what the payer decided.
        decision = SCA_WAITING
    except Refused:
        decision = SCA_DENY
    if decision == SCA_ALLOW and (cle_jeune(ordre, maintenant) or not ordre.incertain):
        deplacer_ordre(ordre, StatutOrdre.SOUMISSION, maintenant=maintenant, dernier_envoi=maintenant)
        return _appeler(ordre, client, maintenant)
    # Approved, but too late for a key that may already have paid: only Qonto's list can tell.
    if decision in (SCA_ALLOW, SCA_DENY) or (expire and maintenant >= expire):
        return _perdre(ordre, maintenant)
    return ordre


def _perdre(ordre: Ordre, maintenant: datetime) -> Ordre:
    with transaction.atomic():
        liberer_ordre(ordre, StatutOrdre.ABANDONNE, maintenant=maintenant, motif=SCA_PERDUE, jeton_sca="")
        noter(ordre, "paiement.authentification_perdue", maintenant=maintenant, statut=ordre.statut)
    return ordre


def changer_methode(
    *, ordre: Ordre, client: QontoClient, methode: str, maintenant: datetime, origine: Origine = SYSTEME
) -> Ordre:
    """Ask for another authentication of the same order: the same key and body, a new challenge.

    Raises MouvementRefuse unless the order waits for its authentication and its key is young enough.
    """
    if ordre.statut != StatutOrdre.ATTENTE_SCA or not cle_jeune(ordre, maintenant):
        raise MouvementRefuse
    with transaction.atomic():
        deplacer_ordre(
            ordre,
            StatutOrdre.SOUMISSION,
            maintenant=maintenant,
            dernier_envoi=maintenant,
            methode_sca=methode,
            jeton_sca="",
        )
        _noter_geste(ordre, "paiement.methode", maintenant, origine)
    return _appeler(ordre, client, maintenant)


def cle_jeune(ordre: Ordre, maintenant: datetime) -> bool:
    """True while the idempotency key may be sent again: Qonto forgets a success after 30 minutes (§1.4)."""
    return ordre.premier_envoi is not None and maintenant < ordre.premier_envoi + DUREE_CLE


def renvoyer(*, ordre: Ordre, client: QontoClient, maintenant: datetime) -> Ordre:
    """Make the call of a doubtful order again, with the same key: Qonto answers what it answered, or does it once.

    Only `doute` calls this, after it looked for the transfer. Raises MouvementRefuse when the key is too old.
    """
    if not cle_jeune(ordre, maintenant):
        raise MouvementRefuse
    deplacer_ordre(ordre, StatutOrdre.SOUMISSION, maintenant=maintenant, dernier_envoi=maintenant)
    return _appeler(ordre, client, maintenant)


def _noter_geste(ordre: Ordre, acte: str, maintenant: datetime, origine: Origine) -> None:
    journaliser(
        cabinet=ordre.dossier.cabinet,
        dossier=ordre.dossier,
        acte=acte,
        date=maintenant,
        origine=origine,
        objet=str(ordre.pk),
        apres={"methode": ordre.methode_sca},
    )


def _appeler(ordre: Ordre, client: QontoClient, maintenant: datetime) -> Ordre:
    """The call itself. Whatever is not a clear answer leaves the order in doubt, never free."""
    appel: dict[str, Any] = {
        "idempotency_key": str(ordre.cle),
        "preference": ordre.methode_sca,
        "sca_token": ordre.jeton_sca,
    }
    corps = json.loads(ordre.corps)
    reponse: Transfer | BulkTransfer
    try:
        if ordre.genre == Genre.LOT:
            reponse = client.create_bulk_transfer(corps, **appel)
        else:
            reponse = client.create_transfer(corps, **appel)
    except ScaRequired as demande:
        return deplacer_ordre(
            ordre, StatutOrdre.ATTENTE_SCA, maintenant=maintenant, jeton_sca=demande.token, sca_depuis=maintenant
        )
    except Refused as refus:
        return _refuser(ordre, refus, maintenant)
    except (QontoError, QontoInjoignable, ReconnexionNecessaire) as panne:
        return deplacer_ordre(
            ordre, StatutOrdre.DOUTE, maintenant=maintenant, reference_support=getattr(panne, "trace_id", "")[:64]
        )
    return recevoir(ordre, reponse, maintenant=maintenant)


def _refuser(ordre: Ordre, refus: Refused, maintenant: datetime) -> Ordre:
    """Free the order, unless it is uncertain: the refusal is about this call, a former one may have been done."""
    # 422 on a replay says "Not found" both for a foreign token and for one that already served (§9.7): look first.
    if refus.status == 422 and ordre.jeton_sca:
        return deplacer_ordre(ordre, StatutOrdre.DOUTE, maintenant=maintenant, jeton_sca="")
    return liberer_ordre(
        ordre,
        StatutOrdre.REFUSE,
        maintenant=maintenant,
        motif=phrase_du_refus(refus)[:300],
        reference_support=refus.trace_id[:64],
        jeton_sca="",
    )


def _corps(ordre: Ordre, maintenant: datetime) -> dict[str, Any]:
    virements = list(ordre.virements.select_related("verification").order_by("rang"))
    if ordre.genre == Genre.LOT:
        return {
            "vop_proof_token": ordre.jeton_vop,
            "bank_account_id": ordre.compte.external_id,
            "bulk_transfers": [
                {"client_transfer_id": str(virement.pk), **_virement(virement, maintenant)} for virement in virements
            ],
        }
    (virement,) = virements
    jeton = virement.verification.jeton if virement.verification else ""
    transfert = {"bank_account_id": ordre.compte.external_id, **_virement(virement, maintenant)}
    return {"vop_proof_token": jeton, "transfer": transfert}


def _virement(virement: Virement, maintenant: datetime) -> dict[str, Any]:
    """One payment on the wire; amounts are decimal strings (§0.3)."""
    corps: dict[str, Any] = {
        "amount": f"{virement.montant_cents // 100}.{virement.montant_cents % 100:02d}",
        "reference": virement.reference,
    }
    if virement.note:
        corps["note"] = virement.note
    if virement.beneficiaire_id:
        corps["beneficiary_id"] = virement.beneficiaire_id
    else:
        payee = {"name": virement.beneficiaire, "iban": virement.iban, "bic": virement.bic}
        corps["beneficiary"] = {nom: valeur for nom, valeur in payee.items() if valeur}
    if virement.date_prevue > jour_de_paris(maintenant):
        corps["scheduled_date"] = virement.date_prevue.isoformat()
    if virement.pieces_jointes:
        corps["attachment_ids"] = list(virement.pieces_jointes)
    return corps
