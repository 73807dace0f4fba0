CREATE TRIGGER comptabilite_exercice_nait_ouvert BEFORE INSERT ON comptabilite_exercice
WHEN NEW.dernier_numero <> 0 OR NEW.derniere_empreinte <> '' OR NEW.cloture_le IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'un exercice naît ouvert et sans écriture'); END
--;
CREATE TRIGGER comptabilite_exercice_chevauchement BEFORE INSERT ON comptabilite_exercice
WHEN EXISTS (SELECT 1 FROM comptabilite_exercice WHERE dossier_id = NEW.dossier_id
  AND debut <= NEW.fin AND fin >= NEW.debut)
BEGIN SELECT RAISE(ABORT, 'deux exercices se chevauchent'); END
--;
CREATE TRIGGER comptabilite_exercice_dates BEFORE UPDATE OF debut, fin ON comptabilite_exercice
WHEN EXISTS (SELECT 1 FROM comptabilite_exercice WHERE dossier_id = NEW.dossier_id AND id <> NEW.id
    AND debut <= NEW.fin AND fin >= NEW.debut)
  OR EXISTS (SELECT 1 FROM comptabilite_ecriture WHERE dossier_id = NEW.dossier_id AND exercice_id = NEW.id
    AND (date < NEW.debut OR date > NEW.fin))
BEGIN SELECT RAISE(ABORT, 'les exercices se chevaucheraient ou perdraient des écritures'); END
--;
CREATE TRIGGER comptabilite_exercice_clos BEFORE UPDATE ON comptabilite_exercice
WHEN OLD.cloture_le IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'un exercice clos ne se modifie plus'); END
--;
CREATE TRIGGER comptabilite_exercice_fixe BEFORE UPDATE OF dossier_id ON comptabilite_exercice
WHEN OLD.dossier_id <> NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'un exercice ne change pas de dossier'); END
--;
CREATE TRIGGER comptabilite_exercice_cloture BEFORE UPDATE OF cloture_le ON comptabilite_exercice
WHEN NEW.cloture_le IS NOT NULL AND EXISTS (SELECT 1 FROM comptabilite_ecriture
  WHERE dossier_id = NEW.dossier_id AND exercice_id = NEW.id AND etat = 'brouillard')
BEGIN SELECT RAISE(ABORT, 'il reste des brouillards dans l''exercice'); END
--;
CREATE TRIGGER comptabilite_exercice_numerotation AFTER UPDATE OF dernier_numero, derniere_empreinte ON comptabilite_exercice
WHEN NEW.dernier_numero <> (SELECT COALESCE(MAX(numero), 0) FROM comptabilite_ecriture
    WHERE dossier_id = NEW.dossier_id AND exercice_id = NEW.id)
  OR NEW.derniere_empreinte <> COALESCE((SELECT empreinte FROM comptabilite_ecriture
    WHERE dossier_id = NEW.dossier_id AND exercice_id = NEW.id AND numero = NEW.dernier_numero), '')
BEGIN SELECT RAISE(ABORT, 'la numérotation appartient à la validation'); END
--;
CREATE TRIGGER comptabilite_exercice_jamais_efface BEFORE DELETE ON comptabilite_exercice
WHEN OLD.cloture_le IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'un exercice clos ne s''efface pas'); END
--;
CREATE TRIGGER comptabilite_compte_fixe BEFORE UPDATE ON comptabilite_compte
WHEN OLD.numero <> NEW.numero OR OLD.dossier_id <> NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'le numéro d''un compte ne change pas'); END
--;
CREATE TRIGGER comptabilite_journal_fixe BEFORE UPDATE ON comptabilite_journal
WHEN OLD.code <> NEW.code OR OLD.dossier_id <> NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'le code d''un journal ne change pas'); END
--;
CREATE TRIGGER comptabilite_journal_compte BEFORE INSERT ON comptabilite_journal
WHEN NEW.compte_tresorerie_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM comptabilite_compte
  WHERE id = NEW.compte_tresorerie_id AND dossier_id = NEW.dossier_id
    AND (numero LIKE '512%' OR numero LIKE '517%' OR numero LIKE '53%'))
BEGIN SELECT RAISE(ABORT, 'un journal de trésorerie a un compte 512, 517 ou 53 de son dossier'); END
--;
CREATE TRIGGER comptabilite_journal_compte_maj BEFORE UPDATE OF compte_tresorerie_id ON comptabilite_journal
WHEN NEW.compte_tresorerie_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM comptabilite_compte
  WHERE id = NEW.compte_tresorerie_id AND dossier_id = NEW.dossier_id
    AND (numero LIKE '512%' OR numero LIKE '517%' OR numero LIKE '53%'))
BEGIN SELECT RAISE(ABORT, 'un journal de trésorerie a un compte 512, 517 ou 53 de son dossier'); END
--;
CREATE TRIGGER comptabilite_tiers_fixe BEFORE UPDATE ON comptabilite_tiers
WHEN OLD.code <> NEW.code OR OLD.dossier_id <> NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'le code d''un tiers ne change pas'); END
--;
CREATE TRIGGER comptabilite_tiers_compte BEFORE INSERT ON comptabilite_tiers
WHEN (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS NOT NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'le compte est d''un autre dossier'); END
--;
CREATE TRIGGER comptabilite_tiers_compte_maj BEFORE UPDATE OF compte_id ON comptabilite_tiers
WHEN (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS NOT NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'le compte est d''un autre dossier'); END
--;
CREATE TRIGGER comptabilite_lettrage_dossier BEFORE INSERT ON comptabilite_lettrage
WHEN (SELECT dossier_id FROM comptabilite_exercice WHERE id = NEW.exercice_id) IS NOT NEW.dossier_id
  OR (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS NOT NEW.dossier_id
  OR (NEW.tiers_id IS NOT NULL
    AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'le lettrage mêle deux dossiers'); END
--;
CREATE TRIGGER comptabilite_lettrage_fixe BEFORE UPDATE ON comptabilite_lettrage
WHEN OLD.dossier_id <> NEW.dossier_id OR OLD.compte_id <> NEW.compte_id OR OLD.tiers_id IS NOT NEW.tiers_id
  OR (SELECT dossier_id FROM comptabilite_exercice WHERE id = NEW.exercice_id) IS NOT NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'un lettrage ne change pas de compte'); END
--;
CREATE TRIGGER comptabilite_export_fige BEFORE UPDATE ON comptabilite_exportfec
BEGIN SELECT RAISE(ABORT, 'le registre des exports ne fait que croître'); END
--;
CREATE TRIGGER comptabilite_export_garde BEFORE DELETE ON comptabilite_exportfec
BEGIN SELECT RAISE(ABORT, 'le registre des exports ne fait que croître'); END
