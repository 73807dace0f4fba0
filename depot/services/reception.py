"""One batch of an import: each row becomes a document, an update, or a reason in words.

Nothing is asked of Qonto inside a transaction and nothing hostile is opened here: the workshop fetches the PDFs and
has them opened; then each document is written with the outcome of its row, in one transaction.
"""

from concurrent.futures import wait
from datetime import datetime

from django.db import IntegrityError, transaction

from depot.enums import (
    EtatDocument,
    EtatLecture,
    GenreQonto,
    OrigineDocument,
    Panier,
    Resultat,
    StatutFacture,
    TypeDocument,
)
from depot.models import Document, ImportFactures, LigneImport
from depot.services.atelier import Atelier, Cas, nouveau_cas
from depot.services.documents import PDF, ecrire_textes, factur_x_en_json
from depot.ventes import differences
from gestion_acces.models import Fichier
from gestion_acces.services.fichiers import deposer_scelle
from portal.lib.calendrier import jour_de_paris
from qonto_link.api.errors import BadAnswer, NotFound, RateLimited, Refused, Unauthorized, Unavailable
from qonto_link.traduction import expliquer

LOT = 40
PANNES_DE_SUITE = 3
JETEE = "Un document de cette facture est dans la corbeille du dépôt."


def traiter_lot(*, demande: ImportFactures, atelier: Atelier, maintenant: datetime) -> int:
    """Work through the next rows; returns how many there were. Raises QontoError when cut."""
    lignes = list(LigneImport.objects.filter(import_factures=demande, resultat=Resultat.A_FAIRE).order_by("id")[:LOT])
    if not lignes:
        return 0
    connus = {
        document.qonto_id: document
        for document in Document.objects.filter(
            dossier_id=demande.dossier_id, qonto_id__in=[ligne.qonto_id for ligne in lignes]
        ).select_related("fichier")
    }
    cas = [nouveau_cas(ligne, connus.get(ligne.qonto_id)) for ligne in lignes]
    # Each is written as soon as it is ready, while those behind it are fetched and read.
    attendus = [atelier.confier(un) for un in cas]
    try:
        pannes = 0
        for un, attendu in zip(cas, attendus, strict=True):
            attendu.result()
            pannes = _juger(un, pannes)
            _conclure(demande, un, maintenant)
            un.abandonner()
    finally:
        for attendu in attendus:
            attendu.cancel()
        wait(attendus)
        for un in cas:
            un.abandonner()
    return len(lignes)


def _juger(cas: Cas, pannes: int) -> int:
    """A refusal is the row's own; several in a row without an answer of Qonto stop the run. Returns how many."""
    if cas.panne is None:
        return 0
    if isinstance(cas.panne, NotFound | Refused | BadAnswer) and not isinstance(cas.panne, Unauthorized):
        cas.echec = expliquer(cas.panne).message
        return 0
    pannes += 1
    if not isinstance(cas.panne, Unavailable | RateLimited) or pannes >= PANNES_DE_SUITE:
        raise cas.panne
    cas.echec = expliquer(cas.panne).message
    return pannes


def _conclure(demande: ImportFactures, cas: Cas, maintenant: datetime) -> None:
    """Write the outcome of one row."""
    ligne, recue = cas.ligne, cas.recue
    if cas.echec:
        return _noter(ligne, Resultat.ECHOUEE, cas.echec)
    if recue.refus:
        return _noter(ligne, Resultat.IGNOREE, recue.refus)
    fichier = _deposer(demande, cas, maintenant) if cas.scelle is not None else None
    try:
        with transaction.atomic():
            _ecrire(demande, cas, fichier, maintenant)
    except IntegrityError:
        # Another run wrote the same invoice meanwhile: it is there, once.
        _noter(ligne, Resultat.DEJA_LA)


def _ecrire(demande: ImportFactures, cas: Cas, fichier: Fichier | None, maintenant: datetime) -> None:
    if cas.document is not None:
        resultat, raison = _mettre_a_jour(cas, fichier, demande.dossier.siren)
        return _noter(cas.ligne, resultat, raison, cas.document)
    assert fichier is not None
    adopte = (
        Document.objects.filter(dossier_id=demande.dossier_id, fichier=fichier, qonto_id="", supprime_le__isnull=True)
        .select_related("fichier")
        .first()
    )
    document = adopte or Document(
        dossier=demande.dossier,
        origine=OrigineDocument.QONTO,
        depose_le=maintenant,
        nom=fichier.nom,
        fichier=fichier,
        etat=EtatDocument.A_TRAITER,
    )
    if adopte is not None:
        document.classeur = None
    _remplir(document, cas, demande.dossier.siren)
    document.save()
    ecrire_textes(document, contenu=cas.texte, nouveau=adopte is None)
    _solder_les_avoirs(document)
    raison = "Le même PDF avait été déposé à la main : un seul document est gardé." if adopte else ""
    _noter(cas.ligne, Resultat.IMPORTEE, raison, document)


def _deposer(demande: ImportFactures, cas: Cas, maintenant: datetime) -> Fichier:
    assert cas.scelle is not None
    fichier, _ = deposer_scelle(
        dossier=demande.dossier, scelle=cas.scelle, nom=cas.nom, type_mime=PDF, maintenant=maintenant
    )
    return fichier


def _remplir(document: Document, cas: Cas, siren: str) -> None:
    """What Qonto says, and what the PDF says, on the document."""
    recue = cas.recue
    document.panier = Panier.VENTE
    document.type = TypeDocument.AVOIR_VENTE if recue.est_avoir else TypeDocument.FACTURE_VENTE
    document.numero, document.tiers = recue.numero, recue.vente.client.nom
    document.date = recue.date or jour_de_paris(recue.creee_le or document.depose_le)
    document.montant_cents = recue.vente.ttc_cents
    document.qonto_id, document.qonto_genre = recue.id, recue.genre
    document.qonto_facture_id, document.qonto_piece_id = recue.facture_id, recue.piece_id
    document.statut, document.vente = recue.statut, recue.vente.en_json()
    document.lecture = EtatLecture.LUE if cas.texte.strip() else EtatLecture.SANS_TEXTE
    document.factur_x, document.differences = {}, [cas.illisible] if cas.illisible else []
    if cas.facture is not None:
        document.factur_x = factur_x_en_json(cas.facture)
        document.differences = differences(
            recue.vente, cas.facture, numero=recue.numero, avoir=recue.est_avoir, siren=siren
        )


def _mettre_a_jour(cas: Cas, fichier: Fichier | None, siren: str) -> tuple[str, str]:
    """Bring a document that is here up to what Qonto says; returns the outcome and what changed, in words."""
    recue, document = cas.recue, Document.objects.select_for_update(of=("self",)).get(pk=cas.document.pk)  # type: ignore[union-attr]
    if document.supprime_le is not None:
        return Resultat.IGNOREE, JETEE
    changements = []
    if document.statut != recue.statut:
        avant = document.get_statut_display() if document.statut else "sans statut"
        changements.append(f"{avant} → {StatutFacture(recue.statut).label}" if recue.statut else avant)
        document.statut = recue.statut
    if fichier is not None and document.fichier_id != fichier.pk:
        changements.append("nouveau PDF")
        document.fichier = fichier
    if fichier is not None or document.vente != recue.vente.en_json() or document.numero != recue.numero:
        differait = (document.vente, document.numero) != (recue.vente.en_json(), recue.numero)
        if differait:
            changements.append("montants ou client")
        if fichier is not None:
            _remplir(document, cas, siren)
            ecrire_textes(document, contenu=cas.texte)
        else:
            document.vente, document.numero = recue.vente.en_json(), recue.numero
            document.tiers, document.montant_cents = recue.vente.client.nom, recue.vente.ttc_cents
            ecrire_textes(document)
    if not changements:
        return Resultat.DEJA_LA, ""
    if document.statut == StatutFacture.ANNULEE and document.ecriture_id and not _a_un_avoir(document):
        document.avoir_attendu = True
        changements.append("comptabilisée : un avoir est attendu")
    elif document.statut != StatutFacture.ANNULEE:
        document.avoir_attendu = False
    if document.ecriture_id and "montants ou client" in changements:
        changements.append("l’écriture déjà passée n’est pas modifiée")
    document.save()
    return Resultat.CHANGEE, ", ".join(changements)[:300]


def _a_un_avoir(facture: Document) -> bool:
    return Document.objects.filter(dossier_id=facture.dossier_id, qonto_facture_id=facture.qonto_id).exists()


def _solder_les_avoirs(avoir: Document) -> None:
    """The credit note that was waited for has come."""
    if avoir.qonto_genre == GenreQonto.AVOIR and avoir.qonto_facture_id:
        Document.objects.filter(dossier_id=avoir.dossier_id, qonto_id=avoir.qonto_facture_id).update(
            avoir_attendu=False
        )


def _noter(ligne: LigneImport, resultat: str, raison: str = "", document: Document | None = None) -> None:
    ligne.resultat, ligne.raison, ligne.essais = resultat, raison[:300], ligne.essais + 1
    ligne.document = document
    ligne.save(update_fields=["resultat", "raison", "essais", "document"])
