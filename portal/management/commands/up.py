"""`manage.py up`: the whole portal from one command, until Ctrl+C.

Embedded: a private Valkey and the local Qonto are started too, unless REDIS_URL or QONTO_API_URL name real ones.
"""

import hashlib
import json
import os
import socket
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from gestion_acces.models import Cabinet
from portal.lib import valkey
from portal.lib.superviseur import (
    MEMOIRE_DU_WEB,
    ArretDemande,
    DossierOccupe,
    ProgrammeMort,
    Superviseur,
    prendre_le_dossier,
)
from portal.tasks import battement

DELAI_PRET = 60.0
FILES_DE_TACHES = "interactif,evenements,nuit"


class Command(BaseCommand):
    help = "Démarre tout le portail : web, tâches, planificateur, Qonto local et leurs services embarqués."
    # The checks run once, in `migrate`.
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sans-demonstration", action="store_true", help="ne remplit pas un dossier vide")

    def handle(self, *args: Any, **options: Any) -> None:
        debut = time.monotonic()
        donnees = Path(settings.DATA_DIR)
        try:
            verrou = prendre_le_dossier(donnees, f"processus {os.getpid()}, {settings.PORTAL_URL}")
        except DossierOccupe as occupe:
            raise CommandError(f"Le portail tourne déjà sur {donnees} ({occupe}).") from None
        superviseur = Superviseur(donnees / "logs")
        superviseur.ecouter_les_signaux()
        try:
            self._demarrer(superviseur, donnees, options["sans_demonstration"])
            self._annoncer(time.monotonic() - debut)
            superviseur.attendre_la_fin()
        except ArretDemande:
            self.stdout.write("\nArrêt en cours…")
        except ProgrammeMort as mort:
            superviseur.arreter()
            raise CommandError(str(mort)) from None
        finally:
            propre = superviseur.arreter()
            verrou.close()
        self.stdout.write("Tout est arrêté." if propre else "Tout est arrêté, non sans forcer un programme.")

    def _demarrer(self, superviseur: Superviseur, donnees: Path, sans_demonstration: bool) -> None:
        _refuser_un_port_pris(settings.PORT, "PORT")
        environnement = os.environ | {"DATA_DIR": str(donnees), "PYTHONUNBUFFERED": "1"}
        celery = [sys.executable, "-m", "celery", "-A", "portal", "--workdir", str(settings.BASE_DIR)]
        self._demarrer_les_services(superviseur, donnees, environnement)
        # The planner asks nothing of the tables: it starts while they are migrated.
        ordre = [*celery, "beat", "-s", str(donnees / "beat"), "--pidfile=", "-l", "INFO"]
        superviseur.lancer("planificateur", ordre, environnement)
        call_command("migrate", verbosity=0, interactive=False)
        superviseur.surveiller()
        _assembler_les_fichiers_statiques()
        superviseur.lancer("web", _gunicorn(), environnement | MEMOIRE_DU_WEB)
        ordre = [*celery, "worker", "--pool", "threads", "--concurrency", "8", "-Q", FILES_DE_TACHES, "-l", "INFO"]
        superviseur.lancer("taches", [*ordre, "--without-mingle", "--without-gossip"], environnement)
        # While they start: the demonstration of an empty folder.
        if not (settings.PRODUCTION or sans_demonstration or Cabinet.objects.exists()):
            if settings.ENV.local_qonto:
                superviseur.attendre(_qonto_pret, quoi="Le Qonto local", delai=DELAI_PRET)
            self.stdout.write("Dossier vide : remplissage de la démonstration…")
            call_command("demonstration", verbosity=0, stdout=self.stdout)
        connections.close_all()
        battement.delay()
        superviseur.attendre(_pret, quoi="Le portail", delai=DELAI_PRET)

    def _demarrer_les_services(self, superviseur: Superviseur, donnees: Path, environnement: dict[str, str]) -> None:
        """What the environment does not name: a private Valkey, the local Qonto."""
        if not settings.ENV.redis_url:
            _preparer_le_socket()
            (donnees / "valkey").mkdir(exist_ok=True)
            ordre = valkey.commande(socket=settings.REDIS_SOCKET, donnees=donnees / "valkey")
            superviseur.lancer("valkey", ordre, environnement)
        if settings.ENV.local_qonto:
            _refuser_un_port_pris(settings.ENV.qonto_port, "QONTO_PORT")
            port = str(settings.ENV.qonto_port)
            ordre = [sys.executable, "-m", "qonto_sandbox", "--port", port, "--data", str(donnees / "qonto")]
            superviseur.lancer("qonto", ordre, environnement | {"PYTHONPATH": str(settings.BASE_DIR)})
        if not settings.ENV.redis_url:
            superviseur.attendre(lambda: valkey.repond(settings.REDIS_URL), quoi="Valkey", delai=20)

    def _annoncer(self, duree: float) -> None:
        lignes = [f"Portail        {settings.PORTAL_URL}"]
        if settings.ENV.local_qonto:
            lignes.append(f"Qonto local    {settings.QONTO_API_URL}/_sandbox/")
        lignes += [f"Données        {settings.DATA_DIR}", f"Prêt en {duree:.1f} s. Ctrl+C arrête tout."]
        if not settings.PRODUCTION:
            call_command("demonstration", comptes=True, stdout=self.stdout)
        self.stdout.write("\n".join(lignes))
        self.stdout.flush()


def _gunicorn() -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--chdir", str(settings.BASE_DIR)),
        *("--bind", f"127.0.0.1:{settings.PORT}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--preload"),
        *("--timeout", "60", "--graceful-timeout", "10", "--no-control-socket"),
    ]


def _refuser_un_port_pris(port: int, nom: str) -> None:
    with socket.socket() as essai:
        essai.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            essai.bind(("127.0.0.1", port))
        except OSError:
            raise ProgrammeMort(f"Le port {port} est déjà pris : choisissez-en un autre ({nom}=…).") from None


def _preparer_le_socket() -> None:
    """The folder of the socket is ours and nobody else enters it: /tmp is shared."""
    dossier = settings.REDIS_SOCKET.parent
    dossier.mkdir(mode=0o700, exist_ok=True)
    etat = dossier.lstat()
    if etat.st_uid != os.getuid() or etat.st_mode & 0o077:
        raise ProgrammeMort(f"Le dossier {dossier} n’est pas à vous seul : supprimez-le.")
    settings.REDIS_SOCKET.unlink(missing_ok=True)


def _assembler_les_fichiers_statiques() -> None:
    """Run collectstatic when a source has changed since the last time."""
    empreinte = hashlib.sha256()
    for dossier in (settings.BASE_DIR / "static", Path(settings.BASE_DIR) / "requirements.txt"):
        for chemin in sorted(dossier.rglob("*")) if dossier.is_dir() else [dossier]:
            etat = chemin.stat()
            empreinte.update(f"{chemin}:{etat.st_size}:{etat.st_mtime_ns}\n".encode())
    marque = Path(settings.STATIC_ROOT) / ".empreinte"
    if marque.exists() and marque.read_text() == empreinte.hexdigest():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    marque.write_text(empreinte.hexdigest())


def _reponse(url: str) -> dict[str, Any] | None:
    try:
        with urlopen(url, timeout=5) as reponse:
            contenu: dict[str, Any] = json.load(reponse)
            return contenu
    except (URLError, OSError, ValueError):
        return None


def _pret() -> bool:
    return _reponse(f"http://127.0.0.1:{settings.PORT}/healthz/ready") is not None


def _qonto_pret() -> bool:
    return _reponse(f"{settings.QONTO_API_URL}/_sandbox/identifiants.json") is not None
