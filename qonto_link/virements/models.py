"""The orders that the portal gives to Qonto, and the evidence kept with them."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from gestion_acces.models import Dossier, Utilisateur
from portal.lib.chiffrement import ChampChiffre
from qonto_link.models import CompteQonto
from qonto_link.virements.enums import Genre, MethodeSca, ResultatVop, StatutOrdre, StatutVirement

DUREE_SCA = timedelta(minutes=15)  # business reference §0.4
DUREE_VOP = timedelta(hours=22)  # §7.2 says 23 hours; an hour is kept for the person who decides
# §1.4: a key lives 30 minutes. Beyond this age it is never sent again.
DUREE_CLE = timedelta(minutes=25)


class VerificationBeneficiaire(models.Model):
    """One verification of payee: question, answer, who saw it, what was decided (comptabilite.md §F.2)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    iban = models.CharField(max_length=34)
    nom_demande = models.CharField(max_length=140)
    resultat = models.CharField(max_length=20, choices=ResultatVop)
    nom_trouve = models.CharField(max_length=140, blank=True)
    code_erreur = models.CharField(max_length=80, blank=True)
    jeton = ChampChiffre(blank=True)
    demandee_le = models.DateTimeField()
    demandee_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        indexes = (models.Index(fields=("dossier", "iban", "-demandee_le"), name="vop_par_iban"),)

    def __str__(self) -> str:
        return f"{self.nom_demande} – {self.get_resultat_display()}"

    @property
    def favorable(self) -> bool:
        return self.resultat == ResultatVop.CONCORDE

    def valable(self, maintenant: datetime) -> bool:
        """True while its token may travel with an order."""
        return bool(self.jeton) and maintenant < self.demandee_le + DUREE_VOP


class OrdreQuerySet(models.QuerySet["Ordre"]):
    def pour_dossier(self, dossier: Dossier) -> "OrdreQuerySet":
        return self.filter(dossier=dossier)

    def en_suspens(self) -> "OrdreQuerySet":
        """Those whose fate at Qonto is not known."""
        return self.filter(statut__in=(StatutOrdre.SOUMISSION, StatutOrdre.DOUTE))


class Ordre(models.Model):
    """One call to Qonto and its strong authentication: a transfer, or a bulk of them. One attempt, one key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="ordres")
    compte = models.ForeignKey(CompteQonto, on_delete=models.PROTECT, related_name="ordres")
    genre = models.CharField(max_length=10, choices=Genre, default=Genre.SIMPLE)
    statut = models.CharField(max_length=20, choices=StatutOrdre, default=StatutOrdre.PRET)
    cle = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    jeton_vop = ChampChiffre(blank=True)
    # The body as it was first sent, byte for byte: the replay after authentication must be identical (§9.7).
    corps = ChampChiffre(blank=True)
    methode_sca = models.CharField(max_length=20, choices=MethodeSca, blank=True)
    jeton_sca = ChampChiffre(blank=True)
    sca_depuis = models.DateTimeField(null=True, blank=True)
    premier_envoi = models.DateTimeField(null=True, blank=True)
    dernier_envoi = models.DateTimeField(null=True, blank=True)
    # How many times it went to SOUMISSION: the answer of an older call never moves a newer one.
    envois = models.PositiveIntegerField(default=0)
    # A call of this order may have been done without our knowing; only Qonto's list or time closes that.
    incertain = models.BooleanField(default=False)
    # The first look at Qonto's list, long after the last call, that did not find it.
    regard_negatif = models.DateTimeField(null=True, blank=True)
    # A red alert: whoever prepared it never sends it alone (B3).
    second_regard = models.BooleanField(default=False)
    suivi_le = models.DateTimeField(null=True, blank=True)
    bulk_id = models.CharField(max_length=64, blank=True)
    # A person said that this bulk of Qonto was the order; as long as it shows nothing she may take it back.
    rattache_par_main = models.BooleanField(default=False)
    # When a person said that the payments which Qonto never showed did not leave: they are still watched.
    lignes_perdues_le = models.DateTimeField(null=True, blank=True)
    motif = models.CharField(max_length=300, blank=True)
    reference_support = models.CharField(max_length=64, blank=True)
    cree_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    approuve_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    cree_le = models.DateTimeField()
    modifie_le = models.DateTimeField()

    objects = OrdreQuerySet.as_manager()

    class Meta:
        verbose_name = "ordre"
        indexes = (
            models.Index(fields=("dossier", "-cree_le", "id"), name="ordre_liste"),
            models.Index(
                fields=("dernier_envoi",),
                condition=Q(statut__in=(StatutOrdre.SOUMISSION, StatutOrdre.DOUTE)),
                name="ordre_en_suspens",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(statut__in=(StatutOrdre.SOUMISSION, StatutOrdre.DOUTE, StatutOrdre.ATTENTE_SCA))
                | (Q(premier_envoi__isnull=False) & ~Q(corps="")),
                name="ordre_envoye_garde_son_corps",
            ),
            models.CheckConstraint(
                condition=Q(incertain=False) | ~Q(statut__in=(StatutOrdre.REFUSE, StatutOrdre.ABANDONNE)),
                name="ordre_incertain_reste_retenu",
            ),
            models.CheckConstraint(
                condition=Q(second_regard=False)
                | Q(statut__in=(StatutOrdre.A_APPROUVER, StatutOrdre.PRET, StatutOrdre.ABANDONNE))
                | (Q(approuve_par__isnull=False) & ~Q(approuve_par=models.F("cree_par"))),
                name="ordre_rouge_vu_par_deux",
            ),
            models.UniqueConstraint(fields=("dossier", "bulk_id"), condition=~Q(bulk_id=""), name="ordre_bulk_unique"),
        )

    def __str__(self) -> str:
        return f"{self.get_genre_display()} {self.id}"

    def sca_expire_le(self) -> datetime | None:
        return self.sca_depuis + DUREE_SCA if self.sca_depuis else None


class VirementQuerySet(models.QuerySet["Virement"]):
    def pour_dossier(self, dossier: Dossier) -> "VirementQuerySet":
        return self.filter(dossier=dossier)

    def a_suivre(self) -> "VirementQuerySet":
        """Accepted by Qonto, not yet final."""
        return self.filter(statut__in=(StatutVirement.PROGRAMME, StatutVirement.EN_COURS))


class Virement(models.Model):
    """One payment to one payee. Amounts in cents of euro, dates as Paris days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="virements")
    ordre = models.ForeignKey(Ordre, on_delete=models.PROTECT, related_name="virements")
    rang = models.PositiveSmallIntegerField(default=1)
    statut = models.CharField(max_length=20, choices=StatutVirement, default=StatutVirement.EN_PREPARATION)
    montant_cents = models.BigIntegerField()
    beneficiaire = models.CharField(max_length=140)
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    reference = models.CharField(max_length=140)
    note = models.CharField(max_length=140, blank=True)
    date_demandee = models.DateField()
    date_prevue = models.DateField()
    verification = models.ForeignKey(
        VerificationBeneficiaire, on_delete=models.PROTECT, related_name="virements", null=True, blank=True
    )
    motif_poursuite = models.CharField(max_length=300, blank=True)
    transfer_id = models.CharField(max_length=64, blank=True)
    transaction_id = models.CharField(max_length=64, blank=True)
    beneficiaire_id = models.CharField(max_length=64, blank=True)
    # Ids of the files uploaded to Qonto: compulsory above 30 000 € (business reference §10.4).
    pieces_jointes = models.JSONField(default=list, blank=True)
    execute_le = models.DateField(null=True, blank=True)
    motif = models.CharField(max_length=300, blank=True)
    suivi_le = models.DateTimeField(null=True, blank=True)

    objects = VirementQuerySet.as_manager()

    class Meta:
        verbose_name = "virement"
        constraints = (
            models.UniqueConstraint(fields=("ordre", "rang"), name="virement_rang_unique"),
            models.CheckConstraint(condition=Q(montant_cents__gt=0), name="virement_montant_positif"),
            models.UniqueConstraint(
                fields=("dossier", "transfer_id"), condition=~Q(transfer_id=""), name="virement_transfer_unique"
            ),
            models.UniqueConstraint(
                fields=("dossier", "transaction_id"),
                condition=~Q(transaction_id=""),
                name="virement_transaction_unique",
            ),
            models.CheckConstraint(
                condition=~Q(statut__in=(StatutVirement.PROGRAMME, StatutVirement.EN_COURS, StatutVirement.REGLE))
                | ~Q(transfer_id=""),
                name="virement_accepte_connu_de_qonto",
            ),
            models.CheckConstraint(
                condition=~Q(statut=StatutVirement.REGLE) | Q(execute_le__isnull=False),
                name="virement_regle_a_son_jour",
            ),
        )
        indexes = (
            models.Index(
                fields=("dossier", "suivi_le"),
                condition=Q(statut__in=(StatutVirement.PROGRAMME, StatutVirement.EN_COURS)),
                name="virement_a_suivre",
            ),
        )

    def __str__(self) -> str:
        return f"{self.beneficiaire} – {self.reference}"
