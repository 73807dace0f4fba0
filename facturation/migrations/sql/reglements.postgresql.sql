CREATE FUNCTION reglement_rouvre_si_mort() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.vivant AND NOT NEW.vivant AND NEW.virement_id IS NOT NULL AND (SELECT statut
    FROM virements_virement WHERE id = NEW.virement_id) NOT IN ('rejete', 'annule', 'retourne') THEN
    RAISE EXCEPTION 'le virement de ce règlement vit encore' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER reglement_rouvre_si_mort BEFORE UPDATE ON facturation_reglement
FOR EACH ROW EXECUTE FUNCTION reglement_rouvre_si_mort()
--;
CREATE FUNCTION reglement_fixe() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.echeance_id, NEW.virement_id, NEW.dossier_id)
    IS DISTINCT FROM (OLD.echeance_id, OLD.virement_id, OLD.dossier_id) THEN
    RAISE EXCEPTION 'un règlement ne change ni d''échéance ni de virement' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER reglement_fixe BEFORE UPDATE ON facturation_reglement
FOR EACH ROW EXECUTE FUNCTION reglement_fixe()
--;
CREATE FUNCTION reglement_jamais_efface() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TRUE THEN
    RAISE EXCEPTION 'un règlement ne s''efface pas' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $$
--;
CREATE TRIGGER reglement_jamais_efface BEFORE DELETE ON facturation_reglement
FOR EACH ROW EXECUTE FUNCTION reglement_jamais_efface()
--;
CREATE FUNCTION reglement_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT dossier_id FROM facturation_echeance WHERE id = NEW.echeance_id) IS DISTINCT FROM NEW.dossier_id
    OR (NEW.virement_id IS NOT NULL AND (SELECT dossier_id FROM virements_virement WHERE id = NEW.virement_id)
    IS DISTINCT FROM NEW.dossier_id) THEN
    RAISE EXCEPTION 'le règlement, l''échéance et le virement ne sont pas du même dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER reglement_meme_dossier BEFORE INSERT ON facturation_reglement
FOR EACH ROW EXECUTE FUNCTION reglement_meme_dossier()
--;
CREATE FUNCTION reglement_meme_montant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.virement_id IS NOT NULL AND (SELECT montant_cents FROM virements_virement WHERE id = NEW.virement_id)
    IS DISTINCT FROM (SELECT montant_cents FROM facturation_echeance WHERE id = NEW.echeance_id) THEN
    RAISE EXCEPTION 'le virement ne fait pas le montant de l''échéance' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER reglement_meme_montant BEFORE INSERT ON facturation_reglement
FOR EACH ROW EXECUTE FUNCTION reglement_meme_montant()
--;
CREATE FUNCTION echeance_engagee_fixe() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.montant_cents, NEW.facture_id, NEW.dossier_id)
    IS DISTINCT FROM (OLD.montant_cents, OLD.facture_id, OLD.dossier_id)
    AND EXISTS (SELECT 1 FROM facturation_reglement WHERE echeance_id = OLD.id AND vivant) THEN
    RAISE EXCEPTION 'une échéance réglée ne change plus' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER echeance_engagee_fixe BEFORE UPDATE ON facturation_echeance
FOR EACH ROW EXECUTE FUNCTION echeance_engagee_fixe()
--;
CREATE FUNCTION echeance_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT dossier_id FROM facturation_facture WHERE id = NEW.facture_id) IS DISTINCT FROM NEW.dossier_id THEN
    RAISE EXCEPTION 'l''échéance et la facture ne sont pas du même dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER echeance_meme_dossier BEFORE INSERT ON facturation_echeance
FOR EACH ROW EXECUTE FUNCTION echeance_meme_dossier()
--;
CREATE FUNCTION facture_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT dossier_id FROM facturation_fournisseur WHERE id = NEW.fournisseur_id)
    IS DISTINCT FROM NEW.dossier_id THEN
    RAISE EXCEPTION 'la facture et le fournisseur ne sont pas du même dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER facture_meme_dossier BEFORE INSERT ON facturation_facture
FOR EACH ROW EXECUTE FUNCTION facture_meme_dossier()
--;
CREATE FUNCTION coordonnee_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT dossier_id FROM facturation_fournisseur WHERE id = NEW.fournisseur_id)
    IS DISTINCT FROM NEW.dossier_id THEN
    RAISE EXCEPTION 'l''IBAN et le fournisseur ne sont pas du même dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER coordonnee_meme_dossier BEFORE INSERT ON facturation_coordonneebancaire
FOR EACH ROW EXECUTE FUNCTION coordonnee_meme_dossier()
--;
CREATE FUNCTION coordonnee_jamais_reecrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.iban, NEW.fournisseur_id, NEW.depuis) IS DISTINCT FROM (OLD.iban, OLD.fournisseur_id, OLD.depuis) THEN
    RAISE EXCEPTION 'l''historique des IBAN ne se réécrit pas' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER coordonnee_jamais_reecrite BEFORE UPDATE ON facturation_coordonneebancaire
FOR EACH ROW EXECUTE FUNCTION coordonnee_jamais_reecrite()
