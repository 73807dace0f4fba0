"""Read many files in a row, each opened under limits: is it what it says, and which words are in it?

    with LecteurDeFichiers() as lecteur:
        texte = lecteur.lire(flux, "facture.pdf").texte

Same rules and same refusals as `portal.lib.contenu.controler`; one process serves a whole batch.
"""

import json
import re
import subprocess
import sys
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from portal.lib.contenu import EXTENSIONS, TAILLE_TETE, ContenuRefuse, detecter
from portal.lib.stockage import Flux
from portal.lib.televersement import TAILLE_MAX

PROGRAMME = Path(__file__).with_name("lecteur_pdf.py")


@dataclass(frozen=True)
class FichierLu:
    """A file that is taken: its type, its bytes, its words ("" for a picture or a scan)."""

    type_mime: str
    octets: bytes
    texte: str


def normaliser(texte: str) -> str:
    """Lower case, without accents or ligatures, one space between words: what is searched and what is typed meet."""
    # Broken fonts give halves of characters, which no database stores.
    texte = texte.encode("utf-8", "ignore").decode()
    plat = unicodedata.normalize("NFKD", texte.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae"))
    sans_accent = "".join(car for car in plat if not unicodedata.combining(car))
    return re.sub(r"[\s\x00]+", " ", sans_accent.lower().replace("’", "'")).strip()


class LecteurDeFichiers:
    """One child process, started at the first file and stopped at the end. Not shared between threads."""

    def __init__(self) -> None:
        self._enfant: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fermer()

    def fermer(self) -> None:
        enfant, self._enfant = self._enfant, None
        if enfant is None:
            return
        for tuyau in (enfant.stdin, enfant.stdout):
            with suppress(OSError):
                if tuyau:
                    tuyau.close()
        enfant.kill()
        enfant.wait()

    def lire(self, flux: Flux, nom: str) -> FichierLu:
        """The file of this stream. Raises ContenuRefuse with the reason in French."""
        octets = _tout(flux)
        type_mime = detecter(octets[:TAILLE_TETE])
        if type_mime not in EXTENSIONS:
            raise ContenuRefuse("Ce fichier n’est ni un PDF, ni une image PNG ou JPEG.")
        if Path(nom).suffix.lower() not in EXTENSIONS[type_mime]:
            reel = EXTENSIONS[type_mime][0].removeprefix(".").upper()
            raise ContenuRefuse(f"Le nom du fichier ne dit pas ce qu’il est : son contenu est un {reel}.")
        reponse = self._demander(octets, type_mime)
        if reponse["refus"]:
            raise ContenuRefuse(reponse["refus"])
        return FichierLu(type_mime, octets, reponse["texte"])

    def _demander(self, octets: bytes, type_mime: str) -> dict[str, str]:
        if self._enfant is None:
            self._enfant = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAMME)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                process_group=0,
                env={},
            )
        assert self._enfant.stdin is not None and self._enfant.stdout is not None
        try:
            self._enfant.stdin.write(f"{type_mime}\n{len(octets)}\n".encode())
            self._enfant.stdin.write(octets)
            self._enfant.stdin.flush()
            return dict(json.loads(self._enfant.stdout.readline()))
        except (OSError, ValueError):
            # The reader itself died: the next file gets a new one.
            self.fermer()
            raise ContenuRefuse("Ce fichier ne s’ouvre pas : il est abîmé ou trop complexe.") from None


def _tout(flux: Flux) -> bytes:
    octets = bytearray()
    while morceau := flux.read(65536):
        octets += morceau
        if len(octets) > TAILLE_MAX:
            raise ContenuRefuse("Ce fichier dépasse la limite de 30 Mo.")
    if not octets:
        raise ContenuRefuse("Ce fichier est vide.")
    return bytes(octets)
