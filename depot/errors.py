"""Refusals of i-Dépôt; each message can be shown as it is."""


class DepotError(Exception):
    """Base of the refusals of the app."""


class DejaDepose(DepotError):
    """The same bytes are in the dossier already."""

    def __init__(self, nom: str, panier: str) -> None:
        super().__init__(f"Ce fichier est déjà dans le dépôt : « {nom} », panier {panier}.")


class ClasseurRefuse(DepotError):
    """The name of the folder is empty or taken, or the folder is not empty."""


class DocumentPrisEnCompte(DepotError):
    """Treated, booked or come from Qonto: such a document stays."""


class ImportImpossible(DepotError):
    """What is missing before the invoices can be imported (S26)."""


class VenteImpossible(DepotError):
    """No sale entry can be made of this document; the message says why."""
