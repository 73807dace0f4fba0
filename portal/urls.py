from django.urls import URLPattern, URLResolver, include, path

from portal import pages, sante
from portal.cockpit import views as cockpit
from portal.composants import composants
from portal.nuit import views as nuit

handler400 = "portal.erreurs.requete_incorrecte"
handler403 = "portal.erreurs.acces_refuse"
handler404 = "portal.erreurs.introuvable"
handler500 = "portal.erreurs.erreur_serveur"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.accueil, name="accueil"),
    path("healthz/live", sante.vivant, name="sante_vivant"),
    path("healthz/ready", sante.pret, name="sante_pret"),
    path("metrics", sante.metriques, name="metriques"),
    path("cabinet/", pages.accueil_cabinet, name="accueil_cabinet"),
    path("cabinet/cockpit/", cockpit.cockpit, name="cockpit"),
    path("cabinet/cockpit/attente/<str:quoi>/", cockpit.cockpit_attente, name="cockpit_attente"),
    path("cabinet/cockpit/tresorerie/", cockpit.cockpit_tresorerie, name="cockpit_tresorerie"),
    path("cabinet/nuit/", nuit.nuit, name="nuit"),
    path("cabinet/dossiers/<uuid:dossier_id>/nuit/<int:visite_id>/", nuit.nuit_visite, name="nuit_visite"),
    path("cabinet/nuit/<int:visite_id>/rejouer/", nuit.nuit_rejouer, name="nuit_rejouer"),
    path("cabinet/recherche/", pages.recherche_dossiers, name="recherche_dossiers"),
    path("composants/", composants, name="composants"),
    path("espace/", pages.accueil_client, name="accueil_client"),
    path("", include("gestion_acces.urls")),
    path("", include("qonto_link.urls")),
    path("", include("comptabilite.urls")),
    path("", include("depot.urls")),
    path("", include("banque.urls")),
    path("", include("facturation.urls")),
]
