DROP TRIGGER reglement_rouvre_si_mort ON facturation_reglement
--;
DROP FUNCTION reglement_rouvre_si_mort()
--;
DROP TRIGGER reglement_fixe ON facturation_reglement
--;
DROP FUNCTION reglement_fixe()
--;
DROP TRIGGER reglement_jamais_efface ON facturation_reglement
--;
DROP FUNCTION reglement_jamais_efface()
--;
DROP TRIGGER reglement_meme_dossier ON facturation_reglement
--;
DROP FUNCTION reglement_meme_dossier()
--;
DROP TRIGGER reglement_meme_montant ON facturation_reglement
--;
DROP FUNCTION reglement_meme_montant()
--;
DROP TRIGGER echeance_engagee_fixe ON facturation_echeance
--;
DROP FUNCTION echeance_engagee_fixe()
--;
DROP TRIGGER echeance_meme_dossier ON facturation_echeance
--;
DROP FUNCTION echeance_meme_dossier()
--;
DROP TRIGGER facture_meme_dossier ON facturation_facture
--;
DROP FUNCTION facture_meme_dossier()
--;
DROP TRIGGER coordonnee_meme_dossier ON facturation_coordonneebancaire
--;
DROP FUNCTION coordonnee_meme_dossier()
--;
DROP TRIGGER coordonnee_jamais_reecrite ON facturation_coordonneebancaire
--;
DROP FUNCTION coordonnee_jamais_reecrite()
