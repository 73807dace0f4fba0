DROP TRIGGER depot_ligne_meme_dossier_maj
--;
DROP TRIGGER depot_ligne_meme_dossier
--;
DROP TRIGGER depot_texte_meme_dossier_maj
--;
DROP TRIGGER depot_texte_meme_dossier
--;
DROP TRIGGER depot_classeur_fixe
--;
DROP TRIGGER depot_document_meme_dossier_maj
--;
DROP TRIGGER depot_document_meme_dossier
