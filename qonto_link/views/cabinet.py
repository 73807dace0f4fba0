"""The link seen by the cabinet: mirror of the tile, journal of incidents, météo of all connections."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import ACTE, RequeteCabinet, vue_cabinet, vue_dossier_cabinet
from gestion_acces.enums import Service
from gestion_acces.services.audit import origine_de
from gestion_acces.services.tuiles import service_actif
from portal.lib.tableaux import CSV, HORODATAGE, XLSX, Colonne, exporter
from qonto_link.models import Connexion, Incident
from qonto_link.queries import (
    FILTRES_METEO,
    etat_notifications,
    ligne_meteo,
    lignes_meteo,
    page_incidents,
    page_meteo,
)
from qonto_link.services.connexion import connexion_du
from qonto_link.services.incidents import classer
from qonto_link.services.relances import prevenir_reconnexion
from qonto_link.tuile import tuile_du_dossier


@vue_dossier_cabinet()
def dossier(request: RequeteCabinet) -> HttpResponse:
    tuile = tuile_du_dossier(request.dossier, timezone.now())
    contexte = {
        "dossier": request.dossier,
        "onglet": "qonto",
        "service_qonto": service_actif(request.dossier, Service.QONTO),
        "tuile": tuile,
        "meteo": ligne_meteo(tuile.connexion, timezone.now()) if tuile.connexion else None,
        "notifications": etat_notifications(tuile.connexion) if tuile.connexion else None,
        "anciennes": Connexion.objects.pour_dossier(request.dossier).order_by("-pk")[:10],
        "incidents": page_incidents(request.dossier).incidents[:3],
    }
    return render(request, "qonto_link/dossier.html", contexte)


@vue_dossier_cabinet(methodes=ACTE)
def relancer(request: RequeteCabinet) -> HttpResponse:
    connexion = connexion_du(request.dossier)
    if connexion and prevenir_reconnexion(connexion=connexion, maintenant=timezone.now(), origine=origine_de(request)):
        messages.success(request, "Le dirigeant a reçu un nouveau message.")
    else:
        messages.info(
            request,
            "Aucun message n’est parti : le dirigeant a été prévenu il y a moins de douze heures, ou la messagerie ne "
            "répond pas. Le portail réessaie tout seul.",
        )
    return redirect("qonto_link:dossier", request.dossier.pk)


@vue_dossier_cabinet()
def incidents(request: RequeteCabinet) -> HttpResponse:
    tous = request.GET.get("tous") == "1"
    page = page_incidents(request.dossier, tous=tous, apres=request.GET.get("apres", ""))
    contexte = {"dossier": request.dossier, "onglet": "incidents", "page": page, "tous": tous}
    return render(request, "qonto_link/incidents.html", contexte)


@vue_dossier_cabinet(methodes=ACTE)
def incident_classer(request: RequeteCabinet, incident_id: int) -> HttpResponse:
    incident = Incident.objects.pour_dossier(request.dossier).filter(pk=incident_id).first()
    if incident is None:
        raise Http404
    classer(incident=incident, par=request.user, origine=origine_de(request), maintenant=timezone.now())
    messages.success(request, f"L’incident {incident.reference} est classé.")
    return redirect("qonto_link:incidents", request.dossier.pk)


COLONNES_METEO = (
    Colonne("Code", lambda ligne: ligne.connexion.dossier.code),
    Colonne("Dossier", lambda ligne: ligne.connexion.dossier.raison_sociale),
    Colonne("État", "libelle"),
    Colonne("Dernier succès", lambda ligne: ligne.connexion.derniere_synchro, HORODATAGE),
    Colonne("Prouvé jusqu’au", "prouvee", HORODATAGE),
    Colonne("Prochain essai", lambda ligne: ligne.connexion.prochain_essai, HORODATAGE),
    Colonne("Cause", "cause"),
    Colonne("Remède", "remede"),
    Colonne("À faire par", "intervenant"),
)


@vue_cabinet()
def meteo(request: HttpRequest) -> HttpResponseBase:
    filtre, recherche = request.GET.get("etat", ""), request.GET.get("q", "").strip()[:80]
    membre, maintenant = cast(RequeteCabinet, request).membre, timezone.now()
    if request.GET.get("export") in (CSV, XLSX):
        lignes = lignes_meteo(membre, maintenant=maintenant, filtre=filtre, recherche=recherche)
        return exporter(format=request.GET["export"], nom="connexions-qonto", colonnes=COLONNES_METEO, lignes=lignes)
    page = page_meteo(
        membre, maintenant=maintenant, filtre=filtre, recherche=recherche, apres=request.GET.get("apres", "")
    )
    filtres = [(cle, libelle, page.comptes[cle]) for cle, libelle in FILTRES_METEO.items()]
    contexte = {"page": page, "filtres": filtres, "filtre": filtre, "recherche": recherche}
    return render(request, "qonto_link/meteo.html", contexte)
