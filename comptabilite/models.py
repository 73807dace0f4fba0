"""The accounting dossier: exercices, accounts, journals, third parties, entries and their lettering.

An entry carries the sums of its lines (`total_debit_cents`, `total_credit_cents`, `nb_lignes`): triggers alone write
them. While they do not balance, `desequilibre_id` points to a row that can never exist, by a foreign key checked at
COMMIT: no transaction can end with an entry that does not balance, on either engine, whatever wrote the lines.
The SQL that refuses the rest (frozen entries, holes in the numbers, rows of another dossier) is in `migrations/sql`.
"""

from datetime import date as Date
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length

from comptabilite.enums import EtatEcriture, GestionDocument, NatureJournal, OrigineEcriture, TypeTiers
from gestion_acces.models import Dossier, Fichier, Utilisateur

models.CharField.register_lookup(Length, "longueur")

TRANSITIONS: dict[str, tuple[str, ...]] = {
    EtatEcriture.BROUILLARD: (EtatEcriture.VALIDEE,),
    EtatEcriture.VALIDEE: (),
}


M = TypeVar("M", bound=models.Model, covariant=True)


class DuDossierQuerySet(models.QuerySet[M]):
    """Rows of one dossier."""

    def pour_dossier(self, dossier: Dossier) -> Self:
        return self.filter(dossier=dossier)


class Parametres(models.Model):
    """The accounting settings of a dossier. Its row is also the lock that puts the dossier's writers in a queue."""

    dossier = models.OneToOneField(Dossier, on_delete=models.CASCADE, primary_key=True, related_name="parametres")
    largeur_comptes = models.PositiveSmallIntegerField("longueur des comptes", default=8)
    date_verrou = models.DateField("verrouillé jusqu’au", null=True, blank=True)
    date_verrou_tva = models.DateField("TVA déclarée jusqu’au", null=True, blank=True)
    tolerance_cents = models.PositiveIntegerField("tolérance de lettrage (centimes)", default=5)
    compte_ecart_charge = models.CharField("écart de règlement, charge", max_length=13, default="658")
    compte_ecart_produit = models.CharField("écart de règlement, produit", max_length=13, default="758")

    class Meta:
        verbose_name = "paramètres comptables"
        constraints = (
            models.CheckConstraint(
                condition=Q(largeur_comptes__gte=6) & Q(largeur_comptes__lte=13), name="parametres_largeur"
            ),
        )

    def __str__(self) -> str:
        return f"Paramètres comptables {self.dossier_id}"


class Exercice(models.Model):
    """`dernier_numero` and `derniere_empreinte` belong to the triggers that number the entries."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="exercices", db_index=False)
    debut = models.DateField("début")
    fin = models.DateField("clôture")
    cloture_le = models.DateTimeField("clôturé le", null=True, blank=True)
    cloture_par = models.CharField(max_length=254, blank=True)
    dernier_numero = models.PositiveIntegerField(default=0, editable=False)
    derniere_empreinte = models.CharField(max_length=64, blank=True, editable=False)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(fin__gt=F("debut")), name="exercice_dates_ordonnees"),
            models.UniqueConstraint(fields=("dossier", "debut"), name="exercice_debut_unique"),
            models.UniqueConstraint(fields=("dossier", "fin"), name="exercice_fin_unique"),
        )

    def __str__(self) -> str:
        return f"Exercice du {self.debut:%d/%m/%Y} au {self.fin:%d/%m/%Y}"

    @property
    def est_clos(self) -> bool:
        return self.cloture_le is not None

    @property
    def identifiant_html(self) -> str:
        return f"exercice-{self.pk}"

    def couvre(self, date: Date) -> bool:
        return self.debut <= date <= self.fin


class Compte(models.Model):
    """An account of the dossier's plan. Its number is for ever, its label may change."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="comptes", db_index=False)
    numero = models.CharField("numéro", max_length=13)
    libelle = models.CharField("libellé", max_length=160)
    collectif = models.BooleanField("collectif (un tiers est exigé)", default=False)
    lettrable = models.BooleanField(default=False)
    actif = models.BooleanField(default=True)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("dossier", "numero"), name="compte_numero_unique"),
            models.CheckConstraint(condition=Q(numero__longueur__gte=6), name="compte_numero_long"),
            models.CheckConstraint(condition=~Q(libelle=""), name="compte_libelle_rempli"),
        )

    def __str__(self) -> str:
        return f"{self.numero} – {self.libelle}"


class Journal(models.Model):
    """A journal with its card (S20): general, accounts, entry, ACD and GED options."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="journaux", db_index=False)
    code = models.CharField(max_length=6)
    libelle = models.CharField("libellé", max_length=80)
    nature = models.CharField(max_length=12, choices=NatureJournal)
    actif = models.BooleanField(default=True)
    compte_tresorerie = models.OneToOneField(
        Compte, on_delete=models.PROTECT, null=True, blank=True, related_name="journal_tresorerie"
    )
    # {"1": "62780000", …, "9": …}: keyboard shortcuts; 0 is the treasury account.
    comptes_frequents = models.JSONField(default=dict, blank=True)
    racines_interdites = models.JSONField(default=list, blank=True)
    gestion_numero_facture = models.BooleanField("gestion du numéro de facture", default=True)
    libelle_par_defaut = models.CharField("libellé par défaut", max_length=50, blank=True)
    piece_automatique = models.BooleanField("proposer le numéro de pièce suivant", default=True)
    reporter_libelle = models.BooleanField("reporter le libellé d’une ligne à l’autre", default=True)
    code_acd = models.CharField("code du journal dans ACD", max_length=6, blank=True)
    transfert_acd = models.BooleanField("autoriser le transfert vers ACD Compta", default=True)
    gestion_document = models.CharField(
        "documents", max_length=10, choices=GestionDocument, default=GestionDocument.JOINDRE
    )
    panier_ged = models.CharField("panier de la GED", max_length=20, blank=True)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "journaux"
        constraints = (
            models.UniqueConstraint(fields=("dossier", "code"), name="journal_code_unique"),
            models.CheckConstraint(
                condition=Q(nature=NatureJournal.TRESORERIE, compte_tresorerie__isnull=False)
                | (~Q(nature=NatureJournal.TRESORERIE) & Q(compte_tresorerie__isnull=True)),
                name="journal_tresorerie_a_un_compte",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} – {self.libelle}"

    @property
    def est_tresorerie(self) -> bool:
        return self.nature == NatureJournal.TRESORERIE


class Tiers(models.Model):
    """A supplier (F…) or a client (C…): the auxiliary account and what identifies the company."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="tiers", db_index=False)
    type = models.CharField(max_length=1, choices=TypeTiers)
    code = models.CharField(max_length=13)
    nom = models.CharField(max_length=160)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    numero_tva = models.CharField("numéro de TVA", max_length=20, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    email = models.EmailField("e-mail", blank=True)
    actif = models.BooleanField(default=True)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "tiers"
        constraints = (
            models.UniqueConstraint(fields=("dossier", "code"), name="tiers_code_unique"),
            models.CheckConstraint(condition=Q(code__startswith=F("type")), name="tiers_code_selon_type"),
        )
        indexes = (
            models.Index(fields=("dossier", "nom", "id"), name="tiers_nom"),
            models.Index(fields=("dossier", "siren"), name="tiers_siren", condition=~Q(siren="")),
            models.Index(fields=("dossier", "iban"), name="tiers_iban", condition=~Q(iban="")),
        )

    def __str__(self) -> str:
        return f"{self.code} – {self.nom}"


class Desequilibre(models.Model):
    """Always empty: the row 1, to which an entry that does not balance points, can never exist."""

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=0), name="desequilibre_toujours_vide"),)

    def __str__(self) -> str:
        return "Déséquilibre"


class Ecriture(models.Model):
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="ecritures", db_index=False)
    exercice = models.ForeignKey(Exercice, on_delete=models.PROTECT, related_name="ecritures", db_index=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="ecritures", db_index=False)
    date = models.DateField()
    piece = models.CharField("pièce", max_length=60)
    date_piece = models.DateField("date de la pièce")
    libelle = models.CharField("libellé", max_length=100)
    etat = models.CharField("état", max_length=10, choices=EtatEcriture, default=EtatEcriture.BROUILLARD)
    origine = models.CharField(max_length=16, choices=OrigineEcriture, default=OrigineEcriture.MANUEL)
    cle = models.CharField(max_length=80, blank=True)
    auteur = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    numero = models.PositiveIntegerField("numéro", null=True, editable=False)
    validee_le = models.DateField("validée le", null=True, editable=False)
    validee_par = models.CharField(max_length=254, blank=True, editable=False)
    empreinte_precedente = models.CharField(max_length=64, blank=True, editable=False)
    empreinte = models.CharField(max_length=64, blank=True, editable=False)
    annule = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="annulee_par")
    total_debit_cents = models.BigIntegerField(default=0, editable=False)
    total_credit_cents = models.BigIntegerField(default=0, editable=False)
    nb_lignes = models.PositiveIntegerField(default=0, editable=False)
    desequilibre = models.ForeignKey(
        Desequilibre,
        on_delete=models.DO_NOTHING,
        null=True,
        default=1,
        editable=False,
        db_index=False,
        related_name="+",
    )

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "écriture"
        constraints = (
            models.UniqueConstraint(fields=("dossier", "exercice", "numero"), name="ecriture_numero_unique"),
            models.UniqueConstraint(fields=("dossier", "cle"), condition=~Q(cle=""), name="ecriture_cle_unique"),
            models.CheckConstraint(condition=~Q(piece="") & ~Q(libelle=""), name="ecriture_piece_et_libelle"),
            models.CheckConstraint(
                condition=Q(desequilibre__isnull=True, nb_lignes__gte=2, total_debit_cents=F("total_credit_cents"))
                | (
                    Q(desequilibre__isnull=False)
                    & (Q(nb_lignes__lt=2) | ~Q(total_debit_cents=F("total_credit_cents")))
                ),
                name="ecriture_equilibre",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatEcriture.BROUILLARD, numero__isnull=True, validee_le__isnull=True, empreinte="")
                | Q(
                    etat=EtatEcriture.VALIDEE,
                    numero__gte=1,
                    validee_le__isnull=False,
                    empreinte__longueur=64,
                    desequilibre__isnull=True,
                ),
                name="ecriture_validee_numerotee",
            ),
        )
        indexes = (
            models.Index(fields=("dossier", "journal", "date", "id"), name="ecriture_journal"),
            models.Index(fields=("dossier", "date", "id"), name="ecriture_date"),
            models.Index(
                fields=("dossier", "exercice", "date", "id"),
                name="ecriture_brouillard",
                condition=Q(etat=EtatEcriture.BROUILLARD),
            ),
            models.Index(fields=("dossier", "piece"), name="ecriture_piece"),
        )

    def __str__(self) -> str:
        return f"{self.reference} du {self.date:%d/%m/%Y} – {self.libelle}"

    @property
    def est_brouillard(self) -> bool:
        return self.etat == EtatEcriture.BROUILLARD

    @property
    def reference(self) -> str:
        """The number of a validated entry, a provisional mark for a draft."""
        return f"Écriture n° {self.numero}" if self.numero else f"Brouillard B{self.pk}"


class Lettrage(models.Model):
    """Lines of one account (and one third party) that pay each other. Capital code: total; small: partial."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    exercice = models.ForeignKey(Exercice, on_delete=models.PROTECT, related_name="+", db_index=False)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+", db_index=False)
    tiers = models.ForeignKey(Tiers, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    code = models.CharField(max_length=6)
    date = models.DateField()
    total = models.BooleanField(default=True)
    # Lines of two exercices: exported in the FEC of neither, since its sum is zero in neither.
    a_cheval = models.BooleanField(default=False)
    motif = models.CharField(max_length=40, blank=True)
    auteur = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("dossier", "compte", "tiers", "exercice", "code"),
                condition=Q(tiers__isnull=False),
                name="lettrage_code_unique_tiers",
            ),
            models.UniqueConstraint(
                fields=("dossier", "compte", "exercice", "code"),
                condition=Q(tiers__isnull=True),
                name="lettrage_code_unique",
            ),
        )

    def __str__(self) -> str:
        return self.code


class LigneEcriture(models.Model):
    """One side of an entry. `date` repeats the entry's, so that the ledger of an account reads one index."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    ecriture = models.ForeignKey(Ecriture, on_delete=models.CASCADE, related_name="lignes", db_index=False)
    rang = models.PositiveIntegerField()
    date = models.DateField()
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="lignes", db_index=False)
    tiers = models.ForeignKey(Tiers, on_delete=models.PROTECT, null=True, related_name="lignes", db_index=False)
    libelle = models.CharField("libellé", max_length=100)
    debit_cents = models.BigIntegerField(default=0)
    credit_cents = models.BigIntegerField(default=0)
    lettrage = models.ForeignKey(Lettrage, on_delete=models.PROTECT, null=True, related_name="lignes", db_index=False)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne d’écriture"
        ordering: ClassVar[list[str]] = []
        constraints = (
            models.UniqueConstraint(fields=("ecriture", "rang"), name="ligne_rang_unique"),
            models.CheckConstraint(
                condition=Q(debit_cents__gt=0, credit_cents=0) | Q(debit_cents=0, credit_cents__gt=0),
                name="ligne_un_seul_cote_positif",
            ),
            models.CheckConstraint(condition=~Q(libelle=""), name="ligne_libelle_rempli"),
        )
        indexes = (
            models.Index(fields=("dossier", "compte", "date", "id"), name="ligne_grand_livre"),
            models.Index(
                fields=("dossier", "tiers", "date", "id"), name="ligne_tiers", condition=Q(tiers__isnull=False)
            ),
            models.Index(fields=("lettrage",), name="ligne_lettrage", condition=Q(lettrage__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.ecriture_id}/{self.rang}"

    @property
    def solde_cents(self) -> int:
        return self.debit_cents - self.credit_cents


class PieceEcriture(models.Model):
    """A document of an entry. It may come after validation; it never leaves a validated entry."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    ecriture = models.ForeignKey(Ecriture, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    fichier = models.ForeignKey(Fichier, on_delete=models.PROTECT, related_name="+")
    ajoutee_le = models.DateTimeField()
    ajoutee_par = models.CharField(max_length=254, blank=True)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce de l’écriture"
        constraints = (models.UniqueConstraint(fields=("ecriture", "fichier"), name="piece_ecriture_unique"),)
        indexes = (models.Index(fields=("dossier", "ecriture"), name="piece_ecriture_dossier"),)

    def __str__(self) -> str:
        return f"{self.ecriture_id} – {self.fichier}"


class SoldeMensuel(models.Model):
    """Sums of one account (and third party; 0 = none) over one month. Triggers alone write it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+", db_index=False)
    compte = models.ForeignKey(Compte, on_delete=models.CASCADE, related_name="soldes", db_index=False)
    tiers_ref = models.BigIntegerField(default=0)
    mois = models.DateField()
    debit_cents = models.BigIntegerField(default=0)
    credit_cents = models.BigIntegerField(default=0)
    nb_lignes = models.IntegerField(default=0)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("dossier", "compte", "tiers_ref", "mois"), name="solde_mensuel_unique"),
        )
        indexes = (models.Index(fields=("dossier", "mois"), name="solde_mensuel_mois"),)

    def __str__(self) -> str:
        return f"{self.compte_id} {self.mois:%m/%Y}"


class ExportFec(models.Model):
    """One line of the register of exports: never changed, never deleted."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="exports_fec", db_index=False)
    exercice = models.ForeignKey(Exercice, on_delete=models.PROTECT, related_name="exports", db_index=False)
    cree_le = models.DateTimeField()
    cree_par = models.CharField(max_length=254)
    nom = models.CharField(max_length=60)
    provisoire = models.BooleanField()
    nb_lignes = models.PositiveIntegerField()
    nb_ecritures = models.PositiveIntegerField()
    total_debit_cents = models.BigIntegerField()
    total_credit_cents = models.BigIntegerField()
    taille = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    # The same bytes without the lettering columns: two exports that differ by lettering alone share it.
    sha256_fige = models.CharField(max_length=64)
    derniere_empreinte = models.CharField(max_length=64, blank=True)
    nb_caracteres_remplaces = models.PositiveIntegerField(default=0)
    conforme = models.BooleanField()
    anomalies = models.JSONField(default=list)
    version = models.CharField(max_length=20)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "export FEC"
        indexes = (models.Index(fields=("dossier", "exercice", "-id"), name="export_fec_liste"),)

    def __str__(self) -> str:
        return f"{self.nom} du {self.cree_le:%d/%m/%Y}"


class ControleLivres(models.Model):
    """What the last night found in the books of an exercice: its chain, and its FEC as it would be handed over."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+", db_index=False)
    exercice = models.OneToOneField(Exercice, on_delete=models.CASCADE, related_name="controle")
    fait_le = models.DateTimeField()
    nb_ecritures = models.PositiveIntegerField()
    # The first entry whose link does not fit, and why.
    rupture_numero = models.PositiveIntegerField(null=True)
    rupture_raison = models.CharField(max_length=200, blank=True)
    # Why no FEC can be written at all.
    refus = models.CharField(max_length=200, blank=True)
    nb_bloquants = models.PositiveIntegerField(default=0)
    nb_alertes = models.PositiveIntegerField(default=0)
    anomalies = models.JSONField(default=list)
    sain = models.BooleanField()

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "contrôle des livres"
        verbose_name_plural = "contrôles des livres"
        constraints = (
            models.CheckConstraint(
                condition=Q(sain=False) | Q(rupture_numero__isnull=True, refus="", nb_bloquants=0),
                name="controle_sain_sans_faute",
            ),
        )
        indexes = (
            models.Index(fields=("dossier", "exercice"), name="controle_dossier"),
            models.Index(fields=("dossier",), name="controle_en_faute", condition=Q(sain=False)),
        )

    def __str__(self) -> str:
        return f"Contrôle des livres, {self.exercice}"
