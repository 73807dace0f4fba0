DROP TRIGGER comptabilite_journal_utilise ON comptabilite_journal
--;
DROP TRIGGER comptabilite_exercice_utilise ON comptabilite_exercice
--;
DROP TRIGGER comptabilite_tiers_utilise ON comptabilite_tiers
--;
DROP TRIGGER comptabilite_compte_utilise ON comptabilite_compte
--;
DROP FUNCTION comptabilite_encore_utilise()
--;
DROP TRIGGER comptabilite_ecriture_cles_maj ON comptabilite_ecriture
--;
DROP TRIGGER comptabilite_ecriture_cles ON comptabilite_ecriture
--;
DROP TRIGGER comptabilite_lignes_c_cles_maj ON comptabilite_ligneecriture
--;
DROP TRIGGER comptabilite_lignes_c_cles ON comptabilite_ligneecriture
--;
DROP FUNCTION comptabilite_cles()
--;
ALTER TABLE comptabilite_ecriture
  ADD CONSTRAINT comptabilite_ecriture_dossier_id_fk FOREIGN KEY (dossier_id) REFERENCES gestion_acces_dossier (id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT comptabilite_ecriture_exercice_id_fk FOREIGN KEY (exercice_id) REFERENCES comptabilite_exercice (id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT comptabilite_ecriture_journal_id_fk FOREIGN KEY (journal_id) REFERENCES comptabilite_journal (id) DEFERRABLE INITIALLY DEFERRED
--;
ALTER TABLE comptabilite_ligneecriture
  ADD CONSTRAINT comptabilite_ligneecriture_dossier_id_fk FOREIGN KEY (dossier_id) REFERENCES gestion_acces_dossier (id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT comptabilite_ligneecriture_compte_id_fk FOREIGN KEY (compte_id) REFERENCES comptabilite_compte (id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT comptabilite_ligneecriture_tiers_id_fk FOREIGN KEY (tiers_id) REFERENCES comptabilite_tiers (id) DEFERRABLE INITIALLY DEFERRED
