"""Refusals of the payments; each message can be shown as it is."""

from qonto_link.errors import QontoLinkError


class VirementError(QontoLinkError):
    """Base of the refusals of the payments."""


class MouvementRefuse(VirementError):
    """The order is not in a state from which this move is allowed: somebody else was faster, or it is over."""

    def __init__(self) -> None:
        super().__init__("Ce paiement a changé entre-temps. Voici son état actuel ; rien n’a été envoyé deux fois.")


class VerificationManquante(VirementError):
    """No valid verification of payee for the IBAN and the name of the order."""

    def __init__(self) -> None:
        super().__init__("La vérification du bénéficiaire a expiré ou manque. Relancez-la avant de valider.")


class MotifManquant(VirementError):
    """The verification of payee does not match and nobody said why to go on."""

    def __init__(self) -> None:
        super().__init__("La vérification du bénéficiaire n’est pas favorable : indiquez pourquoi vous poursuivez.")


class AnnulationImpossible(VirementError):
    def __init__(self) -> None:
        super().__init__("Ce virement ne peut plus être annulé : Qonto l’exécute déjà.")


class PreuveIndisponible(VirementError):
    def __init__(self) -> None:
        super().__init__("La preuve de virement n’existe qu’une fois le virement exécuté.")
