CREATE TRIGGER banque_rapprochementarrete_meme_dossier BEFORE INSERT ON banque_rapprochementarrete
WHEN (SELECT dossier_id FROM banque_comptebancaire WHERE id = NEW.compte_bancaire_id) IS NOT NEW.dossier_id OR
    (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id) IS NOT NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'cette ligne renvoie à une ligne d''un autre dossier'); END
--;
CREATE TRIGGER banque_rapprochementarrete_fin_de_mois BEFORE INSERT ON banque_rapprochementarrete
WHEN strftime('%d', NEW.date, '+1 day') <> '01'
BEGIN SELECT RAISE(ABORT, 'un état de rapprochement s''arrête à la fin d''un mois'); END
--;
CREATE TRIGGER banque_rapprochementarrete_fige BEFORE UPDATE ON banque_rapprochementarrete
BEGIN SELECT RAISE(ABORT, 'un état de rapprochement arrêté ne change plus'); END
--;
CREATE TRIGGER banque_rapprochementarrete_garde BEFORE DELETE ON banque_rapprochementarrete
BEGIN SELECT RAISE(ABORT, 'un état de rapprochement arrêté ne se supprime pas'); END
