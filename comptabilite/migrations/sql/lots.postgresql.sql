-- Written by thousands: what a row can tell by itself is said in a WHEN, the rest is checked once for the statement.
-- The queries that join a table of rows are EXECUTEd: a plan kept from a statement of 20 000 rows reads whole tables
-- for the next one of two rows. They count instead of asking EXISTS, whose plan for the first row is a nested loop.
DROP TRIGGER comptabilite_ecriture_avant ON comptabilite_ecriture
--;
DROP FUNCTION comptabilite_ecriture_avant()
--;
CREATE TRIGGER comptabilite_ecriture_a_figee BEFORE UPDATE ON comptabilite_ecriture
FOR EACH ROW WHEN (OLD.etat = 'validee')
EXECUTE FUNCTION comptabilite_refuser('une écriture validée ne se modifie pas')
--;
CREATE FUNCTION comptabilite_ecriture_effacee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.etat = 'validee' THEN
    RAISE EXCEPTION 'une écriture validée ne s''efface pas' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (SELECT cloture_le FROM comptabilite_exercice WHERE id = OLD.exercice_id) IS NOT NULL THEN
    RAISE EXCEPTION 'l''exercice est clos' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER comptabilite_ecriture_a_gardee BEFORE DELETE ON comptabilite_ecriture
FOR EACH ROW EXECUTE FUNCTION comptabilite_ecriture_effacee()
--;
CREATE TRIGGER comptabilite_ecriture_b_totaux BEFORE UPDATE ON comptabilite_ecriture
FOR EACH ROW WHEN (pg_trigger_depth() = 0
  AND (NEW.nb_lignes, NEW.total_debit_cents, NEW.total_credit_cents, NEW.desequilibre_id)
    IS DISTINCT FROM (OLD.nb_lignes, OLD.total_debit_cents, OLD.total_credit_cents, OLD.desequilibre_id))
EXECUTE FUNCTION comptabilite_refuser('les totaux d''une écriture viennent de ses lignes')
--;
CREATE TRIGGER comptabilite_ecriture_b_nait BEFORE INSERT ON comptabilite_ecriture
FOR EACH ROW WHEN (NEW.etat <> 'brouillard')
EXECUTE FUNCTION comptabilite_refuser('une écriture naît en brouillard')
--;
CREATE FUNCTION comptabilite_ecriture_recadree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.dossier_id <> OLD.dossier_id THEN
    RAISE EXCEPTION 'une écriture ne change pas de dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  PERFORM comptabilite_ecriture_cadre(NEW);
  RETURN NEW;
END $$
--;
CREATE TRIGGER comptabilite_ecriture_c_cadre BEFORE UPDATE ON comptabilite_ecriture
FOR EACH ROW WHEN (pg_trigger_depth() = 0
  AND (NEW.dossier_id, NEW.exercice_id, NEW.journal_id, NEW.annule_id, NEW.date)
    IS DISTINCT FROM (OLD.dossier_id, OLD.exercice_id, OLD.journal_id, OLD.annule_id, OLD.date))
EXECUTE FUNCTION comptabilite_ecriture_recadree()
--;
-- An entry may come after its lines (COPY of both): it then bears their sums, and each line is checked with it.
CREATE FUNCTION comptabilite_ecriture_nees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE faute boolean;
BEGIN
  EXECUTE 'SELECT count(*) > 0 FROM nouvelles n
      LEFT JOIN comptabilite_exercice x ON x.id = n.exercice_id
      LEFT JOIN comptabilite_journal j ON j.id = n.journal_id
      LEFT JOIN comptabilite_ecriture a ON a.id = n.annule_id
    WHERE x.dossier_id IS DISTINCT FROM n.dossier_id OR j.dossier_id IS DISTINCT FROM n.dossier_id
      OR (n.annule_id IS NOT NULL AND a.dossier_id IS DISTINCT FROM n.dossier_id)
      OR x.cloture_le IS NOT NULL OR n.date NOT BETWEEN x.debut AND x.fin' INTO faute;
  IF faute THEN
    RAISE EXCEPTION 'exercice clos, date hors de l''exercice ou dossiers mêlés'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  EXECUTE 'SELECT count(*) > 0 FROM nouvelles n LEFT JOIN (
      SELECT l.ecriture_id, count(*) AS nb, sum(l.debit_cents) AS debit, sum(l.credit_cents) AS credit,
        bool_and(l.dossier_id = m.dossier_id AND l.date = m.date AND c.dossier_id IS NOT DISTINCT FROM m.dossier_id
          AND (l.tiers_id IS NULL OR t.dossier_id IS NOT DISTINCT FROM m.dossier_id)
          AND l.lettrage_id IS NULL) AS convient
      FROM nouvelles m
        JOIN comptabilite_ligneecriture l ON l.ecriture_id = m.id
        LEFT JOIN comptabilite_compte c ON c.id = l.compte_id
        LEFT JOIN comptabilite_tiers t ON t.id = l.tiers_id
      GROUP BY l.ecriture_id) s ON s.ecriture_id = n.id
    WHERE n.nb_lignes <> COALESCE(s.nb, 0) OR n.total_debit_cents <> COALESCE(s.debit, 0)
      OR n.total_credit_cents <> COALESCE(s.credit, 0) OR NOT COALESCE(s.convient, true)' INTO faute;
  IF faute THEN
    RAISE EXCEPTION 'une écriture naît sans ligne, ou avec les sommes des siennes, de son jour et de son dossier'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER comptabilite_ecriture_nees AFTER INSERT ON comptabilite_ecriture
REFERENCING NEW TABLE AS nouvelles FOR EACH STATEMENT EXECUTE FUNCTION comptabilite_ecriture_nees()
--;
-- A line whose entry is not there yet joins nothing here: the birth of the entry checks it, the foreign key waits.
CREATE OR REPLACE FUNCTION comptabilite_lignes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE faute boolean;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    EXECUTE 'SELECT count(*) > 0 FROM nouvelles n JOIN anciennes o ON o.id = n.id
        LEFT JOIN comptabilite_ecriture e ON e.id = n.ecriture_id
        LEFT JOIN comptabilite_exercice x ON x.id = e.exercice_id
      WHERE n.ecriture_id <> o.ecriture_id OR n.dossier_id <> o.dossier_id OR x.cloture_le IS NOT NULL
        OR (e.etat = ''validee''
          AND (n.rang, n.date, n.compte_id, n.tiers_id, n.libelle, n.debit_cents, n.credit_cents)
            IS DISTINCT FROM (o.rang, o.date, o.compte_id, o.tiers_id, o.libelle, o.debit_cents, o.credit_cents))'
      INTO faute;
    IF faute THEN
      RAISE EXCEPTION 'une ligne ne change pas d''écriture, ni une écriture validée, ni un exercice clos'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    EXECUTE 'SELECT count(*) > 0 FROM anciennes o JOIN comptabilite_ecriture e ON e.id = o.ecriture_id
      WHERE e.etat = ''validee''' INTO faute;
    IF faute THEN
      RAISE EXCEPTION 'une écriture validée ne perd pas de ligne' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
  END IF;
  EXECUTE 'SELECT count(*) > 0
    FROM nouvelles n
      JOIN comptabilite_ecriture e ON e.id = n.ecriture_id
      LEFT JOIN comptabilite_compte c ON c.id = n.compte_id
      LEFT JOIN comptabilite_tiers t ON t.id = n.tiers_id
      LEFT JOIN comptabilite_lettrage g ON g.id = n.lettrage_id
    WHERE ($1 AND e.etat = ''validee'') OR e.dossier_id <> n.dossier_id OR c.dossier_id <> n.dossier_id
      OR t.dossier_id <> n.dossier_id OR e.date <> n.date
      OR (g.id IS NOT NULL AND (g.compte_id <> n.compte_id OR g.tiers_id IS DISTINCT FROM n.tiers_id))'
    INTO faute USING TG_OP = 'INSERT';
  IF faute THEN
    RAISE EXCEPTION 'écriture validée, ou ligne qui ne convient pas à son écriture, son compte, son tiers ou son lettrage'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE OR REPLACE FUNCTION comptabilite_ecriture_apres() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE lot record; x record;
BEGIN
  IF pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
  IF (SELECT count(*) FROM nouvelles n JOIN anciennes o ON o.id = n.id WHERE n.date <> o.date) > 0 THEN
    EXECUTE 'UPDATE comptabilite_ligneecriture l SET date = n.date
      FROM nouvelles n JOIN anciennes o ON o.id = n.id WHERE n.date <> o.date AND l.ecriture_id = n.id';
  END IF;
  -- A validated row was a draft before: the trigger BEFORE refuses any other change of one.
  FOR lot IN
    SELECT n.exercice_id, min(n.numero) AS premier, max(n.numero) AS dernier, count(*) AS nb
    FROM nouvelles n WHERE n.etat = 'validee' GROUP BY n.exercice_id ORDER BY n.exercice_id
  LOOP
    SELECT dernier_numero, derniere_empreinte, cloture_le, dossier_id INTO x
      FROM comptabilite_exercice WHERE id = lot.exercice_id FOR NO KEY UPDATE;
    IF x.cloture_le IS NOT NULL THEN
      RAISE EXCEPTION 'l''exercice est clos' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF lot.premier <> x.dernier_numero + 1 OR lot.dernier <> x.dernier_numero + lot.nb THEN
      RAISE EXCEPTION 'la numérotation aurait un trou' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
      SELECT 1 FROM (
        SELECT s.empreinte_precedente, s.validee_le,
          COALESCE(lag(s.empreinte) OVER w, x.derniere_empreinte) AS attendue,
          COALESCE(lag(s.validee_le) OVER w, (SELECT v.validee_le FROM comptabilite_ecriture v
            WHERE v.dossier_id = x.dossier_id AND v.exercice_id = lot.exercice_id AND v.numero = x.dernier_numero),
            s.validee_le) AS depuis
        FROM nouvelles s WHERE s.exercice_id = lot.exercice_id AND s.etat = 'validee'
        WINDOW w AS (ORDER BY s.numero)
      ) chaine WHERE chaine.empreinte_precedente <> chaine.attendue OR chaine.validee_le < chaine.depuis
    ) THEN
      RAISE EXCEPTION 'la chaîne des empreintes serait rompue' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE comptabilite_exercice SET dernier_numero = lot.dernier,
      derniere_empreinte = (SELECT empreinte FROM nouvelles WHERE exercice_id = lot.exercice_id AND numero = lot.dernier)
      WHERE id = lot.exercice_id;
  END LOOP;
  RETURN NULL;
END $$
