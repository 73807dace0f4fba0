"""Files of 30 MB deposited through the portal's own web server: what its memory grows by, what other pages wait for.

One web process, so that its memory is that of the uploads; the child that opens the file under limits is another one.
Beside it, in a fresh process: Django's own handler writing the same form to a temporary file, clear and unchecked.
"""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

BANC = Path(tempfile.mkdtemp(prefix="banc-televersement-"))
with socket.socket() as libre:
    libre.bind(("127.0.0.1", 0))
    PORT = libre.getsockname()[1]
os.environ |= {
    "DATA_DIR": str(BANC),
    "REDIS_URL": f"unix://{BANC}/v.sock",
    "PORT": str(PORT),
    "PORTAL_URL": f"http://127.0.0.1:{PORT}",
    "LOG_LEVEL": "ERROR",
}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

import psutil
import requests
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from benchmarks._mesure import cout, serveur_valkey
from depot.models import Document
from gestion_acces.enums import RoleCabinet
from gestion_acces.models import Cabinet, Dossier, MembreCabinet, Utilisateur
from portal.lib.superviseur import MEMOIRE_DU_WEB
from portal.lib.televersement import TAILLE_MAX
from tests.connexion import ouvrir_session
from tests.contenus import pdf

ENVOIS, PETITS = 5, 10
GROSSIT_MAX = 8.0
RACINE = Path(__file__).resolve().parent.parent
REFERENCE = """
import io, os, sys, threading, time
from django.conf import settings
settings.configure()
import django, psutil
django.setup()
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser
corps = open(sys.argv[1], "rb")
moi, pic, fini = psutil.Process(), [0], threading.Event()
def veiller():
    while not fini.wait(0.005):
        pic[0] = max(pic[0], moi.memory_info().rss)
avant = moi.memory_info().rss
fil = threading.Thread(target=veiller); fil.start()
meta = {"CONTENT_TYPE": "multipart/form-data; boundary=" + sys.argv[2], "CONTENT_LENGTH": os.path.getsize(sys.argv[1])}
_, fichiers = MultiPartParser(meta, corps, [TemporaryFileUploadHandler()]).parse()
fini.set(); fil.join()
print((pic[0] - avant) / 1048576)
"""


def gros_pdf() -> bytes:
    """A PDF of exactly the limit, none like the one before: a comment inside it takes the rest."""
    base = pdf()
    tete, queue = base[: base.index(b"1 0 obj")], base[base.rindex(b"startxref") :]
    corps = base[len(tete) : len(base) - len(queue)]
    reste = TAILLE_MAX - len(base) - 2
    return tete + corps + b"%" + secrets.token_hex(reste // 2 + 1).encode()[:reste] + b"\n" + queue


@contextmanager
def serveur() -> Iterator[psutil.Process]:
    """The web server of the portal, with one process of eight threads."""
    ordre = [sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--bind", f"127.0.0.1:{PORT}"]
    ordre += ["--worker-class", "gthread", "--workers", "1", "--threads", "8", "--log-level", "error"]
    web = subprocess.Popen([*ordre, "--no-control-socket"], cwd=RACINE, env=os.environ | MEMOIRE_DU_WEB)
    try:
        while not _repond():
            time.sleep(0.2)
        yield psutil.Process(web.pid).children()[0]
    finally:
        web.terminate()
        web.wait(15)


def _repond() -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{PORT}/healthz/live", timeout=30).ok
    except requests.RequestException:
        return False


def personne() -> tuple[requests.Session, str]:
    """A collaborator who is signed in, and the address of his i-Dépôt."""
    cabinet = Cabinet.objects.create(nom="Banc")
    utilisateur = Utilisateur.objects.create_user("banc@example.test")
    MembreCabinet.objects.create(cabinet=cabinet, utilisateur=utilisateur, role=RoleCabinet.ADMINISTRATEUR)
    dossier = Dossier.objects.create(cabinet=cabinet, code="BANC", raison_sociale="Banc", siret="81234567600017")
    client = Client()
    ouvrir_session(client, utilisateur)
    session = requests.Session()
    cle = client.cookies[settings.SESSION_COOKIE_NAME].value
    session.cookies.set(settings.SESSION_COOKIE_NAME, cle, domain="127.0.0.1")
    return session, f"http://127.0.0.1:{PORT}/cabinet/dossiers/{dossier.pk}/depot/"


def deposer(session: requests.Session, adresse: str, octets: bytes) -> None:
    page = session.get(f"{adresse}deposer/").text
    jeton = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    champs = {"csrfmiddlewaretoken": jeton, "panier": "divers"}
    fichiers = {"fichier": ("gros.pdf", octets, "application/pdf")}
    session.post(f"{adresse}deposer/", data=champs, files=fichiers, timeout=120).raise_for_status()


def deposer_tous(session: requests.Session, adresse: str, fichiers: list[bytes]) -> None:
    for octets in fichiers:
        deposer(session, adresse, octets)


def pages(session: requests.Session, adresse: str, encore: Callable[[], bool]) -> float:
    """The 95th percentile, in milliseconds, of the list of i-Dépôt asked twenty times a second."""
    durees = []
    while encore():
        debut = time.perf_counter()
        session.get(adresse, timeout=60).raise_for_status()
        durees.append(1000 * (time.perf_counter() - debut))
        time.sleep(max(0.0, 0.05 - durees[-1] / 1000))
    return float(quantiles(durees, n=20)[-1])


class Memoire(threading.Thread):
    """The highest resident memory of one process, two hundred times a second."""

    def __init__(self, processus: psutil.Process) -> None:
        super().__init__(daemon=True)
        self._processus, self.fini = processus, threading.Event()
        self.depart = self.pic = processus.memory_info().rss

    def run(self) -> None:
        while not self.fini.wait(0.005):
            self.pic = max(self.pic, self._processus.memory_info().rss)

    @property
    def grossi(self) -> float:
        return float(self.pic - self.depart) / 1048576


def reference(octets: bytes) -> float:
    """What Django's handler grows by, in megabytes."""
    formulaire, marque = BANC / "formulaire", "b" * 32
    entete = f'--{marque}\r\nContent-Disposition: form-data; name="fichier"; filename="gros.pdf"\r\n\r\n'
    formulaire.write_bytes(entete.encode() + octets + f"\r\n--{marque}--\r\n".encode())
    ordre = [sys.executable, "-c", REFERENCE, str(formulaire), marque]
    return float(subprocess.run(ordre, stdout=subprocess.PIPE, check=True).stdout)


def main() -> int:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    with serveur_valkey(BANC), serveur() as processus:
        session, adresse = personne()
        seule = requests.Session()
        seule.cookies.update(session.cookies)
        # Everything is loaded, in as many threads as will serve, before anything is measured.
        petits = threading.Thread(
            target=deposer_tous, args=(session, adresse, [pdf(f"Petit {rang}") for rang in range(PETITS)])
        )
        petits.start()
        pages(seule, adresse, petits.is_alive)
        petits.join()
        fin = time.monotonic() + 3
        calme = pages(seule, adresse, lambda: time.monotonic() < fin)
        fichiers = [gros_pdf() for _ in range(ENVOIS)]
        memoire = Memoire(processus)
        memoire.start()
        envois = threading.Thread(target=deposer_tous, args=(session, adresse, fichiers))
        debut = time.monotonic()
        envois.start()
        pendant = pages(seule, adresse, envois.is_alive)
        duree = time.monotonic() - debut
        memoire.fini.set()
    nu = reference(fichiers[0])
    print(f"   {ENVOIS} envois de 30 Mo, contrôlés et chiffrés, en {duree:.1f} s")
    print(f"   mémoire du portail : +{memoire.grossi:.1f} Mo (≤ {GROSSIT_MAX:.0f}) – Django seul : +{nu:.1f} Mo")
    cout("autres pages pendant les envois, p95", pendant, calme, "ms", attendu=3)
    return 0 if memoire.grossi <= GROSSIT_MAX and Document.objects.count() == ENVOIS + PETITS else 1


if __name__ == "__main__":
    sys.exit(main())
