from django.db import models


class Espace(models.TextChoices):
    """The two spaces of the portal: who declares a view says for which of them it is."""

    CLIENT = "client", "Espace client"
    CABINET = "cabinet", "Espace cabinet"


class RoleCabinet(models.TextChoices):
    COLLABORATEUR = "collaborateur", "Collaborateur"
    ADMINISTRATEUR = "administrateur", "Administrateur du cabinet"


class RoleClient(models.TextChoices):
    DIRIGEANT = "dirigeant", "Dirigeant"
    UTILISATEUR = "utilisateur", "Utilisateur"


class TypeFacteur(models.TextChoices):
    """What a person proves himself with, besides his password."""

    TOTP = "totp", "Application d’authentification"
    CLE = "cle", "Clé d’accès"


# What a session may have been opened with, for the screens: a recovery code is no factor of its own.
SECOURS = "secours"


class Service(models.TextChoices):
    """What a cabinet switches on for a dossier, and then for each person of the client."""

    QONTO = "qonto", "Qonto"
    I_FACTURE = "i_facture", "i-Facture"
    I_DEPOT = "i_depot", "i-Dépôt"


class Niveau(models.TextChoices):
    """The right of a client's person on one service, each including the former ones."""

    CONSULTER = "consulter", "Consulter"
    PREPARER = "preparer", "Préparer"
    PAYER = "payer", "Payer"


ORDRE_DES_NIVEAUX: dict[str, int] = {Niveau.CONSULTER: 1, Niveau.PREPARER: 2, Niveau.PAYER: 3}


# The levels that make sense on each service, with the words of its screen. Nobody pays with i-Dépôt: one deposits.
NIVEAUX_PROPOSES: dict[str, dict[str, str]] = {
    Service.QONTO: {Niveau.CONSULTER: "Consulter", Niveau.PREPARER: "Préparer", Niveau.PAYER: "Payer"},
    Service.I_FACTURE: {Niveau.CONSULTER: "Consulter", Niveau.PREPARER: "Préparer", Niveau.PAYER: "Payer"},
    Service.I_DEPOT: {Niveau.CONSULTER: "Consulter", Niveau.PREPARER: "Déposer"},
}


class FormeJuridique(models.TextChoices):
    EI = "EI", "Entreprise individuelle"
    EURL = "EURL", "EURL"
    SARL = "SARL", "SARL"
    SAS = "SAS", "SAS"
    SASU = "SASU", "SASU"
    SA = "SA", "SA"
    SCI = "SCI", "SCI"
    SNC = "SNC", "SNC"
    ASSOCIATION = "ASSO", "Association"
    AUTRE = "AUTRE", "Autre"
