CREATE TRIGGER portefeuille_meme_cabinet BEFORE INSERT ON gestion_acces_portefeuille
WHEN (SELECT cabinet_id FROM gestion_acces_membrecabinet WHERE id = NEW.membre_id)
  IS NOT (SELECT cabinet_id FROM gestion_acces_dossier WHERE id = NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'le dossier est d''un autre cabinet'); END
--;
CREATE TRIGGER portefeuille_fixe BEFORE UPDATE ON gestion_acces_portefeuille
BEGIN SELECT RAISE(ABORT, 'une ligne de portefeuille ne se modifie pas'); END
--;
CREATE TRIGGER acces_meme_dossier BEFORE INSERT ON gestion_acces_accesservice
WHEN (SELECT dossier_id FROM gestion_acces_membredossier WHERE id = NEW.membre_id)
  IS NOT (SELECT dossier_id FROM gestion_acces_servicedossier WHERE id = NEW.service_dossier_id)
BEGIN SELECT RAISE(ABORT, 'la personne et le service ne sont pas du même dossier'); END
--;
CREATE TRIGGER acces_meme_dossier_maj BEFORE UPDATE OF membre_id, service_dossier_id ON gestion_acces_accesservice
WHEN (SELECT dossier_id FROM gestion_acces_membredossier WHERE id = NEW.membre_id)
  IS NOT (SELECT dossier_id FROM gestion_acces_servicedossier WHERE id = NEW.service_dossier_id)
BEGIN SELECT RAISE(ABORT, 'la personne et le service ne sont pas du même dossier'); END
