"""Receipts attached at the bank (S22): fetched, controlled by content, stored once, given to the entry.

Their addresses live half an hour: each is asked anew. A receipt that cannot be taken says why and stops nothing.
"""

import tempfile
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from banque.enums import EtatOperation
from banque.models import PieceJointe
from comptabilite.errors import ComptabiliteError
from comptabilite.services.ecritures import joindre_documents
from gestion_acces.errors import FichierRefuse
from gestion_acces.models import Dossier
from gestion_acces.services.fichiers import controler_contenu, deposer_fichier
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError, Refused

ESSAIS_MAX = 5
LOT = 200


def chercher_justificatifs(
    *,
    dossier: Dossier,
    client: QontoClient,
    maintenant: datetime,
    depuis: datetime | None = None,
    battre: Callable[[], object] | None = None,
) -> int:
    """Fetch the receipts of the dossier that are not here yet; returns how many came. Raises QontoError when cut.

    `battre` is called after each one, to say that the reading lives.
    """
    attendues = PieceJointe.objects.filter(
        dossier=dossier, fichier__isnull=True, retiree_le__isnull=True, essais__lt=ESSAIS_MAX
    )
    if depuis is not None:
        attendues = attendues.filter(ligne__reglee_le__gte=depuis)
    cles, recus = list(attendues.order_by("id").values_list("pk", flat=True)[:LOT]), 0
    # Most often there is none: the rows with their lines are read only for those that are fetched.
    pieces = PieceJointe.objects.filter(pk__in=cles).select_related("dossier", "ligne").order_by("id")
    for piece in pieces if cles else ():
        recus += _chercher(piece, client, maintenant)
        if battre is not None:
            battre()
    return recus


def _chercher(piece: PieceJointe, client: QontoClient, maintenant: datetime) -> int:
    piece.essais += 1
    try:
        with tempfile.TemporaryFile() as tampon:
            recue = client.attachment(piece.external_id)
            client.telecharger(recue.url, tampon)
            nom = recue.file_name or piece.nom or "justificatif"
            type_mime = controler_contenu(tampon, nom)
            fichier, _ = deposer_fichier(
                dossier=piece.dossier, flux=tampon, nom=nom, type_mime=type_mime, maintenant=maintenant
            )
    except (FichierRefuse, Refused) as refus:
        piece.erreur = str(refus)[:300]
        piece.essais = ESSAIS_MAX if isinstance(refus, FichierRefuse) else piece.essais
        piece.save(update_fields=["erreur", "essais"])
        return 0
    except QontoError:
        piece.save(update_fields=["essais"])
        raise
    piece.fichier, piece.nom, piece.type_mime, piece.erreur = fichier, nom[:255], type_mime, ""
    piece.taille = fichier.taille
    with transaction.atomic():
        piece.save(update_fields=["fichier", "nom", "type_mime", "taille", "erreur", "essais"])
        transmettre(piece, maintenant)
    return 1


def transmettre(piece: PieceJointe, maintenant: datetime) -> None:
    """A receipt that comes after the line was booked joins its entry."""
    operation = getattr(piece.ligne, "operation", None)
    passee = operation is not None and operation.etat in (EtatOperation.TRANSFEREE, EtatOperation.COMPTABILISEE)
    if not passee or piece.fichier is None or operation is None or operation.ecriture is None:
        return
    try:
        joindre_documents(ecriture=operation.ecriture, fichiers=[piece.fichier], maintenant=maintenant)
    except ComptabiliteError as refus:
        piece.erreur = str(refus)[:300]
        piece.save(update_fields=["erreur"])
        return
    piece.transmise_le = maintenant
    piece.save(update_fields=["transmise_le"])
