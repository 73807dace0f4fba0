"""Rights of the pages of gestion_acces (see tests/matrice.py)."""

from tests.matrice import Constante

DROITS = {
    "gestion_acces:cle_ajouter": "connecte GET+POST confirmation sans-second-facteur",
    "gestion_acces:cle_options": "public POST",
    "gestion_acces:codes_renouveler": "connecte POST confirmation",
    "gestion_acces:codes_secours": "connecte GET+POST",
    "gestion_acces:codes_secours_fichier": "connecte GET",
    "gestion_acces:confirmer": "connecte GET+POST sans-second-facteur",
    "gestion_acces:connexion": "public GET+POST",
    "gestion_acces:connexion_cle": "public POST",
    "gestion_acces:deconnecter_partout": "connecte POST",
    "gestion_acces:deconnexion": "connecte POST sans-second-facteur",
    "gestion_acces:dossier_dirigeant": "cabinet dossier GET+POST",
    "gestion_acces:dossier_divers": "cabinet dossier GET",
    "gestion_acces:dossier_fiche": "cabinet dossier GET+POST",
    "gestion_acces:dossier_liste": "cabinet GET",
    "gestion_acces:facteur_retirer": "connecte POST confirmation",
    "gestion_acces:invitation": "public GET+POST",
    "gestion_acces:mot_de_passe_changer": "connecte GET+POST",
    "gestion_acces:mot_de_passe_nouveau": "public GET+POST",
    "gestion_acces:mot_de_passe_oublie": "public GET+POST",
    "gestion_acces:profil": "connecte GET+POST",
    "gestion_acces:second_facteur": "public GET+POST",
    "gestion_acces:second_facteur_exige": "connecte GET sans-second-facteur",
    "gestion_acces:securite": "connecte GET",
    "gestion_acces:session_fermer": "connecte POST",
    "gestion_acces:sessions": "connecte GET",
    "gestion_acces:totp_ajouter": "connecte GET+POST confirmation sans-second-facteur",
    "gestion_acces:tuile_acces": "cabinet dossier GET+POST confirmation",
    "gestion_acces:tuile_confirmation": "cabinet dossier GET",
    "gestion_acces:tuile_enregistrer": "cabinet dossier POST confirmation",
}
FABRIQUES = {
    "identifiant": Constante("MQ"),
    "jeton": Constante("faux"),
    "facteur_id": Constante("11111111-1111-4111-8111-111111111111"),
    "session_id": Constante(0),
}
# Nothing of that number is the person's own.
REPONSES = {
    "gestion_acces:codes_renouveler": {404},
    "gestion_acces:codes_secours_fichier": {404},
    "gestion_acces:facteur_retirer": {404},
    "gestion_acces:session_fermer": {404},
}
