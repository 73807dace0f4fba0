from django.http import HttpRequest


def csp_nonce(request: HttpRequest) -> dict[str, object]:
    """The nonce under the name that django-htmx's tag reads."""
    return {"csp_nonce": getattr(request, "csp_nonce", "")}
