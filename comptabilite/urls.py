from django.urls import include, path

from comptabilite.views import etats, exercices, fec, lettrage, referentiel, saisie

app_name = "comptabilite"

cabinet_urls = [
    path("", etats.accueil, name="accueil"),
    path("saisie/", saisie.saisie, name="saisie"),
    path("journal/", etats.journal, name="journal"),
    path("grand-livre/", etats.grand_livre, name="grand_livre"),
    path("balance/", etats.balance, name="balance"),
    path("ecritures/<int:pk>/", saisie.ecriture, name="ecriture"),
    path("ecritures/<int:pk>/modifier/", saisie.ecriture_modifier, name="ecriture_modifier"),
    path("ecritures/<int:pk>/supprimer/", saisie.ecriture_supprimer, name="ecriture_supprimer"),
    path("ecritures/<int:pk>/valider/", saisie.ecriture_valider, name="ecriture_valider"),
    path("ecritures/<int:pk>/contre-passer/", saisie.ecriture_contrepasser, name="ecriture_contrepasser"),
    path("ecritures/<int:pk>/documents/", saisie.piece_ajouter, name="piece_ajouter"),
    path("ecritures/<int:pk>/documents/<int:piece_pk>/", saisie.piece, name="piece"),
    path("lettrage/", lettrage.lettrages, name="lettrages"),
    path("lettrage/compte/", lettrage.lettrage, name="lettrage"),
    path("lettrage/lettrer/", lettrage.lettrer_choix, name="lettrage_lettrer"),
    path("lettrage/automatique/", lettrage.lettrer_auto, name="lettrage_automatique"),
    path("lettrage/<int:pk>/delettrer/", lettrage.delettrer_groupe, name="lettrage_delettrer"),
    path("plan/", referentiel.plan, name="plan"),
    path("plan/<int:pk>/", referentiel.compte, name="compte"),
    path("tiers/", referentiel.tiers_liste, name="tiers_liste"),
    path("tiers/<int:pk>/", referentiel.tiers, name="tiers"),
    path("journaux/", referentiel.journaux, name="journaux"),
    path("journaux/<int:pk>/<slug:volet>/", referentiel.journal_fiche, name="journal_fiche"),
    path("validation/", exercices.validation, name="validation"),
    path("cloture/", exercices.cloture, name="cloture"),
    path("cloture/verrouiller/", exercices.verrou_poser, name="verrou_poser"),
    path("exercices/ouvrir/", exercices.exercice_ouvrir, name="exercice_ouvrir"),
    path("exercices/<int:pk>/cloturer/", exercices.exercice_cloturer, name="exercice_cloturer"),
    path("exercices/<int:pk>/a-nouveaux/", exercices.exercice_reprendre, name="exercice_reprendre"),
    path("fec/", fec.fec, name="fec"),
    path("fec/<int:pk>/exporter/", fec.fec_exporter, name="fec_exporter"),
]

urlpatterns = [path("cabinet/dossiers/<uuid:dossier_id>/comptabilite/", include(cabinet_urls))]
