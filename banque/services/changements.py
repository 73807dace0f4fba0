"""What changed at the bank after a line had been integrated: kept, shown, and carried to the grid where it may be.

A booked entry is never touched: what no longer agrees is written beside the line for a person to judge.
"""

from datetime import datetime
from typing import Any

from banque.enums import EtatOperation, StatutRecue
from banque.models import Changement, LigneRecue, Operation
from banque.services.mention import reconsiderer_mention
from banque.texte import complement_de, normaliser
from qonto_link.enums import ClasseIncident
from qonto_link.services.incidents import signaler

# Field → its name on the screen.
LIBELLES = {
    "statut": "Statut",
    "montant_cents": "Montant",
    "jour": "Date",
    "libelle": "Libellé",
    "contrepartie": "Contrepartie",
    "reference": "Référence",
    "note": "Note",
    "nb_pieces": "Justificatifs",
    "tva_cents": "TVA",
}


def _texte(valeur: Any) -> str:
    return "" if valeur is None else str(valeur)


def repercuter(*, ligne: LigneRecue, avant: dict[str, Any], maintenant: datetime) -> None:
    """Record the changes of an integrated line and carry them to its operation."""
    Changement.objects.bulk_create(
        Changement(
            dossier_id=ligne.dossier_id,
            ligne=ligne,
            date=maintenant,
            champ=champ,
            avant=_texte(valeur),
            apres=_texte(getattr(ligne, champ)),
        )
        for champ, valeur in avant.items()
        if champ in LIBELLES
    )
    operation = Operation.objects.select_for_update(of=("self",)).filter(ligne=ligne).select_related("dossier").first()
    if operation is not None:
        _reporter_textes(operation, ligne, avant)
        _alerter(operation, ligne, avant, maintenant)
        reconsiderer_mention(operation=operation, ligne=ligne, avant=avant)


def _reporter_textes(operation: Operation, ligne: LigneRecue, avant: dict[str, Any]) -> None:
    operation.nb_pieces = ligne.nb_pieces
    operation.complement = complement_de(ligne.reference, ligne.note)
    if operation.est_modifiable:
        operation.contrepartie = normaliser(ligne.contrepartie or ligne.libelle)
        operation.mode_reglement, operation.code_operation = ligne.mode_reglement, ligne.code_operation
        if not operation.libelle_saisi and ({"contrepartie", "libelle"} & avant.keys()):
            operation.libelle = (ligne.contrepartie or ligne.libelle)[:100]
    operation.save(
        update_fields=["nb_pieces", "complement", "contrepartie", "mode_reglement", "code_operation", "libelle"]
    )


def _alerter(operation: Operation, ligne: LigneRecue, avant: dict[str, Any], maintenant: datetime) -> None:
    """A line that is no longer settled, or not for this amount or day, waits for a person."""
    if ligne.statut != StatutRecue.REGLEE:
        statut = StatutRecue(ligne.statut).label if ligne.statut in StatutRecue.values else ligne.statut
        alerte = f"La banque annonce maintenant cette ligne « {statut} »."
    elif {"montant_cents", "jour"} & avant.keys() and (
        ligne.montant_cents != operation.montant_cents or ligne.jour != operation.jour
    ):
        alerte = "La banque a changé le montant ou la date de cette ligne après son intégration."
    else:
        return
    if operation.est_modifiable or operation.etat == EtatOperation.A_VERIFIER:
        alerte = f"{alerte} Reprenez-la telle que la banque la donne."
        operation.etat = EtatOperation.A_VERIFIER
    else:
        alerte = f"{alerte} Elle est déjà en comptabilité : contre-passez l’écriture si besoin."
    operation.alerte = alerte[:300]
    operation.save(update_fields=["alerte", "etat"])
    signaler(
        dossier=operation.dossier,
        classe=ClasseIncident.CONTROLE,
        titre=f"Ligne modifiée par la banque : {operation.libelle}",
        detail=alerte,
        cle=f"ligne:{ligne.pk}",
        maintenant=maintenant,
    )
