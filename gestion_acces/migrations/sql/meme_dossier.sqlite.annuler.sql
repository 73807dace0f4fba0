DROP TRIGGER portefeuille_meme_cabinet
--;
DROP TRIGGER portefeuille_fixe
--;
DROP TRIGGER acces_meme_dossier
--;
DROP TRIGGER acces_meme_dossier_maj
