from django.http import HttpRequest

from gestion_acces.models import MembreCabinet
from portal.navigation import cabinet_de


def csp_nonce(request: HttpRequest) -> dict[str, object]:
    """The nonce under the name that django-htmx's tag reads."""
    return {"csp_nonce": getattr(request, "csp_nonce", "")}


def coquille(request: HttpRequest) -> dict[str, object]:
    """What the bars around a page need: the firm, the person's part in it, the state of the rail."""
    membre = getattr(request, "membre", None)
    return {
        "cabinet_courant": cabinet_de(request),
        "est_administrateur": isinstance(membre, MembreCabinet) and membre.est_administrateur,
        "rail_reduit": request.COOKIES.get("rail") == "reduit",
    }
