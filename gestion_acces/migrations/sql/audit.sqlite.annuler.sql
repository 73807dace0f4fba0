DROP TRIGGER audit_jamais_modifie
--;
DROP TRIGGER audit_jamais_efface
