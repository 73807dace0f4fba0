-- A transfer marks its lines by thousands and changes one key of each: the others are not looked up again. OLD is
-- empty for an insertion, where every key is new.
CREATE OR REPLACE FUNCTION banque_operation_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.compte_bancaire_id IS NOT NULL AND (NEW.compte_bancaire_id, NEW.dossier_id) IS DISTINCT FROM (OLD.compte_bancaire_id, OLD.dossier_id)
      AND (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.releve_id IS NOT NULL AND (NEW.releve_id, NEW.dossier_id) IS DISTINCT FROM (OLD.releve_id, OLD.dossier_id)
      AND (SELECT dossier_id FROM banque_releve WHERE id = NEW.releve_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.ligne_id IS NOT NULL AND (NEW.ligne_id, NEW.dossier_id) IS DISTINCT FROM (OLD.ligne_id, OLD.dossier_id)
      AND (SELECT dossier_id FROM banque_lignerecue WHERE id = NEW.ligne_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.compte_id IS NOT NULL AND (NEW.compte_id, NEW.dossier_id) IS DISTINCT FROM (OLD.compte_id, OLD.dossier_id)
      AND (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.tiers_id IS NOT NULL AND (NEW.tiers_id, NEW.dossier_id) IS DISTINCT FROM (OLD.tiers_id, OLD.dossier_id)
      AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.ecriture_id IS NOT NULL AND (NEW.ecriture_id, NEW.dossier_id) IS DISTINCT FROM (OLD.ecriture_id, OLD.dossier_id)
      AND (SELECT dossier_id FROM comptabilite_ecriture WHERE id = NEW.ecriture_id) IS DISTINCT FROM NEW.dossier_id) THEN
    RAISE EXCEPTION 'cette ligne renvoie à une ligne d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
