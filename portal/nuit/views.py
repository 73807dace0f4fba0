"""The runs of the night: history, dossier by dossier, and the dead letters that an administrator replays."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from gestion_acces.acces import ACTE, RequeteCabinet, vue_cabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from portal.lib.pages import paginer
from portal.nuit import queries
from portal.nuit.models import Passage, Visite
from portal.nuit.services.visite import rejouer


@vue_cabinet()
def nuit(request: HttpRequest) -> HttpResponse:
    membre = cast(RequeteCabinet, request).membre
    historique = queries.historique(membre)
    choisi, filtre = request.GET.get("passage", ""), request.GET.get("etat", "")
    passage = historique[0].passage if historique else None
    if choisi.isascii() and choisi.isdigit():
        passage = get_object_or_404(Passage, pk=int(choisi))
    page = queries.page_visites(membre, passage, filtre=filtre, parametres=request.GET) if passage else None
    contexte = {
        "historique": historique,
        "passage": passage,
        "page": page,
        "filtre": filtre,
        "filtres": queries.LIBELLES.items(),
        "est_administrateur": membre.est_administrateur,
    }
    return render(request, "nuit/nuit.html", contexte)


@vue_dossier_cabinet()
def nuit_visite(request: RequeteCabinet, visite_id: int) -> HttpResponse:
    """What one visit brought: its lines, its invoices, the faults of its controls."""
    visites = Visite.objects.filter(dossier=request.dossier).select_related("dossier__cabinet", "passage")
    visite = get_object_or_404(visites, pk=visite_id)
    contexte = {
        "visite": visite,
        "page": paginer(queries.lignes_de(visite), cles=("id",), parametres=request.GET, taille=queries.TAILLE),
        "factures": queries.factures_de(visite).order_by("pk")[: queries.FACTURES],
        "anomalies": queries.anomalies_de(visite),
    }
    return render(request, "nuit/visite.html", contexte)


@vue_cabinet(methodes=ACTE, administrateur=True)
def nuit_rejouer(request: HttpRequest, visite_id: int) -> HttpResponse:
    visite = queries.visite_du_membre(cast(RequeteCabinet, request).membre, visite_id)
    if visite is None:
        raise Http404
    if rejouer(visite=visite, origine=origine_de(request), maintenant=timezone.now()):
        messages.success(request, f"{visite.dossier.raison_sociale} est remis en file : la lecture part aussitôt.")
    else:
        messages.info(request, "Ce dossier est déjà remis en file.")
    return redirect("nuit")
