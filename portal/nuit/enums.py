from django.db import models


class Origine(models.TextChoices):
    NUIT = "nuit", "Passage de la nuit"
    COMMANDE = "commande", "Demandé à la main"


class EtatVisite(models.TextChoices):
    """Where one dossier stands in a run. The last three are ends; a dead letter can be replayed."""

    PREVUE = "prevue", "À faire"
    EN_FILE = "en_file", "En file"
    EN_COURS = "en_cours", "En cours"
    REUSSIE = "reussie", "Réussie"
    ECHOUEE = "echouee", "Échouée"
    ABANDONNEE = "abandonnee", "Sans objet"


EN_ATTENTE = (EtatVisite.PREVUE, EtatVisite.EN_FILE, EtatVisite.EN_COURS)
MOUVEMENTS_VISITE: dict[str, frozenset[str]] = {
    EtatVisite.PREVUE: frozenset({EtatVisite.EN_FILE, EtatVisite.EN_COURS, EtatVisite.ABANDONNEE}),
    # A lease that ran out gives the dossier back: its worker or its message is lost.
    EtatVisite.EN_FILE: frozenset({EtatVisite.EN_FILE, EtatVisite.EN_COURS, EtatVisite.PREVUE, EtatVisite.ABANDONNEE}),
    EtatVisite.EN_COURS: frozenset(
        {
            EtatVisite.REUSSIE,
            EtatVisite.ECHOUEE,
            EtatVisite.PREVUE,
            EtatVisite.EN_FILE,
            EtatVisite.EN_COURS,
            EtatVisite.ABANDONNEE,
        }
    ),
    EtatVisite.REUSSIE: frozenset(),
    EtatVisite.ECHOUEE: frozenset({EtatVisite.PREVUE}),
    EtatVisite.ABANDONNEE: frozenset(),
}
