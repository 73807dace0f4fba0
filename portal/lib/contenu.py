"""What a file really is: its type comes from its bytes, then it is opened and looked at in a child process."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import filetype

from portal.lib.stockage import TAILLE_BLOC, Flux
from portal.lib.televersement import TAILLE_MAX

try:
    import magic
except ImportError:
    # libmagic is not on every machine; `filetype` reads the same marks in pure Python.
    magic = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

INSPECTION = Path(__file__).with_name("inspection.py")
DELAI_INSPECTION = 30
TAILLE_TETE = 8192
EXTENSIONS = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
}


class ContenuRefuse(Exception):
    """The content is not taken; the message is for the screen."""


def _par_libmagic(tete: bytes) -> str:
    return str(magic.from_buffer(tete, mime=True))


def _par_filetype(tete: bytes) -> str:
    return str(filetype.guess_mime(tete) or "")


# Chosen once, shown by /healthz/ready.
DETECTEUR = "libmagic" if magic else "filetype"
detecter: Callable[[bytes], str] = _par_libmagic if magic else _par_filetype


def controler(flux: Flux, nom: str) -> str:
    """Read the stream to its end and return its MIME type. Raises ContenuRefuse with the reason in French."""
    tete = flux.read(TAILLE_TETE)
    if not tete:
        raise ContenuRefuse("Ce fichier est vide.")
    type_mime = detecter(tete)
    if type_mime not in EXTENSIONS:
        raise ContenuRefuse("Ce fichier n’est ni un PDF, ni une image PNG ou JPEG.")
    extension = Path(nom).suffix.lower()
    if extension not in EXTENSIONS[type_mime]:
        reel = EXTENSIONS[type_mime][0].removeprefix(".").upper()
        raise ContenuRefuse(f"Le nom du fichier ne dit pas ce qu’il est : son contenu est un {reel}.")
    _inspecter(tete, flux, type_mime)
    return type_mime


def _inspecter(tete: bytes, flux: Flux, type_mime: str) -> None:
    """Hand the bytes to a child process without our environment; one that dies or takes too long refuses the file."""
    ordre = [sys.executable, "-I", str(INSPECTION), type_mime]
    with subprocess.Popen(
        ordre, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, process_group=0, env={}
    ) as enfant:
        assert enfant.stdin is not None
        try:
            # A child that stops reading has died: its silence is the answer.
            with suppress(BrokenPipeError):
                _transmettre(tete, flux, enfant.stdin.write)
            sortie, _ = enfant.communicate(timeout=DELAI_INSPECTION)
        except subprocess.TimeoutExpired:
            raise ContenuRefuse("Ce fichier est trop complexe pour être ouvert.") from None
        finally:
            enfant.kill()
    try:
        refus = json.loads(sortie)["refus"]
    except (ValueError, KeyError):
        logger.warning("inspection stopped: type=%s code=%s", type_mime, enfant.returncode)
        raise ContenuRefuse("Ce fichier ne s’ouvre pas : il est abîmé ou trop complexe.") from None
    if refus:
        raise ContenuRefuse(refus)


def _transmettre(tete: bytes, flux: Flux, ecrire: Callable[[bytes], object]) -> None:
    octets, total = tete, 0
    while octets:
        total += len(octets)
        if total > TAILLE_MAX:
            raise ContenuRefuse("Ce fichier dépasse la limite de 30 Mo.")
        ecrire(octets)
        octets = flux.read(TAILLE_BLOC)
