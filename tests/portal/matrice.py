"""Rights of the pages of the portal itself (see tests/matrice.py)."""

DROITS = {
    "accueil": "connecte GET",
    "accueil_cabinet": "cabinet GET",
    "accueil_client": "connecte GET",
}
