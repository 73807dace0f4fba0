"""HTML pages: Django's template engine alone, and the files that the pages need."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from qonto_sandbox.core.formats import PARIS, moment
from qonto_sandbox.core.later import Later
from qonto_sandbox.core.routing import Call, endpoint

if TYPE_CHECKING:
    from django import apps as django_apps
    from django import conf as django_conf
    from django import template as django_template
else:
    django_apps, django_conf, django_template = Later("django.apps"), Later("django.conf"), Later("django.template")

FOLDER = Path(__file__).resolve().parent.parent / "pages"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
# The pages load nothing from elsewhere and run no inline script.
POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"


@cache
def _engine() -> "django_template.Engine":
    settings = django_conf.settings
    if not settings.configured:
        # Alone, without the portal and its settings.
        settings.configure(LANGUAGE_CODE="fr", USE_TZ=True, TIME_ZONE="Europe/Paris")
        django_apps.apps.populate(())
    return django_template.Engine(dirs=[str(FOLDER / "templates")])


def page(template: str, status: int = 200, *, framed: bool = False, **context: Any) -> Response:
    """`framed`: another site may show it in a frame."""
    html = _engine().get_template(template).render(django_template.Context(context))
    response = Response(html, status, content_type="text/html; charset=utf-8")
    policy = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *") if framed else POLICY
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def euros_text(cents: int) -> str:
    """`1 234,56 €` with narrow no-break spaces."""
    whole = f"{abs(cents) // 100:,}".replace(",", "\u202f")
    return f"{'−' if cents < 0 else ''}{whole},{abs(cents) % 100:02d}\u00a0€"


def moment_text(stamp: str | None) -> str:
    """A wire time in Paris, as people read it."""
    return moment(stamp).astimezone(PARIS).strftime("%d/%m/%Y %H:%M") if stamp else ""


@endpoint("GET", "/_sandbox/static/{name}", auth=("none",), tag="control", media_type="text/css", locked=False)
def static_file(call: Call) -> Response:
    """Un fichier des pages."""
    path = FOLDER / "static" / Path(call.path["name"]).name
    if not path.is_file():
        return Response("", 404, content_type="text/plain")
    return Response(path.read_bytes(), 200, content_type=TYPES.get(path.suffix, "application/octet-stream"))
