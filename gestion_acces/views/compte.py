"""A person's own account: profile, second factors, recovery codes, password, sessions."""

import json
from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces import session
from gestion_acces.acces import (
    ACTE,
    FORMULAIRE,
    membre_du_cabinet,
    second_facteur_obligatoire,
    vue_connectee,
)
from gestion_acces.authentification import avertir
from gestion_acces.confirmation import suite_sure
from gestion_acces.enums import TypeFacteur
from gestion_acces.errors import CleRefusee, CodeFaux, FacteurNecessaire
from gestion_acces.forms import CleForm, CodeForm, ProfilForm
from gestion_acces.models import Facteur, Utilisateur
from gestion_acces.services import cles, facteurs
from gestion_acces.services.audit import journaliser_personne, origine_de
from portal.lib.chiffrement import chiffrer, dechiffrer

CLE_TOTP = "acces_totp_en_cours"
CODES = "acces_codes_a_montrer"
NOM_DU_PORTAIL = "Portail Qonto"


def _personne(request: HttpRequest) -> Utilisateur:
    return cast(Utilisateur, request.user)


def _page(request: HttpRequest, gabarit: str, contexte: dict[str, object], statut: int = 200) -> HttpResponse:
    """A page of the account, in the space of its person."""
    membre = membre_du_cabinet(_personne(request))
    if membre:
        request.membre = membre  # type: ignore[attr-defined]
    espace = "layout/espace_cabinet.html" if membre else "layout/espace_client.html"
    return render(request, f"gestion_acces/{gabarit}.html", contexte | {"espace": espace}, status=statut)


@vue_connectee(methodes=FORMULAIRE)
def profil(request: HttpRequest) -> HttpResponse:
    personne = _personne(request)
    form = ProfilForm(request.POST or None, initial={"prenom": personne.prenom, "nom": personne.nom})
    if request.method == "POST" and form.is_valid():
        personne.prenom, personne.nom = form.cleaned_data["prenom"], form.cleaned_data["nom"]
        personne.save(update_fields=["prenom", "nom"])
        messages.success(request, "Votre profil est enregistré.")
        return redirect("gestion_acces:profil")
    return _page(request, "profil", {"form": form}, 422 if form.errors else 200)


@vue_connectee()
def securite(request: HttpRequest) -> HttpResponse:
    personne = _personne(request)
    contexte = {
        "facteurs": list(personne.facteurs.order_by("cree_le")),
        "a_totp": personne.facteurs.filter(type=TypeFacteur.TOTP).exists(),
        "codes_restants": facteurs.codes_restants(personne),
        "obligatoire": second_facteur_obligatoire(personne),
    }
    return _page(request, "securite", contexte)


@vue_connectee(methodes=FORMULAIRE, sans_second_facteur=True, reauthentification=True)
def totp_ajouter(request: HttpRequest) -> HttpResponse:
    _refuser_sans_facteur(request)
    personne, form = _personne(request), CodeForm(request.POST or None)
    scellee = request.session.get(CLE_TOTP)
    cle = dechiffrer(scellee) if scellee else facteurs.nouvelle_cle()
    request.session[CLE_TOTP] = scellee or chiffrer(cle)
    if request.method == "POST" and form.is_valid():
        code, maintenant = form.cleaned_data["code"], timezone.now()
        try:
            facteurs.enregistrer_totp(
                utilisateur=personne, cle=cle, code=code, origine=origine_de(request), maintenant=maintenant
            )
            del request.session[CLE_TOTP]
            return _facteur_ajoute(request, "totp", "Une application d’authentification a été ajoutée à votre compte")
        except CodeFaux as refus:
            form.add_error("code", str(refus))
    adresse = facteurs.adresse_totp(cle=cle, email=personne.email, emetteur=NOM_DU_PORTAIL)
    contexte = {
        "form": form,
        "cle": cle,
        "qr": facteurs.image_qr(adresse),
        "adresse": adresse,
        "suite": suite_sure(request, request.GET.get("next", "")),
    }
    return render(request, "gestion_acces/totp_ajouter.html", contexte, status=422 if form.errors else 200)


@vue_connectee(methodes=FORMULAIRE, sans_second_facteur=True, reauthentification=True)
def cle_ajouter(request: HttpRequest) -> HttpResponse:
    _refuser_sans_facteur(request)
    personne, form = _personne(request), CleForm(request.POST or None, initial={"nom": "Cet appareil"})
    if request.method == "POST" and form.is_valid():
        try:
            cles.enregistrer_cle(
                request,
                utilisateur=personne,
                etat=request.session.pop(cles.ATTENTE, None) or {},
                reponse=form.cleaned_data["cle"],
                nom=form.cleaned_data["nom"],
                origine=origine_de(request),
                maintenant=timezone.now(),
            )
            return _facteur_ajoute(request, "cle", "Une clé d’accès a été ajoutée à votre compte")
        except CleRefusee as refus:
            form.add_error(None, str(refus))
    question = cles.demander_creation(request, personne)
    request.session[cles.ATTENTE] = question.etat
    contexte = {"form": form, "options": question.options, "possible": cles.domaine_possible(request)}
    return render(request, "gestion_acces/cle_ajouter.html", contexte, status=422 if form.errors else 200)


def _refuser_sans_facteur(request: HttpRequest) -> None:
    """A session that only gave a password may enrol the first factor, never another beside it."""
    if not session.second_facteur_verifie(request) and _personne(request).facteurs.exists():
        raise Http404


def _facteur_ajoute(request: HttpRequest, facteur: str, quoi: str) -> HttpResponse:
    """The new factor proves the session; the first one brings the recovery codes."""
    personne, maintenant = _personne(request), timezone.now()
    session.marquer_preuve(request, facteur=facteur, maintenant=maintenant)
    avertir(request, personne, quoi)
    if facteurs.codes_restants(personne) == 0:
        return _montrer_nouveaux_codes(request)
    messages.success(request, "Votre second facteur est ajouté.")
    return redirect("gestion_acces:securite")


def _montrer_nouveaux_codes(request: HttpRequest) -> HttpResponse:
    codes = facteurs.creer_codes(
        utilisateur=_personne(request), origine=origine_de(request), maintenant=timezone.now()
    )
    request.session[CODES] = chiffrer(json.dumps(codes))
    return redirect("gestion_acces:codes_secours")


@vue_connectee(methodes=FORMULAIRE)
def codes_secours(request: HttpRequest) -> HttpResponse:
    """The codes just made, until the person says that he keeps them."""
    scelles = request.session.get(CODES)
    if request.method == "POST" or scelles is None:
        request.session.pop(CODES, None)
        return redirect("accueil" if request.method == "POST" else "gestion_acces:securite")
    codes = json.loads(dechiffrer(scelles))
    return render(request, "gestion_acces/codes_secours.html", {"codes": codes})


@vue_connectee()
def codes_secours_fichier(request: HttpRequest) -> HttpResponse:
    scelles = request.session.get(CODES)
    if scelles is None:
        raise Http404
    texte = "\r\n".join(["Codes de secours du portail – chacun sert une fois", "", *json.loads(dechiffrer(scelles))])
    nom = "codes-de-secours.txt"
    entetes = {"Content-Disposition": f'attachment; filename="{nom}"', "Cache-Control": "no-store"}
    return HttpResponse(texte, content_type="text/plain; charset=utf-8", headers=entetes)


@vue_connectee(methodes=ACTE, reauthentification=True)
def codes_renouveler(request: HttpRequest) -> HttpResponse:
    if not _personne(request).facteurs.exists():
        raise Http404
    return _montrer_nouveaux_codes(request)


@vue_connectee(methodes=ACTE, reauthentification=True)
def facteur_retirer(request: HttpRequest, facteur_id: str) -> HttpResponse:
    facteur = Facteur.objects.filter(pk=facteur_id, utilisateur=_personne(request)).first()
    if facteur is None:
        raise Http404
    try:
        facteurs.retirer_facteur(facteur=facteur, origine=origine_de(request), maintenant=timezone.now())
        avertir(request, _personne(request), f"« {facteur.nom} » a été retiré de votre compte")
        messages.success(request, f"« {facteur.nom} » est retiré.")
    except FacteurNecessaire as refus:
        messages.error(request, str(refus))
    return redirect("gestion_acces:securite")


@vue_connectee(methodes=FORMULAIRE)
def mot_de_passe_changer(request: HttpRequest) -> HttpResponse:
    personne = _personne(request)
    form = PasswordChangeForm(personne, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, personne)
        session.suivre_la_cle(request, personne)
        session.fermer_les_autres(personne, sauf=request.session.session_key or "")
        journaliser_personne(
            utilisateur=personne, acte="mot_de_passe.changer", date=timezone.now(), origine=origine_de(request)
        )
        avertir(request, personne, "Votre mot de passe a été changé")
        messages.success(request, "Votre mot de passe est changé, vos autres sessions sont fermées.")
        return redirect("gestion_acces:securite")
    return _page(request, "mot_de_passe_changer", {"form": form}, 422 if form.errors else 200)


@vue_connectee()
def sessions(request: HttpRequest) -> HttpResponse:
    lignes = session.sessions_de(_personne(request), maintenant=timezone.now())
    return _page(request, "sessions", {"sessions": lignes, "cle": request.session.session_key})


@vue_connectee(methodes=ACTE)
def session_fermer(request: HttpRequest, session_id: int) -> HttpResponse:
    if not session.fermer_les_autres(_personne(request), seule=session_id):
        raise Http404
    _journaliser_fermeture(request, 1)
    messages.success(request, "Cette session est fermée.")
    return redirect("gestion_acces:sessions")


@vue_connectee(methodes=ACTE)
def deconnecter_partout(request: HttpRequest) -> HttpResponse:
    nombre = session.fermer_les_autres(_personne(request), sauf=request.session.session_key or "")
    _journaliser_fermeture(request, nombre)
    messages.success(request, "Toutes vos autres sessions sont fermées.")
    return redirect("gestion_acces:sessions")


def _journaliser_fermeture(request: HttpRequest, nombre: int) -> None:
    journaliser_personne(
        utilisateur=_personne(request),
        acte="session.fermer",
        date=timezone.now(),
        origine=origine_de(request),
        apres={"fermees": nombre},
    )
