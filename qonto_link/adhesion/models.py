"""An application for a Qonto account: the draft, its documents, its steps at Qonto, the corrections it proposes."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from gestion_acces.models import Dossier, Fichier, Utilisateur
from portal.lib import affichage
from portal.lib.chiffrement import ChampChiffre
from qonto_link.adhesion.enums import (
    ETAPE_PAR_CODE,
    MODIFIABLES,
    PARCOURS,
    VIVANTS,
    Etape,
    EtatCorrection,
    EtatJustificatif,
    Flux,
    Statut,
    TypeJustificatif,
)

SANS_NOUVELLES = timedelta(days=5)


class AdhesionQuerySet(models.QuerySet["Adhesion"]):
    def pour_dossier(self, dossier: Dossier) -> "AdhesionQuerySet":
        return self.filter(dossier=dossier)

    def vivantes(self) -> "AdhesionQuerySet":
        return self.filter(statut__in=VIVANTS)


class Adhesion(models.Model):
    """`donnees` holds what was typed, encrypted as a whole: birth dates and private addresses are in it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="adhesions")
    flux = models.CharField(max_length=20, choices=Flux)
    statut = models.CharField(max_length=20, choices=Statut, default=Statut.BROUILLON)
    donnees = ChampChiffre(default="{}")
    demarree_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    demarree_le = models.DateTimeField()
    modifiee_le = models.DateTimeField()
    soumise_le = models.DateTimeField(null=True, blank=True)
    # The call to Qonto: taken by one worker at a time, for a while.
    bail_jusqu_a = models.DateTimeField(null=True, blank=True)
    tentatives = models.PositiveIntegerField(default=0)
    prochain_essai = models.DateTimeField(null=True, blank=True)
    motif = models.TextField(blank=True)
    reference_support = models.CharField(max_length=80, blank=True)
    # What Qonto answered.
    registration_id = models.CharField(max_length=64, blank=True)
    redirection_link = models.URLField(max_length=500, blank=True)
    organisation_id = models.CharField(max_length=64, blank=True)
    flux_qonto = models.CharField(max_length=20, blank=True)
    etape = models.CharField(max_length=40, blank=True)
    rang = models.PositiveSmallIntegerField(default=0)
    etape_depuis = models.DateTimeField(null=True, blank=True)
    derniere_lecture = models.DateTimeField(null=True, blank=True)
    rappel_envoye_le = models.DateTimeField(null=True, blank=True)

    objects = AdhesionQuerySet.as_manager()

    class Meta:
        verbose_name = "adhésion"
        constraints = (
            models.UniqueConstraint(
                fields=("dossier",), condition=Q(statut__in=VIVANTS), name="adhesion_vivante_unique_par_dossier"
            ),
            models.UniqueConstraint(
                fields=("registration_id",), condition=~Q(registration_id=""), name="adhesion_registration_unique"
            ),
            models.CheckConstraint(
                condition=~Q(statut__in=(Statut.EN_COURS, Statut.OUVERTE)) | ~Q(registration_id=""),
                name="adhesion_en_cours_a_sa_registration",
            ),
        )
        indexes = (
            models.Index(fields=("statut", "derniere_lecture"), name="adhesion_a_relever"),
            models.Index(fields=("dossier", "statut"), name="adhesion_dossier_statut"),
        )

    def __str__(self) -> str:
        return f"{self.dossier} – {self.get_statut_display()}"

    @property
    def contenu(self) -> dict[str, Any]:
        """The draft: `entreprise` (field → text) and `associes` (list of the same, each with its `cle`)."""
        brut: dict[str, Any] = json.loads(self.donnees or "{}")
        return {"entreprise": brut.get("entreprise", {}), "associes": brut.get("associes", [])}

    @property
    def est_modifiable(self) -> bool:
        return self.statut in MODIFIABLES

    @property
    def est_creation(self) -> bool:
        return self.flux == Flux.CREATION

    @property
    def etape_courante(self) -> Etape | None:
        return ETAPE_PAR_CODE.get(self.etape)

    @property
    def parcours(self) -> tuple[Etape, ...]:
        """The steps of this flow, the actual ones of Qonto included when they are others."""
        codes = list(PARCOURS[self.flux])
        if self.etape == "capital_deposit_statement_ready":
            codes[codes.index("capital_deposit_certificate_signed")] = self.etape
        return tuple(ETAPE_PAR_CODE[code] for code in codes)

    def sans_nouvelles(self, maintenant: datetime) -> int:
        """Days without news from Qonto, 0 while it is not long."""
        if self.statut != Statut.EN_COURS or self.etape_depuis is None:
            return 0
        ecoule = maintenant - self.etape_depuis
        return ecoule.days if ecoule >= SANS_NOUVELLES else 0


class EtapeFranchie(models.Model):
    """A step told by Qonto: when it happened there, when and how we heard of it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    adhesion = models.ForeignKey(Adhesion, on_delete=models.CASCADE, related_name="franchies")
    code = models.CharField(max_length=40)
    survenue_le = models.DateTimeField()
    apprise_le = models.DateTimeField()
    source = models.CharField(max_length=10, choices=(("webhook", "Webhook"), ("lecture", "Lecture")))

    class Meta:
        constraints = (models.UniqueConstraint(fields=("adhesion", "code"), name="etape_franchie_une_fois"),)

    def __str__(self) -> str:
        return f"{self.adhesion} – {self.code}"


class JustificatifQuerySet(models.QuerySet["Justificatif"]):
    def pour_dossier(self, dossier: Dossier) -> "JustificatifQuerySet":
        return self.filter(dossier=dossier)

    def presents(self) -> "JustificatifQuerySet":
        return self.filter(retire_le__isnull=True)


class Justificatif(models.Model):
    """A document of an application. `associe`: the key of the person whose it is, empty for the company."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="justificatifs")
    adhesion = models.ForeignKey(Adhesion, on_delete=models.PROTECT, related_name="justificatifs")
    type = models.CharField(max_length=20, choices=TypeJustificatif)
    associe = models.CharField(max_length=36, blank=True)
    fichier = models.ForeignKey(Fichier, on_delete=models.PROTECT, related_name="+")
    nom = models.CharField(max_length=200)
    etat = models.CharField(max_length=20, choices=EtatJustificatif)
    motif = models.CharField(max_length=300, blank=True)
    qonto_file_id = models.CharField(max_length=64, blank=True)
    depose_le = models.DateTimeField()
    depose_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    transmis_le = models.DateTimeField(null=True, blank=True)
    retire_le = models.DateTimeField(null=True, blank=True)

    objects = JustificatifQuerySet.as_manager()

    class Meta:
        constraints = (
            # Qonto takes one file per type and person.
            models.UniqueConstraint(
                fields=("adhesion", "type", "associe"),
                condition=Q(retire_le__isnull=True),
                name="justificatif_unique_par_type",
            ),
        )
        indexes = (models.Index(fields=("etat", "adhesion"), name="justificatif_a_transmettre"),)

    def __str__(self) -> str:
        return f"{self.get_type_display()} – {self.nom}"

    @property
    def etat_en_mots(self) -> str:
        if self.retire_le:
            return "retiré"
        return f"{self.get_etat_display()} : {self.motif}" if self.motif else self.get_etat_display()

    @property
    def ton(self) -> str:
        return {"transmis": "succes", "refuse": "danger", "a_deposer": "attention"}.get(self.etat, "neutre")


class Correction(models.Model):
    """A difference between the application and the GRC card: the cabinet takes it over, or not, in one click."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="corrections_qonto")
    adhesion = models.ForeignKey(Adhesion, on_delete=models.CASCADE, related_name="corrections")
    champ = models.CharField(max_length=40)
    valeur_fiche = models.CharField(max_length=200, blank=True)
    valeur_proposee = models.CharField(max_length=200, blank=True)
    etat = models.CharField(max_length=20, choices=EtatCorrection, default=EtatCorrection.PROPOSEE)
    proposee_le = models.DateTimeField()
    decidee_le = models.DateTimeField(null=True, blank=True)
    decidee_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("adhesion", "champ"),
                condition=Q(etat=EtatCorrection.PROPOSEE),
                name="correction_proposee_unique",
            ),
        )

    def __str__(self) -> str:
        return f"{self.champ} : {self.valeur_fiche} → {self.valeur_proposee}"

    @property
    def fiche_lisible(self) -> str:
        return self._lisible(self.valeur_fiche)

    @property
    def proposee_lisible(self) -> str:
        return self._lisible(self.valeur_proposee)

    def _lisible(self, valeur: str) -> str:
        if valeur and self.champ == "capital_cents":
            return affichage.devise(int(Decimal(valeur) * 100))
        if valeur and self.champ == "date_creation":
            return affichage.date_courte(date.fromisoformat(valeur))
        return valeur

    @property
    def libelle(self) -> str:
        nom = str(getattr(Dossier._meta.get_field(self.champ), "verbose_name", self.champ))
        nom = nom.removesuffix(" (centimes)")
        return nom[:1].upper() + nom[1:]


class EvenementRecu(models.Model):
    """The inbox: an event of Qonto as it came, stored before it is handled. Its id makes a replay harmless."""

    source = models.CharField(max_length=12, choices=(("partenaire", "Adhésions"), ("compte", "Comptes")))
    external_id = models.CharField(max_length=64)
    type = models.CharField(max_length=80)
    resource_id = models.CharField(max_length=64, blank=True)
    corps = ChampChiffre()
    recu_le = models.DateTimeField()
    traite_le = models.DateTimeField(null=True, blank=True)
    tentatives = models.PositiveIntegerField(default=0)
    erreur = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "external_id"), name="evenement_recu_une_fois"),)
        indexes = (models.Index(fields=("traite_le", "recu_le"), name="evenement_a_traiter"),)

    def __str__(self) -> str:
        return f"{self.source} – {self.type}"


class AbonnementPartenaire(models.Model):
    """The callback that Qonto posts the events of applications to. Its API has no list: we remember."""

    callback_url = models.URLField(max_length=512, unique=True)
    external_id = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.callback_url
