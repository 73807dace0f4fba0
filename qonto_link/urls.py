from django.urls import URLPattern, URLResolver, include, path

from qonto_link.views import cabinet, client

app_name = "qonto_link"

client_urls = [
    path("applications/", client.applications, name="applications"),
    path("qonto/", client.compte, name="compte"),
    path("qonto/actualiser/", client.actualiser, name="actualiser"),
    path("qonto/associer/", client.associer, name="associer"),
    path("qonto/associer/depart/", client.depart, name="depart"),
    path("qonto/comptes/", client.modifier_comptes, name="modifier_comptes"),
    path("qonto/comptes/<int:demande_id>/", client.choisir_comptes, name="choisir_comptes"),
    path("qonto/dissocier/", client.dissociation, name="dissocier"),
]

cabinet_urls = [
    path("qonto/", cabinet.dossier, name="dossier"),
    path("qonto/relancer/", cabinet.relancer, name="relancer"),
    path("incidents/", cabinet.incidents, name="incidents"),
    path("incidents/<int:incident_id>/classer/", cabinet.incident_classer, name="incident_classer"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("espace/<uuid:dossier_id>/", include(client_urls)),
    path("cabinet/dossiers/<uuid:dossier_id>/", include(cabinet_urls)),
    path("cabinet/connexions/", cabinet.meteo, name="meteo"),
    path("qonto/retour/", client.retour, name="retour"),
]
