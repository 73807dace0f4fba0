"""Real engines of a test's own, that it may kill: a PostgreSQL cluster and a Redis, each on a private socket."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from portal.lib import valkey

INSTALLES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def raison_sans_postgresql() -> str:
    """Why no cluster can be made on this machine; empty when one can."""
    if not INSTALLES:
        return "PostgreSQL n’est pas installé sur cette machine"
    if os.getuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "PostgreSQL refuse root et l’utilisateur postgres n’existe pas"
    return ""


class PostgreSQL:
    """A durable cluster (fsync stays on): what it has confirmed survives its death."""

    def __init__(self) -> None:
        self._bin = INSTALLES[-1].parent
        self.dossier = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self._soi = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self._soi:
            shutil.chown(self.dossier, "postgres")
        self._faire("initdb", "-D", str(self.dossier / "d"), "-A", "trust", "-U", "portail", "-E", "UTF8")
        self.environnement = {
            "PGHOST": str(self.dossier),
            "PGUSER": "portail",
            "PGDATABASE": "postgres",
            "DATABASE_URL": "postgresql:///portail",
        }

    def __enter__(self) -> Self:
        self.demarrer()
        self._faire("createdb", "-h", str(self.dossier), "-U", "portail", "portail")
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self.tuer()
        shutil.rmtree(self.dossier, ignore_errors=True)

    def demarrer(self) -> None:
        options = f"-k {self.dossier} -c listen_addresses=''"
        lieux = ("-D", str(self.dossier / "d"), "-l", str(self.dossier / "log"))
        self._faire("pg_ctl", *lieux, "-o", options, "-w", "start")

    def tuer(self) -> None:
        """At once, as a power cut would: the next start recovers from the journal."""
        self._faire("pg_ctl", "-D", str(self.dossier / "d"), "-m", "immediate", "-w", "stop")

    def _faire(self, programme: str, *arguments: str) -> None:
        ordre = [*self._soi, str(self._bin / programme), *arguments]
        subprocess.run(ordre, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/tmp")


class Redis:
    """A Valkey with its append-only file, or without any memory: what a lost Redis leaves."""

    def __init__(self) -> None:
        self.dossier = Path(tempfile.mkdtemp(prefix="vk-", dir="/tmp"))
        self.socket = self.dossier / "s"
        self.environnement = {"REDIS_URL": f"unix://{self.socket}"}

    def __enter__(self) -> Self:
        self.demarrer()
        return self

    def __exit__(self, *_: object) -> None:
        self.tuer()
        shutil.rmtree(self.dossier, ignore_errors=True)

    def demarrer(self) -> None:
        ordre = valkey.commande(socket=self.socket, donnees=self.dossier)
        self._processus = subprocess.Popen([*ordre, "--appendonly", "no"], stdout=subprocess.DEVNULL)
        limite = time.monotonic() + 20
        while not valkey.repond(self.environnement["REDIS_URL"]) and time.monotonic() < limite:
            time.sleep(0.05)

    def tuer(self) -> None:
        """It forgets everything: queue, locks, budget."""
        self._processus.kill()
        self._processus.wait()
        self.socket.unlink(missing_ok=True)
