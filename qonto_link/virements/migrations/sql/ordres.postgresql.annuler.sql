DROP TRIGGER virement_garder ON virements_virement
--;
DROP TRIGGER virement_jamais_efface ON virements_virement
--;
DROP TRIGGER virement_meme_dossier ON virements_virement
--;
DROP TRIGGER ordre_meme_dossier ON virements_ordre
--;
DROP TRIGGER ordre_fige ON virements_ordre
--;
DROP FUNCTION virement_garder(), virement_jamais_efface(), virement_meme_dossier(), ordre_meme_dossier(), ordre_fige()
