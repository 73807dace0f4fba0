"""Rights of the pages of the portal itself (see tests/matrice.py)."""

from tests.matrice import Constante

DROITS = {
    "metriques": "public GET",
    "sante_pret": "public GET",
    "sante_vivant": "public GET",
    "accueil": "connecte GET",
    "accueil_cabinet": "cabinet GET",
    "cockpit": "cabinet GET",
    "cockpit_attente": "cabinet GET",
    "cockpit_tresorerie": "cabinet GET",
    "recherche_dossiers": "cabinet GET",
    "composants": "cabinet administrateur GET+POST",
    "accueil_client": "connecte GET",
}

FABRIQUES = {"quoi": Constante("integrer")}
