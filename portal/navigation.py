"""What the rail, the switcher and the user menu hold. An entry whose page does not exist is left out."""

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from gestion_acces.enums import Service
from gestion_acces.models import AccesService, Dossier, MembreCabinet, MembreDossier, Utilisateur
from gestion_acces.queries import dossiers_du_client

DOSSIERS_AU_MENU = 12


@dataclass(frozen=True)
class Entree:
    libelle: str
    icone: str
    url: str
    courante: bool = False


@dataclass(frozen=True)
class Section:
    titre: str
    entrees: list[Entree]


@dataclass(frozen=True)
class _Piece:
    """A room: its words, its icon, the name of its first page, and what else is part of it."""

    libelle: str
    icone: str
    nom: str
    sous: tuple[str, ...] = ()
    administrateur: bool = False
    service: str = ""
    dirigeant: bool = False


CABINET = (
    _Piece("Cockpit", "chart-bar-square", "cockpit"),
    _Piece("Dossiers", "folder", "gestion_acces:dossier_liste"),
    _Piece("Connexions", "signal", "qonto_link:meteo"),
    _Piece("Adhésions", "identification", "qonto_link:adhesions"),
    _Piece("Équipe", "users", "gestion_acces:equipe", administrateur=True),
    _Piece("Registre des accès", "clipboard-document-check", "gestion_acces:registre", administrateur=True),
    _Piece("Journal d’audit", "shield-check", "gestion_acces:audit", administrateur=True),
    _Piece("Paramètres", "cog-6-tooth", "gestion_acces:parametres", administrateur=True),
)
DOSSIER_CABINET = (
    _Piece(
        "Fiche GRC",
        "identification",
        "gestion_acces:dossier_fiche",
        sous=("banque:banques", "qonto_link:dossier"),
    ),
    _Piece("ACD Banque", "building-library", "banque:accueil"),
    _Piece("Comptabilité", "calculator", "comptabilite:accueil"),
    _Piece("i-Facture", "banknotes", "facturation:accueil"),
    _Piece("i-Dépôt", "inbox-stack", "depot:accueil"),
    _Piece("Incidents", "exclamation-triangle", "qonto_link:incidents"),
)
DOSSIER_CLIENT = (
    _Piece("Mes applications", "squares-2x2", "qonto_link:applications"),
    _Piece("i-Facture", "banknotes", "facturation:accueil_client", service=Service.I_FACTURE),
    _Piece("i-Dépôt", "inbox-stack", "depot:accueil_client", service=Service.I_DEPOT),
    _Piece("Personnes", "users", "gestion_acces:personnes_client", dirigeant=True),
)
PERSONNEL = (
    _Piece("Mon profil", "user-circle", "gestion_acces:profil"),
    _Piece("Sécurité", "key", "gestion_acces:securite"),
    _Piece("Mes sessions", "computer-desktop", "gestion_acces:sessions"),
)


def _url(nom: str, *args: object) -> str:
    try:
        return reverse(nom, args=args)
    except NoReverseMatch:
        return ""


def _entrees(pieces: tuple[_Piece, ...], chemin: str, *args: object) -> list[Entree]:
    """The rooms that exist; the one of this page is the one with the longest address that begins its path."""
    adresses = {piece: [_url(piece.nom, *args), *(_url(nom, *args) for nom in piece.sous)] for piece in pieces}
    longueurs = {
        piece: max((len(url) for url in urls if url and chemin.startswith(url)), default=0)
        for piece, urls in adresses.items()
    }
    plus_longue = max(longueurs.values(), default=0)
    return [
        Entree(piece.libelle, piece.icone, urls[0], bool(plus_longue) and longueurs[piece] == plus_longue)
        for piece, urls in adresses.items()
        if urls[0]
    ]


def sections(request: HttpRequest, dossier: object) -> list[Section]:
    """The rail of this page: the firm's pages and the rooms of the dossier, or the rooms of the client's company."""
    membre, societes = getattr(request, "membre", None), _url("accueil_client")
    if isinstance(membre, MembreCabinet):
        return _sections_cabinet(request.path, membre, dossier if isinstance(dossier, Dossier) else None)
    if isinstance(membre, MembreDossier):
        return _sections_client(request.path, membre)
    # The pages about oneself and the choice of a company: the way back to work.
    return [Section("", [Entree("Mes sociétés", "building-office-2", societes, request.path == societes)])]


def _sections_cabinet(chemin: str, membre: MembreCabinet, dossier: Dossier | None) -> list[Section]:
    ouvertes = tuple(piece for piece in CABINET if membre.est_administrateur or not piece.administrateur)
    # Inside a dossier, the list of dossiers is no longer the current page.
    generales = _entrees(ouvertes, "" if dossier else chemin)
    du_dossier = _entrees(DOSSIER_CABINET, chemin, dossier.pk) if dossier else []
    trouvees = [Section("", generales)]
    return [*trouvees, Section(dossier.code, du_dossier)] if dossier else trouvees


def _ouverte(piece: _Piece, membre: MembreDossier, ouverts: set[str]) -> bool:
    if piece.dirigeant and not membre.est_dirigeant:
        return False
    return not piece.service or piece.service in ouverts


def _sections_client(chemin: str, membre: MembreDossier) -> list[Section]:
    ouverts = set(
        AccesService.objects.filter(membre=membre, service_dossier__actif=True).values_list(
            "service_dossier__service", flat=True
        )
    )
    pieces = tuple(piece for piece in DOSSIER_CLIENT if _ouverte(piece, membre, ouverts))
    return [Section("", _entrees(pieces, chemin, membre.dossier_id))]


def dossiers_du_menu(request: HttpRequest) -> list[Dossier]:
    """The first companies of this client, by name: a menu is not a list (the page « Mes sociétés » is)."""
    return list(dossiers_du_client(cast(Utilisateur, request.user))[: DOSSIERS_AU_MENU + 1])


def menu_personnel() -> list[Entree]:
    return [Entree(piece.libelle, piece.icone, url) for piece in PERSONNEL if (url := _url(piece.nom))]


def cabinet_de(request: HttpRequest) -> Any:
    """The firm whose name stands in the top bar, or None on a page about no firm."""
    membre = getattr(request, "membre", None)
    if isinstance(membre, MembreCabinet):
        return membre.cabinet
    if isinstance(membre, MembreDossier):
        return membre.dossier.cabinet
    return None
