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
