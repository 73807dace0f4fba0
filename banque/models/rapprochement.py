"""États de rapprochement once for all (comptabilite.md §D.7): figures, lines and PDF of a month end."""

from django.db import models
from django.db.models import F

from banque.models.communs import DuDossierQuerySet
from gestion_acces.models import Dossier, Fichier, Utilisateur


class RapprochementArrete(models.Model):
    """The état as it was when somebody froze it. The database refuses any change and any deletion.

    A month may be frozen again when its books have moved since: the former état stays beside the new one.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    compte_bancaire = models.ForeignKey(
        "banque.CompteBancaire", on_delete=models.PROTECT, related_name="rapprochements", db_index=False
    )
    date = models.DateField()
    solde_comptable_cents = models.BigIntegerField()
    comptable_corrige_cents = models.BigIntegerField()
    solde_releve_cents = models.BigIntegerField()
    releve_corrige_cents = models.BigIntegerField()
    non_comptabilisees = models.JSONField()
    non_relevees = models.JSONField()
    # Of the figures and lines: tells whether the books or the statement have moved since.
    empreinte = models.CharField(max_length=64)
    fichier = models.ForeignKey(Fichier, on_delete=models.PROTECT, related_name="+", db_index=False)
    arrete_le = models.DateTimeField()
    arrete_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = DuDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "état de rapprochement arrêté"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(comptable_corrige_cents=F("releve_corrige_cents")),
                name="rapprochement_arrete_sans_ecart",
            ),
        )
        indexes = (models.Index(fields=("dossier", "compte_bancaire", "-date", "-id"), name="rapprochement_liste"),)

    def __str__(self) -> str:
        return f"{self.compte_bancaire_id} au {self.date:%d/%m/%Y}"

    @property
    def nb_suspens(self) -> int:
        return len(self.non_comptabilisees) + len(self.non_relevees)
