"""The matrix of rights: every URL × every kind of person × GET and POST.

The URLs come from the URL table of the portal, the expected right of each from a table that a person wrote: one file
`tests/<app>/matrice.py` per room. A URL that no table names fails, so does one whose view declares another right than
its table. To add a URL, put into the table of its room:

    DROITS = {
        "facturation:facture_payer": "client dossier i_facture:payer POST confirmation",
    }

The line says, in this order: the space (`public`, `connecte`, `client`, `cabinet`) · `dossier` when the URL is about
one · `service:niveau` asked of the client · `dirigeant` or `administrateur` when reserved · the methods ·
`confirmation` when a fresh proof of identity is asked · `sans-activite` for a page that asks for itself ·
`sans-second-facteur` for the pages of enrolment. The failure prints the line to paste; read it before you do: it is
the review of the right.

A URL with other arguments than `dossier_id` needs to know how to fill them:

    FABRIQUES = {"facture_id": lambda dossier: FactureFactory(dossier=dossier).pk}

The function makes an object of the dossier. It is called for the dossier of the matrix, and for another dossier of the
same firm: with that one the URL must answer 404 to everybody. An argument that is no row of a dossier (the name of a
service, a token) is `Constante("qonto")`. Use `"app:nom_url.argument"` as key where one name means several things.

A person who is let in gets 200–399, 400, 409, 410, 422 or 502–503 (Qonto is not there). Where the view itself answers
otherwise to an empty form or for want of rows, say so:

    REPONSES = {"depot:document_apercu": {404}}
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import tests
from gestion_acces.acces import Droit, droit_de
from gestion_acces.enums import ORDRE_DES_NIVEAUX, Niveau, RoleCabinet, RoleClient, Service
from gestion_acces.models import Cabinet, Dossier
from tests.connexion import ouvrir_session
from tests.factories import (
    AccesServiceFactory,
    CabinetFactory,
    DossierFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    PortefeuilleFactory,
    ServiceDossierFactory,
)

LAISSE_ENTRER = {400, 409, 410, 422, 502, 503}


@dataclass(frozen=True)
class Constante:
    """An argument of a URL that is no row of a dossier."""

    valeur: object


Fabrique = Callable[[Dossier], object] | Constante


@dataclass(frozen=True)
class Url:
    """One URL of the portal, by its name with its namespace."""

    nom: str
    arguments: tuple[str, ...]
    motif: URLPattern

    @property
    def droit(self) -> Droit:
        droit = droit_de(self.motif.callback)
        assert droit is not None, f"{self.nom} declares no right: decorate it with a door of gestion_acces.acces"
        return droit


def toutes_les_urls(
    resolver: URLResolver | None = None, espace: str = "", arguments: tuple[str, ...] = ()
) -> Iterator[Url]:
    """Every named URL of the table; an unnamed one is named by its route."""
    for motif in (resolver or get_resolver()).url_patterns:
        connus = (*arguments, *motif.pattern.converters)
        if isinstance(motif, URLResolver):
            yield from toutes_les_urls(motif, f"{espace}{motif.namespace}:" if motif.namespace else espace, connus)
        else:
            yield Url(f"{espace}{motif.name or motif.pattern}", connus, motif)


def ecrire(droit: Droit) -> str:
    """The right as the tables write it."""
    methodes = "+".join(methode for methode in droit.methodes if methode != "HEAD")
    mots = (
        droit.espace,
        "dossier" if droit.par_dossier else "",
        f"{droit.service}:{droit.niveau}" if droit.service else "",
        droit.reserve,
        methodes,
        "confirmation" if droit.reauthentification else "",
        "" if droit.activite else "sans-activite",
        "sans-second-facteur" if droit.sans_second_facteur else "",
    )
    return " ".join(mot for mot in mots if mot)


@dataclass
class Tables:
    """The tables of all rooms, put together."""

    droits: dict[str, str] = field(default_factory=dict)
    fabriques: dict[str, Fabrique] = field(default_factory=dict)
    reponses: dict[str, set[int]] = field(default_factory=dict)

    def fabrique(self, url: Url, argument: str) -> Fabrique | None:
        return self.fabriques.get(f"{url.nom}.{argument}") or self.fabriques.get(argument)


def lire_tables() -> Tables:
    tables = Tables()
    for module in pkgutil.iter_modules(tests.__path__):
        nom = f"tests.{module.name}.matrice"
        if not module.ispkg or importlib.util.find_spec(nom) is None:
            continue
        table = importlib.import_module(nom)
        tables.droits.update(getattr(table, "DROITS", {}))
        tables.fabriques.update(getattr(table, "FABRIQUES", {}))
        tables.reponses.update(getattr(table, "REPONSES", {}))
    return tables


@dataclass(frozen=True)
class Personne:
    """A kind of person, as the matrix sees it: what he is for the dossier, and what he has proved."""

    nom: str
    client: Client
    connecte: bool = True
    cabinet: str = ""  # role in a firm
    chez_lui: bool = True  # his firm is the firm of the dossier
    en_portefeuille: bool = False
    role_client: str = ""  # role in the company of the dossier
    niveau: str = ""
    verifie: bool = True
    doit_verifier: bool = False
    preuve_ancienne: bool = False


@dataclass
class Distribution:
    """The people, around one dossier of one firm."""

    cabinet: Cabinet
    dossier: Dossier
    autre_dossier: Dossier
    personnes: list[Personne] = field(default_factory=list)

    def _ouvrir(self, utilisateur: Any, **marques: Any) -> Client:
        client = Client(raise_request_exception=False)
        ouvrir_session(client, utilisateur, **marques)
        return client

    def du_cabinet(self, nom: str, role: str, *, cabinet: Cabinet | None = None, **traits: Any) -> None:
        portefeuille = traits.pop("portefeuille", False)
        actif = traits.pop("actif", True)
        marques = {"facteur": "totp" if traits.get("verifie", True) else ""}
        membre = MembreCabinetFactory(cabinet=cabinet or self.cabinet, role=role)
        if portefeuille:
            PortefeuilleFactory(membre=membre, dossier=self.dossier)
            PortefeuilleFactory(membre=membre, dossier=self.autre_dossier)
        if not actif:
            type(membre).objects.filter(pk=membre.pk).update(actif=False)
        client = self._ouvrir(membre.utilisateur, preuve_ancienne=traits.get("preuve_ancienne", False), **marques)
        self.personnes.append(
            Personne(
                nom,
                client,
                cabinet=role if actif else "",
                chez_lui=cabinet is None,
                en_portefeuille=portefeuille,
                doit_verifier=actif,
                **traits,
            )
        )

    def du_client(self, nom: str, role: str, niveau: str, *, dossier: Dossier | None = None, **traits: Any) -> None:
        marques = {"facteur": "totp" if traits.get("verifie", True) else ""}
        membre = MembreDossierFactory(dossier=dossier or self.dossier, role=role)
        for service in membre.dossier.services.all() if niveau else ():
            AccesServiceFactory(membre=membre, service_dossier=service, niveau=niveau)
        client = self._ouvrir(membre.utilisateur, preuve_ancienne=traits.get("preuve_ancienne", False), **marques)
        ici = dossier is None
        self.personnes.append(
            Personne(
                nom,
                client,
                role_client=role if ici else "",
                niveau=niveau if ici else "",
                doit_verifier=role == RoleClient.DIRIGEANT or niveau == Niveau.PAYER,
                **traits,
            )
        )


def distribuer() -> Distribution:
    """Make the firm, its dossiers and every kind of person."""
    cabinet = CabinetFactory()
    scene = Distribution(cabinet, DossierFactory(cabinet=cabinet), DossierFactory(cabinet=cabinet))
    ailleurs = DossierFactory(cabinet=cabinet)
    for dossier in (scene.dossier, scene.autre_dossier, ailleurs):
        for service in Service:
            ServiceDossierFactory(dossier=dossier, service=service)
    scene.personnes.append(Personne("anonyme", Client(raise_request_exception=False), connecte=False))
    scene.du_client("client sans service", RoleClient.UTILISATEUR, "")
    for niveau in Niveau:
        scene.du_client(f"client « {niveau.value} »", RoleClient.UTILISATEUR, niveau)
    scene.du_client("payeur sans second facteur", RoleClient.UTILISATEUR, Niveau.PAYER, verifie=False)
    scene.du_client("consultant sans second facteur", RoleClient.UTILISATEUR, Niveau.CONSULTER, verifie=False)
    scene.du_client("dirigeant", RoleClient.DIRIGEANT, Niveau.PAYER)
    scene.du_client("dirigeant sans service", RoleClient.DIRIGEANT, "")
    scene.du_client("dirigeant, preuve ancienne", RoleClient.DIRIGEANT, Niveau.PAYER, preuve_ancienne=True)
    scene.du_client("client d’un autre dossier", RoleClient.DIRIGEANT, Niveau.PAYER, dossier=ailleurs)
    scene.du_cabinet("collaborateur du dossier", RoleCabinet.COLLABORATEUR, portefeuille=True)
    scene.du_cabinet("collaborateur hors portefeuille", RoleCabinet.COLLABORATEUR)
    scene.du_cabinet("collaborateur sans second facteur", RoleCabinet.COLLABORATEUR, portefeuille=True, verifie=False)
    scene.du_cabinet("administrateur", RoleCabinet.ADMINISTRATEUR)
    scene.du_cabinet("administrateur, preuve ancienne", RoleCabinet.ADMINISTRATEUR, preuve_ancienne=True)
    scene.du_cabinet("collaborateur désactivé", RoleCabinet.COLLABORATEUR, portefeuille=True, actif=False)
    scene.du_cabinet("administrateur d’un autre cabinet", RoleCabinet.ADMINISTRATEUR, cabinet=CabinetFactory())
    return scene


def _refus_du_droit(personne: Personne, droit: Droit, ligne: bool) -> int:
    """404 or 403 for the person, 0 when the right is his; written apart from the doors, from the product's text.

    `ligne`: the URL names a row of the firm (a person of the team, an invitation).
    """
    if droit.espace == "cabinet":
        if not personne.cabinet:
            return 404
        administrateur = personne.cabinet == RoleCabinet.ADMINISTRATEUR
        if droit.par_dossier and not (personne.chez_lui and (administrateur or personne.en_portefeuille)):
            return 404
        if droit.reserve == "administrateur" and not administrateur:
            return 403
        return 404 if ligne and not personne.chez_lui else 0
    if droit.espace == "client":
        if not personne.role_client or (droit.service and not personne.niveau):
            return 404
        if droit.reserve == "dirigeant" and personne.role_client != RoleClient.DIRIGEANT:
            return 403
        insuffisant = droit.service and ORDRE_DES_NIVEAUX[personne.niveau] < ORDRE_DES_NIVEAUX[droit.niveau]
        return 403 if insuffisant else 0
    return 0


def attendu(personne: Personne, droit: Droit, methode: str, *, ligne: bool = False) -> str:
    """What the person must get: `entre`, `connexion`, `enroler`, `confirmer`, `403`, `404` or `405`."""
    if droit.espace != "public" and not personne.connecte:
        return "connexion"
    if methode not in droit.methodes:
        return "405"
    if droit.espace == "public":
        return "entre"
    refus = _refus_du_droit(personne, droit, ligne)
    if refus:
        return str(refus)
    if personne.doit_verifier and not personne.verifie and not droit.sans_second_facteur:
        return "enroler"
    return "confirmer" if droit.reauthentification and personne.preuve_ancienne else "entre"


def constate(reponse: HttpResponse, tolerees: set[int]) -> str:
    """What the person got, in the same words; another status as it is."""
    if reponse.status_code in tolerees:
        return "entre"
    if 300 <= reponse.status_code < 400:
        adresse, _, question = reponse.headers["Location"].partition("?")
        # A door says where to come back to; a view that sends to the sign-in (after a sign-out) does not.
        if adresse == resolve_url(settings.LOGIN_URL) and question.startswith("next="):
            return "connexion"
        return {"enroler/": "enroler", "confirmer/": "confirmer"}.get(adresse.rsplit("/", 2)[-2] + "/", "entre")
    entre = 200 <= reponse.status_code < 300 or reponse.status_code in LAISSE_ENTRER
    return "entre" if entre else str(reponse.status_code)


def demander(personne: Personne, methode: str, adresse: str) -> HttpResponse:
    """One request whose writes are undone, from the same session each time."""
    temoins = {nom: temoin.value for nom, temoin in personne.client.cookies.items()}
    with transaction.atomic():
        reponse = getattr(personne.client, methode.lower())(adresse)
        if getattr(reponse, "streaming", False):
            b"".join(reponse.streaming_content)
        transaction.set_rollback(True)
    personne.client.cookies = SimpleCookie(temoins)
    return cast(HttpResponse, reponse)


def adresse_de(url: Url, tables: Tables, scene: Distribution, dossier: Dossier) -> str:
    """The address of the URL for the dossier of the scene, its other arguments filled from `dossier`."""
    valeurs: dict[str, object] = {}
    for argument in url.arguments:
        if argument == "dossier_id":
            valeurs[argument] = scene.dossier.pk
            continue
        fabrique = tables.fabrique(url, argument)
        assert fabrique is not None, (
            f"« {url.nom} » takes « {argument} »: put into FABRIQUES of tests/{url.nom.split(':')[0]}/matrice.py\n"
            f'    "{argument}": lambda dossier: …Factory(dossier=dossier).pk,   # or Constante("…")'
        )
        valeurs[argument] = fabrique.valeur if isinstance(fabrique, Constante) else fabrique(dossier)
    return reverse(url.nom, kwargs=valeurs)


def porte_une_ligne(url: Url, tables: Tables) -> bool:
    """True when the URL names a row besides the dossier itself."""
    fabriques = [tables.fabrique(url, argument) for argument in url.arguments if argument != "dossier_id"]
    return any(fabrique and not isinstance(fabrique, Constante) for fabrique in fabriques)


def explication(reponse: HttpResponse) -> str:
    erreur = getattr(reponse, "exc_info", None)
    return f" – {erreur[0].__name__}: {erreur[1]}"[:300] if erreur else ""
