"""What happens after a settlement: a note made by mistake is taken back, a transfer comes back from the bank."""

from datetime import datetime

from django.db import transaction

from facturation.errors import FacturationError
from facturation.models import Reglement
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from qonto_link.virements.enums import StatutVirement
from qonto_link.virements.errors import MouvementRefuse
from qonto_link.virements.models import Virement
from qonto_link.virements.services.etats import deplacer_virement


def annuler_note(*, reglement: Reglement, maintenant: datetime, origine: Origine = SYSTEME) -> Reglement:
    """Take back a settlement noted by mistake: its instalment is open again, the note stays as history.

    Raises FacturationError for a payment of the portal, which only its transfer may undo, and for a former note.
    """
    with transaction.atomic():
        retirees = Reglement.objects.filter(pk=reglement.pk, virement__isnull=True, vivant=True).update(vivant=False)
        if retirees != 1:
            raise FacturationError("Ce règlement n’est pas une note en cours : rien n’a changé.")
        reglement.vivant = False
        journaliser(
            cabinet=reglement.echeance.dossier.cabinet,
            dossier=reglement.echeance.dossier,
            acte="paiement.annuler_note",
            date=maintenant,
            origine=origine,
            objet=str(reglement.echeance)[:200],
            avant={"mode": reglement.mode, "jour": str(reglement.regle_le)},
        )
    return reglement


def marquer_retourne(*, virement: Virement, motif: str, maintenant: datetime, origine: Origine = SYSTEME) -> Virement:
    """The supplier's bank sent a settled transfer back: the instalment opens again, the entry is reversed.

    Raises MouvementRefuse unless the payment is settled, FacturationError without a reason.
    """
    if not motif.strip():
        raise FacturationError("Indiquez pourquoi le virement est revenu.")
    if virement.statut != StatutVirement.REGLE:
        raise MouvementRefuse
    with transaction.atomic():
        deplacer_virement(virement, StatutVirement.RETOURNE, maintenant=maintenant, motif=motif.strip()[:300])
        journaliser(
            cabinet=virement.dossier.cabinet,
            dossier=virement.dossier,
            acte="paiement.retourner",
            date=maintenant,
            origine=origine,
            objet=str(virement)[:200],
            avant={"statut": StatutVirement.REGLE},
            apres={"statut": virement.statut, "motif": motif.strip()[:300]},
        )
    return virement
