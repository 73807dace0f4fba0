DROP TRIGGER virement_mort_reste_mort
--;
DROP TRIGGER virement_regle_reste_regle
--;
DROP TRIGGER virement_fige
--;
DROP TRIGGER virement_jamais_efface
--;
DROP TRIGGER virement_meme_dossier
--;
DROP TRIGGER ordre_meme_dossier
--;
DROP TRIGGER ordre_fige
