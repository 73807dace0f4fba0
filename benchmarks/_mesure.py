"""How a figure is shown: what was measured, the limit beside it, their ratio, and what the architecture asks."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.lib import valkey


@contextmanager
def serveur_valkey(dossier: Path) -> Iterator[None]:
    """A private Valkey on the socket `v.sock` of this folder, as the portal has beside it."""
    processus = subprocess.Popen(
        valkey.commande(socket=dossier / "v.sock", donnees=dossier), stdout=subprocess.DEVNULL
    )
    while not (dossier / "v.sock").exists():
        time.sleep(0.02)
    try:
        yield
    finally:
        processus.terminate()
        processus.wait(10)


def ligne(quoi: str, mesure: float, limite: float, unite: str, *, attendu: float) -> None:
    """Print `mesure` beside `limite` (same unit, more is better) and their ratio against the one asked for."""
    rapport = mesure / limite if limite else 0.0
    verdict = "ok" if rapport >= attendu else "SOUS L’OBJECTIF"
    print(f"   {quoi} : {mesure:,.0f} {unite} – limite {limite:,.0f} – rapport {rapport:.2f} (≥ {attendu}) {verdict}")


def cout(quoi: str, mesure: float, reference: float, unite: str, *, attendu: float) -> None:
    """The same where less is better: `mesure` is at most `attendu` times `reference`."""
    rapport = mesure / reference if reference else 0.0
    verdict = "ok" if rapport <= attendu else "AU-DESSUS DE L’OBJECTIF"
    print(f"   {quoi} : {mesure:,.1f} {unite} – référence {reference:,.1f}")
    print(f"   rapport {rapport:.2f} (≤ {attendu}) {verdict}")
