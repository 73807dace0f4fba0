"""Rights of the pages of gestion_acces (see tests/matrice.py)."""

from tests.matrice import Constante

DROITS = {
    "gestion_acces:confirmer": "connecte GET+POST",
    "gestion_acces:connexion": "public GET+POST",
    "gestion_acces:deconnexion": "connecte POST",
    "gestion_acces:dossier_dirigeant": "cabinet dossier GET+POST",
    "gestion_acces:dossier_divers": "cabinet dossier GET",
    "gestion_acces:dossier_fiche": "cabinet dossier GET+POST",
    "gestion_acces:dossier_liste": "cabinet GET",
    "gestion_acces:invitation": "public GET+POST",
    "gestion_acces:tuile_acces": "cabinet dossier GET+POST confirmation",
    "gestion_acces:tuile_confirmation": "cabinet dossier GET",
    "gestion_acces:tuile_enregistrer": "cabinet dossier POST confirmation",
}
FABRIQUES = {"identifiant": Constante("MQ"), "jeton": Constante("faux")}
