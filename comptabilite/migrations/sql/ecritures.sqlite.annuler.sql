DROP TRIGGER comptabilite_ecriture_chaine
--;
DROP TRIGGER comptabilite_ecriture_numero
--;
DROP TRIGGER comptabilite_ecriture_date
--;
DROP TRIGGER comptabilite_ecriture_totaux
--;
DROP TRIGGER comptabilite_ecriture_gardee
--;
DROP TRIGGER comptabilite_ecriture_figee
--;
DROP TRIGGER comptabilite_ecriture_cadre_maj
--;
DROP TRIGGER comptabilite_ecriture_cadre
--;
DROP TRIGGER comptabilite_ecriture_jamais_remplacee
--;
DROP TRIGGER comptabilite_ecriture_nait
