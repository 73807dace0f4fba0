"""`manage.py up` in a process of its own: it starts everything, says so, refuses a second one, and stops clean."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

ROOT = Path(__file__).parents[2]
DELAI = 300.0


def port_libre() -> int:
    with socket.socket() as essai:
        essai.bind(("127.0.0.1", 0))
        return int(essai.getsockname()[1])


def environnement(donnees: Path, *, port: int, qonto: int) -> dict[str, str]:
    propres = {nom: valeur for nom, valeur in os.environ.items() if nom not in ("DATABASE_URL", "REDIS_URL")}
    propres |= {"DATA_DIR": str(donnees), "PORT": str(port), "QONTO_PORT": str(qonto), "PYTHONUNBUFFERED": "1"}
    return propres | {"DJANGO_SETTINGS_MODULE": "portal.settings"}


def up(env: dict[str, str]) -> "subprocess.Popen[str]":
    ordre = [sys.executable, str(ROOT / "manage.py"), "up", "--sans-demonstration"]
    return subprocess.Popen(ordre, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def lire_jusqu_a(processus: "subprocess.Popen[str]", mots: str) -> str:
    """What it prints until these words, or until its end."""
    assert processus.stdout is not None
    dit, limite = "", time.monotonic() + DELAI
    for ligne in processus.stdout:
        dit += ligne
        if mots in ligne or time.monotonic() > limite:
            break
    return dit


def refus(env: dict[str, str]) -> str:
    with up(env) as second:
        dit, _ = second.communicate(timeout=DELAI)
        assert second.returncode != 0
        return dit


def test_up_starts_everything_refuses_a_second_one_and_stops_clean(tmp_path: Path) -> None:
    env = environnement(tmp_path / "donnees", port=port_libre(), qonto=port_libre())
    adresse = f"http://127.0.0.1:{env['PORT']}"
    with up(env) as processus:
        try:
            dit = lire_jusqu_a(processus, "Ctrl+C")
            assert processus.poll() is None, dit
            assert adresse in dit
            assert "Prêt en" in dit
            with urlopen(f"{adresse}/healthz/ready", timeout=30) as reponse:
                assert json.load(reponse)["etat"] == "pret"
            with urlopen(f"http://127.0.0.1:{env['QONTO_PORT']}/_sandbox/identifiants.json", timeout=30) as reponse:
                assert json.load(reponse)["organizations"]
            journaux = {journal.stem for journal in (tmp_path / "donnees" / "logs").glob("*.log")}
            assert {"valkey", "qonto", "web", "taches", "planificateur"} <= journaux
            assert "Le portail tourne déjà" in refus(env)
            assert f"Le port {env['PORT']} est déjà pris" in refus(env | {"DATA_DIR": str(tmp_path / "autre")})
            enfants = psutil.Process(processus.pid).children(recursive=True)
            assert len(enfants) >= 5
            processus.send_signal(signal.SIGINT)
            suite, _ = processus.communicate(timeout=DELAI)
        finally:
            processus.kill()
    assert "Tout est arrêté" in suite
    assert not [enfant for enfant in enfants if enfant.is_running() and enfant.status() != psutil.STATUS_ZOMBIE]
    with pytest.raises(URLError):
        urlopen(f"{adresse}/healthz/live", timeout=5)
