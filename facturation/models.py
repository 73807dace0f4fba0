"""Supplier invoices, their instalments and what pays them. Amounts are integer cents of euro."""

import uuid
from datetime import date as Date

from django.db import models
from django.db.models import Q

from comptabilite.models import Tiers
from facturation.enums import ModeReglement, NatureFacture, OrigineFacture, OrigineIban
from gestion_acces.models import Dossier, Fichier, Utilisateur
from qonto_link.virements.models import Virement


class FournisseurQuerySet(models.QuerySet["Fournisseur"]):
    def pour_dossier(self, dossier: Dossier) -> "FournisseurQuerySet":
        return self.filter(dossier=dossier)


class Fournisseur(models.Model):
    """A supplier as the payer knows him: his compte tiers, and where he is paid."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="fournisseurs")
    nom = models.CharField("nom", max_length=140)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    numero_tva = models.CharField("numéro de TVA", max_length=20, blank=True)
    email = models.EmailField("e-mail", blank=True)
    tiers = models.ForeignKey(Tiers, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    compte_charge = models.CharField("compte de charge", max_length=13, default="607")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FournisseurQuerySet.as_manager()

    class Meta:
        verbose_name = "fournisseur"
        constraints = (models.UniqueConstraint(fields=("dossier", "nom"), name="fournisseur_nom_unique"),)
        indexes = (models.Index(fields=("dossier", "siren"), name="fournisseur_siren"),)

    def __str__(self) -> str:
        return self.nom


class CoordonneeBancaire(models.Model):
    """An IBAN of a supplier. The history is never rewritten: a new one replaces the former, with who and when."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    fournisseur = models.ForeignKey(Fournisseur, on_delete=models.PROTECT, related_name="coordonnees")
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    origine = models.CharField(max_length=12, choices=OrigineIban, default=OrigineIban.SAISIE)
    depuis = models.DateTimeField()
    saisie_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+", null=True)
    remplacee_le = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "coordonnée bancaire"
        constraints = (
            models.UniqueConstraint(
                fields=("fournisseur",), condition=Q(remplacee_le__isnull=True), name="coordonnee_courante_unique"
            ),
        )
        indexes = (models.Index(fields=("dossier", "iban"), name="coordonnee_par_iban"),)

    def __str__(self) -> str:
        return f"{self.fournisseur} – {self.depuis:%d/%m/%Y}"


class FactureQuerySet(models.QuerySet["Facture"]):
    def pour_dossier(self, dossier: Dossier) -> "FactureQuerySet":
        return self.filter(dossier=dossier)


class Facture(models.Model):
    """A supplier invoice. HT + TVA = TTC; a credit note has positive amounts and `nature` AVOIR."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="factures_fournisseurs")
    fournisseur = models.ForeignKey(Fournisseur, on_delete=models.PROTECT, related_name="factures")
    nature = models.CharField(max_length=10, choices=NatureFacture, default=NatureFacture.FACTURE)
    numero = models.CharField("numéro", max_length=60)
    date_emission = models.DateField("date de la facture")
    montant_ht_cents = models.BigIntegerField()
    montant_tva_cents = models.BigIntegerField()
    montant_ttc_cents = models.BigIntegerField()
    # The IBAN printed on the invoice, when it could be read: compared with the supplier's card before paying.
    iban_facture = models.CharField(max_length=34, blank=True)
    # The seller's SIREN, likewise.
    siren_facture = models.CharField(max_length=9, blank=True)
    fichier = models.ForeignKey(Fichier, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    origine = models.CharField(max_length=12, choices=OrigineFacture, default=OrigineFacture.SAISIE)
    saisie_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FactureQuerySet.as_manager()

    class Meta:
        verbose_name = "facture fournisseur"
        verbose_name_plural = "factures fournisseurs"
        constraints = (
            models.UniqueConstraint(fields=("dossier", "fournisseur", "numero"), name="facture_numero_unique"),
            models.CheckConstraint(
                condition=Q(montant_ttc_cents=models.F("montant_ht_cents") + models.F("montant_tva_cents")),
                name="facture_ttc_egale_ht_plus_tva",
            ),
            models.CheckConstraint(
                condition=Q(montant_ttc_cents__gt=0, montant_ht_cents__gte=0, montant_tva_cents__gte=0),
                name="facture_montants_positifs",
            ),
        )
        indexes = (models.Index(fields=("dossier", "-date_emission", "id"), name="facture_liste"),)

    def __str__(self) -> str:
        return f"{self.numero} – {self.fournisseur.nom}"


class LigneTva(models.Model):
    """Base and VAT of an invoice at one rate; `taux` in hundredths of a percent (2000 = 20 %)."""

    facture = models.ForeignKey(Facture, on_delete=models.CASCADE, related_name="lignes_tva")
    taux = models.PositiveIntegerField()
    base_cents = models.BigIntegerField()
    tva_cents = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("facture", "taux"), name="ligne_tva_taux_unique"),)

    def __str__(self) -> str:
        return f"{self.taux} – {self.base_cents}"


class EcheanceQuerySet(models.QuerySet["Echeance"]):
    def pour_dossier(self, dossier: Dossier) -> "EcheanceQuerySet":
        return self.filter(dossier=dossier)

    def ouvertes(self) -> "EcheanceQuerySet":
        """Those that nothing pays yet."""
        return self.exclude(reglements__vivant=True)


class Echeance(models.Model):
    """An instalment: what is due, and when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    facture = models.ForeignKey(Facture, on_delete=models.CASCADE, related_name="echeances")
    rang = models.PositiveSmallIntegerField()
    date = models.DateField("échéance")
    montant_cents = models.BigIntegerField()

    objects = EcheanceQuerySet.as_manager()

    class Meta:
        verbose_name = "échéance"
        constraints = (
            models.UniqueConstraint(fields=("facture", "rang"), name="echeance_rang_unique"),
            models.CheckConstraint(condition=Q(montant_cents__gt=0), name="echeance_montant_positif"),
        )
        indexes = (models.Index(fields=("dossier", "date", "id"), name="echeance_calendrier"),)

    def __str__(self) -> str:
        return f"{self.facture.numero} – échéance {self.rang}"

    def en_retard(self, aujourdhui: Date) -> bool:
        return self.date < aujourdhui


class Reglement(models.Model):
    """What pays an instalment. `vivant` while it is under way or done: at most one per instalment, by the database.

    It dies only with its transfer (`virement_mort_rouvre` trigger); a dead one stays as history.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    echeance = models.ForeignKey(Echeance, on_delete=models.PROTECT, related_name="reglements")
    mode = models.CharField(max_length=12, choices=ModeReglement, default=ModeReglement.QONTO)
    virement = models.OneToOneField(
        Virement, on_delete=models.PROTECT, related_name="reglement", null=True, blank=True
    )
    vivant = models.BooleanField(default=True)
    regle_le = models.DateField(null=True, blank=True)
    # What the entry lacks, in words for the cabinet; empty when the books follow the payment.
    ecriture_en_attente = models.CharField(max_length=300, blank=True)
    cree_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+", null=True)
    cree_le = models.DateTimeField()

    class Meta:
        verbose_name = "règlement"
        constraints = (
            models.UniqueConstraint(
                fields=("echeance",), condition=Q(vivant=True), name="reglement_vivant_unique_par_echeance"
            ),
            models.CheckConstraint(
                condition=~Q(mode=ModeReglement.QONTO) | Q(virement__isnull=False),
                name="reglement_qonto_a_son_virement",
            ),
        )
        indexes = (models.Index(fields=("dossier", "-cree_le", "id"), name="reglement_liste"),)

    def __str__(self) -> str:
        return f"{self.echeance} – {self.get_mode_display()}"
