DROP TRIGGER comptabilite_ecriture_apres ON comptabilite_ecriture
--;
DROP FUNCTION comptabilite_ecriture_apres()
--;
DROP TRIGGER comptabilite_ecriture_jamais_vide ON comptabilite_ecriture
--;
DROP TRIGGER comptabilite_ecriture_avant ON comptabilite_ecriture
--;
DROP FUNCTION comptabilite_ecriture_avant()
--;
DROP FUNCTION comptabilite_ecriture_cadre(comptabilite_ecriture)
