DROP TRIGGER audit_jamais_modifie ON gestion_acces_evenementaudit
--;
DROP TRIGGER audit_jamais_vide ON gestion_acces_evenementaudit
--;
DROP FUNCTION audit_refuser()
