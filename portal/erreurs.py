"""The pages of failure: what happened, what to do, and a reference that support finds in the logs."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone

logger = logging.getLogger("portal.erreurs")
# Without 0 O 1 I: people read it out on the phone.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def nouvelle_reference() -> str:
    """`PQ-0609-K7M4QX`: the day, then six characters of chance."""
    hasard = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return f"PQ-{timezone.localtime():%m%d}-{hasard}"


def _page(request: HttpRequest, template: str, statut: int, **contexte: str) -> HttpResponse:
    reference = nouvelle_reference()
    logger.warning("réponse %s, référence %s, %s %s", statut, reference, request.method, request.path)
    return render(request, template, {"reference": reference, **contexte}, status=statut)


def requete_incorrecte(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "400.html", 400)


def acces_refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403. The message of our own PermissionDenied is written for the screen."""
    return _page(request, "403.html", 403, raison=str(exception))


def introuvable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same for what does not exist and for what is another's."""
    return _page(request, "404.html", 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "403_csrf.html", 403)


def erreur_serveur(request: HttpRequest) -> HttpResponse:
    """500. The page needs neither the request nor the database: either may be what is broken."""
    reference = nouvelle_reference()
    logger.error("réponse 500, référence %s, %s %s", reference, request.method, request.path)
    return HttpResponse(loader.render_to_string("500.html", {"reference": reference}), status=500)
