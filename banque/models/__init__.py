"""ACD Banque: the bank accounts of a dossier, what the bank sent, what was integrated, what was put on it.

`LigneRecue` is what the source said, kept as it came; `Operation` is the line of the grid, made from it by an
integration (`Releve`). A line stays one line for ever: (account, source, id) is unique, an operation has one line,
an entry has one operation. The SQL of the migrations keeps all these rows within one dossier.
"""

from datetime import date as Date
from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from banque.enums import (
    Decision,
    EtatOperation,
    ModeReglement,
    Motif,
    SensRegle,
    Source,
    StatutRecue,
)
from banque.models.communs import DuDossierQuerySet
from banque.models.rapprochement import RapprochementArrete
from banque.models.suivi import Changement, CodeOperation, Synchronisation
from comptabilite.models import Compte, Ecriture, Journal, Tiers
from gestion_acces.models import Cabinet, Dossier, Fichier, Utilisateur
from portal.lib.calendrier import jour_de_paris
from qonto_link.models import CompteQonto

__all__ = [
    "Changement",
    "CodeOperation",
    "CompteBancaire",
    "Habitude",
    "Imputation",
    "LigneRecue",
    "Operation",
    "PieceJointe",
    "RapprochementArrete",
    "Regle",
    "Releve",
    "Synchronisation",
]


class CompteBancaire(models.Model):
    """The card « Modification de la Banque » of the fiche dossier (S17), and how far its lines have come.

    `curseur`: last change seen at Qonto. `integre_jusqu_au`: first instant that no integration has covered yet.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="comptes_bancaires", db_index=False)
    libelle = models.CharField("libellé", max_length=80)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    titulaire = models.CharField(max_length=160, blank=True)
    devise = models.CharField(max_length=3, default="EUR")
    code_emetteur = models.CharField("code émetteur", max_length=6, blank=True)
    journal = models.OneToOneField(
        Journal, on_delete=models.PROTECT, null=True, blank=True, related_name="compte_bancaire"
    )
    compte_qonto = models.OneToOneField(
        CompteQonto, on_delete=models.PROTECT, null=True, blank=True, related_name="compte_bancaire"
    )
    actif = models.BooleanField(default=True)
    # Adresse
    agence = models.CharField("agence", max_length=80, blank=True)
    adresse = models.CharField("adresse", max_length=200, blank=True)
    code_postal = models.CharField("code postal", max_length=10, blank=True)
    ville = models.CharField("ville", max_length=100, blank=True)
    pays = models.CharField("pays", max_length=2, default="FR")
    contact = models.CharField("interlocuteur", max_length=120, blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("e-mail", blank=True)
    # Règlement fournisseurs
    regle_fournisseurs = models.BooleanField("utilisée pour les règlements fournisseurs", default=False)
    mode_fournisseurs = models.CharField(
        "mode de règlement", max_length=1, choices=ModeReglement, default=ModeReglement.VIREMENT, blank=True
    )
    motif_fournisseurs = models.CharField("motif par défaut", max_length=50, blank=True)
    plafond_cents = models.BigIntegerField("plafond par règlement (centimes)", null=True, blank=True)
    # Destinataire EDI
    edi_teleregle = models.BooleanField("utilisée pour les télérèglements", default=False)
    edi_destinataire = models.CharField("destinataire EDI", max_length=80, blank=True)
    edi_rum = models.CharField("référence unique de mandat", max_length=35, blank=True)
    # How far the lines have come
    curseur = models.DateTimeField(null=True, blank=True, editable=False)
    synchronise_le = models.DateTimeField(null=True, blank=True, editable=False)
    erreur_synchro = models.TextField(blank=True, editable=False)
    integre_depuis = models.DateTimeField(null=True, blank=True, editable=False)
    integre_jusqu_au = models.DateTimeField(null=True, blank=True, editable=False)
    solde_cents = models.BigIntegerField(null=True, blank=True, editable=False)
    solde_le = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "banque"
        constraints = (
            models.UniqueConstraint(fields=("dossier", "iban"), name="compte_bancaire_iban_unique"),
            models.CheckConstraint(condition=~Q(libelle=""), name="compte_bancaire_libelle_rempli"),
            models.CheckConstraint(
                condition=Q(plafond_cents__isnull=True) | Q(plafond_cents__gt=0), name="compte_bancaire_plafond"
            ),
        )

    def __str__(self) -> str:
        return self.libelle

    @property
    def dernier_jour_integre(self) -> Date | None:
        return jour_de_paris(self.integre_jusqu_au) - timedelta(days=1) if self.integre_jusqu_au else None


class LigneRecue(models.Model):
    """A staged bank line: what the source said last, and its raw payload (zlib)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    compte_bancaire = models.ForeignKey(
        CompteBancaire, on_delete=models.PROTECT, related_name="lignes_recues", db_index=False
    )
    source = models.CharField(max_length=10, choices=Source)
    external_id = models.CharField(max_length=64)
    statut = models.CharField(max_length=20, choices=StatutRecue)
    montant_cents = models.BigIntegerField()
    reglee_le = models.DateTimeField(null=True)
    jour = models.DateField(null=True)
    date_valeur = models.DateField(null=True)
    emise_le = models.DateTimeField(null=True)
    modifiee_le = models.DateTimeField(null=True)
    solde_apres_cents = models.BigIntegerField(null=True)
    libelle = models.CharField(max_length=300)
    contrepartie = models.CharField(max_length=300, blank=True)
    contrepartie_iban = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    type_operation = models.CharField(max_length=40, blank=True)
    code_operation = models.CharField(max_length=4, blank=True)
    mode_reglement = models.CharField(max_length=1, choices=ModeReglement, blank=True)
    devise = models.CharField(max_length=3, default="EUR")
    montant_local_cents = models.BigIntegerField(null=True)
    devise_locale = models.CharField(max_length=3, blank=True)
    tva_cents = models.BigIntegerField(null=True)
    taux_tva = models.PositiveIntegerField(null=True)
    numero_cheque = models.CharField(max_length=40, blank=True)
    nb_pieces = models.PositiveSmallIntegerField(default=0)
    payload = models.BinaryField()
    recue_le = models.DateTimeField()
    # True while an operation stands for the line: what waits is read from a partial index, never by a join.
    integree = models.BooleanField(default=False)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne reçue"
        constraints = (
            models.UniqueConstraint(fields=("compte_bancaire", "source", "external_id"), name="ligne_recue_unique"),
            models.CheckConstraint(condition=~Q(external_id=""), name="ligne_recue_identifiee"),
            models.CheckConstraint(
                condition=~Q(statut=StatutRecue.REGLEE) | Q(reglee_le__isnull=False, jour__isnull=False),
                name="ligne_recue_reglee_datee",
            ),
        )
        indexes = (
            models.Index(
                fields=("dossier", "compte_bancaire", "reglee_le", "id"),
                name="ligne_recue_reglee",
                condition=Q(statut=StatutRecue.REGLEE),
            ),
            models.Index(
                fields=("dossier", "compte_bancaire", "reglee_le", "id"),
                name="ligne_recue_en_attente",
                condition=Q(statut=StatutRecue.REGLEE, integree=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.libelle} {self.montant_cents}"

    @property
    def jour_regle(self) -> Date:
        """The day of a settled line, which always has one (constraint)."""
        assert self.jour is not None
        return self.jour


class PieceJointe(models.Model):
    """A receipt attached at the bank to a line (S22). `fichier` is empty until it was fetched."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    ligne = models.ForeignKey(LigneRecue, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    external_id = models.CharField(max_length=64)
    nom = models.CharField(max_length=255, blank=True)
    type_mime = models.CharField(max_length=80, blank=True)
    taille = models.PositiveBigIntegerField(default=0)
    fichier = models.ForeignKey(Fichier, on_delete=models.PROTECT, null=True, related_name="+")
    erreur = models.CharField(max_length=300, blank=True)
    essais = models.PositiveSmallIntegerField(default=0)
    retiree_le = models.DateTimeField(null=True)
    transmise_le = models.DateTimeField(null=True)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "justificatif"
        constraints = (models.UniqueConstraint(fields=("ligne", "external_id"), name="piece_jointe_unique"),)
        indexes = (
            models.Index(
                fields=("dossier", "id"),
                name="piece_a_chercher",
                condition=Q(fichier__isnull=True, retiree_le__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.nom or self.external_id


class Releve(models.Model):
    """One integration of one account: the statement of a period. `lot` ties the accounts integrated together."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    compte_bancaire = models.ForeignKey(
        CompteBancaire, on_delete=models.PROTECT, related_name="releves", db_index=False
    )
    lot = models.UUIDField()
    source = models.CharField(max_length=10, choices=Source)
    debut = models.DateTimeField()
    fin = models.DateTimeField()
    solde_ouverture_cents = models.BigIntegerField(null=True)
    solde_cloture_cents = models.BigIntegerField(null=True)
    nb_lignes = models.PositiveIntegerField()
    total_depenses_cents = models.BigIntegerField()
    total_recettes_cents = models.BigIntegerField()
    # Name of the line at which the chain of balances breaks; empty when it is proven.
    rupture = models.CharField(max_length=400, blank=True)
    # Bound before this integration: what an undo gives back.
    integre_avant = models.DateTimeField(null=True)
    integre_le = models.DateTimeField()
    integre_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    annule_le = models.DateTimeField(null=True)
    annule_par = models.CharField(max_length=254, blank=True)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "relevé"
        constraints = (
            models.CheckConstraint(condition=Q(fin__gt=F("debut")), name="releve_periode_ordonnee"),
            models.CheckConstraint(
                condition=Q(total_depenses_cents__lte=0, total_recettes_cents__gte=0), name="releve_totaux_signes"
            ),
        )
        indexes = (models.Index(fields=("dossier", "compte_bancaire", "-id"), name="releve_liste"),)

    def __str__(self) -> str:
        return f"Relevé {self.compte_bancaire_id} du {self.debut:%d/%m/%Y}"

    @property
    def dernier_jour(self) -> Date:
        """The last whole day of the statement."""
        return jour_de_paris(self.fin) - timedelta(days=1)

    @property
    def solde_est_prouve(self) -> bool:
        return not self.rupture and self.solde_cloture_cents is not None


class Regle(models.Model):
    """An automatic imputation, of one dossier or of the whole firm (`dossier` empty). The first that fits wins."""

    cabinet = models.ForeignKey(Cabinet, on_delete=models.PROTECT, related_name="+", db_index=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    ordre = models.PositiveIntegerField()
    nom = models.CharField(max_length=80)
    active = models.BooleanField(default=True)
    # Conditions, all of which must hold
    contient = models.CharField("le libellé contient", max_length=100, blank=True)
    sens = models.CharField(max_length=8, choices=SensRegle, blank=True, default=SensRegle.TOUS)
    mode_reglement = models.CharField("mode", max_length=1, choices=ModeReglement, blank=True)
    code_operation = models.CharField("code opé", max_length=4, blank=True)
    iban = models.CharField("IBAN du tiers", max_length=34, blank=True)
    montant_min_cents = models.BigIntegerField(null=True, blank=True)
    montant_max_cents = models.BigIntegerField(null=True, blank=True)
    # Result
    numero_compte = models.CharField("compte", max_length=13)
    code_tiers = models.CharField("tiers", max_length=13, blank=True)
    taux_tva = models.PositiveIntegerField("TVA (centièmes de %)", null=True, blank=True)
    libelle = models.CharField("libellé de l’écriture", max_length=50, blank=True)
    valide = models.BooleanField("valider sans demander", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "règle d’affectation"
        constraints = (
            models.CheckConstraint(
                condition=~(Q(contient="") & Q(iban="") & Q(code_operation="") & Q(mode_reglement="")),
                name="regle_a_une_condition",
            ),
            models.CheckConstraint(
                condition=Q(montant_min_cents__isnull=True)
                | Q(montant_max_cents__isnull=True)
                | Q(montant_max_cents__gte=F("montant_min_cents")),
                name="regle_montants_ordonnes",
            ),
        )
        indexes = (models.Index(fields=("cabinet", "dossier", "ordre", "id"), name="regle_ordre"),)

    def __str__(self) -> str:
        return self.nom


class Habitude(models.Model):
    """What was put before on the lines of a counterparty: the memory that a correction teaches."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+", db_index=False)
    contrepartie = models.CharField(max_length=120)
    depense = models.BooleanField()
    compte = models.ForeignKey(Compte, on_delete=models.CASCADE, related_name="+", db_index=False)
    tiers = models.ForeignKey(Tiers, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    taux_tva = models.PositiveIntegerField(null=True)
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.APPRIS)
    nombre = models.PositiveIntegerField(default=0)
    dernier_le = models.DateTimeField()

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("dossier", "contrepartie", "depense", "compte"), name="habitude_unique"),
            # One « toujours » per counterparty and side.
            models.UniqueConstraint(
                fields=("dossier", "contrepartie", "depense"),
                condition=Q(decision=Decision.TOUJOURS),
                name="habitude_un_seul_toujours",
            ),
        )

    def __str__(self) -> str:
        return f"{self.contrepartie} → {self.compte_id}"


class Operation(models.Model):
    """The line of the grid (S24). `compte` is its account unless it is split (`ventilee`) over `Imputation` rows."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    compte_bancaire = models.ForeignKey(
        CompteBancaire, on_delete=models.PROTECT, related_name="operations", db_index=False
    )
    releve = models.ForeignKey(Releve, on_delete=models.PROTECT, related_name="operations")
    ligne = models.OneToOneField(LigneRecue, on_delete=models.PROTECT, related_name="operation")
    jour = models.DateField()
    rang = models.PositiveBigIntegerField()
    montant_cents = models.BigIntegerField()
    piece = models.CharField("pièce", max_length=60, blank=True)
    libelle = models.CharField("libellé", max_length=100)
    mode_reglement = models.CharField(max_length=1, choices=ModeReglement, blank=True)
    code_operation = models.CharField(max_length=4, blank=True)
    complement = models.TextField("libellé complémentaire", blank=True)
    contrepartie = models.CharField(max_length=120, blank=True)
    nb_pieces = models.PositiveSmallIntegerField(default=0)
    etat = models.CharField("état", max_length=15, choices=EtatOperation, default=EtatOperation.A_TRAITER)
    mention = models.BooleanField("#Comptabilise", default=False)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    tiers = models.ForeignKey(Tiers, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    taux_tva = models.PositiveIntegerField(null=True)
    ventilee = models.BooleanField("ventilée", default=False)
    motif = models.CharField(max_length=10, choices=Motif, blank=True, default=Motif.AUCUN)
    explication = models.CharField(max_length=300, blank=True)
    regle = models.ForeignKey(Regle, on_delete=models.SET_NULL, null=True, related_name="+")
    libelle_saisi = models.BooleanField(default=False)
    alerte = models.CharField(max_length=300, blank=True)
    ecriture = models.OneToOneField(Ecriture, on_delete=models.PROTECT, null=True, related_name="operation_bancaire")
    validee_le = models.DateTimeField(null=True)
    validee_par = models.CharField(max_length=254, blank=True)
    transferee_le = models.DateTimeField(null=True)
    transferee_par = models.CharField(max_length=254, blank=True)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "opération bancaire"
        constraints = (
            models.CheckConstraint(
                condition=~Q(etat__in=(EtatOperation.TRANSFEREE, EtatOperation.COMPTABILISEE))
                | Q(ecriture__isnull=False),
                name="operation_passee_a_une_ecriture",
            ),
            models.CheckConstraint(
                condition=Q(ecriture__isnull=True)
                | Q(etat__in=(EtatOperation.TRANSFEREE, EtatOperation.COMPTABILISEE)),
                name="operation_ecriture_seulement_si_passee",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=(EtatOperation.PROPOSEE, EtatOperation.VALIDEE, EtatOperation.TRANSFEREE))
                | Q(compte__isnull=False)
                | Q(ventilee=True),
                name="operation_validee_a_un_compte",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatOperation.TRANSFEREE) | Q(mention=False),
                name="operation_mention_jamais_transferee",
            ),
            models.UniqueConstraint(fields=("compte_bancaire", "jour", "rang"), name="operation_rang_unique"),
        )
        indexes = (
            models.Index(fields=("dossier", "compte_bancaire", "jour", "rang"), name="operation_grille"),
            models.Index(fields=("dossier", "compte_bancaire", "etat", "jour", "rang"), name="operation_etat"),
            models.Index(
                fields=("dossier", "compte_bancaire", "jour", "rang"),
                name="operation_signalee",
                condition=~Q(alerte=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.jour:%d/%m/%Y} {self.libelle}"

    @property
    def depense_cents(self) -> int | None:
        return -self.montant_cents if self.montant_cents < 0 else None

    @property
    def recette_cents(self) -> int | None:
        return self.montant_cents if self.montant_cents >= 0 else None

    @property
    def est_modifiable(self) -> bool:
        return self.etat in (EtatOperation.A_TRAITER, EtatOperation.PROPOSEE, EtatOperation.VALIDEE)

    @property
    def compte_affiche(self) -> str:
        """What stands in the column Compte: the code of the third party, else the number of the account."""
        if self.tiers is not None:
            return self.tiers.code
        return self.compte.numero if self.compte is not None else ""


class Imputation(models.Model):
    """One part of a split line, base or VAT, signed as the operation; their sum is its amount."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="imputations", db_index=False)
    rang = models.PositiveSmallIntegerField()
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+", db_index=False)
    tiers = models.ForeignKey(Tiers, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    montant_cents = models.BigIntegerField()
    libelle = models.CharField(max_length=100, blank=True)
    est_tva = models.BooleanField("TVA", default=False)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "ventilation"
        constraints = (
            models.UniqueConstraint(fields=("operation", "rang"), name="imputation_rang_unique"),
            models.CheckConstraint(condition=~Q(montant_cents=0), name="imputation_non_nulle"),
        )

    def __str__(self) -> str:
        return f"{self.operation_id}/{self.rang}"
