"""« Import des factures Qonto » (S25–S27): its conditions, its progress, its result."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from depot.enums import Resultat
from depot.errors import ImportImpossible
from depot.models import ImportFactures, LigneImport
from depot.queries import avancement, imports_du
from depot.services.conditions import conditions
from depot.services.imports import demander_import, reprendre_import
from depot.tasks import importer as tache_importer
from depot.views.commun import CABINET, est_htmx
from gestion_acces.acces import ACTE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from portal.lib.pages import paginer
from portal.lib.tableaux import MONTANT, Colonne, exporter

COLONNES = (
    Colonne("Genre", lambda ligne: ligne.get_genre_display()),
    Colonne("Numéro", "numero"),
    Colonne("Client", "tiers"),
    Colonne("Montant TTC", "montant_cents", MONTANT),
    Colonne("Résultat", lambda ligne: ligne.get_resultat_display()),
    Colonne("Raison", "raison"),
)


def import_ou_404(request: RequeteCabinet, import_id: int) -> ImportFactures:
    demande = ImportFactures.objects.filter(dossier=request.dossier, pk=import_id).first()
    if demande is None:
        raise Http404
    demande.dossier = request.dossier
    return demande


@vue_dossier_cabinet()
def imports(request: RequeteCabinet) -> HttpResponse:
    liste = conditions(request.dossier)
    contexte = {
        **CABINET,
        "dossier": request.dossier,
        "conditions": liste,
        "possible": all(condition.remplie for condition in liste),
        "imports": imports_du(request.dossier),
    }
    return render(request, "depot/imports.html", contexte)


@vue_dossier_cabinet(methodes=ACTE)
def import_lancer(request: RequeteCabinet) -> HttpResponse:
    try:
        demande = demander_import(
            dossier=request.dossier, par=request.user.email, origine=origine_de(request), maintenant=timezone.now()
        )
    except ImportImpossible as refus:
        messages.error(request, str(refus))
        return redirect("depot:imports", request.dossier.pk)
    transaction.on_commit(partial(tache_importer.delay, import_id=demande.pk))
    return redirect("depot:import_suivi", request.dossier.pk, demande.pk)


@vue_dossier_cabinet(activite=False)
def import_suivi(request: RequeteCabinet, import_id: int) -> HttpResponseBase:
    """Progress, then the result by invoice. The same page can be left and found again."""
    demande = import_ou_404(request, import_id)
    resultat = request.GET.get("resultat", "")
    lignes = LigneImport.objects.filter(import_factures=demande, dossier=request.dossier)
    lignes = lignes.filter(resultat=resultat) if resultat in Resultat.values else lignes.exclude(resultat="a_faire")
    if request.GET.get("export"):
        format_demande = "xlsx" if request.GET["export"] == "xlsx" else "csv"
        return exporter(
            format=format_demande, nom="import-qonto", colonnes=COLONNES, lignes=lignes.order_by("id").iterator(500)
        )
    contexte: dict[str, Any] = {
        **CABINET,
        "dossier": request.dossier,
        "demande": demande,
        "avancement": avancement(demande),
        "resultat": resultat,
        "ecoule": _secondes(demande),
        "page": paginer(lignes.select_related("document"), cles=("id",), parametres=request.GET, taille=50),
    }
    fragment = est_htmx(request) and request.headers.get("HX-Target") == "suivi"
    reponse = render(request, "depot/import_suivi.html" + ("#suivi" if fragment else ""), contexte)
    reponse["Vary"] = "HX-Request"
    return reponse


def _secondes(demande: ImportFactures) -> float:
    fin = demande.termine_le or timezone.now()
    return max((fin - (demande.demarre_le or demande.demande_le)).total_seconds(), 0)


@vue_dossier_cabinet(methodes=ACTE)
def import_reprendre(request: RequeteCabinet, import_id: int) -> HttpResponse:
    """Go on where the run stopped, and try the failed ones again, those alone."""
    demande = import_ou_404(request, import_id)
    try:
        reprendre_import(demande=demande, maintenant=timezone.now())
    except ImportImpossible as refus:
        messages.error(request, str(refus))
    else:
        transaction.on_commit(partial(tache_importer.delay, import_id=demande.pk))
    return redirect("depot:import_suivi", request.dossier.pk, demande.pk)
