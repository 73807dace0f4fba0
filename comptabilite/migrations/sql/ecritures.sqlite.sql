CREATE TRIGGER comptabilite_ecriture_nait BEFORE INSERT ON comptabilite_ecriture
WHEN NEW.etat <> 'brouillard' OR NEW.nb_lignes <> 0 OR NEW.total_debit_cents <> 0 OR NEW.total_credit_cents <> 0
  OR NEW.desequilibre_id IS NULL
BEGIN SELECT RAISE(ABORT, 'une écriture naît en brouillard et sans ligne'); END
--;
CREATE TRIGGER comptabilite_ecriture_jamais_remplacee BEFORE INSERT ON comptabilite_ecriture
-- INSERT OR REPLACE deletes without firing the DELETE triggers.
WHEN EXISTS (SELECT 1 FROM comptabilite_ecriture WHERE id = NEW.id)
  OR (NEW.cle <> '' AND EXISTS (SELECT 1 FROM comptabilite_ecriture WHERE dossier_id = NEW.dossier_id AND cle = NEW.cle))
BEGIN SELECT RAISE(ABORT, 'une écriture ne se remplace pas'); END
--;
CREATE TRIGGER comptabilite_ecriture_cadre BEFORE INSERT ON comptabilite_ecriture
WHEN NOT EXISTS (SELECT 1 FROM comptabilite_exercice WHERE id = NEW.exercice_id AND dossier_id = NEW.dossier_id
    AND cloture_le IS NULL AND NEW.date BETWEEN debut AND fin)
  OR (SELECT dossier_id FROM comptabilite_journal WHERE id = NEW.journal_id) IS NOT NEW.dossier_id
  OR (NEW.annule_id IS NOT NULL
    AND (SELECT dossier_id FROM comptabilite_ecriture WHERE id = NEW.annule_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'exercice clos, date hors de l''exercice ou dossiers mêlés'); END
--;
CREATE TRIGGER comptabilite_ecriture_cadre_maj
BEFORE UPDATE OF dossier_id, exercice_id, journal_id, annule_id, date ON comptabilite_ecriture
WHEN OLD.dossier_id <> NEW.dossier_id
  OR NOT EXISTS (SELECT 1 FROM comptabilite_exercice WHERE id = NEW.exercice_id AND dossier_id = NEW.dossier_id
    AND cloture_le IS NULL AND NEW.date BETWEEN debut AND fin)
  OR (SELECT dossier_id FROM comptabilite_journal WHERE id = NEW.journal_id) IS NOT NEW.dossier_id
  OR (NEW.annule_id IS NOT NULL
    AND (SELECT dossier_id FROM comptabilite_ecriture WHERE id = NEW.annule_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'exercice clos, date hors de l''exercice ou dossiers mêlés'); END
--;
CREATE TRIGGER comptabilite_ecriture_figee BEFORE UPDATE ON comptabilite_ecriture
WHEN OLD.etat = 'validee'
BEGIN SELECT RAISE(ABORT, 'une écriture validée ne se modifie pas'); END
--;
CREATE TRIGGER comptabilite_ecriture_gardee BEFORE DELETE ON comptabilite_ecriture
WHEN OLD.etat = 'validee'
  OR (SELECT cloture_le FROM comptabilite_exercice WHERE id = OLD.exercice_id) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'une écriture validée ne s''efface pas'); END
--;
CREATE TRIGGER comptabilite_ecriture_totaux
AFTER UPDATE OF total_debit_cents, total_credit_cents, nb_lignes, desequilibre_id ON comptabilite_ecriture
WHEN (SELECT COUNT(*) <> NEW.nb_lignes OR COALESCE(SUM(debit_cents), 0) <> NEW.total_debit_cents
    OR COALESCE(SUM(credit_cents), 0) <> NEW.total_credit_cents
  FROM comptabilite_ligneecriture WHERE ecriture_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'les totaux d''une écriture viennent de ses lignes'); END
--;
CREATE TRIGGER comptabilite_ecriture_date AFTER UPDATE OF date ON comptabilite_ecriture
WHEN OLD.date <> NEW.date
BEGIN UPDATE comptabilite_ligneecriture SET date = NEW.date WHERE ecriture_id = NEW.id; END
--;
CREATE TRIGGER comptabilite_ecriture_numero BEFORE UPDATE OF etat ON comptabilite_ecriture
WHEN OLD.etat = 'brouillard' AND NEW.etat = 'validee' AND NOT EXISTS (
  SELECT 1 FROM comptabilite_exercice x WHERE x.id = NEW.exercice_id AND x.cloture_le IS NULL
    AND NEW.numero = x.dernier_numero + 1 AND NEW.empreinte_precedente = x.derniere_empreinte
    AND NEW.validee_le >= COALESCE((SELECT v.validee_le FROM comptabilite_ecriture v
      WHERE v.dossier_id = x.dossier_id AND v.exercice_id = x.id AND v.numero = x.dernier_numero), NEW.validee_le))
BEGIN SELECT RAISE(ABORT, 'la numérotation aurait un trou ou la chaîne serait rompue'); END
--;
CREATE TRIGGER comptabilite_ecriture_chaine AFTER UPDATE OF etat ON comptabilite_ecriture
WHEN OLD.etat = 'brouillard' AND NEW.etat = 'validee'
BEGIN
  UPDATE comptabilite_exercice SET dernier_numero = NEW.numero, derniere_empreinte = NEW.empreinte
  WHERE id = NEW.exercice_id;
END
