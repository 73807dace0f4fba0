DROP TRIGGER compte_qonto_meme_dossier
--;
DROP TRIGGER compte_qonto_meme_dossier_maj
--;
DROP TRIGGER connexion_dossier_fixe
