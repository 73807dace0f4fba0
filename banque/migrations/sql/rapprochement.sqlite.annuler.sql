DROP TRIGGER banque_rapprochementarrete_meme_dossier
--;
DROP TRIGGER banque_rapprochementarrete_fin_de_mois
--;
DROP TRIGGER banque_rapprochementarrete_fige
--;
DROP TRIGGER banque_rapprochementarrete_garde
