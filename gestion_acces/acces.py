"""The only doors to a dossier.

Every view of the portal is declared with exactly one of the decorators below: it says for which space, which service
and which right the view is. A system check (`gestion_acces.checks`) refuses to start with a view that says nothing.
What is not yours does not exist (404); what is yours without the right asked for is refused (403).

Each door but the public one sends the person who owes a second factor to enrol it before anything else. Options of
every such door:

- `reauthentification=True`: the person must have proved who he is in the last minutes (REAUTHENTICATION_AGE); else he
  does it now and comes back to this page, with what he had typed. For payments, dissociation, changes of rights.
- `activite=False`: the page asks for itself again and again (progress, status); it does not keep a session open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypedDict, Unpack, cast
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from gestion_acces.confirmation import demander_confirmation, demander_second_facteur
from gestion_acces.enums import ORDRE_DES_NIVEAUX, Espace, Niveau, RoleCabinet, RoleClient, Service
from gestion_acces.models import AccesService, Dossier, MembreCabinet, MembreDossier, Utilisateur
from gestion_acces.session import preuve_recente, second_facteur_verifie

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
    reauthentification: bool = False
    activite: bool = True
    # Only the pages by which a second factor is enrolled, and the sign-out.
    sans_second_facteur: bool = False


class Options(TypedDict, total=False):
    """Options of every door but the public one."""

    reauthentification: bool
    activite: bool


def droit_de(vue: Vue) -> Droit | None:
    """The declaration of a view, or None when it has none."""
    return getattr(vue, "droit", None)


def _declarer(vue: Vue, droit: Droit) -> Vue:
    vue = require_http_methods(list(droit.methodes))(vue)
    vue.droit = droit  # type: ignore[attr-defined]
    return vue


def second_facteur_obligatoire(utilisateur: Utilisateur) -> bool:
    """True for the people of a firm, for every dirigeant, and for whoever may pay with some service."""
    if MembreCabinet.objects.filter(utilisateur=utilisateur, actif=True).exists():
        return True
    paie = Q(role=RoleClient.DIRIGEANT) | Q(acces__niveau=Niveau.PAYER)
    return MembreDossier.objects.filter(paie, utilisateur=utilisateur, actif=True).exists()


def _exiger_preuves(request: HttpRequest, droit: Droit) -> HttpResponseBase | None:
    """What the person must do first, or None: enrol a second factor, or prove again who he is."""
    if not (droit.sans_second_facteur or second_facteur_verifie(request)) and second_facteur_obligatoire(
        cast(Utilisateur, request.user)
    ):
        return demander_second_facteur(request)
    if droit.reauthentification and not preuve_recente(request, maintenant=timezone.now()):
        return demander_confirmation(request)
    return None


def vue_publique(*, methodes: tuple[str, ...] = LECTURE) -> Callable[[Vue], Vue]:
    """A page for anybody, signed in or not."""

    def decorateur(vue: Vue) -> Vue:
        return login_not_required(_declarer(vue, Droit("public", methodes)))

    return decorateur


def vue_connectee(
    *, methodes: tuple[str, ...] = LECTURE, sans_second_facteur: bool = False, **options: Unpack[Options]
) -> Callable[[Vue], Vue]:
    """A page for anybody who is signed in, about himself."""
    droit = Droit("connecte", methodes, sans_second_facteur=sans_second_facteur, **options)

    def decorateur(vue: Vue) -> Vue:
        @wraps(vue)
        def porte(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return _exiger_preuves(request, droit) or vue(request, *args, **kwargs)

        return _declarer(porte, droit)

    return decorateur


def membre_du_cabinet(utilisateur: Utilisateur) -> MembreCabinet | None:
    """The membership of this person in his firm, or None. A person works for one firm."""
    return MembreCabinet.objects.filter(utilisateur=utilisateur, actif=True).select_related("cabinet").first()


def dossier_du_cabinet(membre: MembreCabinet, dossier_id: UUID) -> Dossier:
    """The dossier, if this person of the firm may see it. Raises Http404 otherwise."""
    dossier = Dossier.objects.du_membre(membre).filter(pk=dossier_id).first()
    if dossier is None:
        raise Http404
    return dossier


def membre_du_dossier(utilisateur: Utilisateur, dossier_id: UUID) -> MembreDossier:
    """The membership of this person in the client company. Raises Http404 otherwise."""
    membre = (
        MembreDossier.objects.filter(utilisateur=utilisateur, dossier_id=dossier_id, actif=True)
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


def vue_cabinet(
    *, methodes: tuple[str, ...] = LECTURE, administrateur: bool = False, **options: Unpack[Options]
) -> Callable[[Vue], Vue]:
    """A page of the firm that is about no single dossier; fills `request.membre`."""
    reserve = RoleCabinet.ADMINISTRATEUR.value if administrateur else ""
    droit = Droit(Espace.CABINET, methodes, reserve=reserve, **options)

    def decorateur(vue: Vue) -> Vue:
        @wraps(vue)
        def porte(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membre = membre_du_cabinet(cast(Utilisateur, request.user))
            if membre is None:
                raise Http404
            exiger_role(membre, reserve)
            request.membre = membre  # type: ignore[attr-defined]
            return _exiger_preuves(request, droit) or vue(request, *args, **kwargs)

        return _declarer(porte, droit)

    return decorateur


def vue_dossier_cabinet(
    *, methodes: tuple[str, ...] = LECTURE, administrateur: bool = False, **options: Unpack[Options]
) -> Callable[[Vue], Vue]:
    """A page of the firm about one dossier (`dossier_id` in the URL); fills `request.membre`, `request.dossier`."""
    reserve = RoleCabinet.ADMINISTRATEUR.value if administrateur else ""
    droit = Droit(Espace.CABINET, methodes, par_dossier=True, reserve=reserve, **options)

    def decorateur(vue: Vue) -> Vue:
        @wraps(vue)
        def porte(request: HttpRequest, dossier_id: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membre = membre_du_cabinet(cast(Utilisateur, request.user))
            if membre is None:
                raise Http404
            request.dossier = dossier_du_cabinet(membre, dossier_id)  # type: ignore[attr-defined]
            exiger_role(membre, reserve)
            request.membre = membre  # type: ignore[attr-defined]
            return _exiger_preuves(request, droit) or vue(request, *args, **kwargs)

        return _declarer(porte, droit)

    return decorateur


def _exiger_niveau(membre: MembreDossier, service: Service | None, niveau: Niveau) -> str:
    """The level held on the service ("" when the door asks for none). Raises Http404 or PermissionDenied."""
    if service is None:
        return ""
    detenu = niveau_sur(membre, service)
    if not detenu:
        raise Http404
    if not niveau_suffit(detenu, niveau):
        raise PermissionDenied(f"Il faut le droit « {niveau.label} » sur {service.label}.")
    return detenu


def vue_dossier_client(
    *,
    methodes: tuple[str, ...] = LECTURE,
    service: Service | None = None,
    niveau: Niveau = Niveau.CONSULTER,
    dirigeant: bool = False,
    **options: Unpack[Options],
) -> Callable[[Vue], Vue]:
    """A page of the client about one dossier; fills `request.membre`, `request.dossier`, `request.niveau`.

    `service`: the page exists only for those who hold it (404). `niveau`: the level asked for (403).
    `dirigeant`: only the legal representative (403).
    """
    droit = Droit(
        Espace.CLIENT,
        methodes,
        par_dossier=True,
        service=service.value if service else "",
        niveau=niveau.value if service else "",
        reserve="dirigeant" if dirigeant else "",
        **options,
    )

    def decorateur(vue: Vue) -> Vue:
        @wraps(vue)
        def porte(request: HttpRequest, dossier_id: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membre = membre_du_dossier(cast(Utilisateur, request.user), dossier_id)
            detenu = _exiger_niveau(membre, service, niveau)
            if dirigeant and not membre.est_dirigeant:
                raise PermissionDenied("Seul le dirigeant peut faire cela.")
            request.membre, request.dossier, request.niveau = membre, membre.dossier, detenu  # type: ignore[attr-defined]
            return _exiger_preuves(request, droit) or vue(request, *args, **kwargs)

        return _declarer(porte, droit)

    return decorateur
