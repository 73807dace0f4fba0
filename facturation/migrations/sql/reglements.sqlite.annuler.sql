DROP TRIGGER reglement_rouvre_si_mort
--;
DROP TRIGGER reglement_fixe
--;
DROP TRIGGER reglement_jamais_efface
--;
DROP TRIGGER reglement_meme_dossier
--;
DROP TRIGGER reglement_meme_montant
--;
DROP TRIGGER echeance_engagee_fixe
--;
DROP TRIGGER echeance_meme_dossier
--;
DROP TRIGGER facture_meme_dossier
--;
DROP TRIGGER coordonnee_meme_dossier
--;
DROP TRIGGER coordonnee_jamais_reecrite
