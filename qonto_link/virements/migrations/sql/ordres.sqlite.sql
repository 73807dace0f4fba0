CREATE TRIGGER virement_mort_reste_mort BEFORE UPDATE OF statut ON virements_virement
WHEN OLD.statut IN ('rejete', 'annule', 'retourne') AND NEW.statut <> OLD.statut
BEGIN SELECT RAISE(ABORT, 'un virement terminé ne revient pas'); END
--;
CREATE TRIGGER virement_regle_reste_regle BEFORE UPDATE OF statut ON virements_virement
WHEN OLD.statut = 'regle' AND NEW.statut NOT IN ('regle', 'retourne')
BEGIN SELECT RAISE(ABORT, 'un virement réglé ne peut être que retourné'); END
--;
CREATE TRIGGER virement_fige BEFORE UPDATE OF montant_cents, iban, beneficiaire, reference, ordre_id, dossier_id
ON virements_virement
WHEN OLD.statut NOT IN ('en_preparation', 'a_approuver') AND (
  NEW.montant_cents <> OLD.montant_cents OR NEW.iban <> OLD.iban OR NEW.beneficiaire <> OLD.beneficiaire
  OR NEW.reference <> OLD.reference OR NEW.ordre_id <> OLD.ordre_id OR NEW.dossier_id <> OLD.dossier_id)
BEGIN SELECT RAISE(ABORT, 'un virement envoyé ne change plus'); END
--;
CREATE TRIGGER virement_jamais_efface BEFORE DELETE ON virements_virement
BEGIN SELECT RAISE(ABORT, 'un virement ne s''efface pas'); END
--;
CREATE TRIGGER virement_meme_dossier BEFORE INSERT ON virements_virement
WHEN (SELECT dossier_id FROM virements_ordre WHERE id = NEW.ordre_id) IS NOT NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'le virement et son ordre ne sont pas du même dossier'); END
--;
CREATE TRIGGER ordre_meme_dossier BEFORE INSERT ON virements_ordre
WHEN (SELECT dossier_id FROM qonto_link_compteqonto WHERE id = NEW.compte_id) IS NOT NEW.dossier_id
BEGIN SELECT RAISE(ABORT, 'le compte débité n''est pas du dossier'); END
--;
CREATE TRIGGER ordre_fige BEFORE UPDATE OF cle, corps, compte_id, dossier_id ON virements_ordre
WHEN OLD.premier_envoi IS NOT NULL AND (
  NEW.cle <> OLD.cle OR NEW.corps <> OLD.corps OR NEW.compte_id <> OLD.compte_id OR NEW.dossier_id <> OLD.dossier_id)
BEGIN SELECT RAISE(ABORT, 'un ordre envoyé ne change plus'); END
