"""The workshop of an import: several PDFs are fetched at a time, opened under limits, sealed as they come.

What takes the time of an invoice is the answer of Qonto, then the reading of its PDF. Both are done here, in threads
of their own that touch no database, for as long as the run lasts: readers are started once, connections stay open.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from django.db import connections

from depot.models import Document, LigneImport
from depot.services.documents import PDF
from depot.sources.qonto import FactureRecue, depuis_brut, relire
from portal.lib.contenu import ContenuRefuse
from portal.lib.factur_x import FacturX, FacturXIllisible, lire_factur_x
from portal.lib.lecture_pdf import LecteurDeFichiers
from portal.lib.stockage import FichierScelle
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError

# Qonto's answers are waited for six at a time, under the one budget of requests; two processes open the files.
TELECHARGEMENTS, LECTEURS = 6, 2
SANS_PDF = "Qonto n’a pas encore fabriqué le PDF de cette facture : réessayez dans quelques minutes."


@dataclass
class Cas:
    """One row on its way: what Qonto says, the document that is there already, the file and what it holds.

    `panne`: what Qonto answered instead; `echec`: why there is no document, in words.
    """

    ligne: LigneImport
    recue: FactureRecue
    document: Document | None = None
    scelle: FichierScelle | None = None
    nom: str = ""
    texte: str = ""
    facture: FacturX | None = None
    illisible: str = ""
    echec: str = ""
    panne: QontoError | None = None

    def abandonner(self) -> None:
        if self.scelle is not None:
            self.scelle.abandonner()


class _EcritureScellee:
    """What a download writes into: each piece is sealed before it touches the disk."""

    def __init__(self, scelle: FichierScelle) -> None:
        self._scelle = scelle

    def write(self, octets: bytes) -> int:
        self._scelle.scelleur.ecrire(octets)
        return len(octets)


class Atelier:
    """A context manager over the threads, the readers and the clients of one run."""

    def __init__(self, nouveau_client: Callable[[], QontoClient]) -> None:
        self._nouveau_client = nouveau_client
        self._clients = SimpleQueue[QontoClient]()
        self._lecteurs = SimpleQueue[LecteurDeFichiers]()
        for _ in range(LECTEURS):
            self._lecteurs.put(LecteurDeFichiers())
        self._fils = ThreadPoolExecutor(TELECHARGEMENTS, thread_name_prefix="factures")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._fils.shutdown(cancel_futures=True)
        while not self._lecteurs.empty():
            self._lecteurs.get().fermer()
        while not self._clients.empty():
            self._clients.get().close()

    def confier(self, cas: Cas) -> Future[None]:
        """Fetch and read what the row needs, counted and logged as the caller's own.

        The future raises nothing that Qonto said: the case tells it.
        """
        if not cas.ligne.essais and (cas.recue.refus or not _a_telecharger(cas)):
            fait = Future[None]()
            fait.set_result(None)
            return fait
        return self._fils.submit(copy_context().run, self._preparer, cas)

    def _preparer(self, cas: Cas) -> None:
        try:
            with self._client() as client:
                if cas.ligne.essais:
                    cas.recue = relire(client, cas.ligne.genre, cas.ligne.qonto_id)
                if not cas.recue.refus and _a_telecharger(cas):
                    _telecharger(cas, client)
        except QontoError as panne:
            cas.panne = panne
        finally:
            # A token that had to be renewed was written by this thread.
            connections.close_all()
        if cas.scelle is not None:
            self._lire(cas)

    @contextmanager
    def _client(self) -> Iterator[QontoClient]:
        """A client for this thread alone while it works: a free one, or one more."""
        try:
            client = self._clients.get_nowait()
        except Empty:
            client = self._nouveau_client()
        try:
            yield client
        finally:
            self._clients.put(client)

    def _lire(self, cas: Cas) -> None:
        assert cas.scelle is not None
        lecteur = self._lecteurs.get()
        try:
            with cas.scelle.lecteur() as flux:
                lu = lecteur.lire(flux, cas.nom)
            if lu.type_mime != PDF:
                raise ContenuRefuse("Le document de Qonto n’est pas un PDF.")
            cas.texte = lu.texte
            cas.facture = lire_factur_x(lu.octets)
        except ContenuRefuse as refus:
            cas.echec = f"PDF refusé : {refus}"
        except FacturXIllisible as faute:
            cas.illisible = str(faute)
        finally:
            self._lecteurs.put(lecteur)


def nouveau_cas(ligne: LigneImport, document: Document | None) -> Cas:
    return Cas(ligne, depuis_brut(ligne.genre, ligne.recu), document)


def _a_telecharger(cas: Cas) -> bool:
    return cas.document is None or (
        cas.document.supprime_le is None and cas.document.qonto_piece_id != cas.recue.piece_id != ""
    )


def _telecharger(cas: Cas, client: QontoClient) -> None:
    if not cas.recue.piece_id:
        cas.echec = SANS_PDF
        return
    piece = client.attachment(cas.recue.piece_id)
    scelle = FichierScelle()
    try:
        client.telecharger(piece.url, _EcritureScellee(scelle))  # type: ignore[arg-type]
        scelle.scelleur.terminer()
    except BaseException:
        scelle.abandonner()
        raise
    cas.scelle, cas.nom = scelle, piece.file_name or f"{cas.recue.numero or 'facture'}.pdf"
