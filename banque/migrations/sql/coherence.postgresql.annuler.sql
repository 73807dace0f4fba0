DROP TRIGGER banque_comptebancaire_meme_dossier ON banque_comptebancaire
--;
DROP FUNCTION banque_comptebancaire_meme_dossier()
--;
DROP TRIGGER banque_lignerecue_meme_dossier ON banque_lignerecue
--;
DROP FUNCTION banque_lignerecue_meme_dossier()
--;
DROP TRIGGER banque_piecejointe_meme_dossier ON banque_piecejointe
--;
DROP FUNCTION banque_piecejointe_meme_dossier()
--;
DROP TRIGGER banque_releve_meme_dossier ON banque_releve
--;
DROP FUNCTION banque_releve_meme_dossier()
--;
DROP TRIGGER banque_operation_meme_dossier ON banque_operation
--;
DROP FUNCTION banque_operation_meme_dossier()
--;
DROP TRIGGER banque_imputation_meme_dossier ON banque_imputation
--;
DROP FUNCTION banque_imputation_meme_dossier()
--;
DROP TRIGGER banque_habitude_meme_dossier ON banque_habitude
--;
DROP FUNCTION banque_habitude_meme_dossier()
--;
DROP TRIGGER banque_changement_meme_dossier ON banque_changement
--;
DROP FUNCTION banque_changement_meme_dossier()
--;
DROP TRIGGER banque_regle_meme_cabinet ON banque_regle
--;
DROP FUNCTION banque_regle_meme_cabinet()
--;
DROP TRIGGER banque_comptebancaire_tresorerie ON banque_comptebancaire
--;
DROP FUNCTION banque_comptebancaire_tresorerie()
--;
DROP TRIGGER banque_operation_identite ON banque_operation
--;
DROP FUNCTION banque_operation_identite()
--;
DROP TRIGGER banque_operation_transferee ON banque_operation
--;
DROP FUNCTION banque_operation_transferee()
