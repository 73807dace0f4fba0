"""Where a door sends a person who must first prove something, without losing what he had typed.

A refused POST is put aside in his session (server side); once he has proved who he is, a page gives it back as a form
with its button « Continuer ». Files cannot be put aside: they are chosen again.
"""

import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

ACTE = "acces_acte_en_attente"
TAILLE_MAX = 100_000


def rediriger(request: HttpRequest, adresse: str) -> HttpResponse:
    """Redirect the whole page, even when htmx asked for a fragment of it."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": adresse})
    return redirect(adresse)


def suite_sure(request: HttpRequest, suite: str) -> str:
    """The address if it is ours, else an empty string."""
    sure = url_has_allowed_host_and_scheme(suite, {request.get_host()}, require_https=request.is_secure())
    return suite if sure else ""


def page_courante(request: HttpRequest) -> str:
    """The page to come back to: this one if it can be read, else the one whose form or fragment asked."""
    if request.method in ("GET", "HEAD") and request.headers.get("HX-Request") != "true":
        return request.get_full_path()
    origine = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    if origine.netloc != request.get_host():
        return reverse("accueil")
    return f"{origine.path}?{origine.query}" if origine.query else origine.path


def demander_second_facteur(request: HttpRequest) -> HttpResponse:
    """Send the person to enrol his second factor, or to give it if he has one."""
    suite = urlencode({"next": page_courante(request)})
    return rediriger(request, f"{reverse('gestion_acces:second_facteur_exige')}?{suite}")


def demander_confirmation(request: HttpRequest) -> HttpResponse:
    """Send the person to prove again who he is; a POST is put aside and given back afterwards."""
    parametres = {"next": page_courante(request)}
    if request.method == "POST":
        jeton = _mettre_de_cote(request)
        if jeton:
            parametres["acte"] = jeton
        else:
            messages.info(request, "Après la confirmation, choisissez de nouveau vos fichiers.")
    return rediriger(request, f"{reverse('gestion_acces:confirmer')}?{urlencode(parametres)}")


def _mettre_de_cote(request: HttpRequest) -> str:
    champs = [(nom, valeur) for nom, valeurs in request.POST.lists() for valeur in valeurs]
    champs = [(nom, valeur) for nom, valeur in champs if nom != "csrfmiddlewaretoken"]
    if request.FILES or sum(len(nom) + len(valeur) for nom, valeur in champs) > TAILLE_MAX:
        return ""
    jeton = secrets.token_urlsafe(16)
    request.session[ACTE] = {"jeton": jeton, "chemin": request.get_full_path(), "champs": champs}
    return jeton


def reprendre_acte(request: HttpRequest, jeton: str) -> dict[str, Any] | None:
    """The act that was put aside under this token, once; None when there is none."""
    acte: dict[str, Any] | None = request.session.get(ACTE)
    if not acte or not jeton or acte["jeton"] != jeton:
        return None
    del request.session[ACTE]
    return acte
