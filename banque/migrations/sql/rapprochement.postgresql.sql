CREATE FUNCTION banque_rapprochementarrete_controle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS DISTINCT FROM NEW.dossier_id OR
    (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id) IS DISTINCT FROM NEW.dossier_id THEN
    RAISE EXCEPTION 'cette ligne renvoie à une ligne d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXTRACT(day FROM NEW.date + 1) <> 1 THEN
    RAISE EXCEPTION 'un état de rapprochement s''arrête à la fin d''un mois' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER banque_rapprochementarrete_controle BEFORE INSERT ON banque_rapprochementarrete
FOR EACH ROW EXECUTE FUNCTION banque_rapprochementarrete_controle()
--;
CREATE FUNCTION banque_rapprochementarrete_fige() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'un état de rapprochement arrêté ne change plus' USING ERRCODE = 'integrity_constraint_violation';
END $$
--;
CREATE TRIGGER banque_rapprochementarrete_fige BEFORE UPDATE OR DELETE ON banque_rapprochementarrete
FOR EACH ROW EXECUTE FUNCTION banque_rapprochementarrete_fige()
