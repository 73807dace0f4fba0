"""i-Dépôt: the baskets of a dossier, their folders and documents, and the imports of Qonto's invoices.

A document points to one `Fichier` (encrypted, stored once in the dossier). What comes from Qonto bears its id: the
database keeps one document for each. The words of a document are kept apart, so that the list stays light.
"""

import zlib
from datetime import datetime
from typing import Any, ClassVar

import orjson
from django.db import models
from django.db.models import Q

from comptabilite.models import Ecriture
from depot.enums import (
    IMPORTS_VIVANTS,
    TONS_RESULTAT,
    TONS_STATUT,
    EtatDocument,
    EtatImport,
    EtatLecture,
    GenreQonto,
    OrigineDocument,
    Panier,
    Resultat,
    StatutFacture,
    TypeDocument,
)
from gestion_acces.models import Dossier, Fichier, Utilisateur

TRANSITIONS: dict[str, tuple[str, ...]] = {
    EtatDocument.A_TRAITER: (EtatDocument.TRAITE,),
    EtatDocument.TRAITE: (EtatDocument.A_TRAITER,),
}


class Classeur(models.Model):
    """A folder inside a basket."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="classeurs", db_index=False)
    panier = models.CharField(max_length=10, choices=Panier)
    nom = models.CharField("nom du dossier", max_length=60)
    cree_le = models.DateTimeField()
    cree_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = "classeur"
        ordering: ClassVar[list[str]] = ["nom", "id"]
        constraints = (
            models.UniqueConstraint(fields=("dossier", "panier", "nom"), name="classeur_nom_unique_par_panier"),
            models.CheckConstraint(condition=~Q(nom=""), name="classeur_nom_rempli"),
        )

    def __str__(self) -> str:
        return self.nom


class DocumentQuerySet(models.QuerySet["Document"]):
    def pour_dossier(self, dossier: Dossier) -> "DocumentQuerySet":
        return self.filter(dossier=dossier)

    def presents(self) -> "DocumentQuerySet":
        """Those that are not in the bin."""
        return self.filter(supprime_le__isnull=True)


class Document(models.Model):
    """One document. Amounts are positive, also those of a credit note; `date` is the deposit's until one is known."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="documents", db_index=False)
    panier = models.CharField(max_length=10, choices=Panier)
    classeur = models.ForeignKey(
        Classeur, on_delete=models.PROTECT, null=True, blank=True, related_name="documents", verbose_name="classeur"
    )
    fichier = models.ForeignKey(Fichier, on_delete=models.PROTECT, related_name="documents")
    type = models.CharField(max_length=16, choices=TypeDocument)
    nom = models.CharField(max_length=200)
    numero = models.CharField("numéro", max_length=60, blank=True)
    date = models.DateField()
    tiers = models.CharField(max_length=160, blank=True)
    montant_cents = models.BigIntegerField("montant TTC (centimes)", default=0)
    etat = models.CharField(max_length=10, choices=EtatDocument, default=EtatDocument.A_TRAITER)
    traite_le = models.DateTimeField(null=True, blank=True)
    traite_par = models.CharField(max_length=254, blank=True)
    origine = models.CharField(max_length=10, choices=OrigineDocument)
    depose_le = models.DateTimeField()
    depose_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    lecture = models.CharField(max_length=10, choices=EtatLecture, default=EtatLecture.ATTENDUE)
    # What the XML inside the PDF says (portal.lib.factur_x), empty without one; what it says otherwise than Qonto.
    factur_x = models.JSONField(default=dict, blank=True)
    differences = models.JSONField(default=list, blank=True)
    # What Qonto says. `qonto_facture_id`: the invoice that a credit note credits.
    qonto_id = models.CharField(max_length=64, blank=True)
    qonto_genre = models.CharField(max_length=8, choices=GenreQonto, blank=True)
    qonto_facture_id = models.CharField(max_length=64, blank=True)
    qonto_piece_id = models.CharField(max_length=64, blank=True)
    statut = models.CharField("statut Qonto", max_length=12, choices=StatutFacture, blank=True)
    vente = models.JSONField(default=dict, blank=True)
    ecriture = models.ForeignKey(Ecriture, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Cancelled at Qonto after it was booked: a credit note must come (comptabilite.md §D.4).
    avoir_attendu = models.BooleanField(default=False)
    supprime_le = models.DateTimeField(null=True, blank=True)
    supprime_par = models.CharField(max_length=254, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("dossier", "qonto_id"), condition=~Q(qonto_id=""), name="document_qonto_unique_par_dossier"
            ),
            models.UniqueConstraint(
                fields=("dossier", "fichier", "qonto_id"),
                condition=Q(supprime_le__isnull=True),
                name="document_fichier_unique_par_dossier",
            ),
            models.CheckConstraint(condition=Q(montant_cents__gte=0), name="document_montant_positif"),
            models.CheckConstraint(
                condition=Q(etat=EtatDocument.A_TRAITER, traite_le__isnull=True)
                | Q(etat=EtatDocument.TRAITE, traite_le__isnull=False),
                name="document_traite_date",
            ),
            models.CheckConstraint(
                condition=Q(statut="") | (~Q(qonto_id="") & Q(qonto_genre=GenreQonto.FACTURE)),
                name="document_statut_d_une_facture_qonto",
            ),
            models.CheckConstraint(
                condition=Q(statut__in=["", *StatutFacture.values]), name="document_statut_importable"
            ),
            # A document that was booked is not thrown away.
            models.CheckConstraint(
                condition=Q(supprime_le__isnull=True) | Q(ecriture__isnull=True),
                name="document_supprime_sans_ecriture",
            ),
        )
        indexes = (
            models.Index(fields=("dossier", "-date", "-id"), name="document_liste"),
            models.Index(fields=("dossier", "panier", "-date", "-id"), name="document_panier"),
            models.Index(fields=("dossier", "panier", "tiers", "id"), name="document_tiers"),
            models.Index(fields=("dossier", "etat", "panier"), name="document_etat"),
            models.Index(fields=("dossier", "qonto_facture_id"), name="document_avoirs"),
        )

    def __str__(self) -> str:
        return self.numero or self.nom

    @property
    def titre(self) -> str:
        return self.numero or self.nom

    @property
    def est_vente(self) -> bool:
        return self.type in (TypeDocument.FACTURE_VENTE, TypeDocument.AVOIR_VENTE)

    @property
    def est_avoir(self) -> bool:
        return self.type in (TypeDocument.AVOIR_VENTE, TypeDocument.AVOIR_ACHAT)

    @property
    def est_image(self) -> bool:
        return self.fichier.type_mime.startswith("image/")

    @property
    def ton_statut(self) -> str:
        return TONS_STATUT.get(self.statut, "neutre")


class TexteDocument(models.Model):
    """The words by which a document is found: what it is called, and what is written in it, without accents."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="texte")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    entete = models.TextField(blank=True)
    contenu = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.document_id}"


class ImportFactures(models.Model):
    """One run of « Import des factures Qonto ». Claimed by a lease; what it did is counted from its lines."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="imports_factures", db_index=False)
    etat = models.CharField(max_length=12, choices=EtatImport, default=EtatImport.EN_ATTENTE)
    demande_par = models.CharField(max_length=254)
    demande_le = models.DateTimeField()
    complet = models.BooleanField(default=True)
    demarre_le = models.DateTimeField(null=True, blank=True)
    termine_le = models.DateTimeField(null=True, blank=True)
    bail_jusqu_au = models.DateTimeField(null=True, blank=True)
    # Written once the whole list of Qonto is known: before, the total means nothing.
    liste_le = models.DateTimeField(null=True, blank=True)
    erreur = models.TextField(blank=True)
    # How far the next incremental run may begin: Qonto's own clock.
    vu_jusqu_au = models.DateTimeField(null=True, blank=True)
    avoirs_vus_jusqu_au = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "import des factures Qonto"
        constraints = (
            models.UniqueConstraint(
                fields=("dossier",), condition=Q(etat__in=IMPORTS_VIVANTS), name="import_factures_un_a_la_fois"
            ),
        )
        indexes = (
            models.Index(fields=("dossier", "-demande_le", "-id"), name="import_factures_liste"),
            models.Index(fields=("etat", "bail_jusqu_au"), name="import_factures_a_reprendre"),
        )

    def __str__(self) -> str:
        return f"Import du {self.demande_le:%d/%m/%Y %H:%M}"

    @property
    def est_vivant(self) -> bool:
        return self.etat in IMPORTS_VIVANTS

    def est_abandonne(self, maintenant: datetime) -> bool:
        """Its worker died: the lease has ended and nobody took it over."""
        return self.est_vivant and self.bail_jusqu_au is not None and self.bail_jusqu_au < maintenant


class LigneImport(models.Model):
    """One invoice or credit note of a run, as Qonto gave it, and what became of it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    import_factures = models.ForeignKey(
        ImportFactures, on_delete=models.CASCADE, related_name="lignes", db_index=False
    )
    genre = models.CharField(max_length=8, choices=GenreQonto)
    qonto_id = models.CharField(max_length=64)
    numero = models.CharField(max_length=60, blank=True)
    tiers = models.CharField(max_length=160, blank=True)
    montant_cents = models.BigIntegerField(default=0)
    # zlib over the JSON that Qonto sent: any import can be explained and replayed.
    brut = models.BinaryField()
    resultat = models.CharField(max_length=10, choices=Resultat, default=Resultat.A_FAIRE)
    raison = models.CharField(max_length=300, blank=True)
    essais = models.PositiveSmallIntegerField(default=0)
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, related_name="lignes_import")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("import_factures", "qonto_id"), name="ligne_import_unique"),
            models.CheckConstraint(
                condition=~Q(resultat__in=[Resultat.IGNOREE, Resultat.ECHOUEE]) | ~Q(raison=""),
                name="ligne_import_raison_dite",
            ),
        )
        indexes = (models.Index(fields=("import_factures", "resultat", "id"), name="ligne_import_resultat"),)

    def __str__(self) -> str:
        return f"{self.numero} – {self.get_resultat_display()}"

    @property
    def ton(self) -> str:
        return TONS_RESULTAT[self.resultat]

    @property
    def recu(self) -> dict[str, Any]:
        """What Qonto sent."""
        return dict(orjson.loads(zlib.decompress(self.brut)))
