"""The person proves again who he is, then goes on with what he was doing."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import FORMULAIRE, vue_connectee
from gestion_acces.confirmation import reprendre_acte, suite_sure
from gestion_acces.forms import ConfirmationForm
from gestion_acces.models import Utilisateur
from gestion_acces.session import marquer_preuve


@vue_connectee(methodes=FORMULAIRE)
def confirmer(request: HttpRequest) -> HttpResponse:
    suite = suite_sure(request, request.GET.get("next", ""))
    form = ConfirmationForm(request.POST or None, utilisateur=cast(Utilisateur, request.user))
    if request.method == "POST" and form.is_valid():
        marquer_preuve(request, maintenant=timezone.now())
        acte = reprendre_acte(request, request.GET.get("acte", ""))
        if acte:
            return render(request, "gestion_acces/acte_reprendre.html", {"acte": acte, "suite": suite})
        return redirect(suite or "accueil")
    contexte = {"form": form, "suite": suite}
    return render(request, "gestion_acces/confirmer.html", contexte, status=422 if form.errors else 200)
