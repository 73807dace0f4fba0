"""Documents of the baskets: deposit, reading of what is in them, sorting, states, bin."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from depot.enums import (
    TYPE_PAR_PANIER,
    EtatDocument,
    EtatLecture,
    OrigineDocument,
    Panier,
    TypeDocument,
)
from depot.errors import DejaDepose, DocumentPrisEnCompte
from depot.models import TRANSITIONS, Classeur, Document, TexteDocument
from depot.ventes import depuis_factur_x
from gestion_acces.models import Dossier, Fichier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from gestion_acces.services.fichiers import controler_contenu, deposer_fichier, ouvrir
from portal.lib import stockage
from portal.lib.calendrier import jour_de_paris
from portal.lib.contenu import ContenuRefuse
from portal.lib.factur_x import FacturX, FacturXIllisible, lire_factur_x
from portal.lib.lecture_pdf import LecteurDeFichiers, normaliser
from portal.lib.televersement import FichierTeleverse

PDF = "application/pdf"
TAILLE_ENTETE, TAILLE_TEXTE = 1000, 200_000


def deposer_document(
    *,
    dossier: Dossier,
    fichier: FichierTeleverse,
    nom: str,
    panier: str,
    classeur: Classeur | None = None,
    par: Utilisateur,
    origine: str,
    maintenant: datetime,
) -> Document:
    """Keep one file in a basket, with the checks of every upload.

    Raises FichierRefuse for a content that is not taken, DejaDepose when the same bytes are in the dossier already.
    """
    type_mime = controler_contenu(fichier, nom)
    garde, _ = deposer_fichier(
        dossier=dossier, flux=fichier, nom=nom, type_mime=type_mime, par=par, maintenant=maintenant
    )
    deja = Document.objects.pour_dossier(dossier).presents().filter(fichier=garde).first()
    if deja is not None:
        raise DejaDepose(deja.titre, deja.get_panier_display())
    document = Document(
        dossier=dossier,
        panier=panier,
        classeur=classeur,
        fichier=garde,
        type=TYPE_PAR_PANIER[panier],
        nom=garde.nom,
        date=jour_de_paris(maintenant),
        origine=origine,
        depose_le=maintenant,
        depose_par=par,
    )
    try:
        with transaction.atomic():
            document.save(force_insert=True)
            ecrire_textes(document, contenu="", nouveau=True)
    except IntegrityError:
        raise DejaDepose(garde.nom, Panier(panier).label) from None
    return document


def ecrire_textes(document: Document, *, contenu: str | None = None, nouveau: bool = False) -> None:
    """The words by which the document is found; `contenu` None keeps what was read in it. `nouveau`: it has none."""
    montant = f"{document.montant_cents // 100},{document.montant_cents % 100:02d}" if document.montant_cents else ""
    entete = normaliser(" ".join((document.nom, document.numero, document.tiers, montant)))[:TAILLE_ENTETE]
    textes = {"dossier_id": document.dossier_id, "entete": entete}
    if contenu is not None:
        textes["contenu"] = normaliser(contenu)[:TAILLE_TEXTE]
    if nouveau:
        TexteDocument.objects.create(document=document, **textes)
    else:
        TexteDocument.objects.update_or_create(document=document, defaults=textes)


def factur_x_en_json(facture: FacturX) -> dict[str, Any]:
    """What is kept of the XML, dates written as text."""
    donnees = asdict(facture)
    for cle in ("date_emission", "echeance"):
        donnees[cle] = donnees[cle].isoformat() if donnees[cle] else None
    donnees["vente"] = depuis_factur_x(facture).en_json()
    return donnees


def lire_document(*, document: Document) -> None:
    """Take the words and the invoice out of a deposited file. What cannot be read stays findable by its name."""
    if document.lecture != EtatLecture.ATTENDUE:
        return
    facture, illisible, texte = None, "", ""
    try:
        with LecteurDeFichiers() as lecteur, stockage.ouvrir(document.fichier.cle) as flux:
            lu = lecteur.lire(flux, document.fichier.nom)
        texte = lu.texte
        facture = lire_factur_x(lu.octets) if lu.type_mime == PDF else None
    except (ContenuRefuse, stockage.FichierAltere, FileNotFoundError):
        texte = ""
    except FacturXIllisible as faute:
        illisible = str(faute)
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
        document.lecture = EtatLecture.LUE if texte.strip() else EtatLecture.SANS_TEXTE
        if facture is not None:
            _remplir(document, facture)
        elif illisible:
            document.differences = [illisible]
        document.save()
        ecrire_textes(document, contenu=texte)


def _remplir(document: Document, facture: FacturX) -> None:
    """What the XML says fills what nobody wrote yet."""
    vente = document.panier == Panier.VENTE
    document.factur_x = factur_x_en_json(facture)
    document.differences = [f"Factur-X : {faute}." for faute in facture.incoherences()]
    document.numero = document.numero or facture.numero[:60]
    document.tiers = document.tiers or (facture.acheteur if vente else facture.vendeur).nom[:160]
    document.montant_cents = document.montant_cents or facture.ttc_cents
    document.date = facture.date_emission
    if document.type == TypeDocument.FACTURE_VENTE and facture.avoir:
        document.type = TypeDocument.AVOIR_VENTE
    elif document.type == TypeDocument.FACTURE_ACHAT and facture.avoir:
        document.type = TypeDocument.AVOIR_ACHAT
    if vente:
        document.vente = document.factur_x["vente"]


def decrire_document(
    *,
    document: Document,
    type: str,
    numero: str,
    date: date,
    tiers: str,
    montant_cents: int,
    panier: str,
    classeur: Classeur | None,
) -> Document:
    """Write what a person says of the document. What Qonto says of its own is not changed by hand.

    Raises DocumentPrisEnCompte for a basket or a type that would contradict a booked or an imported sale.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
        if document.qonto_id and panier != Panier.VENTE:
            raise DocumentPrisEnCompte("Une facture venue de Qonto reste dans le panier Vente.")
        if document.ecriture_id and panier != document.panier:
            raise DocumentPrisEnCompte("Ce document est comptabilisé : il reste dans son panier.")
        if not document.qonto_id:
            document.type, document.numero, document.date = type, numero, date
            document.tiers, document.montant_cents = tiers, montant_cents
        document.panier, document.classeur = panier, classeur
        document.save()
        ecrire_textes(document)
    return document


def changer_etat(*, documents: Iterable[Document], etat: str, par: str, maintenant: datetime) -> int:
    """Mark as treated, or to be treated again; returns how many changed."""
    depart = [avant for avant, apres in TRANSITIONS.items() if etat in apres]
    traite = etat == EtatDocument.TRAITE
    return Document.objects.filter(pk__in=[document.pk for document in documents], etat__in=depart).update(
        etat=etat, traite_le=maintenant if traite else None, traite_par=par if traite else ""
    )


def ranger(*, documents: Sequence[Document], panier: str, classeur: Classeur | None) -> tuple[int, list[str]]:
    """Move to a basket and folder; returns how many moved and, in words, those that stay."""
    restes = [
        f"« {document.titre} » reste dans le panier {document.get_panier_display()}."
        for document in documents
        if panier != document.panier and (document.qonto_id or document.ecriture_id)
    ]
    with transaction.atomic():
        bougent = Document.objects.filter(pk__in=[document.pk for document in documents]).filter(
            Q(panier=panier) | Q(qonto_id="", ecriture__isnull=True)
        )
        # The type follows the basket where it was only deduced from the former one.
        autres = bougent.exclude(panier=panier)
        autres_cles = list(autres.values_list("pk", flat=True))
        nombre = bougent.update(panier=panier, classeur=classeur)
        Document.objects.filter(pk__in=autres_cles).update(type=TYPE_PAR_PANIER[panier])
    return nombre, restes


def jeter(
    *, documents: Sequence[Document], par: str, origine: Origine = SYSTEME, maintenant: datetime, client: bool = False
) -> tuple[int, list[str]]:
    """Put documents into the bin, from which they can be taken back. Booked or imported ones stay; so do, for the
    client, those that the firm has treated or deposited. Returns how many went and, in words, those that stay.
    """
    partis, restes = 0, []
    for document in documents:
        with transaction.atomic():
            actuel = Document.objects.select_for_update(of=("self",)).select_related("dossier__cabinet")
            document = actuel.get(pk=document.pk)
            raison = _pourquoi_garder(document, client=client)
            if raison:
                restes.append(f"« {document.titre} » : {raison}")
                continue
            document.supprime_le, document.supprime_par = maintenant, par
            document.save(update_fields=["supprime_le", "supprime_par"])
            _tracer(document, "document.jeter", origine, maintenant)
            partis += 1
    return partis, restes


def _pourquoi_garder(document: Document, *, client: bool) -> str:
    if document.supprime_le:
        return "déjà dans la corbeille."
    if document.ecriture_id:
        return "comptabilisé, il reste."
    if document.qonto_id:
        return "venu de Qonto, il reste."
    if client and document.etat == EtatDocument.TRAITE:
        return "déjà pris en compte par votre cabinet."
    if client and document.origine != OrigineDocument.CLIENT:
        return "déposé par votre cabinet."
    return ""


def restaurer(*, document: Document, origine: Origine = SYSTEME, maintenant: datetime) -> Document:
    """Take a document out of the bin. Raises DejaDepose when the same file was deposited again meanwhile."""
    try:
        with transaction.atomic():
            document.supprime_le, document.supprime_par = None, ""
            document.save(update_fields=["supprime_le", "supprime_par"])
            _tracer(document, "document.restaurer", origine, maintenant)
    except IntegrityError:
        raise DejaDepose(document.titre, document.get_panier_display()) from None
    return document


def _tracer(document: Document, acte: str, origine: Origine, maintenant: datetime) -> None:
    journaliser(
        cabinet=document.dossier.cabinet,
        dossier=document.dossier,
        acte=acte,
        date=maintenant,
        origine=origine,
        objet=f"{document.get_panier_display()} – {document.titre}",
        avant={"fichier": document.fichier.nom, "sha256": document.fichier.sha256},
    )


def octets_de(fichier: Fichier) -> bytes:
    """The whole of a stored file."""
    return b"".join(ouvrir(fichier))
