from django.urls import include, path

from facturation.views import cabinet, client_doutes, client_factures, client_lot, client_paiements, depuis_depot

app_name = "facturation"

client_urls = [
    path("", client_factures.liste, name="accueil_client"),
    path("export/", client_factures.export, name="export_client"),
    path("depot/<int:document_id>/", depuis_depot.client, name="depuis_depot_client"),
    path("calendrier/", client_factures.calendrier, name="calendrier_client"),
    path("nouvelle/", client_factures.nouvelle, name="nouvelle_client"),
    path("importer/", client_factures.importation, name="importation_client"),
    path("fournisseurs/", client_factures.liste_fournisseurs, name="fournisseurs_client"),
    path("fournisseurs/<uuid:fournisseur_id>/", client_factures.fournisseur, name="fournisseur_client"),
    path("fournisseurs/<uuid:fournisseur_id>/iban/", client_factures.iban, name="fournisseur_iban"),
    path("echeances/<uuid:echeance_id>/payer/", client_paiements.payer, name="payer"),
    path("echeances/<uuid:echeance_id>/payer/verification/", client_paiements.verification, name="payer_verification"),
    path("echeances/<uuid:echeance_id>/payer/valider/", client_paiements.valider, name="payer_valider"),
    path("echeances/<uuid:echeance_id>/payer/preparer/", client_paiements.preparer, name="payer_preparer"),
    path("echeances/<uuid:echeance_id>/autrement/", client_factures.autrement, name="echeance_autrement"),
    path("reglements/<uuid:reglement_id>/annuler/", client_factures.annuler_reglement, name="reglement_annuler"),
    path("paiements/", client_paiements.paiements, name="paiements_client"),
    path("paiements/selection/", client_lot.selection, name="selection"),
    path("paiements/selection/verifier/", client_lot.selection_verifier, name="selection_verifier"),
    path("paiements/selection/preparer/", client_lot.selection_preparer, name="selection_preparer"),
    path("paiements/selection/valider/", client_lot.selection_valider, name="selection_valider"),
    path("paiements/<uuid:ordre_id>/", client_paiements.ordre, name="ordre_client"),
    path("paiements/<uuid:ordre_id>/suivre/", client_paiements.suivre, name="ordre_suivre"),
    path("paiements/<uuid:ordre_id>/approuver/", client_paiements.approuver, name="ordre_approuver"),
    path("paiements/<uuid:ordre_id>/abandonner/", client_paiements.abandonner, name="ordre_abandonner"),
    path("paiements/<uuid:ordre_id>/methode/", client_paiements.methode, name="ordre_methode"),
    path("paiements/<uuid:ordre_id>/relancer/", client_paiements.relancer, name="ordre_relancer"),
    path("paiements/<uuid:ordre_id>/doute/", client_doutes.doute, name="ordre_doute"),
    path("paiements/<uuid:ordre_id>/doute/rattacher/", client_doutes.rattacher, name="ordre_rattacher"),
    path("paiements/<uuid:ordre_id>/doute/rien-parti/", client_doutes.rien_parti, name="ordre_rien_parti"),
    path("paiements/<uuid:ordre_id>/doute/detacher/", client_doutes.detacher, name="ordre_detacher"),
    path("paiements/<uuid:ordre_id>/doute/lignes-perdues/", client_doutes.lignes_perdues, name="ordre_lignes_perdues"),
    path("virements/<uuid:virement_id>/annuler/", client_paiements.annuler, name="virement_annuler"),
    path("virements/<uuid:virement_id>/preuve/", client_paiements.preuve_pdf, name="virement_preuve"),
    path("<uuid:facture_id>/", client_factures.facture, name="facture_client"),
    path("<uuid:facture_id>/fichier/", client_factures.fichier, name="fichier_client"),
    path("<uuid:facture_id>/joindre/", client_factures.joindre, name="joindre_client"),
    path("<uuid:facture_id>/echeances/", client_factures.echeances, name="echeances_client"),
]

cabinet_urls = [
    path("", cabinet.liste, name="accueil"),
    path("export/", cabinet.export, name="export"),
    path("depot/<int:document_id>/", depuis_depot.cabinet, name="depuis_depot"),
    path("calendrier/", cabinet.calendrier, name="calendrier"),
    path("nouvelle/", cabinet.nouvelle, name="nouvelle"),
    path("importer/", cabinet.importation, name="importation"),
    path("echeances/<uuid:echeance_id>/preparer/", cabinet.preparer, name="preparer"),
    path(
        "echeances/<uuid:echeance_id>/preparer/verification/",
        cabinet.preparer_verification,
        name="preparer_verification",
    ),
    path("fournisseurs/", cabinet.liste_fournisseurs, name="fournisseurs"),
    path("fournisseurs/<uuid:fournisseur_id>/", cabinet.fournisseur, name="fournisseur"),
    path("fournisseurs/<uuid:fournisseur_id>/iban/", cabinet.fournisseur_iban, name="iban"),
    path("paiements/", cabinet.paiements, name="paiements"),
    path("paiements/<uuid:ordre_id>/", cabinet.ordre, name="ordre"),
    path("virements/<uuid:virement_id>/retourne/", cabinet.virement_retourne, name="virement_retourne"),
    path("<uuid:facture_id>/", cabinet.facture, name="facture"),
    path("<uuid:facture_id>/fichier/", cabinet.fichier, name="fichier"),
    path("<uuid:facture_id>/joindre/", cabinet.joindre, name="joindre"),
    path("<uuid:facture_id>/comptabiliser/", cabinet.comptabilisation, name="comptabiliser"),
]

urlpatterns = [
    path("espace/<uuid:dossier_id>/factures/", include(client_urls)),
    path("cabinet/dossiers/<uuid:dossier_id>/factures/", include(cabinet_urls)),
]
