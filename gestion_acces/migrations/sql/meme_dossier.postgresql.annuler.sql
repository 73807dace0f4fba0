DROP TRIGGER portefeuille_meme_cabinet ON gestion_acces_portefeuille
--;
DROP TRIGGER acces_meme_dossier ON gestion_acces_accesservice
--;
DROP FUNCTION portefeuille_meme_cabinet()
--;
DROP FUNCTION acces_meme_dossier()
