"""The doors of the two spaces, and the pages of failure."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from gestion_acces.acces import membre_du_cabinet, vue_cabinet, vue_connectee
from gestion_acces.models import Utilisateur
from gestion_acces.queries import dossiers_du_client


@vue_connectee()
def accueil(request: HttpRequest) -> HttpResponse:
    if membre_du_cabinet(cast(Utilisateur, request.user)):
        return redirect("accueil_cabinet")
    return redirect("accueil_client")


@vue_cabinet()
def accueil_cabinet(request: HttpRequest) -> HttpResponse:
    return redirect("gestion_acces:dossier_liste")


@vue_connectee()
def accueil_client(request: HttpRequest) -> HttpResponse:
    dossiers = list(dossiers_du_client(cast(Utilisateur, request.user))[:200])
    if len(dossiers) == 1:
        return redirect("qonto_link:applications", dossiers[0].pk)
    return render(request, "portal/choix_dossier.html", {"dossiers": dossiers})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)
