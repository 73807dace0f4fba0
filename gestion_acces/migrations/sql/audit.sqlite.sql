CREATE TRIGGER audit_jamais_modifie BEFORE UPDATE ON gestion_acces_evenementaudit
BEGIN SELECT RAISE(ABORT, 'le journal d''audit ne se modifie pas'); END
--;
CREATE TRIGGER audit_jamais_efface BEFORE DELETE ON gestion_acces_evenementaudit
BEGIN SELECT RAISE(ABORT, 'le journal d''audit ne s''efface pas'); END
