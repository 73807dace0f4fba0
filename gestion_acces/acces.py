"""The only doors to a dossier.

Every view of the portal is declared with exactly one of the decorators below: it says for which space, which service
and which right the view is. A system check (`gestion_acces.checks`) refuses to start with a view that says nothing.
What is not yours does not exist (404); what is yours without the right asked for is refused (403).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from gestion_acces.enums import ORDRE_DES_NIVEAUX, Espace, Niveau, RoleCabinet, Service
from gestion_acces.models import AccesService, Dossier, MembreCabinet, MembreDossier, Utilisateur

Vue = Callable[..., HttpResponseBase]
LECTURE = ("GET", "HEAD")
ACTE = ("POST",)
FORMULAIRE = ("GET", "HEAD", "POST")


class RequeteConnectee(HttpRequest):
    user: Utilisateur


class RequeteCabinet(RequeteConnectee):
    """A request let in by `vue_cabinet`, or by `vue_dossier_cabinet` which fills `dossier` too."""

    membre: MembreCabinet
    dossier: Dossier


class RequeteClient(RequeteConnectee):
    """A request let in by `vue_dossier_client`. `niveau` is empty when the view asks for no service."""

    membre: MembreDossier
    dossier: Dossier
    niveau: str


@dataclass(frozen=True)
class Droit:
    """What a view declares, read by the system check and by the matrix of rights."""

    espace: str
    methodes: tuple[str, ...]
    par_dossier: bool = False
    service: str = ""
    niveau: str = ""
    reserve: str = ""


def droit_de(vue: Vue) -> Droit | None:
    """The declaration of a view, or None when it has none."""
    return getattr(vue, "droit", None)


def _declarer(vue: Vue, droit: Droit) -> Vue:
    vue = require_http_methods(list(droit.methodes))(vue)
    vue.droit = droit  # type: ignore[attr-defined]
    return vue


def vue_publique(*, methodes: tuple[str, ...] = LECTURE) -> Callable[[Vue], Vue]:
    """A page for anybody, signed in or not."""

    def decorateur(vue: Vue) -> Vue:
        return login_not_required(_declarer(vue, Droit("public", methodes)))

    return decorateur


def vue_connectee(*, methodes: tuple[str, ...] = LECTURE) -> Callable[[Vue], Vue]:
    """A page for anybody who is signed in, about himself."""

    def decorateur(vue: Vue) -> Vue:
        return _declarer(vue, Droit("connecte", methodes))

    return decorateur


def membre_du_cabinet(utilisateur: Utilisateur) -> MembreCabinet | None:
    """The membership of this person in his firm, or None. A person works for one firm."""
    return MembreCabinet.objects.filter(utilisateur=utilisateur).select_related("cabinet").first()


def dossier_du_cabinet(membre: MembreCabinet, dossier_id: UUID) -> Dossier:
    """The dossier, if this person of the firm may see it. Raises Http404 otherwise."""
    dossier = Dossier.objects.du_membre(membre).filter(pk=dossier_id).first()
    if dossier is None:
        raise Http404
    return dossier


def membre_du_dossier(utilisateur: Utilisateur, dossier_id: UUID) -> MembreDossier:
    """The membership of this person in the client company. Raises Http404 otherwise."""
    membre = (
        MembreDossier.objects.filter(utilisateur=utilisateur, dossier_id=dossier_id)
        .select_related("dossier", "dossier__cabinet")
        .first()
    )
    if membre is None:
        raise Http404
    return membre


def niveau_sur(membre: MembreDossier, service: str) -> str:
    """The level of this person on a service that is switched on, or an empty string."""
    return (
        AccesService.objects.filter(membre=membre, service_dossier__service=service, service_dossier__actif=True)
        .values_list("niveau", flat=True)
        .first()
        or ""
    )


def niveau_suffit(detenu: str, demande: str) -> bool:
    """True when the level held includes the level asked for."""
    return ORDRE_DES_NIVEAUX.get(detenu, 0) >= ORDRE_DES_NIVEAUX[demande]


def exiger_role(membre: MembreCabinet, role: str) -> None:
    """Raise PermissionDenied unless this person of the firm has the role (an administrator has every role)."""
    if role == RoleCabinet.ADMINISTRATEUR and not membre.est_administrateur:
        raise PermissionDenied("Cet écran est réservé aux administrateurs du cabinet.")


def vue_cabinet(*, methodes: tuple[str, ...] = LECTURE, administrateur: bool = False) -> Callable[[Vue], Vue]:
    """A page of the firm that is about no single dossier; fills `request.membre`."""
    reserve = RoleCabinet.ADMINISTRATEUR.value if administrateur else ""

    def decorateur(vue: Vue) -> Vue:
        @wraps(vue)
        def porte(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membre = membre_du_cabinet(cast(Utilisateur, request.user))
            if membre is None:
                raise Http404
            exiger_role(membre, reserve)
            request.membre = membre  # type: ignore[attr-defined]
            return vue(request, *args, **kwargs)

        return _declarer(porte, Droit(Espace.CABINET, methodes, reserve=reserve))

    return decorateur


def vue_dossier_cabinet(*, methodes: tuple[str, ...] = LECTURE, administrateur: bool = False) -> Callable[[Vue], Vue]:
    """A page of the firm about one dossier (`dossier_id` in the URL); fills `request.membre`, `request.dossier`."""
    reserve = RoleCabinet.ADMINISTRATEUR.value if administrateur else ""

    def decorateur(vue: Vue) -> Vue:
        @wraps(vue)
        def porte(request: HttpRequest, dossier_id: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membre = membre_du_cabinet(cast(Utilisateur, request.user))
            if membre is None:
                raise Http404
            request.dossier = dossier_du_cabinet(membre, dossier_id)  # type: ignore[attr-defined]
            exiger_role(membre, reserve)
            request.membre = membre  # type: ignore[attr-defined]
            return vue(request, *args, **kwargs)

        return _declarer(porte, Droit(Espace.CABINET, methodes, par_dossier=True, reserve=reserve))

    return decorateur


def vue_dossier_client(
    *,
    methodes: tuple[str, ...] = LECTURE,
    service: Service | None = None,
    niveau: Niveau = Niveau.CONSULTER,
    dirigeant: bool = False,
) -> Callable[[Vue], Vue]:
    """A page of the client about one dossier; fills `request.membre`, `request.dossier`, `request.niveau`.

    `service`: the page exists only for those who hold it (404). `niveau`: the level asked for (403).
    `dirigeant`: only the legal representative (403).
    """
    reserve = "dirigeant" if dirigeant else ""
    nom_service = service.value if service else ""

    def decorateur(vue: Vue) -> Vue:
        @wraps(vue)
        def porte(request: HttpRequest, dossier_id: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membre = membre_du_dossier(cast(Utilisateur, request.user), dossier_id)
            detenu = niveau_sur(membre, nom_service) if nom_service else ""
            if nom_service and not detenu:
                raise Http404
            if dirigeant and not membre.est_dirigeant:
                raise PermissionDenied("Seul le dirigeant peut faire cela.")
            if nom_service and not niveau_suffit(detenu, niveau):
                raise PermissionDenied(f"Il faut le droit « {niveau.label} » sur {service.label if service else ''}.")
            request.membre, request.dossier, request.niveau = membre, membre.dossier, detenu  # type: ignore[attr-defined]
            return vue(request, *args, **kwargs)

        droit = Droit(Espace.CLIENT, methodes, True, nom_service, niveau.value if nom_service else "", reserve)
        return _declarer(porte, droit)

    return decorateur
