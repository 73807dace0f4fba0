from django.urls import URLPattern, URLResolver, include, path

from banque.views import acquisitions, banques, grille, operations, rapprochement, regles, transfert

app_name = "banque"

fiche_urls: list[URLPattern | URLResolver] = [
    path("", banques.banques, name="banques"),
    path("nouvelle/", banques.banque_nouvelle, name="banque_nouvelle"),
    path("<int:banque_id>/", banques.banque, name="banque"),
    path("<int:banque_id>/journal/", banques.banque_journal, name="banque_journal"),
]

compte_urls: list[URLPattern | URLResolver] = [
    path("", grille.grille, name="grille"),
    path("lot/", grille.lot, name="lot"),
    path("transfert/", transfert.transfert, name="transfert"),
    path("exporter/", transfert.export, name="export"),
    path("releves/", acquisitions.releves, name="releves"),
    path("rapprochement/", rapprochement.rapprochement, name="rapprochement"),
    path("rapprochement/arreter/", rapprochement.rapprochement_arreter, name="rapprochement_arreter"),
]

operation_urls: list[URLPattern | URLResolver] = [
    path("", operations.operation, name="operation"),
    path("imputer/", grille.operation_imputer, name="operation_imputer"),
    path("decider/", grille.operation_decider, name="operation_decider"),
    path("ventiler/", operations.operation_ventiler, name="operation_ventiler"),
    path("lier/", operations.operation_lier, name="operation_lier"),
    path("reprendre/", operations.operation_reprendre, name="operation_reprendre"),
    path("justificatifs/", operations.justificatifs, name="justificatifs"),
]

cabinet_urls: list[URLPattern | URLResolver] = [
    path("", acquisitions.accueil, name="accueil"),
    path("acquisitions/", acquisitions.acquisitions, name="acquisitions"),
    path("synchroniser/", acquisitions.synchroniser, name="synchroniser"),
    path("synchronisations/<int:synchronisation_id>/", acquisitions.synchronisation, name="synchronisation"),
    path("importer/", acquisitions.importer, name="importer"),
    path("releves/<int:releve_id>/annuler/", acquisitions.releve_annuler, name="releve_annuler"),
    path("rapprochements/<int:arrete_id>/", rapprochement.rapprochement_arrete, name="rapprochement_arrete"),
    path("comptes/", grille.recherche_comptes, name="recherche_comptes"),
    path("comptes/<int:banque_id>/", include(compte_urls)),
    path("operations/<int:operation_id>/", include(operation_urls)),
    path("justificatifs/<int:piece_id>/", operations.justificatif, name="justificatif"),
    path("regles/", regles.regles, name="regles"),
    path("regles/nouvelle/", regles.regle, name="regle_nouvelle"),
    path("regles/<int:regle_id>/", regles.regle, name="regle"),
    path("regles/<int:regle_id>/supprimer/", regles.regle_supprimer, name="regle_supprimer"),
    path("regles/<int:regle_id>/deplacer/", regles.regle_deplacer, name="regle_deplacer"),
    path("codes/", regles.codes, name="codes"),
]

urlpatterns = [
    path("cabinet/dossiers/<uuid:dossier_id>/banque/", include(cabinet_urls)),
    path("cabinet/dossiers/<uuid:dossier_id>/banques/", include(fiche_urls)),
]
