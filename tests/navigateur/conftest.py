"""A real Chromium on the live server: signed in by its session, looked at in every size, checked by axe."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from gestion_acces.models import Utilisateur
from tests.connexion import ouvrir_session

# Playwright's own loop runs in the thread of the tests, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# What a page must show comes at once; a machine that does other work may need more.
DELAI = 30_000
expect.set_options(timeout=DELAI)

ICI = Path(__file__).parent
RESULTATS = ICI.parent.parent / "test-results"
LARGEURS = {360: 780, 768: 1024, 1440: 900}
OPTIONS_CHROMIUM = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--no-sandbox",
]
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def chemin_chromium() -> str:
    """The browser of the system (CHROMIUM names another), or an empty string."""
    nomme = os.environ.get("CHROMIUM", "")
    trouves = [nomme, *(shutil.which(nom) or "" for nom in CHROMIUMS), CHROMIUM_MACOS]
    return next((chemin for chemin in trouves if chemin and Path(chemin).exists()), "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = "" if chemin_chromium() else "no Chromium on this machine (install it, or name it in CHROMIUM)"
    for item in items:
        if ICI in item.path.parents:
            item.add_marker(pytest.mark.navigateur)
            if absent:
                item.add_marker(pytest.mark.skip(reason=absent))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chemin_chromium(), "args": OPTIONS_CHROMIUM, "headless": True}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "fr-FR", "timezone_id": "Europe/Paris", "viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def portail(live_server: LiveServer, settings: Settings) -> str:
    """The address of the live server, which the links that the portal writes (mails, OAuth) then bear too."""
    settings.PORTAL_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return str(live_server.url)


@pytest.fixture
def connecter(portail: str) -> Callable[..., None]:
    """`connecter(page, email)`: the browser holds this person's session, as after password and second factor."""

    def _connecter(page: Page, email: str, **marques: Any) -> None:
        client = Client()
        ouvrir_session(client, Utilisateur.objects.get(email=email), **marques)
        page.context.clear_cookies()
        page.context.add_cookies(
            [
                {
                    "name": django_settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[django_settings.SESSION_COOKIE_NAME].value,
                    "domain": urlparse(portail).hostname or "localhost",
                    "path": "/",
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )

    return _connecter


@pytest.fixture
def captures() -> Callable[[Page, str], None]:
    """`captures(page, nom)`: pictures in three widths, light and dark; no page is wider than its screen."""

    def _captures(page: Page, nom: str) -> None:
        dossier = RESULTATS / "captures"
        dossier.mkdir(parents=True, exist_ok=True)
        for largeur, hauteur in LARGEURS.items():
            page.set_viewport_size({"width": largeur, "height": hauteur})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme="light" if theme == "light" else "dark")
                page.screenshot(path=dossier / f"{nom}-{largeur}-{theme}.png", full_page=True, animations="disabled")
            debord = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert debord <= 0, f"« {nom} » dépasse de {debord} px à {largeur} px de large"
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})

    return _captures


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: no accessibility fault on the page, as axe-core sees it."""

    def _axe(page: Page) -> None:
        resultat = Axe().run(page)
        fautes = [
            f"{faute['id']} ({faute['impact']}) : {faute['nodes'][0]['html'][:200]}"
            for faute in resultat.response["violations"]
        ]
        assert not fautes, "\n".join(fautes)

    return _axe


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that fails its test on a script error or a refused resource."""
    page.set_default_timeout(DELAI)
    page.set_default_navigation_timeout(2 * DELAI)
    erreurs: list[str] = []
    page.on("pageerror", lambda erreur: erreurs.append(str(erreur)))
    page.on("console", lambda message: erreurs.append(message.text) if _grave(message.text) else None)
    yield page
    assert not erreurs, "\n".join(erreurs)


def _grave(message: str) -> bool:
    return "Content Security Policy" in message or "Uncaught" in message
