"""What a move of a portal's payment does to its bank line, in the same transaction (S21).

These handlers run before those of the books: a line must let its draft go before the books can delete it.
"""

from datetime import datetime

from banque.enums import EtatOperation, Motif
from banque.models import Operation
from banque.services.mention import EXPLICATION_MORT, reconsiderer_virement
from banque.services.rapprochement_virements import cle_du_virement
from qonto_link.enums import ClasseIncident
from qonto_link.services.incidents import signaler
from qonto_link.virements.enums import VIREMENTS_MORTS
from qonto_link.virements.models import Virement


def virement_change(virement: Virement, avant: str, date: datetime) -> None:
    """Subscriber of VIREMENT_CHANGE: the line follows its payment, the way to the end and back."""
    if virement.statut in VIREMENTS_MORTS:
        # The books come next: until then the entry is still there, and the line would take it again.
        _lacher(virement, date)
    else:
        reconsiderer_virement(virement=virement)


def virement_rattache(virement: Virement, date: datetime) -> None:
    """Subscriber of VIREMENT_RATTACHE: Qonto has said which line the payment is."""
    reconsiderer_virement(virement=virement)


def _lacher(virement: Virement, maintenant: datetime) -> None:
    """A dead payment: its line leaves a draft, about to be deleted; a validated entry stays, and is reversed."""
    operation = (
        Operation.objects.select_for_update(of=("self",))
        .filter(dossier_id=virement.dossier_id, ecriture__cle=cle_du_virement(virement.pk))
        .select_related("ecriture", "dossier")
        .first()
    )
    if operation is None or operation.ecriture is None:
        return
    statut = virement.get_statut_display().lower()
    if operation.ecriture.est_brouillard and operation.etat == EtatOperation.COMPTABILISEE:
        operation.etat, operation.ecriture, operation.motif = EtatOperation.A_VERIFIER, None, Motif.AUCUN
        operation.explication = EXPLICATION_MORT.format(statut=statut)
        operation.alerte = f"Le paiement de cette ligne est {statut} : son brouillard est supprimé."
    else:
        operation.alerte = (
            f"Le paiement de cette ligne est {statut} : son écriture est contre-passée. "
            "Liez la ligne de retour à la contre-passation, sans la comptabiliser de nouveau."
        )
    operation.save(update_fields=["etat", "ecriture", "motif", "explication", "alerte"])
    signaler(
        dossier=operation.dossier,
        classe=ClasseIncident.CONTROLE,
        titre=f"Paiement {statut} déjà au relevé : {operation.libelle}"[:200],
        detail=operation.alerte,
        cle=f"virement:{virement.pk}",
        maintenant=maintenant,
    )
