"""Many documents in one ZIP, sent as it is made: neither memory nor disk grows with it."""

import zipfile
from collections.abc import Iterable, Iterator

from django.utils.text import get_valid_filename

from depot.models import Document
from gestion_acces.services.fichiers import ouvrir
from portal.lib.stockage import FichierAltere


class _Tampon:
    """What the ZIP writes into: the bytes are taken out after each piece."""

    def __init__(self) -> None:
        self._morceaux = bytearray()

    def write(self, octets: bytes) -> int:
        self._morceaux += octets
        return len(octets)

    def flush(self) -> None:
        """Nothing waits here."""

    def prendre(self) -> bytes:
        pris = bytes(self._morceaux)
        self._morceaux.clear()
        return pris


def archiver(documents: Iterable[Document]) -> Iterator[bytes]:
    """The ZIP of these documents, a folder for each basket; a file that is gone is named in a note."""
    tampon, pris, absents = _Tampon(), set[str](), []
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_STORED) as zip_:  # type: ignore[call-overload]
        for document in documents:
            nom = _nom_libre(document, pris)
            info = zipfile.ZipInfo(nom, (document.date.year, document.date.month, document.date.day, 12, 0, 0))
            try:
                with zip_.open(info, "w", force_zip64=False) as entree:
                    for morceau in ouvrir(document.fichier):
                        entree.write(morceau)
                        yield tampon.prendre()
            except (FileNotFoundError, FichierAltere):
                absents.append(nom)
            yield tampon.prendre()
        if absents:
            zip_.writestr("FICHIERS ABSENTS.txt", "Illisibles au moment du téléchargement :\n" + "\n".join(absents))
    yield tampon.prendre()


def _nom_libre(document: Document, pris: set[str]) -> str:
    """`Vente/2026-03-04_Durand_F-12.pdf`, numbered when taken; no separator of a folder can come from a name."""
    extension = "." + document.fichier.nom.rsplit(".", 1)[-1].lower() if "." in document.fichier.nom else ""
    parties = (document.date.isoformat(), document.tiers, document.numero or document.nom.removesuffix(extension))
    base = get_valid_filename("_".join(partie for partie in parties if partie).replace("/", "-")[:120])
    dossier = document.get_panier_display()
    nom, rang = f"{dossier}/{base}{extension}", 2
    while nom in pris:
        nom, rang = f"{dossier}/{base}_{rang}{extension}", rang + 1
    pris.add(nom)
    return nom
