CREATE TRIGGER etape_meme_dossier BEFORE INSERT ON adhesion_etapefranchie
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM adhesion_adhesion WHERE id = NEW.adhesion_id)
BEGIN SELECT RAISE(ABORT, 'la ligne et l''adhésion ne sont pas du même dossier'); END
--;
CREATE TRIGGER etape_meme_dossier_maj BEFORE UPDATE OF dossier_id, adhesion_id ON adhesion_etapefranchie
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM adhesion_adhesion WHERE id = NEW.adhesion_id)
BEGIN SELECT RAISE(ABORT, 'la ligne et l''adhésion ne sont pas du même dossier'); END
--;
CREATE TRIGGER justificatif_meme_dossier BEFORE INSERT ON adhesion_justificatif
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM adhesion_adhesion WHERE id = NEW.adhesion_id)
BEGIN SELECT RAISE(ABORT, 'la ligne et l''adhésion ne sont pas du même dossier'); END
--;
CREATE TRIGGER justificatif_meme_dossier_maj BEFORE UPDATE OF dossier_id, adhesion_id ON adhesion_justificatif
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM adhesion_adhesion WHERE id = NEW.adhesion_id)
BEGIN SELECT RAISE(ABORT, 'la ligne et l''adhésion ne sont pas du même dossier'); END
--;
CREATE TRIGGER correction_meme_dossier BEFORE INSERT ON adhesion_correction
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM adhesion_adhesion WHERE id = NEW.adhesion_id)
BEGIN SELECT RAISE(ABORT, 'la ligne et l''adhésion ne sont pas du même dossier'); END
--;
CREATE TRIGGER correction_meme_dossier_maj BEFORE UPDATE OF dossier_id, adhesion_id ON adhesion_correction
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM adhesion_adhesion WHERE id = NEW.adhesion_id)
BEGIN SELECT RAISE(ABORT, 'la ligne et l''adhésion ne sont pas du même dossier'); END
--;
CREATE TRIGGER justificatif_son_fichier BEFORE INSERT ON adhesion_justificatif
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id)
BEGIN SELECT RAISE(ABORT, 'le fichier est d''un autre dossier'); END
--;
CREATE TRIGGER justificatif_son_fichier_maj BEFORE UPDATE OF dossier_id, fichier_id ON adhesion_justificatif
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id)
BEGIN SELECT RAISE(ABORT, 'le fichier est d''un autre dossier'); END
--;
CREATE TRIGGER adhesion_ne_recule_pas BEFORE UPDATE OF rang ON adhesion_adhesion
WHEN NEW.rang < OLD.rang
BEGIN SELECT RAISE(ABORT, 'une adhésion ne recule pas'); END
