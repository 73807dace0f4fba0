"""The README's run command on a clean clone: it starts, serves a page of each space, and stops cleanly on Ctrl+C.

Standard library only: it runs before anything is installed.
"""

import base64
import hashlib
import hmac
import http.cookiejar
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

DEPOT = Path(__file__).resolve().parent.parent
DELAI_INSTALLATION = 600
MOT_DE_PASSE = "demonstration-2026"
HELENE = "helene.morel@cabinet-morel.example"
ALICE = "alice@maison-lenoir.example"
PAGES = {HELENE: "/cabinet/dossiers/", ALICE: "/espace/"}


def port_libre() -> int:
    with socket.socket() as essai:
        essai.bind(("127.0.0.1", 0))
        return int(essai.getsockname()[1])


def totp(secret: str) -> str:
    """The code of this half minute (RFC 6238)."""
    cle = base64.b32decode(secret + "=" * (-len(secret) % 8))
    empreinte = hmac.new(cle, int(time.time() // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    place = empreinte[-1] & 15
    return f"{(int.from_bytes(empreinte[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


pas_servis: dict[str, int] = {}


def code_neuf(email: str, secret: str) -> str:
    """A code serves once: wait for the next half minute when this one's was given."""
    while int(time.time() // 30) <= pas_servis.get(email, 0):
        time.sleep(0.5)
    pas_servis[email] = int(time.time() // 30)
    return totp(secret)


class Navigateur:
    """Just enough of a browser: cookies, and the forms of the sign-in."""

    def __init__(self, adresse: str) -> None:
        self.adresse = adresse
        biscuits = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.ouvreur = urllib.request.build_opener(biscuits)

    def lire(self, chemin: str, champs: dict[str, str] | None = None) -> tuple[str, str]:
        """Returns the final URL and the text of the page."""
        url = chemin if chemin.startswith("http") else self.adresse + chemin
        donnees = urllib.parse.urlencode(champs).encode() if champs else None
        requete = urllib.request.Request(url, donnees, {"Referer": url})
        with self.ouvreur.open(requete, timeout=20) as reponse:
            return reponse.url, reponse.read().decode()

    def connecter(self, email: str, secrets: dict[str, str]) -> None:
        _, page = self.lire("/connexion/")
        champs = {"csrfmiddlewaretoken": jeton_csrf(page), "email": email, "mot_de_passe": MOT_DE_PASSE}
        url, page = self.lire("/connexion/", champs)
        if 'name="code"' in page:
            self.lire(url, {"csrfmiddlewaretoken": jeton_csrf(page), "code": code_neuf(email, secrets[email])})


def jeton_csrf(page: str) -> str:
    trouve = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if not trouve:
        raise SystemExit("la page de connexion n’a pas de formulaire")
    return trouve.group(1)


def attendre(url: str, processus: subprocess.Popen[bytes], journal: Path) -> None:
    limite = time.monotonic() + DELAI_INSTALLATION
    while time.monotonic() < limite:
        if processus.poll() is not None:
            raise SystemExit(f"make run s’est arrêté (code {processus.returncode}) :\n{journal.read_text()[-4000:]}")
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise SystemExit(f"{url} ne répond pas :\n{journal.read_text()[-4000:]}")


def demarrer(clone: Path, environnement: dict[str, str], journal: Path) -> subprocess.Popen[bytes]:
    with journal.open("wb") as sortie:
        return subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=environnement,
            stdin=subprocess.DEVNULL,
            stdout=sortie,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def arreter(processus: subprocess.Popen[bytes], journal: Path) -> None:
    """Ctrl+C in a terminal reaches the whole foreground group."""
    os.killpg(processus.pid, signal.SIGINT)
    processus.wait(60)
    limite = time.monotonic() + 30
    while "Tout est arrêté." not in journal.read_text() and time.monotonic() < limite:
        time.sleep(0.2)
    if "Tout est arrêté." not in journal.read_text():
        raise SystemExit(f"l’arrêt n’est pas propre :\n{journal.read_text()[-4000:]}")


def verifier(adresse: str, journal: Path) -> None:
    secrets = dict(re.findall(r"(\S+@\S+)[^\n]*?\bTOTP (\w{16,})", journal.read_text()))
    for email, chemin in PAGES.items():
        navigateur = Navigateur(adresse)
        navigateur.connecter(email, secrets)
        url, page = navigateur.lire(chemin)
        if "/connexion" in url or "Maison Lenoir" not in page:
            raise SystemExit(f"{email} n’arrive pas à {chemin} (arrivé à {url}) :\n{page[:1500]}")
        print(f"   {email} : {url}")


def main() -> None:
    temp = Path(tempfile.mkdtemp(prefix="portail-fumee-"))
    clone, journal = temp / "clone", temp / "make-run.log"
    subprocess.run(["git", "clone", "--quiet", str(DEPOT), str(clone)], check=True)
    port, port_qonto = port_libre(), port_libre()
    adresse = f"http://127.0.0.1:{port}"
    environnement = os.environ | {"PORT": str(port), "QONTO_PORT": str(port_qonto), "DATA_DIR": str(temp / "donnees")}
    try:
        for essai in ("première fois", "seconde fois"):
            debut = time.monotonic()
            processus = demarrer(clone, environnement, journal)
            try:
                attendre(f"{adresse}/healthz/ready", processus, journal)
                print(f"== make run, {essai} : prêt en {time.monotonic() - debut:.1f} s")
                # The accounts are printed once everything answers.
                attendre(f"http://127.0.0.1:{port_qonto}/_sandbox/identifiants.json", processus, journal)
                time.sleep(2)
                verifier(adresse, journal)
            finally:
                arreter(processus, journal)
        print("== make run : arrêté proprement, deux fois")
    finally:
        shutil.rmtree(temp, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
