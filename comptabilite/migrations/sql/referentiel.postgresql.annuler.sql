DROP TRIGGER comptabilite_export_jamais_vide ON comptabilite_exportfec
--;
DROP TRIGGER comptabilite_export_fige ON comptabilite_exportfec
--;
DROP TRIGGER comptabilite_lettrage ON comptabilite_lettrage
--;
DROP FUNCTION comptabilite_lettrage()
--;
DROP TRIGGER comptabilite_tiers ON comptabilite_tiers
--;
DROP FUNCTION comptabilite_tiers()
--;
DROP TRIGGER comptabilite_journal ON comptabilite_journal
--;
DROP FUNCTION comptabilite_journal()
--;
DROP TRIGGER comptabilite_compte_fixe ON comptabilite_compte
--;
DROP TRIGGER comptabilite_exercice_clos ON comptabilite_exercice
--;
DROP TRIGGER comptabilite_exercice ON comptabilite_exercice
--;
DROP FUNCTION comptabilite_exercice()
--;
DROP FUNCTION comptabilite_refuser()
