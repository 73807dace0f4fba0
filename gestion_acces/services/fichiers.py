"""The documents of a dossier: controlled by content, stored once, encrypted, served only through a view's door."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, transaction
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from gestion_acces.errors import FichierRefuse
from gestion_acces.models import Dossier, Fichier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from portal.lib import stockage
from portal.lib.contenu import ContenuRefuse, controler
from portal.lib.stockage import FichierScelle, Flux
from portal.lib.televersement import TAILLE_MAX, FichierTeleverse

CSP_DOCUMENT = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


def _au_debut(flux: Flux) -> None:
    rembobiner = getattr(flux, "seek", None)
    if rembobiner:
        rembobiner(0)


def controler_contenu(flux: Flux, nom: str) -> str:
    """The MIME type that the bytes show: PDF, PNG or JPEG of 30 × 1024 × 1024 bytes at most.

    Raises FichierRefuse, with the reason in French, for anything else: other type, name that disagrees, empty,
    truncated or protected file, two files in one, PDF with scripts, actions or attachments. The stream is left at its
    beginning when it can be.
    """
    if isinstance(flux, FichierTeleverse) and (flux.size or 0) > TAILLE_MAX:
        raise FichierRefuse(f"« {nom} » dépasse la limite de 30 Mo.")
    _au_debut(flux)
    try:
        type_mime = controler(flux, nom)
    except ContenuRefuse as refus:
        raise FichierRefuse(str(refus)) from refus
    _au_debut(flux)
    return type_mime


def deposer_fichier(
    *,
    dossier: Dossier,
    flux: Flux,
    nom: str,
    type_mime: str,
    par: Utilisateur | None = None,
    maintenant: datetime,
    purge_le: datetime | None = None,
) -> tuple[Fichier, bool]:
    """Store the bytes for the dossier; returns the file and whether it is new. The same bytes are stored once.

    The content is not judged here: what a person or a bank sent goes through `controler_contenu` before.
    """
    _au_debut(flux)
    return deposer_scelle(
        dossier=dossier,
        scelle=stockage.sceller(flux),
        nom=nom,
        type_mime=type_mime,
        par=par,
        maintenant=maintenant,
        purge_le=purge_le,
    )


def deposer_scelle(
    *,
    dossier: Dossier,
    scelle: FichierScelle,
    nom: str,
    type_mime: str,
    par: Utilisateur | None = None,
    maintenant: datetime,
    purge_le: datetime | None = None,
) -> tuple[Fichier, bool]:
    """The same for bytes that are sealed already. The sealed file is taken or removed, whatever happens."""
    try:
        return _enregistrer(
            Fichier(
                dossier=dossier,
                cle=f"{dossier.pk}/{uuid.uuid4().hex}",
                nom=nom.replace("\\", "/").rsplit("/", 1)[-1][-200:],
                type_mime=type_mime,
                taille=scelle.scelleur.taille,
                sha256=scelle.scelleur.sha256,
                depose_par=par,
                created_at=maintenant,
                purge_le=purge_le,
            ),
            scelle,
        )
    finally:
        scelle.abandonner()


def _enregistrer(fichier: Fichier, scelle: FichierScelle) -> tuple[Fichier, bool]:
    existants = Fichier.objects.pour_dossier(fichier.dossier).presents().filter(sha256=fichier.sha256)
    if existant := existants.first():
        return _garder_plus_longtemps(existant, fichier.purge_le), False
    stockage.ranger(scelle, fichier.cle)
    try:
        with transaction.atomic():
            fichier.save(force_insert=True)
    except IntegrityError:
        # Another request stored the same bytes meanwhile.
        stockage.effacer(fichier.cle)
        return existants.get(), False
    return fichier, True


def _garder_plus_longtemps(existant: Fichier, purge_le: datetime | None) -> Fichier:
    """The same bytes are wanted again: the longer of the two retentions holds, and for ever is the longest."""
    if existant.purge_le and (purge_le is None or purge_le > existant.purge_le):
        existant.purge_le = purge_le
        existant.save(update_fields=["purge_le"])
    return existant


def ouvrir(fichier: Fichier) -> Iterator[bytes]:
    """The clear bytes, chunk by chunk. Raises FichierAltere when they are not what was stored."""
    with stockage.ouvrir(fichier.cle) as lecteur:
        yield from lecteur.morceaux()


def reponse(fichier: Fichier, *, telecharger: bool = False) -> StreamingHttpResponse:
    """Answer with the file, to look at or to save. The view has checked that the person may have it."""
    lecteur = stockage.ouvrir(fichier.cle)
    reponse_http = StreamingHttpResponse(lecteur.morceaux(), content_type=fichier.type_mime)
    # Closed by the server with the answer, read to its end or not.
    reponse_http._resource_closers.append(lecteur.close)  # type: ignore[attr-defined]
    reponse_http["Content-Length"] = str(fichier.taille)
    reponse_http["Content-Disposition"] = content_disposition_header(telecharger, fichier.nom) or "attachment"
    reponse_http["Content-Security-Policy"] = CSP_DOCUMENT
    reponse_http["X-Content-Type-Options"] = "nosniff"
    reponse_http["X-Frame-Options"] = "SAMEORIGIN"
    reponse_http["Cache-Control"] = "private, no-store"
    return reponse_http


def purger_fichier(*, fichier: Fichier, maintenant: datetime, origine: Origine = SYSTEME) -> None:
    """Erase the bytes; the row stays, without key, as the proof of what was erased and when. Twice is once."""
    with transaction.atomic():
        ligne = Fichier.objects.select_for_update(of=("self",)).get(pk=fichier.pk)
        if ligne.est_efface:
            return
        cle, ligne.cle, ligne.efface_le = ligne.cle, "", maintenant
        ligne.save(update_fields=["cle", "efface_le"])
        journaliser(
            cabinet=ligne.dossier.cabinet,
            dossier=ligne.dossier,
            acte="fichier.purger",
            date=maintenant,
            origine=origine,
            objet=ligne.nom,
            avant={"sha256": ligne.sha256, "taille": ligne.taille, "depose_le": ligne.created_at.isoformat()},
            apres={"efface_le": maintenant.isoformat()},
        )
        # After the commit: a row that still stands must never point to bytes that are gone.
        transaction.on_commit(lambda: stockage.effacer(cle))


def purger_fichiers_echus(*, maintenant: datetime, limite: int = 1000) -> int:
    """Erase the files whose retention has ended; returns how many."""
    echus = list(Fichier.objects.presents().filter(purge_le__lte=maintenant).order_by("purge_le", "pk")[:limite])
    for fichier in echus:
        purger_fichier(fichier=fichier, maintenant=maintenant)
    return len(echus)
