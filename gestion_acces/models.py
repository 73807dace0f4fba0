"""The cabinet, its people, the dossiers, and who may do what in them.

A person has one account (one e-mail). He belongs to a cabinet through `MembreCabinet` and to a client through
`MembreDossier`, possibly to several of each. A service is switched on for a dossier (`ServiceDossier`), then given
to persons of the client with a level (`AccesService`).
"""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from gestion_acces.enums import NIVEAUX_PROPOSES, FormeJuridique, Niveau, RoleCabinet, RoleClient, Service, TypeFacteur
from portal.lib.chiffrement import ChampChiffre


class UtilisateurManager(BaseUserManager["Utilisateur"]):
    def create_user(self, email: str, password: str | None = None, **champs: str) -> "Utilisateur":
        """Create a person. `email` is stored in lower case: one address is one account."""
        utilisateur = self.model(email=self.normalize_email(email).lower(), **champs)
        utilisateur.set_password(password)
        utilisateur.save(using=self._db)
        return utilisateur

    def get_by_natural_key(self, username: str | None) -> "Utilisateur":
        return self.get(email=(username or "").lower())


class Utilisateur(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse e-mail", unique=True)
    prenom = models.CharField("prénom", max_length=80)
    nom = models.CharField("nom", max_length=80)
    is_active = models.BooleanField("actif", default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UtilisateurManager] = UtilisateurManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["prenom", "nom"]

    class Meta:
        verbose_name = "utilisateur"
        constraints = (
            models.CheckConstraint(condition=Q(email=Lower("email")), name="utilisateur_email_en_minuscules"),
        )

    def __str__(self) -> str:
        return self.nom_complet

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}".strip() or self.email

    @property
    def initiales(self) -> str:
        return (self.prenom[:1] + self.nom[:1]).upper() or self.email[:1].upper()


class Facteur(models.Model):
    """A second factor of a person. `secret`: the TOTP key, or the public key data of the passkey."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    utilisateur = models.ForeignKey(Utilisateur, on_delete=models.CASCADE, related_name="facteurs")
    type = models.CharField(max_length=10, choices=TypeFacteur)
    nom = models.CharField("nom", max_length=60)
    secret = ChampChiffre()
    # SHA-256 of the credential's id, empty for a TOTP key.
    identifiant = models.CharField(max_length=64, blank=True)
    # The last time step accepted, or the authenticator's signature counter: neither ever goes back.
    compteur = models.BigIntegerField(default=0)
    cree_le = models.DateTimeField()
    utilise_le = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "second facteur"
        constraints = (
            models.UniqueConstraint(
                fields=("utilisateur",), condition=Q(type=TypeFacteur.TOTP), name="facteur_totp_unique_par_personne"
            ),
            models.UniqueConstraint(
                fields=("identifiant",), condition=~Q(identifiant=""), name="facteur_cle_enregistree_une_fois"
            ),
        )

    def __str__(self) -> str:
        return f"{self.utilisateur} – {self.nom}"


class CodeSecours(models.Model):
    """A recovery code, of which only the print is kept; it serves once."""

    utilisateur = models.ForeignKey(Utilisateur, on_delete=models.CASCADE, related_name="codes_secours")
    empreinte = models.CharField(max_length=64)
    utilise_le = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "code de secours"
        verbose_name_plural = "codes de secours"
        constraints = (models.UniqueConstraint(fields=("utilisateur", "empreinte"), name="code_secours_unique"),)

    def __str__(self) -> str:
        return f"{self.utilisateur} – {'utilisé' if self.utilise_le else 'disponible'}"


class SessionOuverte(models.Model):
    """A session that a person opened, so that he can see it and close it from elsewhere."""

    utilisateur = models.ForeignKey(Utilisateur, on_delete=models.CASCADE, related_name="sessions")
    cle = models.CharField(max_length=40, unique=True)
    ouverte_le = models.DateTimeField()
    vue_le = models.DateTimeField()
    adresse_ip = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    facteur = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name = "session"
        indexes = (models.Index(fields=("utilisateur", "-vue_le"), name="session_par_personne"),)

    def __str__(self) -> str:
        return f"{self.utilisateur} – {self.ouverte_le:%d/%m/%Y %H:%M}"

    @property
    def appareil(self) -> str:
        """The browser and the system, in words that their owner knows."""
        navigateurs = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
        systemes = (
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Android", "Android"),
            ("Windows", "Windows"),
            ("Mac OS", "Mac"),
            ("Linux", "Linux"),
        )
        navigateur = next((nom for marque, nom in navigateurs if marque in self.agent), "Navigateur inconnu")
        systeme = next((nom for marque, nom in systemes if marque in self.agent), "")
        return f"{navigateur}, {systeme}" if systeme else navigateur


class Cabinet(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    nom = models.CharField(max_length=120)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    adresse = models.CharField("adresse", max_length=200, blank=True)
    code_postal = models.CharField("code postal", max_length=10, blank=True)
    ville = models.CharField("ville", max_length=100, blank=True)
    email = models.EmailField("e-mail de contact", blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    collaborateurs_preparent = models.BooleanField(
        "les collaborateurs peuvent préparer des paiements",
        default=True,
        help_text="Le client les approuve ; un collaborateur ne paie jamais.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.nom


class MembreCabinet(models.Model):
    """A person of the firm. An administrator sees every dossier, a collaborator those of his portfolio."""

    cabinet = models.ForeignKey(Cabinet, on_delete=models.PROTECT, related_name="membres")
    utilisateur = models.OneToOneField(Utilisateur, on_delete=models.PROTECT, related_name="membre_cabinet")
    role = models.CharField(max_length=20, choices=RoleCabinet, default=RoleCabinet.COLLABORATEUR)
    actif = models.BooleanField(default=True)
    depuis = models.DateTimeField(null=True, blank=True)
    ajoute_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.utilisateur} – {self.get_role_display()}"

    @property
    def est_administrateur(self) -> bool:
        return self.role == RoleCabinet.ADMINISTRATEUR


class DossierQuerySet(models.QuerySet["Dossier"]):
    def du_membre(self, membre: MembreCabinet) -> "DossierQuerySet":
        """The dossiers that this person of the firm may see."""
        dossiers = self.filter(cabinet_id=membre.cabinet_id)
        return dossiers if membre.est_administrateur else dossiers.filter(portefeuille__membre=membre)

    def du_client(self, utilisateur: Utilisateur) -> "DossierQuerySet":
        """The dossiers that this person holds in the client space, whatever their cabinet."""
        return self.filter(membres__utilisateur=utilisateur, membres__actif=True)


class Dossier(models.Model):
    """The GRC card of a client company: identity, address, legal representative."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cabinet = models.ForeignKey(Cabinet, on_delete=models.PROTECT, related_name="dossiers")
    code = models.CharField("code dossier", max_length=13)
    raison_sociale = models.CharField("raison sociale", max_length=160)
    nom_commercial = models.CharField("nom commercial", max_length=160, blank=True)
    forme_juridique = models.CharField(
        "forme juridique", max_length=8, choices=FormeJuridique, default=FormeJuridique.SARL
    )
    siret = models.CharField("SIRET", max_length=14, blank=True)
    numero_tva = models.CharField("numéro de TVA", max_length=20, blank=True)
    activite = models.CharField("activité", max_length=200, blank=True)
    code_naf = models.CharField("code NAF", max_length=6, blank=True)
    capital_cents = models.BigIntegerField("capital (centimes)", null=True, blank=True)
    date_creation = models.DateField("date de création", null=True, blank=True)
    adresse = models.CharField("adresse", max_length=200, blank=True)
    code_postal = models.CharField("code postal", max_length=10, blank=True)
    ville = models.CharField("ville", max_length=100, blank=True)
    pays = models.CharField("pays", max_length=2, default="FR")
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    dirigeant_prenom = models.CharField("prénom du dirigeant", max_length=80, blank=True)
    dirigeant_nom = models.CharField("nom du dirigeant", max_length=80, blank=True)
    dirigeant_email = models.EmailField("e-mail du dirigeant", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("cabinet", "code"), name="dossier_code_unique_par_cabinet"),
            models.CheckConstraint(
                condition=Q(capital_cents__isnull=True) | Q(capital_cents__gte=0), name="dossier_capital_positif"
            ),
        )
        indexes = (models.Index(fields=("cabinet", "raison_sociale", "id"), name="dossier_liste"),)

    def __str__(self) -> str:
        return f"{self.code} – {self.raison_sociale}"

    @property
    def siren(self) -> str:
        """The first nine digits of the SIRET, or nothing."""
        return self.siret[:9]

    @property
    def dirigeant(self) -> str:
        return f"{self.dirigeant_prenom} {self.dirigeant_nom}".strip()


class Portefeuille(models.Model):
    """A dossier in the portfolio of a collaborator."""

    membre = models.ForeignKey(MembreCabinet, on_delete=models.CASCADE, related_name="portefeuille")
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="portefeuille")
    depuis = models.DateTimeField(null=True, blank=True)
    ajoute_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("membre", "dossier"), name="portefeuille_unique"),)

    def __str__(self) -> str:
        return f"{self.membre} – {self.dossier}"


class MembreDossier(models.Model):
    """A person of the client company."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="membres")
    utilisateur = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="dossiers")
    role = models.CharField(max_length=20, choices=RoleClient, default=RoleClient.UTILISATEUR)
    actif = models.BooleanField(default=True)
    # As those who invited him named him: his own account may say otherwise, and they must not learn it from us.
    prenom = models.CharField("prénom", max_length=80, blank=True)
    nom = models.CharField("nom", max_length=80, blank=True)
    depuis = models.DateTimeField(null=True, blank=True)
    ajoute_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("dossier", "utilisateur"), name="membre_dossier_unique"),)
        indexes = (models.Index(fields=("utilisateur", "actif"), name="membre_dossier_personne"),)

    def __str__(self) -> str:
        return f"{self.utilisateur} – {self.get_role_display()}"

    @property
    def est_dirigeant(self) -> bool:
        return self.role == RoleClient.DIRIGEANT

    @property
    def nom_affiche(self) -> str:
        """The name under which this dossier knows the person."""
        return f"{self.prenom} {self.nom}".strip() or self.utilisateur.nom_complet

    @property
    def initiales(self) -> str:
        return "".join(mot[0] for mot in self.nom_affiche.split()[:2]).upper()


class Invitation(models.Model):
    """A place kept for an address, in a firm or in a dossier, until its owner takes it by the link he was mailed.

    Only the print of the link's secret is kept. `membre` is the place in a dossier, `cabinet` the firm otherwise.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse e-mail")
    prenom = models.CharField("prénom", max_length=80)
    nom = models.CharField("nom", max_length=80)
    cabinet = models.ForeignKey(Cabinet, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations")
    role = models.CharField(max_length=20, choices=RoleCabinet, blank=True)
    membre = models.ForeignKey(
        MembreDossier, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    empreinte = models.CharField(max_length=64, blank=True)
    envoyee_le = models.DateTimeField()
    envoyee_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    expire_le = models.DateTimeField()
    acceptee_le = models.DateTimeField(null=True, blank=True)
    annulee_le = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(cabinet__isnull=False, membre__isnull=True)
                | Q(cabinet__isnull=True, membre__isnull=False),
                name="invitation_a_une_place",
            ),
            models.UniqueConstraint(
                fields=("cabinet", "email"),
                condition=Q(acceptee_le__isnull=True, annulee_le__isnull=True, cabinet__isnull=False),
                name="invitation_en_cours_unique_par_cabinet",
            ),
            models.UniqueConstraint(
                fields=("membre",),
                condition=Q(acceptee_le__isnull=True, annulee_le__isnull=True, membre__isnull=False),
                name="invitation_en_cours_unique_par_membre",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} – {self.cabinet or self.membre}"


class ServiceDossier(models.Model):
    """A service switched on for a dossier: its tile (S3)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="services")
    service = models.CharField(max_length=20, choices=Service)
    actif = models.BooleanField(default=True)
    active_le = models.DateTimeField()
    active_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("dossier", "service"), name="service_dossier_unique"),)

    def __str__(self) -> str:
        return f"{self.dossier} – {self.get_service_display()}"


class EvenementAudit(models.Model):
    """One line of the audit trail of a cabinet. It only grows: triggers refuse UPDATE and DELETE.

    `empreinte` = SHA-256 over the former line's print and this line's content, so that a change made beneath the
    triggers shows (`gestion_acces.services.audit.verifier_chaine`).
    """

    cabinet = models.ForeignKey(Cabinet, on_delete=models.PROTECT, related_name="audit")
    rang = models.PositiveBigIntegerField()
    date = models.DateTimeField()
    acte = models.CharField(max_length=60)
    acteur_email = models.CharField(max_length=254, blank=True)
    dossier_id = models.UUIDField(null=True, blank=True)
    objet = models.CharField(max_length=200, blank=True)
    avant = models.JSONField(default=dict)
    apres = models.JSONField(default=dict)
    adresse_ip = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    empreinte_precedente = models.CharField(max_length=64, blank=True)
    empreinte = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("cabinet", "rang"), name="audit_rang_unique"),)
        indexes = (
            models.Index(fields=("cabinet", "dossier_id", "rang"), name="audit_dossier"),
            models.Index(fields=("cabinet", "acte", "rang"), name="audit_acte"),
        )

    def __str__(self) -> str:
        return f"{self.rang} – {self.acte}"


class AccesService(models.Model):
    """The level of one person of the client on one service of the dossier (S4)."""

    membre = models.ForeignKey(MembreDossier, on_delete=models.CASCADE, related_name="acces")
    service_dossier = models.ForeignKey(ServiceDossier, on_delete=models.CASCADE, related_name="acces")
    niveau = models.CharField(max_length=20, choices=Niveau, default=Niveau.CONSULTER)
    depuis = models.DateTimeField(null=True, blank=True)
    donne_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("membre", "service_dossier"), name="acces_service_unique"),)

    def __str__(self) -> str:
        return f"{self.membre} – {self.service_dossier.service} : {self.get_niveau_display()}"

    @property
    def libelle(self) -> str:
        """The level in the words of its service."""
        return NIVEAUX_PROPOSES[self.service_dossier.service].get(self.niveau, self.get_niveau_display())


class FichierQuerySet(models.QuerySet["Fichier"]):
    def pour_dossier(self, dossier: Dossier) -> "FichierQuerySet":
        return self.filter(dossier=dossier)

    def presents(self) -> "FichierQuerySet":
        """Those whose bytes were not erased."""
        return self.exclude(cle="")


class Fichier(models.Model):
    """A document of the dossier, its bytes in the encrypted storage under `cle`. Erased, the row stays as proof."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="fichiers")
    cle = models.CharField(max_length=100, blank=True)
    nom = models.CharField(max_length=200)
    type_mime = models.CharField(max_length=100)
    taille = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    depose_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    purge_le = models.DateTimeField(null=True, blank=True)
    efface_le = models.DateTimeField(null=True, blank=True)

    objects = FichierQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("dossier", "sha256"), condition=~Q(cle=""), name="fichier_contenu_unique_par_dossier"
            ),
            models.UniqueConstraint(fields=("cle",), condition=~Q(cle=""), name="fichier_cle_unique"),
            models.CheckConstraint(
                condition=Q(cle="", efface_le__isnull=False) | (~Q(cle="") & Q(efface_le__isnull=True)),
                name="fichier_present_ou_efface",
            ),
        )
        indexes = (
            models.Index(fields=("dossier", "created_at", "id"), name="fichier_dossier"),
            models.Index(fields=("purge_le",), condition=Q(purge_le__isnull=False), name="fichier_purge"),
        )

    def __str__(self) -> str:
        return self.nom

    @property
    def est_efface(self) -> bool:
        return not self.cle
