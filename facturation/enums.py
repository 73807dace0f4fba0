from django.db import models


class NatureFacture(models.TextChoices):
    FACTURE = "facture", "Facture"
    AVOIR = "avoir", "Avoir"


class OrigineFacture(models.TextChoices):
    SAISIE = "saisie", "Saisie"
    IMPORT = "import", "Import CSV ou Excel"
    FACTUR_X = "factur_x", "Factur-X"
    DEPOT = "depot", "i-Dépôt"


class ModeReglement(models.TextChoices):
    QONTO = "qonto", "Virement Qonto"
    VIREMENT = "virement", "Virement d’une autre banque"
    CHEQUE = "cheque", "Chèque"
    PRELEVEMENT = "prelevement", "Prélèvement"
    CARTE = "carte", "Carte"
    ESPECES = "especes", "Espèces"


class SituationFacture(models.TextChoices):
    """What the list filters on; computed from the instalments, never stored."""

    A_PAYER = "a_payer", "À payer"
    EN_RETARD = "en_retard", "En retard"
    EN_COURS = "en_cours", "Paiement en cours"
    PAYEE = "payee", "Payée"


class OrigineIban(models.TextChoices):
    SAISIE = "saisie", "Saisie"
    FACTUR_X = "factur_x", "Lu dans une facture"
    IMPORT = "import", "Import"


class Gravite(models.TextChoices):
    """Colour of the shield before a payment (B3)."""

    VERT = "vert", "Rien à signaler"
    ORANGE = "orange", "À regarder"
    ROUGE = "rouge", "À justifier"
