CREATE TRIGGER reglement_rouvre_si_mort BEFORE UPDATE OF vivant ON facturation_reglement
WHEN OLD.vivant = 1 AND NEW.vivant = 0 AND NEW.virement_id IS NOT NULL
  AND (SELECT statut FROM virements_virement WHERE id = NEW.virement_id) NOT IN ('rejete', 'annule', 'retourne')
BEGIN SELECT RAISE(ABORT, 'le virement de ce règlement vit encore'); END
--;
CREATE TRIGGER reglement_fixe BEFORE UPDATE OF echeance_id, virement_id, dossier_id ON facturation_reglement
WHEN NEW.echeance_id <> OLD.echeance_id OR NEW.dossier_id <> OLD.dossier_id OR NEW.virement_id IS NOT OLD.virement_id
BEGIN SELECT RAISE(ABORT, 'un règlement ne change ni d''échéance ni de virement'); END
--;
CREATE TRIGGER reglement_jamais_efface BEFORE DELETE ON facturation_reglement
BEGIN SELECT RAISE(ABORT, 'un règlement ne s''efface pas'); END
--;
CREATE TRIGGER reglement_meme_dossier BEFORE INSERT ON facturation_reglement
WHEN (SELECT dossier_id FROM facturation_echeance WHERE id = NEW.echeance_id) IS NOT NEW.dossier_id
  OR (NEW.virement_id IS NOT NULL
      AND (SELECT dossier_id FROM virements_virement WHERE id = NEW.virement_id) IS NOT NEW.dossier_id)
BEGIN SELECT RAISE(ABORT, 'le règlement, l''échéance et le virement ne sont pas du même dossier'); END
--;
CREATE TRIGGER reglement_meme_montant BEFORE INSERT ON facturation_reglement
WHEN NEW.virement_id IS NOT NULL
  AND (SELECT montant_cents FROM virements_virement WHERE id = NEW.virement_id)
  IS NOT (SELECT montant_cents FROM facturation_echeance WHERE id = NEW.echeance_id)
BEGIN SELECT RAISE(ABORT, 'le virement ne fait pas le montant de l''échéance'); END
--;
CREATE TRIGGER echeance_engagee_fixe BEFORE UPDATE OF montant_cents, facture_id, dossier_id ON facturation_echeance
WHEN (NEW.montant_cents <> OLD.montant_cents OR NEW.facture_id <> OLD.facture_id OR NEW.dossier_id <> OLD.dossier_id)
  AND EXISTS (SELECT 1 FROM facturation_reglement WHERE echeance_id = OLD.id AND vivant = 1)
BEGIN SELECT RAISE(ABORT, 'une échéance réglée ne change plus'); END
--;
CREATE TRIGGER echeance_meme_dossier BEFORE INSERT ON facturation_echeance
WHEN (SELECT dossier_id FROM facturation_facture WHERE id = NEW.facture_id) IS NOT NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'l''échéance et la facture ne sont pas du même dossier'); END
--;
CREATE TRIGGER facture_meme_dossier BEFORE INSERT ON facturation_facture
WHEN (SELECT dossier_id FROM facturation_fournisseur WHERE id = NEW.fournisseur_id) IS NOT NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'la facture et le fournisseur ne sont pas du même dossier'); END
--;
CREATE TRIGGER coordonnee_meme_dossier BEFORE INSERT ON facturation_coordonneebancaire
WHEN (SELECT dossier_id FROM facturation_fournisseur WHERE id = NEW.fournisseur_id) IS NOT NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'l''IBAN et le fournisseur ne sont pas du même dossier'); END
--;
CREATE TRIGGER coordonnee_jamais_reecrite BEFORE UPDATE OF iban, fournisseur_id, depuis ON facturation_coordonneebancaire
WHEN NEW.iban <> OLD.iban OR NEW.fournisseur_id <> OLD.fournisseur_id OR NEW.depuis <> OLD.depuis
BEGIN SELECT RAISE(ABORT, 'l''historique des IBAN ne se réécrit pas'); END
