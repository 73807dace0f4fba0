CREATE FUNCTION compte_qonto_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.dossier_id IS DISTINCT FROM (SELECT dossier_id FROM qonto_link_connexion WHERE id = NEW.connexion_id) THEN
    RAISE EXCEPTION 'le compte et la connexion ne sont pas du même dossier'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER compte_qonto_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, connexion_id ON qonto_link_compteqonto
FOR EACH ROW EXECUTE FUNCTION compte_qonto_meme_dossier()
--;
CREATE FUNCTION connexion_dossier_fixe() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.dossier_id IS DISTINCT FROM OLD.dossier_id THEN
    RAISE EXCEPTION 'une connexion ne change pas de dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER connexion_dossier_fixe BEFORE UPDATE OF dossier_id ON qonto_link_connexion
FOR EACH ROW EXECUTE FUNCTION connexion_dossier_fixe()
