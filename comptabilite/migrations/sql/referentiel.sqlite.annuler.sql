DROP TRIGGER comptabilite_export_garde
--;
DROP TRIGGER comptabilite_export_fige
--;
DROP TRIGGER comptabilite_lettrage_fixe
--;
DROP TRIGGER comptabilite_lettrage_dossier
--;
DROP TRIGGER comptabilite_tiers_compte_maj
--;
DROP TRIGGER comptabilite_tiers_compte
--;
DROP TRIGGER comptabilite_tiers_fixe
--;
DROP TRIGGER comptabilite_journal_compte_maj
--;
DROP TRIGGER comptabilite_journal_compte
--;
DROP TRIGGER comptabilite_journal_fixe
--;
DROP TRIGGER comptabilite_compte_fixe
--;
DROP TRIGGER comptabilite_exercice_jamais_efface
--;
DROP TRIGGER comptabilite_exercice_numerotation
--;
DROP TRIGGER comptabilite_exercice_cloture
--;
DROP TRIGGER comptabilite_exercice_fixe
--;
DROP TRIGGER comptabilite_exercice_clos
--;
DROP TRIGGER comptabilite_exercice_dates
--;
DROP TRIGGER comptabilite_exercice_chevauchement
--;
DROP TRIGGER comptabilite_exercice_nait_ouvert
