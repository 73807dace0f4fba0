DROP TRIGGER depot_ligne_meme_dossier ON depot_ligneimport
--;
DROP FUNCTION depot_ligne_coherente()
--;
DROP TRIGGER depot_texte_meme_dossier ON depot_textedocument
--;
DROP FUNCTION depot_texte_coherent()
--;
DROP TRIGGER depot_classeur_fixe ON depot_classeur
--;
DROP FUNCTION depot_classeur_fixe()
--;
DROP TRIGGER depot_document_meme_dossier ON depot_document
--;
DROP FUNCTION depot_document_coherent()
