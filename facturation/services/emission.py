"""The payer validates: the order leaves, with the invoice attached where Qonto demands it."""

import io
import uuid
from datetime import datetime

from facturation.errors import PaiementImpossible
from facturation.models import Reglement
from facturation.services.paiement import SEUIL_JUSTIFICATIF_CENTS, manques_du_justificatif
from gestion_acces.services.audit import SYSTEME, Origine
from gestion_acces.services.fichiers import ouvrir
from qonto_link.api.client import QontoClient
from qonto_link.virements.enums import StatutOrdre
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.envoi import envoyer_ordre


def emettre_ordre(
    *, ordre: Ordre, client: QontoClient, methode: str, maintenant: datetime, origine: Origine = SYSTEME
) -> Ordre:
    """Send an order that is ready. Raises PaiementImpossible when a compulsory document is missing.

    A second call for an order that already left raises MouvementRefuse.
    """
    if ordre.statut == StatutOrdre.PRET:
        for virement in ordre.virements.filter(montant_cents__gt=SEUIL_JUSTIFICATIF_CENTS):
            _joindre_facture(virement, client)
    return envoyer_ordre(ordre=ordre, client=client, methode=methode, maintenant=maintenant, origine=origine)


def _joindre_facture(virement: Virement, client: QontoClient) -> None:
    """Upload the invoice once; the key makes a second upload the same one."""
    if virement.pieces_jointes:
        return
    reglements = Reglement.objects.select_related("echeance__facture__fichier", "echeance__facture__fournisseur")
    facture = reglements.get(virement=virement).echeance.facture
    fichier, manques = facture.fichier, manques_du_justificatif(facture)
    if fichier is None or manques:
        raise PaiementImpossible(manques)
    cle = uuid.uuid5(virement.pk, fichier.sha256)
    piece = client.upload_attachment(
        fichier=io.BytesIO(b"".join(ouvrir(fichier))),
        nom=fichier.nom,
        type_mime=fichier.type_mime,
        idempotency_key=str(cle),
    )
    virement.pieces_jointes = [piece.id]
    virement.save(update_fields=["pieces_jointes"])
