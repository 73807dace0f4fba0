DROP TRIGGER etape_meme_dossier ON adhesion_etapefranchie
--;
DROP TRIGGER justificatif_meme_dossier ON adhesion_justificatif
--;
DROP TRIGGER correction_meme_dossier ON adhesion_correction
--;
DROP TRIGGER justificatif_son_fichier ON adhesion_justificatif
--;
DROP TRIGGER adhesion_ne_recule_pas ON adhesion_adhesion
--;
DROP FUNCTION adhesion_meme_dossier()
--;
DROP FUNCTION justificatif_son_fichier()
--;
DROP FUNCTION adhesion_ne_recule_pas()
