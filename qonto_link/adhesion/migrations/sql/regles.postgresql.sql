CREATE FUNCTION adhesion_meme_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.dossier_id IS DISTINCT FROM (SELECT dossier_id FROM adhesion_adhesion WHERE id = NEW.adhesion_id) THEN
    RAISE EXCEPTION 'la ligne et l''adhésion ne sont pas du même dossier'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER etape_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, adhesion_id ON adhesion_etapefranchie
FOR EACH ROW EXECUTE FUNCTION adhesion_meme_dossier()
--;
CREATE TRIGGER justificatif_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, adhesion_id ON adhesion_justificatif
FOR EACH ROW EXECUTE FUNCTION adhesion_meme_dossier()
--;
CREATE TRIGGER correction_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, adhesion_id ON adhesion_correction
FOR EACH ROW EXECUTE FUNCTION adhesion_meme_dossier()
--;
CREATE FUNCTION justificatif_son_fichier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.dossier_id IS DISTINCT FROM (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id) THEN
    RAISE EXCEPTION 'le fichier est d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER justificatif_son_fichier BEFORE INSERT OR UPDATE OF dossier_id, fichier_id ON adhesion_justificatif
FOR EACH ROW EXECUTE FUNCTION justificatif_son_fichier()
--;
CREATE FUNCTION adhesion_ne_recule_pas() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.rang < OLD.rang THEN
    RAISE EXCEPTION 'une adhésion ne recule pas' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER adhesion_ne_recule_pas BEFORE UPDATE OF rang ON adhesion_adhesion
FOR EACH ROW EXECUTE FUNCTION adhesion_ne_recule_pas()
