from django.urls import URLPattern, URLResolver, include, path

from depot.views import cabinet, client, imports, ventes

app_name = "depot"

cabinet_urls: list[URLPattern | URLResolver] = [
    path("", cabinet.accueil, name="accueil"),
    path("deposer/", cabinet.deposer, name="deposer"),
    path("archive/", cabinet.archive, name="archive"),
    path("lot/", cabinet.lot, name="lot"),
    path("classeurs/", cabinet.classeurs, name="classeurs"),
    path("classeurs/<int:classeur_id>/", cabinet.classeur_modifier, name="classeur_modifier"),
    path("documents/<int:document_id>/fichier/", cabinet.apercu, name="apercu"),
    path("documents/<int:document_id>/decrire/", cabinet.decrire, name="decrire"),
    path("documents/<int:document_id>/restaurer/", cabinet.document_restaurer, name="document_restaurer"),
    path("documents/<int:document_id>/comptabiliser/", ventes.vente_comptabiliser, name="vente_comptabiliser"),
    path("ventes/", ventes.ventes_comptabiliser, name="ventes_comptabiliser"),
    path("imports/", imports.imports, name="imports"),
    path("imports/lancer/", imports.import_lancer, name="import_lancer"),
    path("imports/<int:import_id>/", imports.import_suivi, name="import_suivi"),
    path("imports/<int:import_id>/reprendre/", imports.import_reprendre, name="import_reprendre"),
]

client_urls: list[URLPattern | URLResolver] = [
    path("", client.accueil, name="accueil_client"),
    path("deposer/", client.deposer, name="deposer_client"),
    path("archive/", client.archive, name="archive_client"),
    path("lot/", client.lot, name="lot_client"),
    path("documents/<int:document_id>/fichier/", client.apercu, name="apercu_client"),
]

urlpatterns = [
    path("cabinet/dossiers/<uuid:dossier_id>/depot/", include(cabinet_urls)),
    path("espace/<uuid:dossier_id>/depot/", include(client_urls)),
]
