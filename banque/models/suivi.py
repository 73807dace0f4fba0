"""What goes on around the lines: late changes, readings, the firm's own codes."""

from django.db import models
from django.db.models import Q

from banque.enums import EtatSynchronisation
from banque.models.communs import DuDossierQuerySet
from gestion_acces.models import Cabinet, Dossier


class Changement(models.Model):
    """Something that changed at the bank after the line had been integrated."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    ligne = models.ForeignKey("banque.LigneRecue", on_delete=models.CASCADE, related_name="changements")
    date = models.DateTimeField()
    champ = models.CharField(max_length=40)
    avant = models.TextField(blank=True)
    apres = models.TextField(blank=True)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("dossier", "-id"), name="changement_liste"),)

    def __str__(self) -> str:
        return f"{self.champ} {self.date:%d/%m/%Y}"


class Synchronisation(models.Model):
    """One run of the reading of a dossier's lines: who asked, how far it is, what it found."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+", db_index=False)
    etat = models.CharField(max_length=12, choices=EtatSynchronisation, default=EtatSynchronisation.EN_ATTENTE)
    demandee_par = models.CharField(max_length=254, blank=True)
    demandee_le = models.DateTimeField()
    demarree_le = models.DateTimeField(null=True)
    terminee_le = models.DateTimeField(null=True)
    # A worker that dies leaves the run free for another one once this has passed.
    bail_jusqu_au = models.DateTimeField(null=True)
    nb_nouvelles = models.PositiveIntegerField(default=0)
    nb_connues = models.PositiveIntegerField(default=0)
    nb_changees = models.PositiveIntegerField(default=0)
    nb_pieces = models.PositiveIntegerField(default=0)
    erreur = models.TextField(blank=True)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("dossier",),
                condition=Q(etat__in=(EtatSynchronisation.EN_ATTENTE, EtatSynchronisation.EN_COURS)),
                name="synchronisation_une_seule_en_cours",
            ),
        )
        indexes = (models.Index(fields=("dossier", "-id"), name="synchronisation_liste"),)

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.demandee_le:%d/%m/%Y %H:%M} {self.etat}"

    @property
    def est_vivante(self) -> bool:
        return self.etat in (EtatSynchronisation.EN_ATTENTE, EtatSynchronisation.EN_COURS)


class CodeOperation(models.Model):
    """A firm's own interbank code for a type of Qonto line (comptabilite.md §B.6)."""

    cabinet = models.ForeignKey(Cabinet, on_delete=models.CASCADE, related_name="+", db_index=False)
    type_operation = models.CharField(max_length=40)
    cote = models.CharField(max_length=1, choices=[("C", "Recette"), ("D", "Dépense")])
    code = models.CharField(max_length=2)

    class Meta:
        verbose_name = "code opération"
        constraints = (
            models.UniqueConstraint(fields=("cabinet", "type_operation", "cote"), name="code_operation_unique"),
        )

    def __str__(self) -> str:
        return f"{self.type_operation} {self.cote} → {self.code}"
