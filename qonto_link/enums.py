from django.db import models


class StatutConnexion(models.TextChoices):
    ACTIVE = "active", "Connecté"
    RECONNEXION = "reconnexion", "Reconnexion nécessaire"
    DISSOCIEE = "dissociee", "Dissocié"


# The allowed moves of a connection. A dissociated one is final: linking again makes a new row.
MOUVEMENTS_CONNEXION: dict[str, frozenset[str]] = {
    StatutConnexion.ACTIVE: frozenset({StatutConnexion.RECONNEXION, StatutConnexion.DISSOCIEE}),
    StatutConnexion.RECONNEXION: frozenset({StatutConnexion.ACTIVE, StatutConnexion.DISSOCIEE}),
    StatutConnexion.DISSOCIEE: frozenset(),
}


class ClasseIncident(models.TextChoices):
    """The classes of product §9; `REMEDES` says what to do about each."""

    INFORMATION = "information", "Information manquante"
    DEPOT = "depot", "Dépôt refusé"
    INJOIGNABLE = "injoignable", "Qonto injoignable"
    REFUS = "refus", "Refus de Qonto"
    CONSENTEMENT = "consentement", "Consentement expiré ou retiré"
    CADENCE = "cadence", "Limite de cadence"
    DROIT = "droit", "Action non autorisée"
    REPONSE = "reponse", "Réponse illisible de Qonto"
    CONTROLE = "controle", "Contrôle en échec"


class Intervenant(models.TextChoices):
    """Who acts next, or who holds the remedy."""

    DIRIGEANT = "dirigeant", "le dirigeant"
    CABINET = "cabinet", "le cabinet"
    QONTO = "qonto", "Qonto"
    PORTAIL = "portail", "le portail, tout seul"
    ASSOCIES = "associes", "les associés"
    NOTAIRE = "notaire", "le notaire"
    PERSONNE = "personne", "personne"


REMEDES: dict[str, tuple[str, Intervenant]] = {
    ClasseIncident.INFORMATION: ("Complétez l’information indiquée, puis recommencez.", Intervenant.CABINET),
    ClasseIncident.DEPOT: ("Déposez un fichier PDF, PNG ou JPEG lisible de 30 Mo au plus.", Intervenant.DIRIGEANT),
    ClasseIncident.INJOIGNABLE: (
        "Rien à faire : le portail réessaie tout seul. Ce qui est déjà importé reste consultable.",
        Intervenant.PORTAIL,
    ),
    ClasseIncident.REFUS: ("Corrigez le motif indiqué ; sinon donnez la référence au support.", Intervenant.CABINET),
    ClasseIncident.CONSENTEMENT: (
        "Le dirigeant se reconnecte depuis sa tuile Qonto ; aucune donnée n’est perdue.",
        Intervenant.DIRIGEANT,
    ),
    ClasseIncident.CADENCE: ("Rien à faire : le portail attend puis reprend tout seul.", Intervenant.PORTAIL),
    ClasseIncident.DROIT: ("Demandez au dirigeant d’élargir l’accès depuis sa tuile Qonto.", Intervenant.DIRIGEANT),
    ClasseIncident.REPONSE: (
        "Le portail réessaie ; si cela dure, donnez la référence au support.",
        Intervenant.PORTAIL,
    ),
    ClasseIncident.CONTROLE: ("Ouvrez l’écran indiqué et vérifiez la ligne nommée.", Intervenant.CABINET),
}
