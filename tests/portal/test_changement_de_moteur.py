"""A backup taken on one engine is taken back by the other: SQLite, then PostgreSQL, then SQLite again."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.moteurs import PostgreSQL, raison_sans_postgresql
from tests.qonto import LocalQonto

RAISON = raison_sans_postgresql()
if connection.vendor == "postgresql":
    RAISON = "les deux moteurs sont à soi : jouée une fois, avec la suite sur SQLite"


class Portail:
    """A portal of its own: an engine, a storage, the same keys as the others."""

    def __init__(self, donnees: Path, qonto: LocalQonto, moteur: dict[str, str]) -> None:
        donnees.mkdir()
        garde = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith(("PG", "DATABASE"))}
        self._environnement = garde | moteur
        self._environnement |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATA_DIR": str(donnees),
            "QONTO_API_URL": qonto.url,
            "QONTO_OAUTH_URL": qonto.url,
            "QONTO_ONBOARDING_URL": qonto.url,
            "LOG_LEVEL": "WARNING",
        }
        self.gerer("migrate", "--verbosity", "0")

    def gerer(self, *ordre: str) -> str:
        return self._jouer("manage.py", *ordre)

    def contenu(self, *options: str) -> dict[str, Any]:
        lu: dict[str, Any] = json.loads(self._jouer("-m", "tests.portal.contenu", *options).splitlines()[-1])
        return lu

    def _jouer(self, *ordre: str) -> str:
        joue = subprocess.run(
            [sys.executable, *ordre], env=self._environnement, capture_output=True, text=True, timeout=300, check=False
        )
        assert joue.returncode == 0, joue.stderr[-3000:]
        return joue.stdout


@pytest.mark.skipif(bool(RAISON), reason=RAISON or "les deux moteurs sont là")
def test_a_backup_goes_from_one_engine_to_the_other_and_back(tmp_path: Path, qonto: LocalQonto) -> None:
    qonto.reset()
    origine = Portail(tmp_path / "origine", qonto, {})
    origine.gerer("demonstration", "--verbosity", "0")
    avant = origine.contenu()
    assert sum(nombre > 0 for nombre, _ in avant["contenu"].values()) > 25
    assert len(avant["fichiers"]) > 5
    sauvegarde, retour = tmp_path / "sqlite.tar", tmp_path / "postgresql.tar"
    origine.gerer("sauvegarder", "--sortie", str(sauvegarde))
    with PostgreSQL() as pg:
        autre = Portail(tmp_path / "autre", qonto, pg.environnement)
        autre.gerer("restaurer", str(sauvegarde))
        assert autre.contenu() == avant
        autre.gerer("sauvegarder", "--sortie", str(retour))
        # The next act of each kind takes a number that is free.
        assert autre.contenu("--suite")["suite"]
    revenu = Portail(tmp_path / "revenu", qonto, {})
    revenu.gerer("restaurer", str(retour))
    apres = revenu.contenu()
    assert apres == avant
    faux = ("absents", "chaines_rompues", "livres_rompus", "numeros_pris", "regles_muettes")
    assert {nom: apres[nom] for nom in faux} == {nom: [] for nom in faux}
    assert all(apres["fichiers"].values())
    assert revenu.contenu("--suite")["suite"]
