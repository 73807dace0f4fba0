CREATE TRIGGER banque_comptebancaire_meme_dossier BEFORE INSERT ON banque_comptebancaire
WHEN (NEW.journal_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_journal WHERE id = NEW.journal_id) IS NOT NEW.dossier_id) OR
    (NEW.compte_qonto_id IS NOT NULL AND (SELECT dossier_id FROM qonto_link_compteqonto WHERE id = NEW.compte_qonto_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_comptebancaire_meme_dossier_maj BEFORE UPDATE OF dossier_id, journal_id, compte_qonto_id ON banque_comptebancaire
WHEN (NEW.journal_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_journal WHERE id = NEW.journal_id) IS NOT NEW.dossier_id) OR
    (NEW.compte_qonto_id IS NOT NULL AND (SELECT dossier_id FROM qonto_link_compteqonto WHERE id = NEW.compte_qonto_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_lignerecue_meme_dossier BEFORE INSERT ON banque_lignerecue
WHEN (NEW.compte_bancaire_id IS NOT NULL AND (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_lignerecue_meme_dossier_maj BEFORE UPDATE OF dossier_id, compte_bancaire_id ON banque_lignerecue
WHEN (NEW.compte_bancaire_id IS NOT NULL AND (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_piecejointe_meme_dossier BEFORE INSERT ON banque_piecejointe
WHEN (NEW.ligne_id IS NOT NULL AND (SELECT dossier_id FROM banque_lignerecue WHERE id = NEW.ligne_id) IS NOT NEW.dossier_id) OR
    (NEW.fichier_id IS NOT NULL AND (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_piecejointe_meme_dossier_maj BEFORE UPDATE OF dossier_id, ligne_id, fichier_id ON banque_piecejointe
WHEN (NEW.ligne_id IS NOT NULL AND (SELECT dossier_id FROM banque_lignerecue WHERE id = NEW.ligne_id) IS NOT NEW.dossier_id) OR
    (NEW.fichier_id IS NOT NULL AND (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_releve_meme_dossier BEFORE INSERT ON banque_releve
WHEN (NEW.compte_bancaire_id IS NOT NULL AND (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_releve_meme_dossier_maj BEFORE UPDATE OF dossier_id, compte_bancaire_id ON banque_releve
WHEN (NEW.compte_bancaire_id IS NOT NULL AND (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_operation_meme_dossier BEFORE INSERT ON banque_operation
WHEN (NEW.compte_bancaire_id IS NOT NULL AND (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS NOT NEW.dossier_id) OR
    (NEW.releve_id IS NOT NULL AND (SELECT dossier_id FROM banque_releve WHERE id = NEW.releve_id) IS NOT NEW.dossier_id) OR
    (NEW.ligne_id IS NOT NULL AND (SELECT dossier_id FROM banque_lignerecue WHERE id = NEW.ligne_id) IS NOT NEW.dossier_id) OR
    (NEW.compte_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS NOT NEW.dossier_id) OR
    (NEW.tiers_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS NOT NEW.dossier_id) OR
    (NEW.ecriture_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_ecriture WHERE id = NEW.ecriture_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_operation_meme_dossier_maj BEFORE UPDATE OF dossier_id, compte_bancaire_id, releve_id, ligne_id, compte_id, tiers_id, ecriture_id ON banque_operation
WHEN (NEW.compte_bancaire_id IS NOT NULL AND (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS NOT NEW.dossier_id) OR
    (NEW.releve_id IS NOT NULL AND (SELECT dossier_id FROM banque_releve WHERE id = NEW.releve_id) IS NOT NEW.dossier_id) OR
    (NEW.ligne_id IS NOT NULL AND (SELECT dossier_id FROM banque_lignerecue WHERE id = NEW.ligne_id) IS NOT NEW.dossier_id) OR
    (NEW.compte_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS NOT NEW.dossier_id) OR
    (NEW.tiers_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS NOT NEW.dossier_id) OR
    (NEW.ecriture_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_ecriture WHERE id = NEW.ecriture_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_imputation_meme_dossier BEFORE INSERT ON banque_imputation
WHEN (NEW.operation_id IS NOT NULL AND (SELECT dossier_id FROM banque_operation WHERE id = NEW.operation_id) IS NOT NEW.dossier_id) OR
    (NEW.compte_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS NOT NEW.dossier_id) OR
    (NEW.tiers_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_imputation_meme_dossier_maj BEFORE UPDATE OF dossier_id, operation_id, compte_id, tiers_id ON banque_imputation
WHEN (NEW.operation_id IS NOT NULL AND (SELECT dossier_id FROM banque_operation WHERE id = NEW.operation_id) IS NOT NEW.dossier_id) OR
    (NEW.compte_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS NOT NEW.dossier_id) OR
    (NEW.tiers_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_habitude_meme_dossier BEFORE INSERT ON banque_habitude
WHEN (NEW.compte_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS NOT NEW.dossier_id) OR
    (NEW.tiers_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_habitude_meme_dossier_maj BEFORE UPDATE OF dossier_id, compte_id, tiers_id ON banque_habitude
WHEN (NEW.compte_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS NOT NEW.dossier_id) OR
    (NEW.tiers_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_changement_meme_dossier BEFORE INSERT ON banque_changement
WHEN (NEW.ligne_id IS NOT NULL AND (SELECT dossier_id FROM banque_lignerecue WHERE id = NEW.ligne_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_changement_meme_dossier_maj BEFORE UPDATE OF dossier_id, ligne_id ON banque_changement
WHEN (NEW.ligne_id IS NOT NULL AND (SELECT dossier_id FROM banque_lignerecue WHERE id = NEW.ligne_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_regle_meme_cabinet BEFORE INSERT ON banque_regle
WHEN NEW.dossier_id IS NOT NULL
    AND (SELECT cabinet_id FROM gestion_acces_dossier WHERE id = NEW.dossier_id) IS NOT NEW.cabinet_id
BEGIN SELECT RAISE(ABORT, 'la règle et le dossier ne sont pas du même cabinet'); END
--;
CREATE TRIGGER banque_regle_meme_cabinet_maj BEFORE UPDATE OF dossier_id, cabinet_id ON banque_regle
WHEN NEW.dossier_id IS NOT NULL
    AND (SELECT cabinet_id FROM gestion_acces_dossier WHERE id = NEW.dossier_id) IS NOT NEW.cabinet_id
BEGIN SELECT RAISE(ABORT, 'la règle et le dossier ne sont pas du même cabinet'); END
--;
CREATE TRIGGER banque_comptebancaire_tresorerie BEFORE INSERT ON banque_comptebancaire
WHEN NEW.journal_id IS NOT NULL
    AND (SELECT compte_tresorerie_id FROM comptabilite_journal WHERE id = NEW.journal_id) IS NULL
BEGIN SELECT RAISE(ABORT, 'le journal d''une banque est un journal de trésorerie'); END
--;
CREATE TRIGGER banque_comptebancaire_tresorerie_maj BEFORE UPDATE OF journal_id ON banque_comptebancaire
WHEN NEW.journal_id IS NOT NULL
    AND (SELECT compte_tresorerie_id FROM comptabilite_journal WHERE id = NEW.journal_id) IS NULL
BEGIN SELECT RAISE(ABORT, 'le journal d''une banque est un journal de trésorerie'); END
--;
CREATE TRIGGER banque_operation_identite BEFORE UPDATE OF montant_cents, jour, compte_bancaire_id ON banque_operation
WHEN NEW.montant_cents <> OLD.montant_cents OR NEW.jour <> OLD.jour
    OR NEW.compte_bancaire_id <> OLD.compte_bancaire_id
BEGIN SELECT RAISE(ABORT, 'une opération garde son montant, son jour et son compte bancaire'); END
--;
CREATE TRIGGER banque_operation_transferee BEFORE DELETE ON banque_operation
WHEN OLD.etat = 'transferee'
BEGIN SELECT RAISE(ABORT, 'une opération passée en comptabilité ne se supprime pas'); END
