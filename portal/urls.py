from django.urls import URLPattern, URLResolver, include, path

from portal import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.accueil, name="accueil"),
    path("cabinet/", pages.accueil_cabinet, name="accueil_cabinet"),
    path("espace/", pages.accueil_client, name="accueil_client"),
    path("", include("gestion_acces.urls")),
    path("", include("qonto_link.urls")),
    path("", include("comptabilite.urls")),
    path("", include("depot.urls")),
    path("", include("banque.urls")),
    path("", include("facturation.urls")),
]
