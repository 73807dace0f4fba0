"""Sign-in, sign-out, and the first password of an invited person."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from gestion_acces.acces import ACTE, FORMULAIRE, membre_du_cabinet, vue_connectee, vue_publique
from gestion_acces.forms import ConnexionForm
from gestion_acces.models import Utilisateur
from gestion_acces.services.audit import journaliser, origine_de
from gestion_acces.services.invitations import utilisateur_invite
from gestion_acces.session import marquer_ouverture


@vue_publique(methodes=FORMULAIRE)
def connexion(request: HttpRequest) -> HttpResponse:
    suite = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(suite, {request.get_host()}, request.is_secure()):
        suite = ""
    if request.user.is_authenticated:
        return redirect(suite or "accueil")
    form = ConnexionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.utilisateur:
        login(request, form.utilisateur)
        marquer_ouverture(request, facteur="", maintenant=timezone.now())
        _journaliser_connexion(request)
        return redirect(suite or "accueil")
    statut = 422 if form.errors else 200
    return render(request, "gestion_acces/connexion.html", {"form": form, "suite": suite}, status=statut)


def _journaliser_connexion(request: HttpRequest) -> None:
    membre = membre_du_cabinet(cast(Utilisateur, request.user))
    if membre:
        journaliser(cabinet=membre.cabinet, acte="connexion", date=timezone.now(), origine=origine_de(request))


@vue_connectee(methodes=ACTE)
def deconnexion(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("gestion_acces:connexion")


@vue_publique(methodes=FORMULAIRE)
def invitation(request: HttpRequest, identifiant: str, jeton: str) -> HttpResponse:
    utilisateur = utilisateur_invite(identifiant, jeton)
    if utilisateur is None:
        return render(request, "gestion_acces/invitation_perimee.html", status=410)
    form = SetPasswordForm(utilisateur, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Votre mot de passe est enregistré. Vous pouvez vous connecter.")
        return redirect("gestion_acces:connexion")
    statut = 422 if form.errors else 200
    return render(request, "gestion_acces/invitation.html", {"form": form, "invite": utilisateur}, status=statut)
