"""Limits of a session, applied to every request before any view."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone

from gestion_acces.acces import droit_de
from gestion_acces.session import fermer, noter_usage, session_depassee


class SessionMiddleware:
    """Close the session that is past a limit, note the use of the others.

    It also turns a redirection to the sign-in into one of the whole page when htmx asked for a fragment.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        connexion = resolve_url(settings.LOGIN_URL)
        fragment = request.headers.get("HX-Request") == "true"
        if fragment and isinstance(response, HttpResponseRedirect) and response.url.startswith(connexion):
            return HttpResponse(status=204, headers={"HX-Redirect": connexion})
        return response

    def process_view(self, request: HttpRequest, vue: Any, args: Any, kwargs: Any) -> None:
        if not request.user.is_authenticated:
            return
        maintenant = timezone.now()
        if session_depassee(request, maintenant=maintenant):
            fermer(request, maintenant=maintenant, acte="session.expirer")
            messages.info(request, "Votre session a expiré. Connectez-vous de nouveau.")
            return
        droit = droit_de(vue)
        if droit is None or droit.activite:
            noter_usage(request, maintenant=maintenant)
