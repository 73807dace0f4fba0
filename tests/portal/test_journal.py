"""A log line is one JSON object that names the request and the dossier, and no secret."""

import json
import logging
from io import StringIO
from typing import Any

import pytest
import structlog
from django.test import Client

from portal.lib.journal import MASQUE, configuration, masquer_texte, sans_secret
from tests.factories import MembreCabinetFactory, PortefeuilleFactory


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Authorization: Bearer abcdef123456", f"Authorization: Bearer {MASQUE}"),
        ("GET /retour?code=abc123&state=zz", f"GET /retour?code={MASQUE}&state={MASQUE}"),
        ("vers FR76 1695 8000 0168 8691 2594 701", f"vers FR76 {MASQUE} 701"),
        ("vers FR7616958000016886912594701 fini", f"vers FR76 {MASQUE} 701 fini"),
        ("facture FS9289482 de 189,99 €", "facture FS9289482 de 189,99 €"),
    ],
)
def test_text_loses_its_secrets(texte: str, attendu: str) -> None:
    assert masquer_texte(texte) == attendu


def test_fields_lose_their_secrets_at_every_depth() -> None:
    evenement = {"event": "x", "refresh_token": "abc", "corps": {"client_secret": "s", "montant": 12}, "liste": ["ok"]}
    assert sans_secret(None, "info", evenement) == {
        "event": "x",
        "refresh_token": MASQUE,
        "corps": {"client_secret": MASQUE, "montant": 12},
        "liste": ["ok"],
    }


@pytest.fixture
def lignes() -> Any:
    """What the JSON handler writes during the test, as a function that returns the objects."""
    sortie = StringIO()
    handler = logging.StreamHandler(sortie)
    recette = configuration("INFO")["formatters"]["json"]
    classe = recette.pop("()")
    handler.setFormatter(classe(**recette))
    racine = logging.getLogger()
    racine.addHandler(handler)
    yield lambda: [json.loads(ligne) for ligne in sortie.getvalue().splitlines()]
    racine.removeHandler(handler)


@pytest.mark.django_db
def test_request_is_one_line_with_its_dossier_and_without_its_query(client: Client, lignes: Any) -> None:
    suivi = PortefeuilleFactory(membre=MembreCabinetFactory())
    client.force_login(suivi.membre.utilisateur)
    client.get(f"/cabinet/dossiers/{suivi.dossier.pk}/?code=secret")
    [ligne] = [objet for objet in lignes() if objet["event"] == "request_finished"]
    assert ligne["request"] == "GET /cabinet/dossiers/<uuid:dossier_id>/"
    assert ligne["dossier_id"] == str(suivi.dossier.pk)
    assert ligne["user_id"] == str(suivi.membre.utilisateur.pk)
    assert ligne["code"] == 200
    assert ligne["request_id"]


def test_standard_loggers_write_the_same_lines(lignes: Any) -> None:
    structlog.contextvars.bind_contextvars(request_id="r1")
    logging.getLogger("bibliotheque").warning("jeton %s", "Bearer abcdefghijkl", extra={"access_token": "t"})
    structlog.contextvars.clear_contextvars()
    [ligne] = lignes()
    assert ligne["event"] == f"jeton Bearer {MASQUE}"
    assert (ligne["access_token"], ligne["request_id"], ligne["level"]) == (MASQUE, "r1", "warning")
