"""Refusals of this app; each message can be shown as it is."""


class GestionAccesError(Exception):
    """Base of the refusals of gestion_acces."""


class FicheIncomplete(GestionAccesError):
    """The GRC data that the Qonto tile needs are not all there (S2)."""

    def __init__(self, manques: list[str]) -> None:
        self.manques = manques
        super().__init__("La fiche GRC est incomplète : " + ", ".join(manques) + ".")


class AccesRefuse(GestionAccesError):
    """The act is not for this person."""


class FichierRefuse(GestionAccesError):
    """A file is not taken; the message says why."""
