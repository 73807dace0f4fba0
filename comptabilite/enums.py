from django.db import models


class NatureJournal(models.TextChoices):
    A_NOUVEAUX = "an", "À-nouveaux"
    ACHAT = "achat", "Achats"
    VENTE = "vente", "Ventes"
    TRESORERIE = "tresorerie", "Trésorerie"
    GENERAL = "general", "Opérations diverses"


class TypeTiers(models.TextChoices):
    FOURNISSEUR = "F", "Fournisseur"
    CLIENT = "C", "Client"


class EtatEcriture(models.TextChoices):
    BROUILLARD = "brouillard", "Brouillard"
    VALIDEE = "validee", "Validée"


class OrigineEcriture(models.TextChoices):
    """What made the entry."""

    MANUEL = "manuel", "Saisie"
    BANQUE = "banque", "Banque"
    REGLEMENT = "reglement", "Règlement"
    VENTE = "vente", "Vente"
    ACHAT = "achat", "Achat"
    TVA = "tva", "TVA sur encaissements"
    CONTRE_PASSATION = "contrepassation", "Contre-passation"
    A_NOUVEAUX = "an", "À-nouveaux"


class GestionDocument(models.TextChoices):
    """What the GED does with a document given to an entry of the journal."""

    JOINDRE = "joindre", "Joindre à l’écriture"
    EXIGER = "exiger", "Exiger un document avant validation"
    AUCUN = "aucun", "Ne pas gérer de document"


class Severite(models.TextChoices):
    BLOQUANT = "bloquant", "Bloquant"
    ALERTE = "alerte", "Alerte"
    INFORMATION = "information", "Information"
