CREATE TRIGGER depot_document_meme_dossier BEFORE INSERT ON depot_document
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id)
  OR (NEW.classeur_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM depot_classeur c
    WHERE c.id = NEW.classeur_id AND c.dossier_id = NEW.dossier_id AND c.panier = NEW.panier))
  OR (NEW.ecriture_id IS NOT NULL
    AND NEW.dossier_id IS NOT (SELECT dossier_id FROM comptabilite_ecriture WHERE id = NEW.ecriture_id))
BEGIN SELECT RAISE(ABORT, 'le document mêle deux dossiers'); END
--;
CREATE TRIGGER depot_document_meme_dossier_maj
BEFORE UPDATE OF dossier_id, panier, fichier_id, classeur_id, ecriture_id ON depot_document
WHEN NEW.dossier_id IS NOT OLD.dossier_id
  OR NEW.dossier_id IS NOT (SELECT dossier_id FROM gestion_acces_fichier WHERE id = NEW.fichier_id)
  OR (NEW.classeur_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM depot_classeur c
    WHERE c.id = NEW.classeur_id AND c.dossier_id = NEW.dossier_id AND c.panier = NEW.panier))
  OR (NEW.ecriture_id IS NOT NULL
    AND NEW.dossier_id IS NOT (SELECT dossier_id FROM comptabilite_ecriture WHERE id = NEW.ecriture_id))
BEGIN SELECT RAISE(ABORT, 'le document mêle deux dossiers'); END
--;
CREATE TRIGGER depot_classeur_fixe BEFORE UPDATE OF dossier_id, panier ON depot_classeur
WHEN NEW.dossier_id IS NOT OLD.dossier_id OR NEW.panier IS NOT OLD.panier
BEGIN SELECT RAISE(ABORT, 'un classeur ne change ni de dossier ni de panier'); END
--;
CREATE TRIGGER depot_texte_meme_dossier BEFORE INSERT ON depot_textedocument
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM depot_document WHERE id = NEW.document_id)
BEGIN SELECT RAISE(ABORT, 'le texte n''est pas du même dossier que son document'); END
--;
CREATE TRIGGER depot_texte_meme_dossier_maj BEFORE UPDATE OF dossier_id, document_id ON depot_textedocument
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM depot_document WHERE id = NEW.document_id)
BEGIN SELECT RAISE(ABORT, 'le texte n''est pas du même dossier que son document'); END
--;
CREATE TRIGGER depot_ligne_meme_dossier BEFORE INSERT ON depot_ligneimport
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM depot_importfactures WHERE id = NEW.import_factures_id)
  OR (NEW.document_id IS NOT NULL
    AND NEW.dossier_id IS NOT (SELECT dossier_id FROM depot_document WHERE id = NEW.document_id))
BEGIN SELECT RAISE(ABORT, 'la ligne d''import mêle deux dossiers'); END
--;
CREATE TRIGGER depot_ligne_meme_dossier_maj BEFORE UPDATE OF dossier_id, import_factures_id, document_id ON depot_ligneimport
WHEN NEW.dossier_id IS NOT (SELECT dossier_id FROM depot_importfactures WHERE id = NEW.import_factures_id)
  OR (NEW.document_id IS NOT NULL
    AND NEW.dossier_id IS NOT (SELECT dossier_id FROM depot_document WHERE id = NEW.document_id))
BEGIN SELECT RAISE(ABORT, 'la ligne d''import mêle deux dossiers'); END
