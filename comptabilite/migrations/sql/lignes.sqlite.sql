CREATE TRIGGER comptabilite_ligne_inseree BEFORE INSERT ON comptabilite_ligneecriture
WHEN NOT EXISTS (SELECT 1 FROM comptabilite_ecriture WHERE id = NEW.ecriture_id AND dossier_id = NEW.dossier_id
    AND etat = 'brouillard' AND date = NEW.date)
  OR (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS NOT NEW.dossier_id
  OR (NEW.tiers_id IS NOT NULL
    AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS NOT NEW.dossier_id)
  OR (NEW.lettrage_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM comptabilite_lettrage
    WHERE id = NEW.lettrage_id AND compte_id = NEW.compte_id AND tiers_id IS NEW.tiers_id))
BEGIN SELECT RAISE(ABORT, 'écriture validée, ou ligne qui ne convient pas à son écriture, son compte ou son tiers'); END
--;
CREATE TRIGGER comptabilite_ligne_figee
BEFORE UPDATE OF dossier_id, ecriture_id, rang, date, compte_id, tiers_id, libelle, debit_cents, credit_cents
ON comptabilite_ligneecriture
WHEN (OLD.dossier_id <> NEW.dossier_id OR OLD.ecriture_id <> NEW.ecriture_id)
  OR ((SELECT etat FROM comptabilite_ecriture WHERE id = OLD.ecriture_id) = 'validee'
    AND (OLD.rang <> NEW.rang OR OLD.date <> NEW.date OR OLD.compte_id <> NEW.compte_id
      OR OLD.tiers_id IS NOT NEW.tiers_id OR OLD.libelle <> NEW.libelle
      OR OLD.debit_cents <> NEW.debit_cents OR OLD.credit_cents <> NEW.credit_cents))
BEGIN SELECT RAISE(ABORT, 'une écriture validée ne se modifie pas'); END
--;
CREATE TRIGGER comptabilite_ligne_convient
BEFORE UPDATE OF date, compte_id, tiers_id, lettrage_id ON comptabilite_ligneecriture
WHEN (SELECT date FROM comptabilite_ecriture WHERE id = NEW.ecriture_id) IS NOT NEW.date
  OR (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS NOT NEW.dossier_id
  OR (NEW.tiers_id IS NOT NULL
    AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS NOT NEW.dossier_id)
  OR (NEW.lettrage_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM comptabilite_lettrage
    WHERE id = NEW.lettrage_id AND compte_id = NEW.compte_id AND tiers_id IS NEW.tiers_id))
BEGIN SELECT RAISE(ABORT, 'la ligne ne convient pas à son écriture, son compte, son tiers ou son lettrage'); END
--;
CREATE TRIGGER comptabilite_ligne_close BEFORE UPDATE ON comptabilite_ligneecriture
WHEN (SELECT x.cloture_le FROM comptabilite_ecriture e JOIN comptabilite_exercice x ON x.id = e.exercice_id
  WHERE e.id = OLD.ecriture_id) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'l''exercice est clos'); END
--;
CREATE TRIGGER comptabilite_ligne_gardee BEFORE DELETE ON comptabilite_ligneecriture
WHEN (SELECT etat FROM comptabilite_ecriture WHERE id = OLD.ecriture_id) = 'validee'
BEGIN SELECT RAISE(ABORT, 'une écriture validée ne perd pas de ligne'); END
--;
CREATE TRIGGER comptabilite_ligne_plus AFTER INSERT ON comptabilite_ligneecriture
BEGIN
  UPDATE comptabilite_ecriture SET
    total_debit_cents = total_debit_cents + NEW.debit_cents,
    total_credit_cents = total_credit_cents + NEW.credit_cents,
    nb_lignes = nb_lignes + 1,
    desequilibre_id = CASE WHEN total_debit_cents + NEW.debit_cents = total_credit_cents + NEW.credit_cents
      AND nb_lignes + 1 >= 2 THEN NULL ELSE 1 END
  WHERE id = NEW.ecriture_id;
  INSERT INTO comptabilite_soldemensuel (dossier_id, compte_id, tiers_ref, mois, debit_cents, credit_cents, nb_lignes)
  VALUES (NEW.dossier_id, NEW.compte_id, COALESCE(NEW.tiers_id, 0), date(NEW.date, 'start of month'),
    NEW.debit_cents, NEW.credit_cents, 1)
  ON CONFLICT (dossier_id, compte_id, tiers_ref, mois) DO UPDATE SET
    debit_cents = debit_cents + excluded.debit_cents,
    credit_cents = credit_cents + excluded.credit_cents,
    nb_lignes = nb_lignes + excluded.nb_lignes;
END
--;
CREATE TRIGGER comptabilite_ligne_moins AFTER DELETE ON comptabilite_ligneecriture
BEGIN
  UPDATE comptabilite_ecriture SET
    total_debit_cents = total_debit_cents - OLD.debit_cents,
    total_credit_cents = total_credit_cents - OLD.credit_cents,
    nb_lignes = nb_lignes - 1,
    desequilibre_id = CASE WHEN total_debit_cents - OLD.debit_cents = total_credit_cents - OLD.credit_cents
      AND nb_lignes - 1 >= 2 THEN NULL ELSE 1 END
  WHERE id = OLD.ecriture_id;
  UPDATE comptabilite_soldemensuel SET debit_cents = debit_cents - OLD.debit_cents,
    credit_cents = credit_cents - OLD.credit_cents, nb_lignes = nb_lignes - 1
  WHERE dossier_id = OLD.dossier_id AND compte_id = OLD.compte_id AND tiers_ref = COALESCE(OLD.tiers_id, 0)
    AND mois = date(OLD.date, 'start of month');
END
--;
CREATE TRIGGER comptabilite_ligne_autre
AFTER UPDATE OF date, compte_id, tiers_id, debit_cents, credit_cents ON comptabilite_ligneecriture
BEGIN
  UPDATE comptabilite_ecriture SET
    total_debit_cents = total_debit_cents + NEW.debit_cents - OLD.debit_cents,
    total_credit_cents = total_credit_cents + NEW.credit_cents - OLD.credit_cents,
    desequilibre_id = CASE WHEN total_debit_cents + NEW.debit_cents - OLD.debit_cents
      = total_credit_cents + NEW.credit_cents - OLD.credit_cents AND nb_lignes >= 2 THEN NULL ELSE 1 END
  WHERE id = NEW.ecriture_id
    AND (NEW.debit_cents <> OLD.debit_cents OR NEW.credit_cents <> OLD.credit_cents);
  UPDATE comptabilite_soldemensuel SET debit_cents = debit_cents - OLD.debit_cents,
    credit_cents = credit_cents - OLD.credit_cents, nb_lignes = nb_lignes - 1
  WHERE dossier_id = OLD.dossier_id AND compte_id = OLD.compte_id AND tiers_ref = COALESCE(OLD.tiers_id, 0)
    AND mois = date(OLD.date, 'start of month');
  INSERT INTO comptabilite_soldemensuel (dossier_id, compte_id, tiers_ref, mois, debit_cents, credit_cents, nb_lignes)
  VALUES (NEW.dossier_id, NEW.compte_id, COALESCE(NEW.tiers_id, 0), date(NEW.date, 'start of month'),
    NEW.debit_cents, NEW.credit_cents, 1)
  ON CONFLICT (dossier_id, compte_id, tiers_ref, mois) DO UPDATE SET
    debit_cents = debit_cents + excluded.debit_cents,
    credit_cents = credit_cents + excluded.credit_cents,
    nb_lignes = nb_lignes + excluded.nb_lignes;
END
--;
CREATE TRIGGER comptabilite_piece_convient BEFORE INSERT ON comptabilite_pieceecriture
WHEN NOT EXISTS (SELECT 1 FROM comptabilite_ecriture c JOIN comptabilite_exercice x ON x.id = c.exercice_id
    WHERE c.id = NEW.ecriture_id AND c.dossier_id = NEW.dossier_id AND x.cloture_le IS NULL)
  OR (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id) IS NOT NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'exercice clos ou document d''un autre dossier'); END
--;
CREATE TRIGGER comptabilite_piece_fixe BEFORE UPDATE ON comptabilite_pieceecriture
BEGIN SELECT RAISE(ABORT, 'le lien d''un document ne se modifie pas'); END
--;
CREATE TRIGGER comptabilite_piece_gardee BEFORE DELETE ON comptabilite_pieceecriture
WHEN (SELECT etat FROM comptabilite_ecriture WHERE id = OLD.ecriture_id) = 'validee'
BEGIN SELECT RAISE(ABORT, 'un document ne quitte pas une écriture validée'); END
