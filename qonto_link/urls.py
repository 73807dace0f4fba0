from django.urls import URLPattern, URLResolver, include, path

from qonto_link.adhesion.views import brouillon, public, suivi
from qonto_link.adhesion.views import cabinet as adhesions
from qonto_link.views import cabinet, client, webhooks

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

adhesion_urls = [
    path("", brouillon.adhesion, name="adhesion"),
    path("abandonner/", brouillon.abandonner, name="adhesion_abandonner"),
    path("entreprise/", brouillon.entreprise, name="adhesion_entreprise"),
    path("associes/", brouillon.associes, name="adhesion_associes"),
    path("associes/ajouter/", brouillon.associe_ajouter, name="adhesion_associe_ajouter"),
    path("associes/<str:cle>/", brouillon.associe, name="adhesion_associe"),
    path("associes/<str:cle>/retirer/", brouillon.associe_retirer, name="adhesion_associe_retirer"),
    path("justificatifs/", suivi.justificatifs, name="adhesion_justificatifs"),
    path("justificatifs/deposer/", suivi.justificatif_deposer, name="adhesion_justificatif_deposer"),
    path("justificatifs/<int:justificatif_id>/", suivi.justificatif, name="adhesion_justificatif"),
    path(
        "justificatifs/<int:justificatif_id>/retirer/",
        suivi.justificatif_retirer,
        name="adhesion_justificatif_retirer",
    ),
    path("verification/", brouillon.verification, name="adhesion_verification"),
    path("suivi/", suivi.suivi, name="adhesion_suivi"),
    path("suivi/actualiser/", suivi.actualiser, name="adhesion_actualiser"),
    path("associer/", suivi.associer_le_compte, name="adhesion_associer"),
]

cabinet_urls = [
    path("qonto/", cabinet.dossier, name="dossier"),
    path("qonto/adhesion/", adhesions.adhesion, name="adhesion_cabinet"),
    path("qonto/adhesion/rappeler/", adhesions.adhesion_rappeler, name="adhesion_rappeler"),
    path(
        "qonto/adhesion/corrections/<int:correction_id>/",
        adhesions.correction_decider,
        name="adhesion_correction",
    ),
    path("qonto/effacement/", adhesions.certificat, name="adhesion_certificat"),
    path("qonto/relancer/", cabinet.relancer, name="relancer"),
    path("incidents/", cabinet.incidents, name="incidents"),
    path("incidents/<int:incident_id>/classer/", cabinet.incident_classer, name="incident_classer"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("espace/<uuid:dossier_id>/qonto/adhesion/", include(adhesion_urls)),
    path("espace/<uuid:dossier_id>/", include(client_urls)),
    path("cabinet/dossiers/<uuid:dossier_id>/", include(cabinet_urls)),
    path("cabinet/connexions/", cabinet.meteo, name="meteo"),
    path("cabinet/adhesions/", adhesions.adhesions, name="adhesions"),
    path("webhooks/qonto/<int:connexion_id>/", webhooks.webhook, name="webhook"),
    path("qonto/webhooks/partenaire/", public.webhook_partenaire, name="webhook_partenaire"),
    path("qonto/sonnette/<str:jeton>/", public.sonnette, name="sonnette"),
    path("qonto/retour/", client.retour, name="retour"),
]
