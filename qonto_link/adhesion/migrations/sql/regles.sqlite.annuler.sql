DROP TRIGGER etape_meme_dossier
--;
DROP TRIGGER etape_meme_dossier_maj
--;
DROP TRIGGER justificatif_meme_dossier
--;
DROP TRIGGER justificatif_meme_dossier_maj
--;
DROP TRIGGER correction_meme_dossier
--;
DROP TRIGGER correction_meme_dossier_maj
--;
DROP TRIGGER justificatif_son_fichier
--;
DROP TRIGGER justificatif_son_fichier_maj
--;
DROP TRIGGER adhesion_ne_recule_pas
