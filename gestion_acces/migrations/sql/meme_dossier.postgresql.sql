CREATE FUNCTION portefeuille_meme_cabinet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT cabinet_id FROM gestion_acces_membrecabinet WHERE id = NEW.membre_id)
    IS DISTINCT FROM (SELECT cabinet_id FROM gestion_acces_dossier WHERE id = NEW.dossier_id) THEN
    RAISE EXCEPTION 'le dossier est d''un autre cabinet' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER portefeuille_meme_cabinet BEFORE INSERT OR UPDATE ON gestion_acces_portefeuille
FOR EACH ROW EXECUTE FUNCTION portefeuille_meme_cabinet()
--;
CREATE FUNCTION acces_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT dossier_id FROM gestion_acces_membredossier WHERE id = NEW.membre_id)
    IS DISTINCT FROM (SELECT dossier_id FROM gestion_acces_servicedossier WHERE id = NEW.service_dossier_id) THEN
    RAISE EXCEPTION 'la personne et le service ne sont pas du même dossier'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER acces_meme_dossier BEFORE INSERT OR UPDATE ON gestion_acces_accesservice
FOR EACH ROW EXECUTE FUNCTION acces_meme_dossier()
