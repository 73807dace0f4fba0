DROP TRIGGER comptabilite_piece ON comptabilite_pieceecriture
--;
DROP FUNCTION comptabilite_piece()
--;
DROP TRIGGER comptabilite_soldes_derives ON comptabilite_soldemensuel
--;
DROP TRIGGER comptabilite_lignes_jamais_vides ON comptabilite_ligneecriture
--;
DROP TRIGGER comptabilite_lignes_b_effacees ON comptabilite_ligneecriture
--;
DROP TRIGGER comptabilite_lignes_b_modifiees ON comptabilite_ligneecriture
--;
DROP TRIGGER comptabilite_lignes_b_inserees ON comptabilite_ligneecriture
--;
DROP TRIGGER comptabilite_lignes_a_effacees ON comptabilite_ligneecriture
--;
DROP TRIGGER comptabilite_lignes_a_modifiees ON comptabilite_ligneecriture
--;
DROP TRIGGER comptabilite_lignes_a_inserees ON comptabilite_ligneecriture
--;
DROP FUNCTION comptabilite_lignes_sommes()
--;
DROP FUNCTION comptabilite_lignes()
