-- A foreign key is checked row by row at COMMIT: for thousands of entries that was more than writing them.
-- `dossier_id` needs no key of its own: an entry has the dossier of its exercice, a line that of its entry, by the
-- triggers. Account, third party, exercice and journal are looked up once a statement, under the lock that a key
-- takes, and what is used is not deleted. The keys of a line to its entry and to its lettering stay.
DO $$
DECLARE cle record;
BEGIN
  FOR cle IN
    SELECT k.conrelid::regclass AS origine, k.conname AS nom
    FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f' AND (
      (k.conrelid = 'comptabilite_ligneecriture'::regclass AND a.attname IN ('dossier_id', 'compte_id', 'tiers_id'))
      OR (k.conrelid = 'comptabilite_ecriture'::regclass AND a.attname IN ('dossier_id', 'exercice_id', 'journal_id')))
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', cle.origine, cle.nom);
  END LOOP;
END $$
--;
-- Arguments: pairs of a column of the rows written and the table to which it points.
CREATE FUNCTION comptabilite_cles() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE manque boolean;
BEGIN
  -- The sums that the lines write on their entry change no key.
  IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
  FOR rang IN 0 .. TG_NARGS - 1 BY 2 LOOP
    EXECUTE format(
      'WITH voulues AS (SELECT DISTINCT %1$I AS id FROM nouvelles WHERE %1$I IS NOT NULL),
        gardees AS (SELECT r.id FROM %2$I r WHERE r.id IN (SELECT id FROM voulues) ORDER BY r.id FOR KEY SHARE)
      SELECT (SELECT count(*) FROM voulues) <> (SELECT count(*) FROM gardees)', TG_ARGV[rang], TG_ARGV[rang + 1])
    INTO manque;
    IF manque THEN
      RAISE EXCEPTION '% renvoie à une ligne qui n''existe pas', TG_ARGV[rang] USING ERRCODE = 'foreign_key_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$
--;
CREATE TRIGGER comptabilite_lignes_c_cles AFTER INSERT ON comptabilite_ligneecriture
REFERENCING NEW TABLE AS nouvelles FOR EACH STATEMENT
EXECUTE FUNCTION comptabilite_cles('compte_id', 'comptabilite_compte', 'tiers_id', 'comptabilite_tiers')
--;
CREATE TRIGGER comptabilite_lignes_c_cles_maj AFTER UPDATE ON comptabilite_ligneecriture
REFERENCING NEW TABLE AS nouvelles FOR EACH STATEMENT
EXECUTE FUNCTION comptabilite_cles('compte_id', 'comptabilite_compte', 'tiers_id', 'comptabilite_tiers')
--;
CREATE TRIGGER comptabilite_ecriture_cles AFTER INSERT ON comptabilite_ecriture
REFERENCING NEW TABLE AS nouvelles FOR EACH STATEMENT
EXECUTE FUNCTION comptabilite_cles('exercice_id', 'comptabilite_exercice', 'journal_id', 'comptabilite_journal')
--;
CREATE TRIGGER comptabilite_ecriture_cles_maj AFTER UPDATE ON comptabilite_ecriture
REFERENCING NEW TABLE AS nouvelles FOR EACH STATEMENT
EXECUTE FUNCTION comptabilite_cles('exercice_id', 'comptabilite_exercice', 'journal_id', 'comptabilite_journal')
--;
-- Arguments: the table and the column that may still point to the row.
CREATE FUNCTION comptabilite_encore_utilise() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE utilise boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE dossier_id = $1 AND %I = $2)', TG_ARGV[0], TG_ARGV[1])
    INTO utilise USING OLD.dossier_id, OLD.id;
  IF utilise THEN
    RAISE EXCEPTION 'des écritures en dépendent' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER comptabilite_compte_utilise BEFORE DELETE OR UPDATE OF id ON comptabilite_compte
FOR EACH ROW EXECUTE FUNCTION comptabilite_encore_utilise('comptabilite_ligneecriture', 'compte_id')
--;
CREATE TRIGGER comptabilite_tiers_utilise BEFORE DELETE OR UPDATE OF id ON comptabilite_tiers
FOR EACH ROW EXECUTE FUNCTION comptabilite_encore_utilise('comptabilite_ligneecriture', 'tiers_id')
--;
CREATE TRIGGER comptabilite_exercice_utilise BEFORE DELETE OR UPDATE OF id ON comptabilite_exercice
FOR EACH ROW EXECUTE FUNCTION comptabilite_encore_utilise('comptabilite_ecriture', 'exercice_id')
--;
CREATE TRIGGER comptabilite_journal_utilise BEFORE DELETE OR UPDATE OF id ON comptabilite_journal
FOR EACH ROW EXECUTE FUNCTION comptabilite_encore_utilise('comptabilite_ecriture', 'journal_id')
