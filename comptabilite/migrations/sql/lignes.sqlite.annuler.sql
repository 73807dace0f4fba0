DROP TRIGGER comptabilite_piece_gardee
--;
DROP TRIGGER comptabilite_piece_fixe
--;
DROP TRIGGER comptabilite_piece_convient
--;
DROP TRIGGER comptabilite_ligne_autre
--;
DROP TRIGGER comptabilite_ligne_moins
--;
DROP TRIGGER comptabilite_ligne_plus
--;
DROP TRIGGER comptabilite_ligne_gardee
--;
DROP TRIGGER comptabilite_ligne_close
--;
DROP TRIGGER comptabilite_ligne_convient
--;
DROP TRIGGER comptabilite_ligne_figee
--;
DROP TRIGGER comptabilite_ligne_inseree
