"""The portal does not start with a view that says for whom it is."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.urls import URLPattern, URLResolver, get_resolver

from gestion_acces.acces import droit_de


def toutes_les_vues(resolver: URLResolver | None = None, prefixe: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern of the URL table with its whole route."""
    for motif in (resolver or get_resolver()).url_patterns:
        route = prefixe + str(motif.pattern)
        if isinstance(motif, URLResolver):
            yield from toutes_les_vues(motif, route)
        else:
            yield route, motif


def verifier_droits_declares(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """One error for each view that declares no right (`gestion_acces.acces`)."""
    return [
        Error(
            f"La vue de « /{route} » ne déclare ni espace ni droit.",
            hint="Décorez-la avec une porte de gestion_acces.acces.",
            id="gestion_acces.E001",
        )
        for route, motif in toutes_les_vues()
        if droit_de(motif.callback) is None
    ]
