"""Sign-in (password, then second factor), sign-out."""

from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from gestion_acces import session
from gestion_acces.acces import ACTE, FORMULAIRE, vue_connectee, vue_publique
from gestion_acces.authentification import par_cle, par_code, par_mot_de_passe, reconnaitre_appareil
from gestion_acces.confirmation import suite_sure
from gestion_acces.enums import TypeFacteur
from gestion_acces.errors import TropDEssais
from gestion_acces.forms import CodeForm, ConnexionForm
from gestion_acces.models import Utilisateur
from gestion_acces.services import cles

ATTENTE = "acces_attente_facteur"
DUREE_ATTENTE = timedelta(minutes=10)


@vue_publique(methodes=FORMULAIRE)
def connexion(request: HttpRequest) -> HttpResponse:
    suite = suite_sure(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(suite or "accueil")
    form, statut = ConnexionForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            personne = par_mot_de_passe(request, **form.cleaned_data)
            if personne:
                return _poursuivre(request, personne, suite)
            form.add_error(None, "Adresse e-mail ou mot de passe incorrect.")
        except TropDEssais as refus:
            form.add_error(None, str(refus))
            statut = 429
    if form.errors and statut == 200:
        statut = 422
    contexte = {"form": form, "suite": suite, "cle_possible": cles.domaine_possible(request)}
    return render(request, "gestion_acces/connexion.html", contexte, status=statut)


def _poursuivre(request: HttpRequest, personne: Utilisateur, suite: str) -> HttpResponse:
    """The password was good: ask the second factor, or open the session of a person who has none."""
    if not personne.facteurs.exists():
        return entrer(request, personne, facteur="", suite=suite)
    mettre_en_attente(request, personne, suite)
    return redirect("gestion_acces:second_facteur")


def mettre_en_attente(request: HttpRequest, personne: Utilisateur, suite: str) -> None:
    """Remember who gave his password, for as long as it takes to give the second factor."""
    request.session.cycle_key()
    request.session[ATTENTE] = {
        "personne": str(personne.pk),
        "empreinte": personne.get_session_auth_hash(),
        "le": timezone.now().timestamp(),
        "suite": suite,
    }


def _en_attente(request: HttpRequest) -> tuple[Utilisateur, str] | None:
    attente: dict[str, Any] = request.session.get(ATTENTE) or {}
    age = timezone.now().timestamp() - float(attente.get("le", 0))
    if not 0 <= age < DUREE_ATTENTE.total_seconds():
        return None
    personne = Utilisateur.objects.filter(pk=attente["personne"], is_active=True).first()
    # A password changed meanwhile ends the wait.
    if personne is None or not constant_time_compare(personne.get_session_auth_hash(), attente["empreinte"]):
        return None
    return personne, attente["suite"]


def entrer(request: HttpRequest, personne: Utilisateur, *, facteur: str, suite: str) -> HttpResponse:
    request.session.pop(ATTENTE, None)
    request.session.pop(cles.ATTENTE, None)
    maintenant: datetime = timezone.now()
    session.ouvrir(request, utilisateur=personne, facteur=facteur, maintenant=maintenant)
    reponse = redirect(suite or "accueil")
    reconnaitre_appareil(request, reponse, personne.email)
    return reponse


@vue_publique(methodes=FORMULAIRE)
def second_facteur(request: HttpRequest) -> HttpResponse:
    attente = _en_attente(request)
    if attente is None:
        return redirect("gestion_acces:connexion")
    personne, suite = attente
    form, statut = CodeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            facteur = _verifier(request, personne, form.cleaned_data)
            if facteur:
                return entrer(request, personne, facteur=facteur, suite=suite)
            form.add_error("code", "Ce code n’est pas le bon, ou il a déjà servi.")
        except TropDEssais as refus:
            form.add_error(None, str(refus))
            statut = 429
    question = cles.demander_preuve(request, personne)
    if question:
        request.session[cles.ATTENTE] = question.etat
    contexte = {
        "form": form,
        "cle": question.options if question and cles.domaine_possible(request) else None,
        "a_totp": personne.facteurs.filter(type=TypeFacteur.TOTP).exists(),
    }
    statut = 422 if form.errors and statut == 200 else statut
    return render(request, "gestion_acces/second_facteur.html", contexte, status=statut)


def _verifier(request: HttpRequest, personne: Utilisateur, saisie: dict[str, str]) -> str:
    """The kind of the factor that was proved, or an empty string."""
    if not saisie["cle"]:
        return par_code(request, utilisateur=personne, code=saisie["code"])
    return "cle" if cle_prouvee(request, personne, saisie["cle"]) else ""


def cle_prouvee(request: HttpRequest, personne: Utilisateur, reponse: str) -> bool:
    """True when the browser's answer proves a passkey of this person to the question asked last, once."""
    etat = request.session.pop(cles.ATTENTE, None)
    if etat is None:
        return False
    return par_cle(
        request,
        utilisateur=personne,
        preuve=lambda: cles.verifier_cle(
            request, utilisateur=personne, etat=etat, reponse=reponse, maintenant=timezone.now()
        ),
    )


@vue_publique(methodes=ACTE)
def cle_options(request: HttpRequest) -> HttpResponse:
    """The question for a passkey alone, which checks its holder by itself."""
    question = cles.demander_preuve(request, None)
    assert question is not None  # only a known person can lack a passkey
    request.session[cles.ATTENTE] = question.etat
    return JsonResponse(question.options)


@vue_publique(methodes=ACTE)
def connexion_cle(request: HttpRequest) -> HttpResponse:
    reponse = request.POST.get("cle", "")
    suite = suite_sure(request, request.POST.get("next", ""))
    personne = cles.personne_de_la_cle(reponse)
    erreur = "Cette clé d’accès n’ouvre aucun compte. Connectez-vous avec votre mot de passe."
    try:
        if personne and cle_prouvee(request, personne, reponse):
            return entrer(request, personne, facteur="cle", suite=suite)
    except TropDEssais as refus:
        erreur = str(refus)
    contexte = {"form": ConnexionForm(), "suite": suite, "cle_possible": True, "erreur_cle": erreur}
    return render(request, "gestion_acces/connexion.html", contexte, status=422)


@vue_connectee(methodes=ACTE, sans_second_facteur=True)
def deconnexion(request: HttpRequest) -> HttpResponse:
    session.fermer(request, maintenant=timezone.now())
    return redirect("gestion_acces:connexion")


@vue_connectee(sans_second_facteur=True)
def second_facteur_exige(request: HttpRequest) -> HttpResponse:
    """Where the doors send a session without second factor: to give it, or to enrol the first one."""
    personne, suite = cast(Utilisateur, request.user), suite_sure(request, request.GET.get("next", ""))
    if personne.facteurs.exists() and not session.second_facteur_verifie(request):
        logout(request)
        mettre_en_attente(request, personne, suite)
        return redirect("gestion_acces:second_facteur")
    if session.second_facteur_verifie(request):
        return redirect(suite or "accueil")
    contexte = {"suite": suite, "cle_possible": cles.domaine_possible(request)}
    return render(request, "gestion_acces/enroler.html", contexte)
