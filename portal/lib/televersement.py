"""Uploads: each chunk is sealed and written to disk as it arrives; nothing clear touches the disk."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from portal.lib.stockage import TAILLE_BLOC, FichierScelle

TAILLE_MAX = 30 * 1024 * 1024
# A file over the limit is read on without being kept, so that the page can say why it is refused. Not for ever.
TAILLE_COUPURE = 1024 * 1024 * 1024


class FichierTeleverse(UploadedFile):  # type: ignore[type-arg]
    """A file that came with a form. Reading gives its clear bytes; it leaves the disk with the request."""

    def __init__(self, scelle: FichierScelle, nom: str, type_annonce: str, taille: int) -> None:
        self.scelle = scelle
        # Over the limit nothing was kept, but the size tells the truth.
        super().__init__(scelle.lecteur(), nom, type_annonce, taille)  # type: ignore[arg-type]

    def close(self) -> None:
        fichier: Any = self.file
        fichier.close()
        self.scelle.abandonner()


class TeleversementChiffre(FileUploadHandler):
    chunk_size = TAILLE_BLOC

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._scelle: FichierScelle | None = None
        self._recu = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._scelle, self._recu = FichierScelle(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._recu += len(raw_data)
        if self._recu > TAILLE_COUPURE:
            raise StopUpload(connection_reset=True)
        if self._scelle and self._recu <= TAILLE_MAX:
            self._scelle.scelleur.ecrire(raw_data)

    def file_complete(self, file_size: int) -> FichierTeleverse:
        assert self._scelle is not None
        self._scelle.scelleur.terminer()
        fichier = FichierTeleverse(self._scelle, self.file_name or "", self.content_type or "", file_size)
        self._scelle = None
        return fichier

    def upload_interrupted(self) -> None:
        if self._scelle:
            self._scelle.abandonner()
