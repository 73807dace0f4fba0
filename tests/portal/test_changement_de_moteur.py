"""A backup taken on one engine is taken back by the other: SQLite, then PostgreSQL, then SQLite again."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.moteurs import PostgreSQL, raison_sans_postgresql

RAISON = raison_sans_postgresql()
if connection.vendor == "postgresql":
    RAISON = "les deux moteurs sont à soi : jouée une fois, avec la suite sur SQLite"


class Portail:
    """A portal of its own: engine, storage, the same keys as the others. `base`: an empty SQLite to start from."""

    def __init__(self, donnees: Path, moteur: dict[str, str] | None = None, *, base: Path | None = None) -> None:
        donnees.mkdir()
        self.base = donnees / "portail.sqlite3"
        garde = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith(("PG", "DATABASE"))}
        self._environnement = garde | (moteur or {})
        self._environnement |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATA_DIR": str(donnees),
            "LOG_LEVEL": "WARNING",
        }
        if base is None:
            self.gerer("migrate", "--verbosity", "0")
        else:
            shutil.copy(base, self.base)

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
def test_a_backup_goes_from_one_engine_to_the_other_and_back(tmp_path: Path) -> None:
    origine = Portail(tmp_path / "origine")
    revenu = Portail(tmp_path / "revenu", base=origine.base)
    origine.gerer("demonstration", "--verbosity", "0")
    avant = origine.contenu()
    assert sum(nombre > 0 for nombre, _ in avant["contenu"].values()) > 25
    assert len(avant["fichiers"]) > 5
    assert all(avant["fichiers"].values())
    faux = ("absents", "chaines_rompues", "livres_rompus", "numeros_pris", "regles_muettes")
    assert {nom: avant[nom] for nom in faux} == {nom: [] for nom in faux}
    sauvegarde, retour = tmp_path / "sqlite.tar", tmp_path / "postgresql.tar"
    origine.gerer("sauvegarder", "--sortie", str(sauvegarde))
    with PostgreSQL() as pg:
        autre = Portail(tmp_path / "autre", pg.environnement)
        autre.gerer("restaurer", str(sauvegarde))
        autre.gerer("sauvegarder", "--sortie", str(retour))
        # The same, down to the last row and file; and the next act takes numbers that are free.
        assert autre.contenu("--suite") == avant | {"suite": True}
    revenu.gerer("restaurer", str(retour))
    assert revenu.contenu("--suite") == avant | {"suite": True}
