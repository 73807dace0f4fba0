"""The doors of the two spaces, the quick search of the top bar, and the page of the components."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from gestion_acces.acces import RequeteCabinet, membre_du_cabinet, vue_cabinet, vue_connectee
from gestion_acces.models import Utilisateur
from gestion_acces.queries import dossiers_du_client, page_de_dossiers

RESULTATS_RAPIDES = 8


@vue_connectee()
def accueil(request: HttpRequest) -> HttpResponse:
    if membre_du_cabinet(cast(Utilisateur, request.user)):
        return redirect("accueil_cabinet")
    return redirect("accueil_client")


@vue_cabinet()
def accueil_cabinet(request: HttpRequest) -> HttpResponse:
    return redirect("cockpit")


@vue_connectee()
def accueil_client(request: HttpRequest) -> HttpResponse:
    dossiers = list(dossiers_du_client(cast(Utilisateur, request.user))[:200])
    if len(dossiers) == 1:
        return redirect("qonto_link:applications", dossiers[0].pk)
    return render(request, "portal/choix_dossier.html", {"dossiers": dossiers})


@vue_cabinet()
def recherche_dossiers(request: HttpRequest) -> HttpResponse:
    """The list under the search field of the top bar: name, code or SIRET."""
    recherche = request.GET.get("q", "").strip()[:80]
    trouves = page_de_dossiers(cast(RequeteCabinet, request).membre, recherche).dossiers if recherche else []
    contexte = {"recherche": recherche, "dossiers": trouves[:RESULTATS_RAPIDES], "suite": trouves[RESULTATS_RAPIDES:]}
    return render(request, "layout/_recherche.html", contexte)
