CREATE FUNCTION banque_comptebancaire_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.journal_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_journal WHERE id = NEW.journal_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.compte_qonto_id IS NOT NULL AND (SELECT dossier_id FROM qonto_link_compteqonto WHERE id = NEW.compte_qonto_id) IS DISTINCT FROM NEW.dossier_id) THEN
    RAISE EXCEPTION 'cette ligne renvoie à une ligne d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER banque_comptebancaire_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, journal_id, compte_qonto_id ON banque_comptebancaire
FOR EACH ROW EXECUTE FUNCTION banque_comptebancaire_meme_dossier()
--;
CREATE FUNCTION banque_lignerecue_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.compte_bancaire_id IS NOT NULL AND (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS DISTINCT FROM NEW.dossier_id) THEN
    RAISE EXCEPTION 'cette ligne renvoie à une ligne d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER banque_lignerecue_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, compte_bancaire_id ON banque_lignerecue
FOR EACH ROW EXECUTE FUNCTION banque_lignerecue_meme_dossier()
--;
CREATE FUNCTION banque_piecejointe_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.ligne_id IS NOT NULL AND (SELECT dossier_id FROM banque_lignerecue WHERE id = NEW.ligne_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.fichier_id IS NOT NULL AND (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id) IS DISTINCT FROM NEW.dossier_id) THEN
    RAISE EXCEPTION 'cette ligne renvoie à une ligne d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER banque_piecejointe_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, ligne_id, fichier_id ON banque_piecejointe
FOR EACH ROW EXECUTE FUNCTION banque_piecejointe_meme_dossier()
--;
CREATE FUNCTION banque_releve_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.compte_bancaire_id IS NOT NULL AND (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS DISTINCT FROM NEW.dossier_id) THEN
    RAISE EXCEPTION 'cette ligne renvoie à une ligne d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER banque_releve_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, compte_bancaire_id ON banque_releve
FOR EACH ROW EXECUTE FUNCTION banque_releve_meme_dossier()
--;
CREATE FUNCTION banque_operation_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
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
--;
CREATE TRIGGER banque_operation_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, compte_bancaire_id, releve_id, ligne_id, compte_id, tiers_id, ecriture_id ON banque_operation
FOR EACH ROW EXECUTE FUNCTION banque_operation_meme_dossier()
--;
CREATE FUNCTION banque_imputation_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.operation_id IS NOT NULL AND (SELECT dossier_id FROM banque_operation WHERE id = NEW.operation_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.compte_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.tiers_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS DISTINCT FROM NEW.dossier_id) THEN
    RAISE EXCEPTION 'cette ligne renvoie à une ligne d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER banque_imputation_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, operation_id, compte_id, tiers_id ON banque_imputation
FOR EACH ROW EXECUTE FUNCTION banque_imputation_meme_dossier()
--;
CREATE FUNCTION banque_habitude_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.compte_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS DISTINCT FROM NEW.dossier_id) OR
    (NEW.tiers_id IS NOT NULL AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS DISTINCT FROM NEW.dossier_id) THEN
    RAISE EXCEPTION 'cette ligne renvoie à une ligne d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER banque_habitude_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, compte_id, tiers_id ON banque_habitude
FOR EACH ROW EXECUTE FUNCTION banque_habitude_meme_dossier()
--;
CREATE FUNCTION banque_changement_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.ligne_id IS NOT NULL AND (SELECT dossier_id FROM banque_lignerecue WHERE id = NEW.ligne_id) IS DISTINCT FROM NEW.dossier_id) THEN
    RAISE EXCEPTION 'cette ligne renvoie à une ligne d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER banque_changement_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, ligne_id ON banque_changement
FOR EACH ROW EXECUTE FUNCTION banque_changement_meme_dossier()
--;
CREATE FUNCTION banque_regle_meme_cabinet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.dossier_id IS NOT NULL
    AND (SELECT cabinet_id FROM gestion_acces_dossier WHERE id = NEW.dossier_id) IS DISTINCT FROM NEW.cabinet_id THEN
    RAISE EXCEPTION 'la règle et le dossier ne sont pas du même cabinet' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER banque_regle_meme_cabinet BEFORE INSERT OR UPDATE OF dossier_id, cabinet_id ON banque_regle
FOR EACH ROW EXECUTE FUNCTION banque_regle_meme_cabinet()
--;
CREATE FUNCTION banque_comptebancaire_tresorerie() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.journal_id IS NOT NULL
    AND (SELECT compte_tresorerie_id FROM comptabilite_journal WHERE id = NEW.journal_id) IS NULL THEN
    RAISE EXCEPTION 'le journal d''une banque est un journal de trésorerie' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER banque_comptebancaire_tresorerie BEFORE INSERT OR UPDATE OF journal_id ON banque_comptebancaire
FOR EACH ROW EXECUTE FUNCTION banque_comptebancaire_tresorerie()
--;
CREATE FUNCTION banque_operation_identite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.montant_cents <> OLD.montant_cents OR NEW.jour <> OLD.jour
    OR NEW.compte_bancaire_id <> OLD.compte_bancaire_id THEN
    RAISE EXCEPTION 'une opération garde son montant, son jour et son compte bancaire' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER banque_operation_identite BEFORE UPDATE OF montant_cents, jour, compte_bancaire_id ON banque_operation
FOR EACH ROW EXECUTE FUNCTION banque_operation_identite()
--;
CREATE FUNCTION banque_operation_transferee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.etat = 'transferee' THEN
    RAISE EXCEPTION 'une opération passée en comptabilité ne se supprime pas' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER banque_operation_transferee BEFORE DELETE ON banque_operation
FOR EACH ROW EXECUTE FUNCTION banque_operation_transferee()
