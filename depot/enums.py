from django.db import models


class Panier(models.TextChoices):
    """The baskets of the fact sheet, in its order."""

    ACHAT = "achat", "Achat"
    VENTE = "vente", "Vente"
    BANQUE = "banque", "Banque"
    SOCIAL = "social", "Social"
    FISCAL = "fiscal", "Fiscal"
    JURIDIQUE = "juridique", "Juridique"
    DIVERS = "divers", "Divers"


ICONES: dict[str, str] = {
    Panier.ACHAT: "shopping-cart",
    Panier.VENTE: "banknotes",
    Panier.BANQUE: "building-library",
    Panier.SOCIAL: "users",
    Panier.FISCAL: "receipt-percent",
    Panier.JURIDIQUE: "scale",
    Panier.DIVERS: "archive-box",
}


class TypeDocument(models.TextChoices):
    FACTURE_VENTE = "facture_vente", "Fact. Vente"
    AVOIR_VENTE = "avoir_vente", "Avoir"
    FACTURE_ACHAT = "facture_achat", "Fact. Achat"
    AVOIR_ACHAT = "avoir_achat", "Avoir fournisseur"
    RELEVE = "releve", "Relevé de banque"
    BULLETIN = "bulletin", "Bulletin de paie"
    DECLARATION = "declaration", "Déclaration"
    ACTE = "acte", "Acte ou contrat"
    AUTRE = "autre", "Autre document"


TYPE_PAR_PANIER: dict[str, str] = {
    Panier.ACHAT: TypeDocument.FACTURE_ACHAT,
    Panier.VENTE: TypeDocument.FACTURE_VENTE,
    Panier.BANQUE: TypeDocument.RELEVE,
    Panier.SOCIAL: TypeDocument.BULLETIN,
    Panier.FISCAL: TypeDocument.DECLARATION,
    Panier.JURIDIQUE: TypeDocument.ACTE,
    Panier.DIVERS: TypeDocument.AUTRE,
}
VENTES = (TypeDocument.FACTURE_VENTE, TypeDocument.AVOIR_VENTE)


class EtatDocument(models.TextChoices):
    A_TRAITER = "a_traiter", "À traiter"
    TRAITE = "traite", "Traité"


class OrigineDocument(models.TextChoices):
    CLIENT = "client", "Déposé par le client"
    CABINET = "cabinet", "Déposé par le cabinet"
    QONTO = "qonto", "Import Qonto"


class StatutFacture(models.TextChoices):
    """What Qonto says of an invoice (S27). A credit note has none."""

    A_ENCAISSER = "a_encaisser", "À encaisser"
    PAYEE = "payee", "Payée"
    ANNULEE = "annulee", "Annulée"


TONS_STATUT: dict[str, str] = {
    StatutFacture.A_ENCAISSER: "info",
    StatutFacture.PAYEE: "succes",
    StatutFacture.ANNULEE: "danger",
}


class EtatLecture(models.TextChoices):
    """Whether the text of the file was taken out of it for the search."""

    ATTENDUE = "attendue", "Lecture en attente"
    LUE = "lue", "Lu"
    SANS_TEXTE = "sans_texte", "Sans texte"


class EtatImport(models.TextChoices):
    EN_ATTENTE = "en_attente", "En attente"
    EN_COURS = "en_cours", "En cours"
    TERMINE = "termine", "Terminé"
    ECHOUE = "echoue", "Interrompu"


IMPORTS_VIVANTS = (EtatImport.EN_ATTENTE, EtatImport.EN_COURS)


class GenreQonto(models.TextChoices):
    FACTURE = "facture", "Facture"
    AVOIR = "avoir", "Avoir"


class Resultat(models.TextChoices):
    """What the import did with one invoice."""

    A_FAIRE = "a_faire", "En attente"
    IMPORTEE = "importee", "Importée"
    CHANGEE = "changee", "Mise à jour"
    DEJA_LA = "deja_la", "Déjà là"
    IGNOREE = "ignoree", "Ignorée"
    ECHOUEE = "echouee", "En échec"


TONS_RESULTAT: dict[str, str] = {
    Resultat.IMPORTEE: "succes",
    Resultat.CHANGEE: "info",
    Resultat.DEJA_LA: "neutre",
    Resultat.IGNOREE: "neutre",
    Resultat.ECHOUEE: "danger",
    Resultat.A_FAIRE: "neutre",
}
