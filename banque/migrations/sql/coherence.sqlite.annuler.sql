DROP TRIGGER banque_comptebancaire_meme_dossier
--;
DROP TRIGGER banque_comptebancaire_meme_dossier_maj
--;
DROP TRIGGER banque_lignerecue_meme_dossier
--;
DROP TRIGGER banque_lignerecue_meme_dossier_maj
--;
DROP TRIGGER banque_piecejointe_meme_dossier
--;
DROP TRIGGER banque_piecejointe_meme_dossier_maj
--;
DROP TRIGGER banque_releve_meme_dossier
--;
DROP TRIGGER banque_releve_meme_dossier_maj
--;
DROP TRIGGER banque_operation_meme_dossier
--;
DROP TRIGGER banque_operation_meme_dossier_maj
--;
DROP TRIGGER banque_imputation_meme_dossier
--;
DROP TRIGGER banque_imputation_meme_dossier_maj
--;
DROP TRIGGER banque_habitude_meme_dossier
--;
DROP TRIGGER banque_habitude_meme_dossier_maj
--;
DROP TRIGGER banque_changement_meme_dossier
--;
DROP TRIGGER banque_changement_meme_dossier_maj
--;
DROP TRIGGER banque_regle_meme_cabinet
--;
DROP TRIGGER banque_regle_meme_cabinet_maj
--;
DROP TRIGGER banque_comptebancaire_tresorerie
--;
DROP TRIGGER banque_comptebancaire_tresorerie_maj
--;
DROP TRIGGER banque_operation_identite
--;
DROP TRIGGER banque_operation_transferee
