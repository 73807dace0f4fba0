DROP TRIGGER compte_qonto_meme_dossier ON qonto_link_compteqonto
--;
DROP TRIGGER connexion_dossier_fixe ON qonto_link_connexion
--;
DROP FUNCTION compte_qonto_meme_dossier()
--;
DROP FUNCTION connexion_dossier_fixe()
