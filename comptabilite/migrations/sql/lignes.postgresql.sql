CREATE FUNCTION comptabilite_lignes() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE FUNCTION comptabilite_lignes_sommes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE source text;
BEGIN
  -- Lettering touches no sum: nothing to do then.
  IF TG_OP = 'UPDATE' THEN
    IF NOT EXISTS (SELECT 1 FROM nouvelles n JOIN anciennes o ON o.id = n.id
        WHERE (n.date, n.compte_id, n.tiers_id, n.debit_cents, n.credit_cents)
          IS DISTINCT FROM (o.date, o.compte_id, o.tiers_id, o.debit_cents, o.credit_cents)) THEN
      RETURN NULL;
    END IF;
  END IF;
  source := CASE TG_OP
    WHEN 'INSERT' THEN 'SELECT *, 1 AS signe FROM nouvelles'
    WHEN 'DELETE' THEN 'SELECT *, -1 AS signe FROM anciennes'
    ELSE 'SELECT *, 1 AS signe FROM nouvelles UNION ALL SELECT *, -1 FROM anciennes' END;
  -- The keys are locked in their order: two writers never wait for each other in a circle.
  EXECUTE 'WITH mouvements AS (' || source || '), totaux AS (
    UPDATE comptabilite_ecriture e SET
      total_debit_cents = e.total_debit_cents + s.debit,
      total_credit_cents = e.total_credit_cents + s.credit,
      nb_lignes = e.nb_lignes + s.nb,
      desequilibre_id = CASE WHEN e.total_debit_cents + s.debit = e.total_credit_cents + s.credit
        AND e.nb_lignes + s.nb >= 2 THEN NULL ELSE 1 END
    FROM (SELECT ecriture_id, sum(signe * debit_cents) AS debit, sum(signe * credit_cents) AS credit, sum(signe) AS nb
      FROM mouvements GROUP BY ecriture_id) s
    WHERE e.id = s.ecriture_id)
  INSERT INTO comptabilite_soldemensuel AS s
    (dossier_id, compte_id, tiers_ref, mois, debit_cents, credit_cents, nb_lignes)
  SELECT dossier_id, compte_id, COALESCE(tiers_id, 0), date_trunc(''month'', date)::date,
    sum(signe * debit_cents), sum(signe * credit_cents), sum(signe)
  FROM mouvements GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (dossier_id, compte_id, tiers_ref, mois) DO UPDATE SET
    debit_cents = s.debit_cents + EXCLUDED.debit_cents,
    credit_cents = s.credit_cents + EXCLUDED.credit_cents,
    nb_lignes = s.nb_lignes + EXCLUDED.nb_lignes';
  RETURN NULL;
END $$
--;
CREATE TRIGGER comptabilite_lignes_a_inserees AFTER INSERT ON comptabilite_ligneecriture
REFERENCING NEW TABLE AS nouvelles FOR EACH STATEMENT EXECUTE FUNCTION comptabilite_lignes()
--;
CREATE TRIGGER comptabilite_lignes_a_modifiees AFTER UPDATE ON comptabilite_ligneecriture
REFERENCING OLD TABLE AS anciennes NEW TABLE AS nouvelles FOR EACH STATEMENT EXECUTE FUNCTION comptabilite_lignes()
--;
CREATE TRIGGER comptabilite_lignes_a_effacees AFTER DELETE ON comptabilite_ligneecriture
REFERENCING OLD TABLE AS anciennes FOR EACH STATEMENT EXECUTE FUNCTION comptabilite_lignes()
--;
CREATE TRIGGER comptabilite_lignes_b_inserees AFTER INSERT ON comptabilite_ligneecriture
REFERENCING NEW TABLE AS nouvelles FOR EACH STATEMENT EXECUTE FUNCTION comptabilite_lignes_sommes()
--;
CREATE TRIGGER comptabilite_lignes_b_modifiees AFTER UPDATE ON comptabilite_ligneecriture
REFERENCING OLD TABLE AS anciennes NEW TABLE AS nouvelles FOR EACH STATEMENT EXECUTE FUNCTION comptabilite_lignes_sommes()
--;
CREATE TRIGGER comptabilite_lignes_b_effacees AFTER DELETE ON comptabilite_ligneecriture
REFERENCING OLD TABLE AS anciennes FOR EACH STATEMENT EXECUTE FUNCTION comptabilite_lignes_sommes()
--;
CREATE TRIGGER comptabilite_lignes_jamais_vides BEFORE TRUNCATE ON comptabilite_ligneecriture
FOR EACH STATEMENT EXECUTE FUNCTION comptabilite_refuser('les lignes d''écriture ne s''effacent pas')
--;
CREATE TRIGGER comptabilite_soldes_derives BEFORE INSERT OR UPDATE OR DELETE ON comptabilite_soldemensuel
FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION comptabilite_refuser('les soldes viennent des lignes')
--;
CREATE FUNCTION comptabilite_piece() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE e record;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'UPDATE' OR (SELECT etat FROM comptabilite_ecriture WHERE id = OLD.ecriture_id) = 'validee' THEN
      RAISE EXCEPTION 'un document ne quitte pas une écriture validée' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  SELECT c.dossier_id, x.cloture_le INTO e FROM comptabilite_ecriture c
    JOIN comptabilite_exercice x ON x.id = c.exercice_id WHERE c.id = NEW.ecriture_id;
  IF e.dossier_id IS DISTINCT FROM NEW.dossier_id OR e.cloture_le IS NOT NULL
    OR (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id) IS DISTINCT FROM NEW.dossier_id THEN
    RAISE EXCEPTION 'exercice clos ou document d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER comptabilite_piece BEFORE INSERT OR UPDATE OR DELETE ON comptabilite_pieceecriture
FOR EACH ROW EXECUTE FUNCTION comptabilite_piece()
