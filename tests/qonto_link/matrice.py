"""Rights of the pages of qonto_link (see tests/matrice.py)."""

from io import BytesIO
from typing import Any

from django.utils import timezone

from gestion_acces.models import Dossier
from gestion_acces.services.fichiers import deposer_fichier
from qonto_link.adhesion.models import Adhesion, Justificatif
from tests.matrice import Constante
from tests.qonto_link.adhesion.factories import AdhesionFactory, CorrectionFactory, JustificatifFactory
from tests.qonto_link.factories import IncidentFactory

DROITS = {
    "qonto_link:adhesion": "client dossier qonto:consulter dirigeant GET+POST",
    "qonto_link:adhesion_abandonner": "client dossier qonto:consulter dirigeant POST",
    "qonto_link:adhesion_actualiser": "client dossier qonto:consulter dirigeant POST",
    "qonto_link:adhesion_associe": "client dossier qonto:consulter dirigeant GET+POST",
    "qonto_link:adhesion_associe_ajouter": "client dossier qonto:consulter dirigeant POST",
    "qonto_link:adhesion_associe_retirer": "client dossier qonto:consulter dirigeant POST",
    "qonto_link:adhesion_associer": "client dossier qonto:consulter dirigeant POST",
    "qonto_link:adhesion_associes": "client dossier qonto:consulter dirigeant GET",
    "qonto_link:adhesion_cabinet": "cabinet dossier GET",
    "qonto_link:adhesion_certificat": "cabinet dossier GET",
    "qonto_link:adhesion_correction": "cabinet dossier POST",
    "qonto_link:adhesion_entreprise": "client dossier qonto:consulter dirigeant GET+POST",
    "qonto_link:adhesion_justificatif": "client dossier qonto:consulter dirigeant GET",
    "qonto_link:adhesion_justificatif_deposer": "client dossier qonto:consulter dirigeant POST",
    "qonto_link:adhesion_justificatif_retirer": "client dossier qonto:consulter dirigeant POST",
    "qonto_link:adhesion_justificatifs": "client dossier qonto:consulter dirigeant GET",
    "qonto_link:adhesion_rappeler": "cabinet dossier POST",
    "qonto_link:adhesion_suivi": "client dossier qonto:consulter dirigeant GET",
    "qonto_link:adhesion_verification": "client dossier qonto:consulter dirigeant GET+POST",
    "qonto_link:adhesions": "cabinet GET",
    "qonto_link:sonnette": "public GET",
    "qonto_link:webhook": "public POST",
    "qonto_link:webhook_partenaire": "public POST",
    "qonto_link:actualiser": "client dossier qonto:consulter POST",
    "qonto_link:applications": "client dossier GET",
    "qonto_link:associer": "client dossier qonto:consulter dirigeant GET",
    "qonto_link:choisir_comptes": "client dossier qonto:consulter dirigeant GET+POST",
    "qonto_link:compte": "client dossier qonto:consulter GET",
    "qonto_link:depart": "client dossier qonto:consulter dirigeant POST",
    "qonto_link:dissocier": "client dossier qonto:consulter dirigeant GET+POST confirmation",
    "qonto_link:dossier": "cabinet dossier GET",
    "qonto_link:incident_classer": "cabinet dossier POST",
    "qonto_link:incidents": "cabinet dossier GET",
    "qonto_link:meteo": "cabinet GET",
    "qonto_link:modifier_comptes": "client dossier qonto:consulter dirigeant GET+POST",
    "qonto_link:relancer": "cabinet dossier POST",
    "qonto_link:retour": "connecte GET",
}

FABRIQUES: dict[str, Any] = {
    "cle": Constante("a" * 32),
    "connexion_id": Constante(999_999),
    "correction_id": lambda dossier: CorrectionFactory(dossier=dossier, adhesion=adhesion_de(dossier)).pk,
    "jeton": Constante("forge"),
    "justificatif_id": lambda dossier: piece_de(dossier).pk,
    "incident_id": lambda dossier: IncidentFactory(dossier=dossier).pk,
    # A demand belongs to the person who left for Qonto: nobody of the matrix has one.
    "demande_id": Constante(999_999),
}


def adhesion_de(dossier: Dossier) -> Adhesion:
    vivante: Adhesion | None = Adhesion.objects.pour_dossier(dossier).vivantes().first()
    return vivante or AdhesionFactory(dossier=dossier, chez_qonto=True)


def piece_de(dossier: Dossier) -> Justificatif:
    """A document whose bytes are really there: its page serves them."""
    fichier, _ = deposer_fichier(
        dossier=dossier, flux=BytesIO(b"%PDF-"), nom="p.pdf", type_mime="application/pdf", maintenant=timezone.now()
    )
    piece: Justificatif | None = Justificatif.objects.pour_dossier(dossier).filter(fichier=fichier).first()
    return piece or JustificatifFactory(dossier=dossier, adhesion=adhesion_de(dossier), fichier=fichier)
