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


class SecondePersonneRequise(VirementError):
    """A red alert: whoever prepared the payment may not be the one who approves it (B3)."""

    def __init__(self) -> None:
        super().__init__(
            "Ce paiement porte une alerte rouge : une autre personne que celle qui l’a préparé doit l’approuver."
        )


class AnnulationImpossible(VirementError):
    def __init__(self) -> None:
        super().__init__("Ce virement ne peut plus être annulé : Qonto l’exécute déjà.")


class AnnulationRefusee(VirementError):
    """Qonto refuses the cancellation for another reason than the execution; `phrase` says which."""

    def __init__(self, phrase: str) -> None:
        super().__init__(f"Le virement n’est pas annulé. {phrase}")


class AnnulationEnCours(VirementError):
    """Qonto took the cancellation but does not show it yet."""

    def __init__(self) -> None:
        super().__init__(
            "Qonto a reçu la demande d’annulation mais ne la confirme pas encore. L’état de ce virement se mettra à "
            "jour tout seul ; ne payez pas à nouveau avant."
        )


class AbandonEnDoute(VirementError):
    """An earlier call of the order may have been done: it is held until Qonto says so."""

    def __init__(self) -> None:
        super().__init__(
            "Qonto a peut-être déjà reçu ce paiement : il ne peut pas être abandonné. Le portail interroge Qonto et "
            "rouvrira l’échéance si rien n’est parti."
        )


class PreuveIndisponible(VirementError):
    def __init__(self) -> None:
        super().__init__("La preuve de virement n’existe qu’une fois le virement exécuté.")


class DecisionPrematuree(VirementError):
    """The answer of Qonto may still come, or nothing there looks like the payment: no person has to decide."""

    def __init__(self) -> None:
        super().__init__(
            "Il n’y a rien à trancher pour le moment : le portail interroge Qonto et conclura tout seul. Aucun second "
            "paiement n’est parti."
        )


class SosiesChanges(VirementError):
    """What Qonto shows is not what the person was shown."""

    def __init__(self) -> None:
        super().__init__("Ce que Qonto montre a changé depuis l’affichage : relisez avant de décider.")


class DecisionSansMotif(VirementError):
    def __init__(self) -> None:
        super().__init__("Indiquez ce que vous avez vérifié : votre réponse est conservée avec le paiement.")


class SosieTenu(VirementError):
    def __init__(self) -> None:
        super().__init__("Ce virement est déjà rattaché à un autre paiement du portail.")


class LotMontre(VirementError):
    """Qonto shows payments of this bulk as ours, or nobody attached it by hand: it cannot be taken back."""

    def __init__(self) -> None:
        super().__init__("Qonto a confirmé cet envoi groupé : il ne peut pas être détaché.")


class SecondRegardTropTot(VirementError):
    """Once not seen is no proof; the second look comes later."""

    def __init__(self, attente: str) -> None:
        super().__init__(
            f"Le portail vient de regarder chez Qonto pour la première fois. Vous pourrez décider {attente}, après un "
            "second regard ; les échéances restent réservées d’ici là."
        )
