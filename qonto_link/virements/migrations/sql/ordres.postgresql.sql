CREATE FUNCTION virement_garder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.statut IN ('rejete', 'annule', 'retourne') AND NEW.statut <> OLD.statut THEN
    RAISE EXCEPTION 'un virement terminé ne revient pas' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.statut = 'regle' AND NEW.statut NOT IN ('regle', 'retourne') THEN
    RAISE EXCEPTION 'un virement réglé ne peut être que retourné' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.statut NOT IN ('en_preparation', 'a_approuver') AND
    (NEW.montant_cents, NEW.iban, NEW.beneficiaire, NEW.reference, NEW.ordre_id, NEW.dossier_id)
    IS DISTINCT FROM
    (OLD.montant_cents, OLD.iban, OLD.beneficiaire, OLD.reference, OLD.ordre_id, OLD.dossier_id) THEN
    RAISE EXCEPTION 'un virement envoyé ne change plus' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER virement_garder BEFORE UPDATE ON virements_virement
FOR EACH ROW EXECUTE FUNCTION virement_garder()
--;
CREATE FUNCTION virement_jamais_efface() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'un virement ne s''efface pas' USING ERRCODE = 'integrity_constraint_violation'; END $$
--;
CREATE TRIGGER virement_jamais_efface BEFORE DELETE ON virements_virement
FOR EACH ROW EXECUTE FUNCTION virement_jamais_efface()
--;
CREATE FUNCTION virement_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT dossier_id FROM virements_ordre WHERE id = NEW.ordre_id) IS DISTINCT FROM NEW.dossier_id THEN
    RAISE EXCEPTION 'le virement et son ordre ne sont pas du même dossier'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER virement_meme_dossier BEFORE INSERT ON virements_virement
FOR EACH ROW EXECUTE FUNCTION virement_meme_dossier()
--;
CREATE FUNCTION ordre_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT dossier_id FROM qonto_link_compteqonto WHERE id = NEW.compte_id) IS DISTINCT FROM NEW.dossier_id THEN
    RAISE EXCEPTION 'le compte débité n''est pas du dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER ordre_meme_dossier BEFORE INSERT ON virements_ordre
FOR EACH ROW EXECUTE FUNCTION ordre_meme_dossier()
--;
CREATE FUNCTION ordre_fige() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.premier_envoi IS NOT NULL AND (NEW.cle, NEW.corps, NEW.compte_id, NEW.dossier_id)
    IS DISTINCT FROM (OLD.cle, OLD.corps, OLD.compte_id, OLD.dossier_id) THEN
    RAISE EXCEPTION 'un ordre envoyé ne change plus' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER ordre_fige BEFORE UPDATE ON virements_ordre
FOR EACH ROW EXECUTE FUNCTION ordre_fige()
