"""Rights of the pages of i-Dépôt (see tests/matrice.py)."""

from typing import Any

from depot.models import Document
from gestion_acces.models import Dossier
from tests.depot.factories import ClasseurFactory, DocumentFactory, ImportFactory, fichier_pdf

DROITS = {
    "depot:accueil": "cabinet dossier GET",
    "depot:apercu": "cabinet dossier GET",
    "depot:archive": "cabinet dossier GET+POST",
    "depot:classeur_modifier": "cabinet dossier POST",
    "depot:classeurs": "cabinet dossier GET+POST",
    "depot:decrire": "cabinet dossier POST",
    "depot:deposer": "cabinet dossier GET+POST",
    "depot:document_restaurer": "cabinet dossier POST",
    "depot:import_lancer": "cabinet dossier POST",
    "depot:import_reprendre": "cabinet dossier POST",
    "depot:import_suivi": "cabinet dossier GET sans-activite",
    "depot:imports": "cabinet dossier GET",
    "depot:lot": "cabinet dossier POST",
    "depot:vente_comptabiliser": "cabinet dossier POST",
    "depot:ventes_comptabiliser": "cabinet dossier GET+POST",
    "depot:accueil_client": "client dossier i_depot:consulter GET",
    "depot:apercu_client": "client dossier i_depot:consulter GET",
    "depot:archive_client": "client dossier i_depot:consulter GET+POST",
    "depot:deposer_client": "client dossier i_depot:preparer GET+POST",
    "depot:lot_client": "client dossier i_depot:preparer POST",
    "facturation:depuis_depot": "cabinet dossier POST",
    "facturation:depuis_depot_client": "client dossier i_facture:preparer POST",
}

FABRIQUES: dict[str, Any] = {
    "document_id": lambda dossier: document(dossier),
    "facturation:depuis_depot.document_id": lambda dossier: achat(dossier),
    "facturation:depuis_depot_client.document_id": lambda dossier: achat(dossier),
    "classeur_id": lambda dossier: ClasseurFactory(dossier=dossier).pk,
    "import_id": lambda dossier: ImportFactory(dossier=dossier).pk,
}


def document(dossier: Dossier) -> int:
    """A document whose file can be opened; one a dossier, as the same bytes are kept once."""
    fichier = fichier_pdf(dossier)
    garde = Document.objects.filter(dossier=dossier, fichier=fichier, supprime_le__isnull=True).first()
    return int((garde or DocumentFactory(dossier=dossier, fichier=fichier)).pk)


def achat(dossier: Dossier) -> int:
    """A purchase that holds no Factur-X: the act says so and comes back to the document."""
    fichier = fichier_pdf(dossier, "Achat")
    garde = Document.objects.filter(dossier=dossier, fichier=fichier).first()
    return int((garde or DocumentFactory(dossier=dossier, fichier=fichier, panier="achat", type="facture_achat")).pk)
