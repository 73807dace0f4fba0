from django.urls import include, path

from gestion_acces.views import cabinet, confirmation, connexion

app_name = "gestion_acces"

public_urls = [
    path("connexion/", connexion.connexion, name="connexion"),
    path("deconnexion/", connexion.deconnexion, name="deconnexion"),
    path("confirmer/", confirmation.confirmer, name="confirmer"),
    path("invitation/<str:identifiant>/<str:jeton>/", connexion.invitation, name="invitation"),
]

cabinet_urls = [
    path("", cabinet.dossier_fiche, name="dossier_fiche"),
    path("dirigeant/", cabinet.dossier_dirigeant, name="dossier_dirigeant"),
    path("divers/", cabinet.dossier_divers, name="dossier_divers"),
    path("divers/enregistrer/", cabinet.tuile_enregistrer, name="tuile_enregistrer"),
    path("divers/qonto/", cabinet.tuile_confirmation, name="tuile_confirmation"),
    path("divers/qonto/acces/", cabinet.tuile_acces, name="tuile_acces"),
]

urlpatterns = [
    *public_urls,
    path("cabinet/dossiers/", cabinet.dossier_liste, name="dossier_liste"),
    path("cabinet/dossiers/<uuid:dossier_id>/", include(cabinet_urls)),
]
