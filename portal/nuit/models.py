"""The night run: one row for the run, one for each dossier that it visits. The rows are the plan and the result.

Everything that is needed to go on after a kill is here, nothing in memory or in the queue.
"""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from gestion_acces.models import Dossier, MembreCabinet
from portal.nuit.enums import EN_ATTENTE, EtatVisite, Origine


class Passage(models.Model):
    """One run over the linked dossiers. There is one of the night for each day."""

    origine = models.CharField(max_length=10, choices=Origine, default=Origine.NUIT)
    jour = models.DateField()
    debut = models.DateTimeField()
    # The visits are spread until then.
    fin_prevue = models.DateTimeField()
    fin = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "passage de nuit"
        verbose_name_plural = "passages de nuit"
        constraints = (
            models.UniqueConstraint(
                fields=("jour",), condition=Q(origine=Origine.NUIT), name="passage_une_nuit_par_jour"
            ),
        )
        indexes = (models.Index(fields=("origine", "-debut"), name="passage_dernier"),)

    def __str__(self) -> str:
        return f"{self.get_origine_display()} du {self.jour:%d/%m/%Y}"

    @property
    def duree(self) -> timedelta | None:
        return self.fin - self.debut if self.fin else None


class VisiteQuerySet(models.QuerySet["Visite"]):
    def pour_dossier(self, dossier: Dossier) -> "VisiteQuerySet":
        return self.filter(dossier=dossier)

    def en_attente(self) -> "VisiteQuerySet":
        return self.filter(etat__in=EN_ATTENTE)


class Visite(models.Model):
    """What a run did, or will do, for one dossier."""

    passage = models.ForeignKey(Passage, on_delete=models.CASCADE, related_name="visites")
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+", db_index=False)
    etat = models.CharField(max_length=10, choices=EtatVisite, default=EtatVisite.PREVUE)
    prevue_le = models.DateTimeField()
    # Who took it must be done by then; else it is given to somebody else.
    bail_jusqu_au = models.DateTimeField(null=True, blank=True)
    essais = models.PositiveSmallIntegerField(default=0)
    debut = models.DateTimeField(null=True, blank=True)
    fin = models.DateTimeField(null=True, blank=True)
    nb_nouvelles = models.PositiveIntegerField(default=0)
    nb_changees = models.PositiveIntegerField(default=0)
    nb_pieces = models.PositiveIntegerField(default=0)
    nb_virements = models.PositiveIntegerField(default=0)
    nb_factures = models.PositiveIntegerField(default=0)
    nb_requetes = models.PositiveIntegerField(default=0)
    # Controls that found a fault: balances, chain of the entries, FEC. Each is an incident of the dossier.
    nb_anomalies = models.PositiveIntegerField(default=0)
    classe = models.CharField(max_length=20, blank=True)
    erreur = models.CharField(max_length=300, blank=True)

    # Told by the worker that takes the visit: nothing has to be closed where nothing was open.
    avait_des_incidents = True

    objects = VisiteQuerySet.as_manager()

    class Meta:
        verbose_name = "visite de nuit"
        verbose_name_plural = "visites de nuit"
        constraints = (models.UniqueConstraint(fields=("passage", "dossier"), name="visite_une_par_passage"),)
        indexes = (
            models.Index(fields=("dossier", "-id"), name="visite_du_dossier"),
            models.Index(fields=("prevue_le", "id"), name="visite_en_attente", condition=Q(etat__in=EN_ATTENTE)),
            models.Index(fields=("passage", "dossier"), name="visite_echouee", condition=Q(etat=EtatVisite.ECHOUEE)),
        )

    def __str__(self) -> str:
        return f"{self.dossier_id} – {self.get_etat_display()}"

    @property
    def duree(self) -> timedelta | None:
        return self.fin - self.debut if self.debut and self.fin else None


class ResumeEnvoye(models.Model):
    """The digest of a run for a person of the firm; written before the mail leaves, so that it leaves once."""

    passage = models.ForeignKey(Passage, on_delete=models.CASCADE, related_name="+")
    membre = models.ForeignKey(MembreCabinet, on_delete=models.CASCADE, related_name="+")
    envoye_le = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("passage", "membre"), name="resume_une_fois"),)

    def __str__(self) -> str:
        return f"{self.membre} – {self.passage}"
