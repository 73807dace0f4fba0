CREATE FUNCTION depot_document_coherent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP = 'UPDATE' AND NEW.dossier_id IS DISTINCT FROM OLD.dossier_id)
    OR NEW.dossier_id IS DISTINCT FROM (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id)
    OR (NEW.classeur_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM depot_classeur c
      WHERE c.id = NEW.classeur_id AND c.dossier_id = NEW.dossier_id AND c.panier = NEW.panier))
    OR (NEW.ecriture_id IS NOT NULL
      AND NEW.dossier_id IS DISTINCT FROM (SELECT dossier_id FROM comptabilite_ecriture WHERE id = NEW.ecriture_id)) THEN
    RAISE EXCEPTION 'le document mêle deux dossiers' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER depot_document_meme_dossier
BEFORE INSERT OR UPDATE OF dossier_id, panier, fichier_id, classeur_id, ecriture_id ON depot_document
FOR EACH ROW EXECUTE FUNCTION depot_document_coherent()
--;
CREATE FUNCTION depot_classeur_fixe() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.dossier_id IS DISTINCT FROM OLD.dossier_id OR NEW.panier IS DISTINCT FROM OLD.panier THEN
    RAISE EXCEPTION 'un classeur ne change ni de dossier ni de panier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER depot_classeur_fixe BEFORE UPDATE OF dossier_id, panier ON depot_classeur
FOR EACH ROW EXECUTE FUNCTION depot_classeur_fixe()
--;
CREATE FUNCTION depot_texte_coherent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.dossier_id IS DISTINCT FROM (SELECT dossier_id FROM depot_document WHERE id = NEW.document_id) THEN
    RAISE EXCEPTION 'le texte n''est pas du même dossier que son document' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER depot_texte_meme_dossier BEFORE INSERT OR UPDATE OF dossier_id, document_id ON depot_textedocument
FOR EACH ROW EXECUTE FUNCTION depot_texte_coherent()
--;
CREATE FUNCTION depot_ligne_coherente() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.dossier_id IS DISTINCT FROM (SELECT dossier_id FROM depot_importfactures WHERE id = NEW.import_factures_id)
    OR (NEW.document_id IS NOT NULL
      AND NEW.dossier_id IS DISTINCT FROM (SELECT dossier_id FROM depot_document WHERE id = NEW.document_id)) THEN
    RAISE EXCEPTION 'la ligne d''import mêle deux dossiers' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER depot_ligne_meme_dossier
BEFORE INSERT OR UPDATE OF dossier_id, import_factures_id, document_id ON depot_ligneimport
FOR EACH ROW EXECUTE FUNCTION depot_ligne_coherente()
