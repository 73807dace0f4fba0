CREATE OR REPLACE FUNCTION banque_operation_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.compte_bancaire_id IS NOT NULL AND (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.releve_id IS NOT NULL AND (SELECT dossier_id FROM banque_releve WHERE id = NEW.releve_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.ligne_id IS NOT NULL AND (SELECT dossier_id FROM banque_lignerecue WHERE id = NEW.ligne_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.compte_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.tiers_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.ecriture_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_ecriture WHERE id = NEW.ecriture_id) IS DISTINCT FROM NEW.dossier_id) THEN
    RAISE EXCEPTION 'cette ligne renvoie à une ligne d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
