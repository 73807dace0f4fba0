import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars

from portal.lib.mesures import compter

PERMISSIONS = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"


class SecurityHeadersMiddleware:
    """Headers that neither Django nor django-csp sets."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class JournalMiddleware(RequestMiddleware):
    """One line a request, with its id, its person and its dossier. The route is written, not the path: a link of
    invitation or the return of a consent bears its secret in the URL.
    """

    def __call__(self, request: HttpRequest) -> Any:
        debut = time.perf_counter()
        response: Any = super().__call__(request)
        statut = f"{response.status_code // 100}xx"
        compter("portail_requetes_total", statut=statut)
        compter("portail_requetes_secondes_total", time.perf_counter() - debut)
        return response

    def process_view(self, request: HttpRequest, vue: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if dossier := kwargs.get("dossier_id"):
            bind_contextvars(dossier_id=str(dossier))

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        route = request.resolver_match.route if request.resolver_match else "?"
        return f"{request.method} /{route}"
