DROP TRIGGER banque_rapprochementarrete_fige ON banque_rapprochementarrete
--;
DROP FUNCTION banque_rapprochementarrete_fige()
--;
DROP TRIGGER banque_rapprochementarrete_controle ON banque_rapprochementarrete
--;
DROP FUNCTION banque_rapprochementarrete_controle()
