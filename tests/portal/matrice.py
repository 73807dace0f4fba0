"""Rights of the pages of the portal itself (see tests/matrice.py)."""

DROITS = {
    "metriques": "public GET",
    "sante_pret": "public GET",
    "sante_vivant": "public GET",
    "accueil": "connecte GET",
    "accueil_cabinet": "cabinet GET",
    "recherche_dossiers": "cabinet GET",
    "composants": "cabinet administrateur GET+POST",
    "accueil_client": "connecte GET",
}
