"""Rights of the pages of qonto_link (see tests/matrice.py)."""

from typing import Any

from tests.matrice import Constante
from tests.qonto_link.factories import IncidentFactory

DROITS = {
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
    "incident_id": lambda dossier: IncidentFactory(dossier=dossier).pk,
    # A demand belongs to the person who left for Qonto: nobody of the matrix has one.
    "demande_id": Constante(999_999),
}
