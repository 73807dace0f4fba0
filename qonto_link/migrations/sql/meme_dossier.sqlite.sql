CREATE TRIGGER compte_qonto_meme_dossier BEFORE INSERT ON qonto_link_compteqonto
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM qonto_link_connexion WHERE id = NEW.connexion_id)
BEGIN SELECT RAISE(ABORT, 'le compte et la connexion ne sont pas du même dossier'); END
--;
CREATE TRIGGER compte_qonto_meme_dossier_maj BEFORE UPDATE OF dossier_id, connexion_id ON qonto_link_compteqonto
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM qonto_link_connexion WHERE id = NEW.connexion_id)
BEGIN SELECT RAISE(ABORT, 'le compte et la connexion ne sont pas du même dossier'); END
--;
CREATE TRIGGER connexion_dossier_fixe BEFORE UPDATE OF dossier_id ON qonto_link_connexion
WHEN NEW.dossier_id IS NOT OLD.dossier_id
BEGIN SELECT RAISE(ABORT, 'une connexion ne change pas de dossier'); END
