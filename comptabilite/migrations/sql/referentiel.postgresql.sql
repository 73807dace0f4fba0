CREATE FUNCTION comptabilite_refuser() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$
--;
CREATE FUNCTION comptabilite_exercice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.cloture_le IS NOT NULL THEN
      RAISE EXCEPTION 'un exercice clos ne se modifie plus' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.dossier_id <> OLD.dossier_id THEN
      RAISE EXCEPTION 'un exercice ne change pas de dossier' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
    IF (NEW.dernier_numero, NEW.derniere_empreinte) IS DISTINCT FROM (OLD.dernier_numero, OLD.derniere_empreinte) THEN
      RAISE EXCEPTION 'la numérotation appartient à la validation' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.cloture_le IS NOT NULL AND EXISTS (SELECT 1 FROM comptabilite_ecriture
        WHERE dossier_id = NEW.dossier_id AND exercice_id = NEW.id AND etat = 'brouillard') THEN
      RAISE EXCEPTION 'il reste des brouillards dans l''exercice' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.debut > OLD.debut OR NEW.fin < OLD.fin) AND EXISTS (SELECT 1 FROM comptabilite_ecriture
        WHERE exercice_id = NEW.id AND dossier_id = NEW.dossier_id AND date NOT BETWEEN NEW.debut AND NEW.fin) THEN
      RAISE EXCEPTION 'des écritures sortiraient de l''exercice' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.debut = OLD.debut AND NEW.fin = OLD.fin THEN RETURN NEW; END IF;
  ELSIF NEW.dernier_numero <> 0 OR NEW.derniere_empreinte <> '' OR NEW.cloture_le IS NOT NULL THEN
    RAISE EXCEPTION 'un exercice naît ouvert et sans écriture' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  -- Two writers of one dossier wait for each other here: neither could see the other's new exercice.
  PERFORM 1 FROM gestion_acces_dossier WHERE id = NEW.dossier_id FOR NO KEY UPDATE;
  IF EXISTS (SELECT 1 FROM comptabilite_exercice WHERE dossier_id = NEW.dossier_id AND id IS DISTINCT FROM NEW.id
      AND debut <= NEW.fin AND fin >= NEW.debut) THEN
    RAISE EXCEPTION 'deux exercices se chevauchent' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER comptabilite_exercice BEFORE INSERT OR UPDATE ON comptabilite_exercice
FOR EACH ROW EXECUTE FUNCTION comptabilite_exercice()
--;
CREATE TRIGGER comptabilite_exercice_clos BEFORE DELETE ON comptabilite_exercice
FOR EACH ROW WHEN (OLD.cloture_le IS NOT NULL) EXECUTE FUNCTION comptabilite_refuser('un exercice clos ne s''efface pas')
--;
CREATE TRIGGER comptabilite_compte_fixe BEFORE UPDATE ON comptabilite_compte
FOR EACH ROW WHEN (OLD.numero <> NEW.numero OR OLD.dossier_id <> NEW.dossier_id)
EXECUTE FUNCTION comptabilite_refuser('le numéro d''un compte ne change pas')
--;
CREATE FUNCTION comptabilite_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c record;
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.code <> NEW.code OR OLD.dossier_id <> NEW.dossier_id) THEN
    RAISE EXCEPTION 'le code d''un journal ne change pas' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.compte_tresorerie_id IS NOT NULL THEN
    SELECT dossier_id, numero INTO c FROM comptabilite_compte WHERE id = NEW.compte_tresorerie_id;
    IF c.dossier_id IS DISTINCT FROM NEW.dossier_id THEN
      RAISE EXCEPTION 'le compte est d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF c.numero !~ '^5(12|17|3)' THEN
      RAISE EXCEPTION 'un journal de trésorerie a un compte 512, 517 ou 53' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER comptabilite_journal BEFORE INSERT OR UPDATE ON comptabilite_journal
FOR EACH ROW EXECUTE FUNCTION comptabilite_journal()
--;
CREATE FUNCTION comptabilite_tiers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.code <> NEW.code OR OLD.dossier_id <> NEW.dossier_id) THEN
    RAISE EXCEPTION 'le code d''un tiers ne change pas' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS DISTINCT FROM NEW.dossier_id THEN
    RAISE EXCEPTION 'le compte est d''un autre dossier' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER comptabilite_tiers BEFORE INSERT OR UPDATE ON comptabilite_tiers
FOR EACH ROW EXECUTE FUNCTION comptabilite_tiers()
--;
CREATE FUNCTION comptabilite_lettrage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.dossier_id, OLD.compte_id, OLD.tiers_id) IS DISTINCT FROM (NEW.dossier_id, NEW.compte_id, NEW.tiers_id) THEN
    RAISE EXCEPTION 'un lettrage ne change pas de compte' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (SELECT dossier_id FROM comptabilite_exercice WHERE id = NEW.exercice_id) IS DISTINCT FROM NEW.dossier_id
    OR (SELECT dossier_id FROM comptabilite_compte WHERE id = NEW.compte_id) IS DISTINCT FROM NEW.dossier_id
    OR (NEW.tiers_id IS NOT NULL
      AND (SELECT dossier_id FROM comptabilite_tiers WHERE id = NEW.tiers_id) IS DISTINCT FROM NEW.dossier_id) THEN
    RAISE EXCEPTION 'le lettrage mêle deux dossiers' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER comptabilite_lettrage BEFORE INSERT OR UPDATE ON comptabilite_lettrage
FOR EACH ROW EXECUTE FUNCTION comptabilite_lettrage()
--;
CREATE TRIGGER comptabilite_export_fige BEFORE UPDATE OR DELETE ON comptabilite_exportfec
FOR EACH ROW EXECUTE FUNCTION comptabilite_refuser('le registre des exports ne fait que croître')
--;
CREATE TRIGGER comptabilite_export_jamais_vide BEFORE TRUNCATE ON comptabilite_exportfec
FOR EACH STATEMENT EXECUTE FUNCTION comptabilite_refuser('le registre des exports ne fait que croître')
