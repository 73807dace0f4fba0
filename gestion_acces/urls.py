from django.urls import include, path

from gestion_acces.views import (
    cabinet,
    compte,
    confirmation,
    connexion,
    dossiers,
    entree,
    equipe,
    personnes,
    registre,
    tuiles,
)

app_name = "gestion_acces"

public_urls = [
    path("connexion/", connexion.connexion, name="connexion"),
    path("connexion/second-facteur/", connexion.second_facteur, name="second_facteur"),
    path("connexion/cle/", connexion.connexion_cle, name="connexion_cle"),
    path("connexion/cle/options/", connexion.cle_options, name="cle_options"),
    path("deconnexion/", connexion.deconnexion, name="deconnexion"),
    path("invitation/<str:jeton>/", entree.invitation, name="invitation"),
    path(
        "second-facteur-perdu/<str:identifiant>/<str:jeton>/", entree.second_facteur_perdu, name="second_facteur_perdu"
    ),
    path("mot-de-passe/oublie/", entree.mot_de_passe_oublie, name="mot_de_passe_oublie"),
    path("mot-de-passe/<str:identifiant>/<str:jeton>/", entree.mot_de_passe_nouveau, name="mot_de_passe_nouveau"),
]

compte_urls = [
    path("", compte.profil, name="profil"),
    path("confirmer/", confirmation.confirmer, name="confirmer"),
    path("enroler/", connexion.second_facteur_exige, name="second_facteur_exige"),
    path("securite/", compte.securite, name="securite"),
    path("securite/application/", compte.totp_ajouter, name="totp_ajouter"),
    path("securite/cle/", compte.cle_ajouter, name="cle_ajouter"),
    path("securite/facteurs/<uuid:facteur_id>/retirer/", compte.facteur_retirer, name="facteur_retirer"),
    path("securite/codes/", compte.codes_secours, name="codes_secours"),
    path("securite/codes/fichier/", compte.codes_secours_fichier, name="codes_secours_fichier"),
    path("securite/codes/renouveler/", compte.codes_renouveler, name="codes_renouveler"),
    path("securite/mot-de-passe/", compte.mot_de_passe_changer, name="mot_de_passe_changer"),
    path("sessions/", compte.sessions, name="sessions"),
    path("sessions/<int:session_id>/fermer/", compte.session_fermer, name="session_fermer"),
    path("sessions/fermer/", compte.deconnecter_partout, name="deconnecter_partout"),
]

cabinet_urls = [
    path("", cabinet.dossier_fiche, name="dossier_fiche"),
    path("dirigeant/", cabinet.dossier_dirigeant, name="dossier_dirigeant"),
    path("divers/", tuiles.dossier_divers, name="dossier_divers"),
    path("divers/enregistrer/", tuiles.tuile_enregistrer, name="tuile_enregistrer"),
    path("divers/<str:service>/", tuiles.tuile_confirmation, name="tuile_confirmation"),
    path("divers/<str:service>/acces/", tuiles.tuile_acces, name="tuile_acces"),
    path("personnes/", personnes.personnes, name="personnes"),
    path("personnes/inviter/", personnes.personne_inviter, name="personne_inviter"),
    path("personnes/<int:personne_id>/", personnes.personne, name="personne"),
    path("personnes/<int:personne_id>/relancer/", personnes.personne_relancer, name="personne_relancer"),
    path("personnes/<int:personne_id>/secours/", personnes.personne_secours, name="personne_secours"),
]

client_urls = [
    path("personnes/", personnes.personnes_client, name="personnes_client"),
    path("personnes/inviter/", personnes.personne_inviter_client, name="personne_inviter_client"),
    path("personnes/<int:personne_id>/", personnes.personne_client, name="personne_client"),
    path("personnes/<int:personne_id>/relancer/", personnes.personne_relancer_client, name="personne_relancer_client"),
]

administration_urls = [
    path("equipe/", equipe.equipe, name="equipe"),
    path("equipe/inviter/", equipe.collaborateur_inviter, name="collaborateur_inviter"),
    path("equipe/portefeuilles/", equipe.portefeuilles, name="portefeuilles"),
    path("equipe/<int:membre_id>/", equipe.collaborateur, name="collaborateur"),
    path("equipe/<int:membre_id>/secours/", equipe.collaborateur_secours, name="collaborateur_secours"),
    path("equipe/invitations/<uuid:invitation_id>/renvoyer/", equipe.invitation_renvoyer, name="invitation_renvoyer"),
    path("equipe/invitations/<uuid:invitation_id>/annuler/", equipe.invitation_annuler, name="invitation_annuler"),
    path("parametres/", equipe.parametres, name="parametres"),
    path("registre/", registre.registre_acces, name="registre"),
    path("registre/exporter/<str:format>/", registre.registre_exporter, name="registre_exporter"),
    path("audit/", registre.audit, name="audit"),
    path("audit/verifier/", registre.audit_verifier, name="audit_verifier"),
    path("audit/exporter/<str:format>/", registre.audit_exporter, name="audit_exporter"),
]

urlpatterns = [
    *public_urls,
    path("compte/", include(compte_urls)),
    path("cabinet/", include(administration_urls)),
    path("cabinet/dossiers/", cabinet.dossier_liste, name="dossier_liste"),
    path("cabinet/dossiers/creer/", dossiers.dossier_creer, name="dossier_creer"),
    path("cabinet/dossiers/importer/", dossiers.dossier_importer, name="dossier_importer"),
    path("cabinet/dossiers/importer/modele/", dossiers.dossier_modele_csv, name="dossier_modele_csv"),
    path("cabinet/dossiers/<uuid:dossier_id>/", include(cabinet_urls)),
    path("espace/<uuid:dossier_id>/", include(client_urls)),
]
