"""Refusals of the applications; each message can be shown as it is."""

from qonto_link.errors import QontoLinkError


class AdhesionError(QontoLinkError):
    """Base of the refusals of this room."""


class DejaSoumise(AdhesionError):
    def __init__(self) -> None:
        super().__init__("Cette adhésion est déjà partie chez Qonto : elle ne se modifie plus ici.")


class DejaEnCours(AdhesionError):
    def __init__(self) -> None:
        super().__init__("Une adhésion est déjà en cours sur ce dossier.")


class AdhesionIncomplete(AdhesionError):
    """`manques`: what is missing, each with the step where it is filled."""

    def __init__(self, manques: list[str]) -> None:
        self.manques = manques
        super().__init__("Il manque encore : " + ", ".join(manques) + ".")


class AssocieInconnu(AdhesionError):
    def __init__(self) -> None:
        super().__init__("Cette personne ne fait plus partie de la demande.")


class SignatureInvalide(AdhesionError):
    def __init__(self) -> None:
        super().__init__("Signature invalide.")
