"""The night of 100 000 dossiers in simulated time, on the real plan: `BANC_SIMULATION=100000` changes their number."""

import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

DOSSIER = Path(tempfile.mkdtemp(prefix="banc-simulation-"))
os.environ["DATA_DIR"] = str(DOSSIER)
os.environ["REDIS_URL"] = f"unix://{DOSSIER}/v.sock"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command

from benchmarks._nuit_simulee import Scene, Simulation, lignes
from portal.cadence import PARIS
from portal.lib import valkey

DEPART = datetime(2026, 6, 10, 2, 15, tzinfo=PARIS)


def main() -> int:
    total = int(os.environ.get("BANC_SIMULATION", "100000"))
    # A very large firm, a large one, many of the usual size, and a firm of twenty that came last.
    grands = [total * 40 // 100, total * 15 // 100]
    reste = total - sum(grands) - 20
    moyens = [reste // 45] * 44
    scene = Scene([*grands, *moyens, reste - sum(moyens), 20], detail=total <= 1000)
    ordre = valkey.commande(socket=DOSSIER / "v.sock", donnees=DOSSIER)
    serveur = subprocess.Popen(ordre, stdout=subprocess.DEVNULL)
    try:
        while not valkey.repond(os.environ["REDIS_URL"]):
            time.sleep(0.05)
        call_command("migrate", verbosity=0)
        debut = time.perf_counter()
        nuit = Simulation(scene, DEPART).jouer()
        for ligne in lignes(nuit, scene):
            print(f"   {ligne}", flush=True)
        print(f"   (simulée en {time.perf_counter() - debut:.0f} s)")
    finally:
        serveur.terminate()
        serveur.wait(10)
    return 0


if __name__ == "__main__":
    sys.exit(main())
