"""Starts the programs of the portal, watches them, and stops them in the reverse order.

Each program has its own process group, so that a Ctrl+C in the terminal reaches the supervisor alone, and on Linux it
is told to stop when the supervisor dies, however it dies. A program that dies stops all the others.
"""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

DELAI_ARRET = 20.0
PAS = 0.05
PR_SET_PDEATHSIG = 1
TAILLE_MAX_JOURNAL = 20_000_000

# Two heaps for all the threads of a web process: with one for each, glibc keeps what every upload has used.
MEMOIRE_DU_WEB = {"MALLOC_ARENA_MAX": "2"}


class ArretDemande(Exception):
    """Somebody asked to stop (Ctrl+C, SIGTERM)."""


class ProgrammeMort(Exception):
    """A program ended by itself."""


class DossierOccupe(Exception):
    """Another supervisor runs on the same data folder."""


@dataclass
class Programme:
    nom: str
    processus: subprocess.Popen[bytes]
    journal: Path


def _mourir_avec_le_superviseur() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def prendre_le_dossier(donnees: Path, enseigne: str) -> IO[str]:
    """Hold the data folder until the process ends. Raises DossierOccupe with the sign left by the holder."""
    fichier = (donnees / "up.verrou").open("a+", encoding="utf-8")
    try:
        fcntl.flock(fichier, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        fichier.seek(0)
        raise DossierOccupe(fichier.read().strip()) from None
    fichier.truncate(0)
    fichier.write(enseigne)
    fichier.flush()
    return fichier


class Superviseur:
    def __init__(self, journaux: Path) -> None:
        self._journaux = journaux
        self._programmes: list[Programme] = []
        self._arret = False
        journaux.mkdir(parents=True, exist_ok=True)

    def ecouter_les_signaux(self) -> None:
        for numero in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(numero, self._demander_l_arret)

    def _demander_l_arret(self, numero: int, cadre: FrameType | None) -> None:
        self._arret = True

    def lancer(self, nom: str, commande: list[str], environnement: dict[str, str]) -> None:
        """Start a program; what it prints goes to its file in the log folder."""
        chemin = self._journaux / f"{nom}.log"
        mode = "ab" if chemin.exists() and chemin.stat().st_size < TAILLE_MAX_JOURNAL else "wb"
        with chemin.open(mode) as journal:
            processus = subprocess.Popen(
                commande,
                env=environnement,
                stdin=subprocess.DEVNULL,
                stdout=journal,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=_mourir_avec_le_superviseur(),
            )
        self._programmes.append(Programme(nom, processus, chemin))

    def surveiller(self) -> None:
        """Raise ArretDemande or ProgrammeMort when it is time."""
        if self._arret:
            raise ArretDemande
        for programme in self._programmes:
            code = programme.processus.poll()
            if code is not None:
                fin = "\n".join(programme.journal.read_text("utf-8", "replace").splitlines()[-15:])
                raise ProgrammeMort(f"« {programme.nom} » s’est arrêté (code {code}). Fin de son journal :\n{fin}")

    def attendre(self, condition: Callable[[], bool], *, quoi: str, delai: float) -> None:
        """Wait until the condition holds. Raises ProgrammeMort when a program dies or `delai` seconds have passed."""
        limite = time.monotonic() + delai
        while not condition():
            self.surveiller()
            if time.monotonic() > limite:
                raise ProgrammeMort(f"{quoi} ne répond pas après {delai:.0f} secondes. Journaux : {self._journaux}")
            time.sleep(PAS)

    def attendre_la_fin(self) -> None:
        while True:
            self.surveiller()
            time.sleep(0.2)

    def arreter(self) -> bool:
        """Stop every program, the last one started first. Returns False when one had to be killed."""
        propre = True
        while self._programmes:
            programme = self._programmes.pop()
            propre &= self._arreter(programme.processus)
        return propre

    def _arreter(self, processus: subprocess.Popen[bytes]) -> bool:
        if processus.poll() is None:
            processus.terminate()
        try:
            processus.wait(DELAI_ARRET)
        except subprocess.TimeoutExpired:
            os.killpg(processus.pid, signal.SIGKILL)
            processus.wait()
            return False
        return True
