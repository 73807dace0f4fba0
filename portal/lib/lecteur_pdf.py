"""Look inside many files that nobody vouches for, and take the words out of the PDFs. Runs alone in a child process.

Each request on standard input is `type\\n length\\n bytes`; each answer on standard output is one line of JSON:
`{"refus": "", "texte": "…"}`. A file is opened in a grandchild of its own, with the limits of `inspection`: what kills
it refuses that file alone, and the imports are paid once. It imports nothing of the portal but its neighbour.
"""

import importlib.util
import json
import os
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader, overwrite_configuration

MAX_PAGES_LUES = 60
MAX_TEXTE = 200_000
DELAI = 30.0
DELAI_TEXTE = 8
ABIME = "Ce fichier ne s’ouvre pas : il est abîmé ou trop complexe."
COMPLEXE = "Ce fichier est trop complexe pour être ouvert."


def _inspection() -> Any:
    # The interpreter is isolated (-I): nothing but this very neighbour can be loaded from here.
    spec = importlib.util.spec_from_file_location("inspection", Path(__file__).with_name("inspection.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


inspection = _inspection()


def texte_de(octets: bytes) -> str:
    """The words of the first pages; what a broken page holds is left out."""
    morceaux: list[str] = []
    total = 0
    for page in PdfReader(BytesIO(octets)).pages[:MAX_PAGES_LUES]:
        with suppress(*inspection.ERREURS_DE_LECTURE, RecursionError):
            morceaux.append(page.extract_text() or "")
        total += len(morceaux[-1]) if morceaux else 0
        if total > MAX_TEXTE:
            break
    return "\n".join(morceaux)[:MAX_TEXTE]


def _ecrire(sortie: int, reponse: dict[str, str]) -> None:
    octets = json.dumps(reponse).encode() + b"\n"
    while octets:
        octets = octets[os.write(sortie, octets) :]


def _ouvrir(octets: bytes, type_mime: str, sortie: int) -> None:
    """The grandchild: one verdict, then one line of text."""
    inspection.limiter()
    try:
        inspection.inspecter(octets, type_mime)
    except inspection.Refus as refus:
        return _ecrire(sortie, {"refus": str(refus)})
    except (MemoryError, RecursionError):
        return _ecrire(sortie, {"refus": "Ce fichier demande trop de mémoire pour être ouvert."})
    _ecrire(sortie, {"refus": ""})
    if type_mime == "application/pdf":
        signal.alarm(DELAI_TEXTE)
        with suppress(*inspection.ERREURS_DE_LECTURE, MemoryError, RecursionError):
            _ecrire(sortie, {"texte": texte_de(octets)})


def _attendre(lecture: int, enfant: int) -> bytes:
    """What the grandchild wrote until it ended or its time was over."""
    recu, limite = bytearray(), time.monotonic() + DELAI
    while (reste := limite - time.monotonic()) > 0:
        if not select.select([lecture], [], [], reste)[0]:
            break
        morceau = os.read(lecture, 65536)
        if not morceau:
            break
        recu += morceau
    with suppress(ProcessLookupError):
        os.kill(enfant, signal.SIGKILL)
    os.waitpid(enfant, 0)
    return bytes(recu)


def lire(octets: bytes, type_mime: str) -> dict[str, str]:
    """The verdict and the words of one file."""
    lecture, ecriture = os.pipe()
    debut = time.monotonic()
    enfant = os.fork()
    if enfant == 0:
        try:
            os.close(lecture)
            _ouvrir(octets, type_mime, ecriture)
        finally:
            os._exit(0)
    os.close(ecriture)
    recu = _attendre(lecture, enfant)
    os.close(lecture)
    reponse = {"refus": COMPLEXE if time.monotonic() - debut >= DELAI else ABIME, "texte": ""}
    for ligne in recu.splitlines():
        # A last line may be cut: the verdict before it stands.
        with suppress(ValueError):
            reponse.update(json.loads(ligne))
    return reponse


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    overwrite_configuration(
        zlib_maximum_output_length=inspection.MAX_FLUX, lzw_maximum_output_length=inspection.MAX_FLUX
    )
    inspection.Image.MAX_IMAGE_PIXELS = inspection.MAX_PIXELS
    entree = sys.stdin.buffer
    while type_mime := entree.readline().decode().strip():
        octets = entree.read(int(entree.readline()))
        sys.stdout.write(json.dumps(lire(octets, type_mime)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
