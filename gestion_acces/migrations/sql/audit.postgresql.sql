CREATE FUNCTION audit_refuser() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'le journal d''audit ne fait que croître' USING ERRCODE = 'integrity_constraint_violation'; END $$
--;
CREATE TRIGGER audit_jamais_modifie BEFORE UPDATE OR DELETE ON gestion_acces_evenementaudit
FOR EACH ROW EXECUTE FUNCTION audit_refuser()
--;
CREATE TRIGGER audit_jamais_vide BEFORE TRUNCATE ON gestion_acces_evenementaudit
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuser()
