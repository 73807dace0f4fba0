"""The person proves again who he is, then goes on with what he was doing."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import FORMULAIRE, vue_connectee
from gestion_acces.authentification import confirmer_mot_de_passe
from gestion_acces.confirmation import reprendre_acte, suite_sure
from gestion_acces.errors import TropDEssais
from gestion_acces.forms import ConfirmationForm
from gestion_acces.models import Utilisateur
from gestion_acces.services import cles
from gestion_acces.session import marquer_preuve
from gestion_acces.views.connexion import cle_prouvee


@vue_connectee(methodes=FORMULAIRE, sans_second_facteur=True)
def confirmer(request: HttpRequest) -> HttpResponse:
    suite, personne = suite_sure(request, request.GET.get("next", "")), cast(Utilisateur, request.user)
    form, statut = ConfirmationForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            if _prouve(request, personne, form.cleaned_data):
                return _continuer(request, suite)
            form.add_error(None, "Ce n’est pas la bonne preuve. Essayez de nouveau.")
        except TropDEssais as refus:
            form.add_error(None, str(refus))
            statut = 429
    question = cles.demander_preuve(request, personne)
    if question:
        request.session[cles.ATTENTE] = question.etat
    cle = question.options if question and cles.domaine_possible(request) else None
    statut = 422 if form.errors and statut == 200 else statut
    return render(request, "gestion_acces/confirmer.html", {"form": form, "suite": suite, "cle": cle}, status=statut)


def _prouve(request: HttpRequest, personne: Utilisateur, saisie: dict[str, str]) -> bool:
    if saisie["cle"]:
        return cle_prouvee(request, personne, saisie["cle"])
    return confirmer_mot_de_passe(request, utilisateur=personne, mot_de_passe=saisie["mot_de_passe"])


def _continuer(request: HttpRequest, suite: str) -> HttpResponse:
    marquer_preuve(request, maintenant=timezone.now())
    acte = reprendre_acte(request, request.GET.get("acte", ""))
    if acte:
        return render(request, "gestion_acces/acte_reprendre.html", {"acte": acte, "suite": suite})
    return redirect(suite or "accueil")
