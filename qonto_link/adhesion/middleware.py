"""The doorbell is answered before everything else: hundreds of open pages ask it every second or so.

It needs no session, no person, no database and no page; the stack of middlewares would cost more than the answer.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from qonto_link.adhesion import sonnette

PREFIXE = "/qonto/sonnette/"


def repondre(jeton: str, connu: str) -> HttpResponse:
    """204 while nothing changed; the new number otherwise; 410 when the token is forged or too old."""
    dossier_id = sonnette.dossier_du_jeton(jeton)
    numero = sonnette.numero(dossier_id) if dossier_id else ""
    if not dossier_id:
        reponse = HttpResponse(status=410)
    elif numero == connu:
        reponse = HttpResponse(status=204)
    else:
        reponse = HttpResponse(numero, content_type="text/plain")
    reponse["Cache-Control"] = "no-store"
    reponse["X-Content-Type-Options"] = "nosniff"
    return reponse


class SonnetteMiddleware:
    """First of the list."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and request.path.startswith(PREFIXE):
            return repondre(request.path[len(PREFIXE) :].rstrip("/"), request.GET.get("n", ""))
        return self.get_response(request)
