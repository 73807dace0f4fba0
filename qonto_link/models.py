"""The link between a dossier and its organization at Qonto."""

from django.db import models
from django.db.models import Q

from gestion_acces.models import Dossier, Utilisateur
from portal.lib.chiffrement import ChampChiffre
from qonto_link.enums import ClasseIncident, StatutConnexion


class DemandeAssociation(models.Model):
    """One departure to Qonto's consent page: its `state` is bound to a person and a dossier, and works once.

    Between the return from Qonto and the choice of the accounts it holds the tokens; they are wiped by the choice,
    or revoked by a sweep when nobody chooses.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+")
    utilisateur = models.ForeignKey(Utilisateur, on_delete=models.CASCADE, related_name="+")
    empreinte_state = models.CharField(max_length=64, unique=True)
    code_verifier = ChampChiffre()
    scopes = models.TextField(blank=True)
    registration_id = models.CharField(max_length=64, blank=True)
    # The organization that the registration opened: the company being created may have no SIREN on its card yet.
    organisation_attendue = models.CharField(max_length=64, blank=True)
    expire_le = models.DateTimeField()
    utilisee_le = models.DateTimeField(null=True, blank=True)
    access_token = ChampChiffre(blank=True)
    refresh_token = ChampChiffre(blank=True)
    access_expire_le = models.DateTimeField(null=True, blank=True)
    # What Qonto said of the organization and its accounts, for the page of the choice.
    organisation = models.JSONField(default=dict, blank=True)
    conclue_le = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(conclue_le__isnull=True) | (Q(access_token="") & Q(refresh_token="")),
                name="demande_conclue_sans_jeton",
            ),
        )
        indexes = (models.Index(fields=("conclue_le", "expire_le"), name="demande_a_balayer"),)

    def __str__(self) -> str:
        return f"{self.dossier} – {self.expire_le:%d/%m/%Y %H:%M}"


class ConnexionQuerySet(models.QuerySet["Connexion"]):
    def vivantes(self) -> "ConnexionQuerySet":
        """Linked, whether they work or wait for a new consent."""
        return self.exclude(statut=StatutConnexion.DISSOCIEE)

    def pour_dossier(self, dossier: Dossier) -> "ConnexionQuerySet":
        return self.filter(dossier=dossier)


class Connexion(models.Model):
    """The consent given by the client to the portal for one organization."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="connexions_qonto")
    statut = models.CharField(max_length=20, choices=StatutConnexion, default=StatutConnexion.ACTIVE)
    organisation_id = models.CharField(max_length=64)
    organisation_nom = models.CharField(max_length=200)
    organisation_slug = models.CharField(max_length=200, blank=True)
    access_token = ChampChiffre(blank=True)
    refresh_token = ChampChiffre(blank=True)
    access_expire_le = models.DateTimeField(null=True, blank=True)
    consenti_le = models.DateTimeField()
    consenti_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    scopes = models.TextField(blank=True)
    dissociee_le = models.DateTimeField(null=True, blank=True)
    # Kept encrypted until Qonto has confirmed the revocation, then wiped.
    jeton_a_revoquer = ChampChiffre(blank=True)
    derniere_synchro = models.DateTimeField(null=True, blank=True)
    derniere_tentative = models.DateTimeField(null=True, blank=True)
    prochain_essai = models.DateTimeField(null=True, blank=True)
    echecs_consecutifs = models.PositiveIntegerField(default=0)
    cause = models.CharField(max_length=20, choices=ClasseIncident, blank=True)
    derniere_erreur = models.TextField(blank=True)
    # When the dirigeant was told by mail that he must connect again.
    rappel_envoye_le = models.DateTimeField(null=True, blank=True)
    webhook_id = models.CharField(max_length=64, blank=True)
    webhook_secret = ChampChiffre(blank=True)
    # The address that Qonto was given, when it last confirmed the subscription, when it was last asked.
    webhook_portail = models.CharField(max_length=200, blank=True)
    webhook_verifie_le = models.DateTimeField(null=True, blank=True)
    webhook_essai_le = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConnexionQuerySet.as_manager()

    class Meta:
        verbose_name = "connexion Qonto"
        indexes = (models.Index(fields=("dossier", "statut"), name="connexion_dossier_statut"),)
        constraints = (
            models.UniqueConstraint(
                fields=("dossier",),
                condition=~Q(statut=StatutConnexion.DISSOCIEE),
                name="connexion_vivante_unique_par_dossier",
            ),
            models.CheckConstraint(
                condition=~Q(statut=StatutConnexion.DISSOCIEE) | (Q(access_token="") & Q(refresh_token="")),
                name="connexion_dissociee_sans_jeton",
            ),
        )

    def __str__(self) -> str:
        return f"{self.dossier} – {self.organisation_nom}"

    @property
    def est_active(self) -> bool:
        return self.statut == StatutConnexion.ACTIVE


class CompteQontoQuerySet(models.QuerySet["CompteQonto"]):
    def pour_dossier(self, dossier: Dossier) -> "CompteQontoQuerySet":
        return self.filter(dossier=dossier)

    def lies(self) -> "CompteQontoQuerySet":
        return self.filter(lie=True).order_by("-principal", "nom", "pk")


class CompteQonto(models.Model):
    """A bank account of the organization. `lie`: the client chose to link it to the dossier."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="comptes_qonto")
    connexion = models.ForeignKey(Connexion, on_delete=models.PROTECT, related_name="comptes")
    external_id = models.CharField(max_length=64)
    nom = models.CharField(max_length=200)
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    principal = models.BooleanField(default=False)
    lie = models.BooleanField(default=False)
    solde_cents = models.BigIntegerField(null=True, blank=True)
    solde_autorise_cents = models.BigIntegerField(null=True, blank=True)
    solde_le = models.DateTimeField(null=True, blank=True)

    objects = CompteQontoQuerySet.as_manager()

    class Meta:
        verbose_name = "compte Qonto"
        constraints = (
            models.UniqueConstraint(fields=("dossier", "external_id"), name="compte_qonto_unique_par_dossier"),
            models.UniqueConstraint(
                fields=("external_id",), condition=Q(lie=True), name="compte_qonto_lie_a_un_seul_dossier"
            ),
        )

    def __str__(self) -> str:
        return f"{self.nom} – {self.iban}"


class IncidentQuerySet(models.QuerySet["Incident"]):
    def pour_dossier(self, dossier: Dossier) -> "IncidentQuerySet":
        return self.filter(dossier=dossier)

    def ouverts(self) -> "IncidentQuerySet":
        return self.filter(resolu_le__isnull=True)


class Incident(models.Model):
    """One line of a dossier's journal of incidents (product §9). The same trouble twice is one line that counts."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="incidents")
    classe = models.CharField(max_length=20, choices=ClasseIncident)
    cle = models.CharField(max_length=120)
    titre = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    remede = models.TextField(blank=True)
    reference = models.CharField(max_length=80)
    debut = models.DateTimeField()
    derniere_fois = models.DateTimeField()
    occurrences = models.PositiveIntegerField(default=1)
    resolu_le = models.DateTimeField(null=True, blank=True)
    resolu_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("dossier", "classe", "cle"),
                condition=Q(resolu_le__isnull=True),
                name="incident_ouvert_unique",
            ),
        )
        indexes = (models.Index(fields=("dossier", "-derniere_fois", "-id"), name="incident_journal"),)

    def __str__(self) -> str:
        return f"{self.reference} – {self.titre}"

    @property
    def est_ouvert(self) -> bool:
        return self.resolu_le is None
