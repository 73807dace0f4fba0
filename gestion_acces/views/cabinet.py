"""The dossier in the cabinet space: the list, and the GRC card by tabs."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import (
    FORMULAIRE,
    RequeteCabinet,
    vue_cabinet,
    vue_dossier_cabinet,
)
from gestion_acces.forms import DirigeantForm, IdentiteForm
from gestion_acces.queries import page_de_dossiers
from gestion_acces.services.audit import origine_de
from gestion_acces.services.dossiers import modifier_dossier


@vue_cabinet()
def dossier_liste(request: HttpRequest) -> HttpResponse:
    recherche = request.GET.get("q", "").strip()[:80]
    membre = cast(RequeteCabinet, request).membre
    page = page_de_dossiers(membre, recherche, request.GET.get("apres", ""))
    contexte = {"page": page, "recherche": recherche, "est_administrateur": membre.est_administrateur}
    return render(request, "gestion_acces/dossier_liste.html", contexte)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def dossier_fiche(request: RequeteCabinet) -> HttpResponse:
    form = IdentiteForm(request.POST or None, instance=request.dossier)
    if request.method == "POST" and form.is_valid():
        modifier_dossier(
            dossier=request.dossier, champs=form.champs(), origine=origine_de(request), date=timezone.now()
        )
        messages.success(request, "La fiche est enregistrée.")
        return redirect("gestion_acces:dossier_fiche", request.dossier.pk)
    contexte = {"dossier": request.dossier, "form": form, "onglet": "identite"}
    return render(request, "gestion_acces/dossier_identite.html", contexte, status=422 if form.errors else 200)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def dossier_dirigeant(request: RequeteCabinet) -> HttpResponse:
    initial = {nom: getattr(request.dossier, nom) for nom in DirigeantForm.base_fields}
    form = DirigeantForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        modifier_dossier(
            dossier=request.dossier, champs=form.cleaned_data, origine=origine_de(request), date=timezone.now()
        )
        messages.success(request, "Le dirigeant est enregistré.")
        return redirect("gestion_acces:dossier_dirigeant", request.dossier.pk)
    contexte = {"dossier": request.dossier, "form": form, "onglet": "dirigeant"}
    return render(request, "gestion_acces/dossier_dirigeant.html", contexte, status=422 if form.errors else 200)
