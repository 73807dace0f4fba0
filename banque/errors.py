"""Refusals of the bank room; each message can be shown as it is."""

from datetime import date as Date


class BanqueError(Exception):
    """Base of the refusals of banque."""


class FichierIllisible(BanqueError):
    """The statement file cannot be read; nothing of it was kept. `ligne`: number of the faulty line or entry."""

    def __init__(self, raison: str, ligne: int | None = None) -> None:
        self.ligne = ligne
        lieu = f"Ligne {ligne} : " if ligne else ""
        super().__init__(f"{lieu}{raison} Rien n’a été importé.")


class CompteIntrouvable(BanqueError):
    """No bank account of the dossier fits."""


class PeriodeRefusee(BanqueError):
    """The period asked for cannot be integrated."""


class PlanPerime(BanqueError):
    """What waits has changed since the person looked at it."""

    def __init__(self) -> None:
        super().__init__(
            "De nouvelles opérations sont arrivées depuis l’affichage de cet aperçu. Rien n’a été intégré : "
            "vérifiez le nouvel aperçu, puis confirmez."
        )


class AnnulationRefusee(BanqueError):
    """The integration cannot be undone any more."""


class MouvementRefuse(BanqueError):
    """The line is not in a state from which this act is possible."""


class ImputationRefusee(BanqueError):
    """The account cannot be put on the line; the message says why."""


class TransfertRefuse(BanqueError):
    """The line cannot become an entry; the message says why."""


class ArreteRefuse(BanqueError):
    """The état de rapprochement cannot be frozen; the message says why."""


class FusionImpossible(BanqueError):
    """The account's identity (IBAN, source) does not allow the act."""


class ContinuiteRompue(BanqueError):
    """The chain of balances breaks; `jour` and `libelle` name the line."""

    def __init__(self, jour: Date, libelle: str, raison: str) -> None:
        self.jour = jour
        self.libelle = libelle
        super().__init__(f"Les soldes ne s’enchaînent plus au {jour:%d/%m/%Y}, ligne « {libelle} » : {raison}")
