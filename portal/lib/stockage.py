"""Files encrypted at rest, written and read as streams: memory stays flat whatever their size.

Format: a header (mark, print of the key, salt), then chunks of 64 KiB sealed one by one with AES-256-GCM. Each file
has its own key, derived from one of ENCRYPTION_KEYS and the salt: the first key writes, all of them read. The nonce
of a chunk holds its rank and whether it is the last one, and the header is authenticated with each chunk (the STREAM
construction): a file that was cut, lengthened, reordered or mixed with another does not open.
"""

import hashlib
import io
import os
import secrets
import tempfile
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

MARQUE = b"PQF1"
TAILLE_BLOC = 64 * 1024
TAILLE_SCEAU = 16
TAILLE_SEL = 32
TAILLE_EMPREINTE_CLE = 8
TAILLE_ENTETE = len(MARQUE) + TAILLE_EMPREINTE_CLE + TAILLE_SEL


class FichierAltere(Exception):
    """A stored file is not what was written: cut, lengthened, changed, or sealed with a key that is gone."""


class Flux(Protocol):
    """Anything that gives bytes: an open file, an upload, the answer of a bank."""

    def read(self, size: int = ..., /) -> bytes: ...


def _empreinte_cle(cle: bytes) -> bytes:
    return hashlib.sha256(b"portail:fichier:" + cle).digest()[:TAILLE_EMPREINTE_CLE]


def _cles() -> list[bytes]:
    return [urlsafe_b64decode(cle) for cle in settings.ENCRYPTION_KEYS]


def _sceau(cle: bytes, sel: bytes) -> AESGCM:
    derivee = HKDF(algorithm=SHA256(), length=32, salt=sel, info=b"portail:fichier:1").derive(cle)
    return AESGCM(derivee)


def _nonce(rang: int, dernier: bool) -> bytes:
    return rang.to_bytes(11, "big") + (b"\x01" if dernier else b"\x00")


class Scelleur:
    """Seals bytes as they come into `sortie`; `terminer` writes the last chunk, without which the file is refused."""

    def __init__(self, sortie: IO[bytes]) -> None:
        cle = _cles()[0]
        sel = secrets.token_bytes(TAILLE_SEL)
        self._entete = MARQUE + _empreinte_cle(cle) + sel
        self._aead = _sceau(cle, sel)
        self._sortie = sortie
        self._reste = bytearray()
        self._rang = 0
        self._sha256 = hashlib.sha256()
        self.taille = 0
        sortie.write(self._entete)

    @property
    def sha256(self) -> str:
        """Print of the clear bytes given so far."""
        return self._sha256.hexdigest()

    def ecrire(self, octets: bytes) -> None:
        self._sha256.update(octets)
        self.taille += len(octets)
        self._reste += octets
        # One chunk is always kept back: only `terminer` knows which one is the last.
        while len(self._reste) > TAILLE_BLOC:
            self._sceller(bytes(self._reste[:TAILLE_BLOC]), dernier=False)
            del self._reste[:TAILLE_BLOC]

    def terminer(self) -> None:
        self._sceller(bytes(self._reste), dernier=True)
        self._reste.clear()
        self._sortie.flush()

    def _sceller(self, clair: bytes, *, dernier: bool) -> None:
        self._sortie.write(self._aead.encrypt(_nonce(self._rang, dernier), clair, self._entete))
        self._rang += 1


class Lecteur(io.RawIOBase):
    """The clear bytes of a sealed file, read from any place; one chunk at a time is in memory."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        source.seek(0, os.SEEK_END)
        sceaux = source.tell() - TAILLE_ENTETE
        source.seek(0)
        self._entete = source.read(TAILLE_ENTETE)
        if sceaux < TAILLE_SCEAU or not self._entete.startswith(MARQUE):
            raise FichierAltere("Ce fichier n’est pas un fichier chiffré par le portail, ou il a été coupé.")
        self._aead = _sceau(self._cle(), self._entete[-TAILLE_SEL:])
        bloc = TAILLE_BLOC + TAILLE_SCEAU
        self._blocs = -(-sceaux // bloc)
        self.taille = sceaux - self._blocs * TAILLE_SCEAU
        self._position = 0
        self._rang_lu = -1
        self._clair = b""

    def _cle(self) -> bytes:
        voulue = self._entete[len(MARQUE) : len(MARQUE) + TAILLE_EMPREINTE_CLE]
        for cle in _cles():
            if _empreinte_cle(cle) == voulue:
                return cle
        raise FichierAltere("Fichier chiffré avec une clé absente de ENCRYPTION_KEYS.")

    def _bloc(self, rang: int) -> bytes:
        if rang != self._rang_lu:
            self._source.seek(TAILLE_ENTETE + rang * (TAILLE_BLOC + TAILLE_SCEAU))
            scelle = self._source.read(TAILLE_BLOC + TAILLE_SCEAU)
            try:
                self._clair = self._aead.decrypt(_nonce(rang, rang == self._blocs - 1), scelle, self._entete)
            except InvalidTag:
                raise FichierAltere(f"Fichier altéré au bloc {rang + 1}.") from None
            self._rang_lu = rang
        return self._clair

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        depart = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.taille}[whence]
        self._position = max(0, depart + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, tampon: Any, /) -> int:
        # An empty file is opened too: its only chunk proves that nothing was cut.
        clair = self._bloc(min(self._position // TAILLE_BLOC, self._blocs - 1))
        depart = self._position - self._rang_lu * TAILLE_BLOC
        vue = memoryview(tampon).cast("B")
        morceau = clair[depart : depart + len(vue)]
        vue[: len(morceau)] = morceau
        self._position += len(morceau)
        return len(morceau)

    def morceaux(self) -> Iterator[bytes]:
        """The whole file, chunk by chunk."""
        for rang in range(self._blocs):
            yield self._bloc(rang)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()


def dossier_temporaire() -> Path:
    """Where sealed files wait before the storage takes them; on the same disk as the files of the default storage."""
    dossier = Path(settings.DATA_DIR) / "files" / ".en-cours"
    dossier.mkdir(parents=True, exist_ok=True, mode=0o700)
    return dossier


class FichierScelle(File):  # type: ignore[type-arg]
    """A sealed file that waits in the temporary folder; Django's file storage moves it, others copy it."""

    def __init__(self) -> None:
        descripteur, chemin = tempfile.mkstemp(dir=dossier_temporaire())
        self.chemin = Path(chemin)
        super().__init__(os.fdopen(descripteur, "w+b"), name=chemin)
        self.scelleur = Scelleur(self._ouvert())

    def _ouvert(self) -> IO[bytes]:
        fichier: Any = self.file
        return fichier  # type: ignore[no-any-return]

    def temporary_file_path(self) -> str:
        return str(self.chemin)

    def lecteur(self) -> Lecteur:
        """The clear bytes, once `scelleur.terminer` was called."""
        return Lecteur(self.chemin.open("rb"))

    def abandonner(self) -> None:
        """Close and remove the file; nothing happens when the storage has moved it."""
        with suppress(OSError):
            self._ouvert().close()
        self.chemin.unlink(missing_ok=True)


def sceller(flux: Flux) -> FichierScelle:
    """Read a stream to its end into a new sealed file. The caller stores it or abandons it."""
    fichier = FichierScelle()
    try:
        while octets := flux.read(TAILLE_BLOC):
            fichier.scelleur.ecrire(octets)
        fichier.scelleur.terminer()
    except BaseException:
        fichier.abandonner()
        raise
    return fichier


def ranger(fichier: FichierScelle, cle: str) -> None:
    """Hand a sealed file to the storage under this key."""
    fichier.seek(0)
    nom = default_storage.save(cle, fichier)
    fichier.abandonner()
    if nom != cle:
        default_storage.delete(nom)
        raise FileExistsError(cle)


def ouvrir(cle: str) -> Lecteur:
    """The clear bytes of a stored file. Raises FileNotFoundError, or FichierAltere (here or while reading)."""
    source: Any = default_storage.open(cle, "rb")
    return Lecteur(source)


def effacer(cle: str) -> None:
    default_storage.delete(cle)


def cle_courante(cle: str) -> bool:
    """True when the file is sealed with the first of ENCRYPTION_KEYS."""
    with default_storage.open(cle, "rb") as source:
        entete = source.read(TAILLE_ENTETE)
    return bool(entete[len(MARQUE) : len(MARQUE) + TAILLE_EMPREINTE_CLE] == _empreinte_cle(_cles()[0]))


def resceller(cle: str, nouvelle: str) -> None:
    """Write the file again under another storage key, sealed with the first of ENCRYPTION_KEYS."""
    with ouvrir(cle) as lecteur:
        ranger(sceller(lecteur), nouvelle)


SONDE = ".sonde"


def sonder() -> None:
    """Prove that the storage answers and that the keys open what it holds. Raises OSError or FichierAltere."""
    if not default_storage.exists(SONDE):
        with suppress(FileExistsError):
            ranger(sceller(io.BytesIO(b"sonde")), SONDE)
    with ouvrir(SONDE) as lecteur:
        lecteur.read()


def balayer_les_temporaires(maintenant: datetime) -> int:
    """Remove what a killed process left in the temporary folder more than a day ago; returns how many."""
    limite = (maintenant - timedelta(days=1)).timestamp()
    vieux = [chemin for chemin in dossier_temporaire().iterdir() if chemin.stat().st_mtime < limite]
    for chemin in vieux:
        chemin.unlink(missing_ok=True)
    return len(vieux)
