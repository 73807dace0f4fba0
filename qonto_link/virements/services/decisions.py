"""What a person's decision on a payment asks and leaves: a reason, a closed incident, a line of the audit trail."""

from datetime import datetime

from gestion_acces.services.audit import Origine, journaliser
from qonto_link.enums import ClasseIncident
from qonto_link.services.incidents import resoudre
from qonto_link.virements.errors import DecisionSansMotif
from qonto_link.virements.models import Ordre


def motif_donne(motif: str) -> str:
    """The reason, trimmed. Raises DecisionSansMotif when there is none."""
    if not motif.strip():
        raise DecisionSansMotif
    return motif.strip()[:200]


def clore(
    ordre: Ordre,
    acte: str,
    *,
    incident: str,
    statut_avant: str,
    maintenant: datetime,
    origine: Origine,
    **apres: object,
) -> None:
    """Close the incident of this key and audit the act. Call it inside the transaction of the decision."""
    resoudre(dossier=ordre.dossier, classe=ClasseIncident.CONTROLE, cle=incident, maintenant=maintenant)
    journaliser(
        cabinet=ordre.dossier.cabinet,
        dossier=ordre.dossier,
        acte=acte,
        date=maintenant,
        origine=origine,
        objet=str(ordre.pk),
        avant={"statut": statut_avant},
        apres={"statut": ordre.statut, **apres},
    )
