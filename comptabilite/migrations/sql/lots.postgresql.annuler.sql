DROP TRIGGER comptabilite_ecriture_nees ON comptabilite_ecriture
--;
DROP FUNCTION comptabilite_ecriture_nees()
--;
DROP TRIGGER comptabilite_ecriture_c_cadre ON comptabilite_ecriture
--;
DROP FUNCTION comptabilite_ecriture_recadree()
--;
DROP TRIGGER comptabilite_ecriture_b_nait ON comptabilite_ecriture
--;
DROP TRIGGER comptabilite_ecriture_b_totaux ON comptabilite_ecriture
--;
DROP TRIGGER comptabilite_ecriture_a_gardee ON comptabilite_ecriture
--;
DROP FUNCTION comptabilite_ecriture_effacee()
--;
DROP TRIGGER comptabilite_ecriture_a_figee ON comptabilite_ecriture
--;
CREATE FUNCTION comptabilite_ecriture_avant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.etat <> 'brouillard' THEN
      RAISE EXCEPTION 'une écriture naît en brouillard' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.nb_lignes <> 0 OR NEW.total_debit_cents <> 0 OR NEW.total_credit_cents <> 0 OR NEW.desequilibre_id IS NULL THEN
      RAISE EXCEPTION 'une écriture naît sans ligne' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM comptabilite_ecriture_cadre(NEW);
    RETURN NEW;
  END IF;
  IF OLD.etat = 'validee' THEN
    RAISE EXCEPTION 'une écriture validée ne se modifie pas' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    IF (SELECT cloture_le FROM comptabilite_exercice WHERE id = OLD.exercice_id) IS NOT NULL THEN
      RAISE EXCEPTION 'l''exercice est clos' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
  IF (NEW.nb_lignes, NEW.total_debit_cents, NEW.total_credit_cents, NEW.desequilibre_id)
    IS DISTINCT FROM (OLD.nb_lignes, OLD.total_debit_cents, OLD.total_credit_cents, OLD.desequilibre_id) THEN
    RAISE EXCEPTION 'les totaux d''une écriture viennent de ses lignes' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.dossier_id <> OLD.dossier_id THEN
    RAISE EXCEPTION 'une écriture ne change pas de dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.exercice_id, NEW.journal_id, NEW.annule_id, NEW.date)
    IS DISTINCT FROM (OLD.exercice_id, OLD.journal_id, OLD.annule_id, OLD.date) THEN
    PERFORM comptabilite_ecriture_cadre(NEW);
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER comptabilite_ecriture_avant BEFORE INSERT OR UPDATE OR DELETE ON comptabilite_ecriture
FOR EACH ROW EXECUTE FUNCTION comptabilite_ecriture_avant()
--;
CREATE OR REPLACE FUNCTION comptabilite_lignes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF EXISTS (SELECT 1 FROM nouvelles n JOIN anciennes o ON o.id = n.id
        WHERE n.ecriture_id <> o.ecriture_id OR n.dossier_id <> o.dossier_id) THEN
      RAISE EXCEPTION 'une ligne ne change pas d''écriture' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM nouvelles n JOIN anciennes o ON o.id = n.id
        JOIN comptabilite_ecriture e ON e.id = n.ecriture_id
        WHERE e.etat = 'validee'
          AND (n.rang, n.date, n.compte_id, n.tiers_id, n.libelle, n.debit_cents, n.credit_cents)
            IS DISTINCT FROM (o.rang, o.date, o.compte_id, o.tiers_id, o.libelle, o.debit_cents, o.credit_cents)) THEN
      RAISE EXCEPTION 'une écriture validée ne se modifie pas' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM nouvelles n JOIN comptabilite_ecriture e ON e.id = n.ecriture_id
        JOIN comptabilite_exercice x ON x.id = e.exercice_id WHERE x.cloture_le IS NOT NULL) THEN
      RAISE EXCEPTION 'l''exercice est clos' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT 1 FROM nouvelles n JOIN comptabilite_ecriture e ON e.id = n.ecriture_id WHERE e.etat = 'validee') THEN
      RAISE EXCEPTION 'une écriture validée ne reçoit plus de ligne' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF EXISTS (SELECT 1 FROM anciennes o JOIN comptabilite_ecriture e ON e.id = o.ecriture_id
      WHERE e.etat = 'validee') THEN
    RAISE EXCEPTION 'une écriture validée ne perd pas de ligne' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  -- The table of the new rows does not exist for a DELETE: not even its name may be read.
  IF TG_OP = 'DELETE' THEN RETURN NULL; END IF;
  IF EXISTS (
    SELECT 1 FROM nouvelles n
      JOIN comptabilite_ecriture e ON e.id = n.ecriture_id
      JOIN comptabilite_compte c ON c.id = n.compte_id
      LEFT JOIN comptabilite_tiers t ON t.id = n.tiers_id
      LEFT JOIN comptabilite_lettrage g ON g.id = n.lettrage_id
    WHERE e.dossier_id <> n.dossier_id OR c.dossier_id <> n.dossier_id OR t.dossier_id <> n.dossier_id
      OR e.date <> n.date
      OR (g.id IS NOT NULL AND (g.compte_id <> n.compte_id OR g.tiers_id IS DISTINCT FROM n.tiers_id))
  ) THEN
    RAISE EXCEPTION 'la ligne ne convient pas à son écriture, son compte, son tiers ou son lettrage'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE OR REPLACE FUNCTION comptabilite_ecriture_apres() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE lot record; x record;
BEGIN
  IF pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
  UPDATE comptabilite_ligneecriture l SET date = n.date
    FROM nouvelles n JOIN anciennes o ON o.id = n.id WHERE n.date <> o.date AND l.ecriture_id = n.id;
  -- A validated row was a draft before: the trigger BEFORE refuses any other change of one.
  FOR lot IN
    SELECT n.exercice_id, min(n.numero) AS premier, max(n.numero) AS dernier, count(*) AS nb
    FROM nouvelles n WHERE n.etat = 'validee' GROUP BY n.exercice_id ORDER BY n.exercice_id
  LOOP
    SELECT dernier_numero, derniere_empreinte, cloture_le, debut INTO x
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
            WHERE v.dossier_id = s.dossier_id AND v.exercice_id = s.exercice_id AND v.numero = x.dernier_numero),
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
