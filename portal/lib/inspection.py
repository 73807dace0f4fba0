"""Look inside a file that nobody vouches for. Runs alone in a child process with limits (`portal.lib.contenu`).

Reads the file on standard input, its announced MIME type as argument, and prints one line of JSON:
`{"refus": ""}` or `{"refus": "raison en français"}`. It imports nothing of the portal.
"""

import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image
from pypdf import PdfReader, overwrite_configuration
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

MAX_MEMOIRE = 768 * 1024 * 1024
MAX_SECONDES = 20
MAX_PIXELS = 120_000_000
MAX_PAGES = 2_000
MAX_OBJETS = 200_000
MAX_FLUX = 32 * 1024 * 1024
MAX_PROFONDEUR = 40

FIN_DE_PDF = 1024
ACTIONS_INTERDITES = {
    "/JavaScript": "du code JavaScript",
    "/Launch": "une action qui lance un programme",
    "/SubmitForm": "un formulaire qui envoie des données",
    "/ImportData": "une action qui importe des données",
    "/GoToE": "un renvoi vers un fichier embarqué",
    "/GoToR": "un renvoi vers un autre fichier",
    "/Rendition": "un contenu multimédia",
    "/Movie": "un contenu multimédia",
    "/Sound": "un contenu multimédia",
    "/RichMedia": "un contenu multimédia",
    "/3D": "un contenu multimédia",
}
# What a second file glued behind (or before) an image begins with.
INTRUS: tuple[bytes, ...] = (
    b"PK\x03\x04",
    b"%PDF-",
    b"<script",
    b"<html",
    b"<!doctype html",
    b"<?php",
    b"<svg",
    b"MZ\x90\x00",
    b"\x7fELF",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
)
DEUX_FORMATS = "Ce fichier contient deux fichiers en un : enregistrez-le à nouveau, puis renvoyez-le."
ERREURS_DE_LECTURE = (
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OSError,
    AssertionError,
    zlib.error,
)


class Refus(Exception):
    """The file is not taken; the message is for the screen."""


def inspecter(octets: bytes, type_mime: str) -> None:
    """Raise Refus unless the file is, whole and alone, what its type says."""
    if zipfile.is_zipfile(BytesIO(octets)):
        raise Refus(DEUX_FORMATS)
    controles = {"application/pdf": _pdf, "image/png": _png, "image/jpeg": _jpeg}
    controles[type_mime](octets)


def _intrus(octets: bytes) -> None:
    minuscules = octets.lower()
    if any(marque.lower() in minuscules for marque in INTRUS):
        raise Refus(DEUX_FORMATS)


def _png(octets: bytes) -> None:
    position, fini = 8, False
    while position + 12 <= len(octets) and not fini:
        taille = int.from_bytes(octets[position : position + 4], "big")
        fin = position + 12 + taille
        crc = int.from_bytes(octets[fin - 4 : fin], "big")
        if fin > len(octets) or zlib.crc32(octets[position + 4 : fin - 4]) != crc:
            raise Refus("Cette image PNG est coupée ou abîmée.")
        fini = octets[position + 4 : position + 8] == b"IEND"
        position = fin
    if not fini:
        raise Refus("Cette image PNG est coupée.")
    if octets[position:].strip(b"\x00\r\n\t "):
        raise Refus(DEUX_FORMATS)
    _image(octets, "PNG")


def _jpeg(octets: bytes) -> None:
    if b"%PDF-" in octets[:1024]:
        raise Refus(DEUX_FORMATS)
    fin = octets.rfind(b"\xff\xd9")
    if fin < 0:
        raise Refus("Cette image JPEG est coupée.")
    # Phones write their own data behind the picture: only the beginning of another file is refused.
    _intrus(octets[_fin_de_jpeg(octets) :])
    _image(octets, "JPEG")


def _fin_de_jpeg(octets: bytes) -> int:
    """Where the picture ends: the end mark that follows its scans. A thumbnail's lies in a segment, jumped over."""
    position = 2
    while position + 4 <= len(octets) and octets[position] == 0xFF and octets[position + 1] != 0xDA:
        if octets[position + 1] == 0xD9:
            return position + 2
        position += 2 + int.from_bytes(octets[position + 2 : position + 4], "big")
    fin = octets.find(b"\xff\xd9", position)
    return fin + 2 if fin >= 0 else len(octets)


def _image(octets: bytes, format_attendu: str) -> None:
    try:
        with Image.open(BytesIO(octets), formats=[format_attendu]) as image:
            largeur, hauteur = image.size
            if largeur * hauteur > MAX_PIXELS:
                raise Refus(f"Cette image est trop grande ({largeur} × {hauteur} pixels).")
            image.verify()
        with Image.open(BytesIO(octets), formats=[format_attendu]) as image:
            # JPEG: decoded at an eighth, enough to meet a cut.
            image.draft("RGB", (1, 1))
            image.load()
    except Image.DecompressionBombError as erreur:
        raise Refus("Cette image est trop grande.") from erreur
    except (OSError, SyntaxError, ValueError, EOFError) as erreur:
        raise Refus("Cette image est coupée ou abîmée.") from erreur


def _pdf(octets: bytes) -> None:
    if not octets.startswith(b"%PDF-"):
        raise Refus("Ce PDF ne commence pas comme un PDF : il contient autre chose.")
    fin = octets.rfind(b"%%EOF")
    if fin < 0 or b"startxref" not in octets[max(0, fin - FIN_DE_PDF) : fin]:
        raise Refus("Ce PDF est coupé : sa fin manque.")
    if octets[fin + 5 :].strip(b"\x00\r\n\t "):
        raise Refus(DEUX_FORMATS)
    try:
        lecteur = PdfReader(BytesIO(octets))
        if lecteur.is_encrypted:
            raise Refus("Ce PDF est protégé par un mot de passe : enregistrez-le sans protection, puis renvoyez-le.")
        pages = len(lecteur.pages)
        if not 1 <= pages <= MAX_PAGES:
            raise Refus("Ce PDF n’a aucune page." if not pages else f"Ce PDF a trop de pages ({pages}).")
        for objet in _objets(lecteur):
            _sans_action(objet, 0)
    except Refus:
        raise
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OSError,
        AssertionError,
    ) as erreur:
        raise Refus("Ce PDF est abîmé et ne s’ouvre pas.") from erreur


def _objets(lecteur: PdfReader) -> Iterator[Any]:
    """Every object that the file holds, referenced by a page or not."""
    directs = sorted((numero, generation) for generation, table in lecteur.xref.items() for numero in table if numero)
    groupes = sorted(lecteur.xref_objStm)
    if len(directs) + len(groupes) > MAX_OBJETS:
        raise Refus(f"Ce PDF est trop complexe ({len(directs) + len(groupes)} objets).")
    yield lecteur.trailer
    for numero, generation in directs:
        yield lecteur.get_object(IndirectObject(numero, generation, lecteur))
        # What was looked at is let go: memory does not follow the size of the file.
        lecteur.resolved_objects.clear()
    for numero in groupes:
        yield lecteur.get_object(IndirectObject(numero, 0, lecteur))


def _sans_action(objet: Any, profondeur: int) -> None:
    if profondeur > MAX_PROFONDEUR:
        raise Refus("Ce PDF est trop complexe.")
    if isinstance(objet, ArrayObject):
        for element in objet:
            _sans_action(element, profondeur + 1)
    if not isinstance(objet, DictionaryObject):
        return
    if "/JS" in objet:
        raise Refus("Ce PDF contient du code JavaScript : il est refusé.")
    if "/XFA" in objet:
        raise Refus("Ce PDF contient un formulaire XFA, qui peut exécuter du code : il est refusé.")
    for cle in ("/S", "/Subtype"):
        nom = objet.get(cle)
        # A structure element may bear the same names; an action or an annotation is not one.
        if isinstance(nom, str) and nom in ACTIONS_INTERDITES and objet.get("/Type") != "/StructElem":
            raise Refus(f"Ce PDF contient {ACTIONS_INTERDITES[nom]} : il est refusé.")
    if "/EF" in objet:
        nom_joint = str(objet.get("/UF") or objet.get("/F") or "")
        # Factur-X carries its invoice as an attached XML file: the only attachment taken.
        if not nom_joint.lower().endswith(".xml"):
            raise Refus(f"Ce PDF contient un fichier joint (« {nom_joint[:60]} ») : il est refusé.")
    for element in objet.values():
        if isinstance(element, (DictionaryObject, ArrayObject)):
            _sans_action(element, profondeur + 1)


def limiter() -> None:
    """Memory and processor time of this process; a system that ignores them has the parent's time-out."""
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDES, MAX_SECONDES))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMOIRE, MAX_MEMOIRE))


def main() -> None:
    limiter()
    overwrite_configuration(zlib_maximum_output_length=MAX_FLUX, lzw_maximum_output_length=MAX_FLUX)
    # Our own limit speaks first; Pillow's would only warn up to its double.
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    refus = ""
    try:
        inspecter(sys.stdin.buffer.read(), sys.argv[1])
    except Refus as erreur:
        refus = str(erreur)
    except (MemoryError, RecursionError):
        refus = "Ce fichier demande trop de mémoire pour être ouvert."
    sys.stdout.write(json.dumps({"refus": refus}))


if __name__ == "__main__":
    main()
