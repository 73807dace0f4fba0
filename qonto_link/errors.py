"""Refusals of this app; each message can be shown as it is."""

from portal.lib.affichage import siren as en_clair


class QontoLinkError(Exception):
    """Base of the refusals of qonto_link."""


class RetourInvalide(QontoLinkError):
    """The return from Qonto's consent page is forged, replayed, too old, or another person's."""

    def __init__(self) -> None:
        super().__init__(
            "Ce retour de Qonto n’est pas valable : il a déjà servi, il a plus de dix minutes, ou il vient d’un autre "
            "navigateur. Rien n’a été associé. Recommencez depuis la tuile Qonto."
        )


class ConsentementRefuse(QontoLinkError):
    def __init__(self) -> None:
        super().__init__("Vous avez refusé l’accès sur la page de Qonto. Rien n’a été associé.")


class AutreSociete(QontoLinkError):
    """The organization that answered is not the dossier's company."""

    def __init__(self, nom: str, siren: str, attendu: str) -> None:
        super().__init__(
            f"Le compte Qonto choisi est celui de {nom} (SIREN {en_clair(siren) or 'inconnu'}), alors que ce "
            f"dossier est celui du SIREN {en_clair(attendu) or 'inconnu'}. Rien n’a été associé."
        )


class CompteDejaLie(QontoLinkError):
    def __init__(self) -> None:
        super().__init__("Un des comptes choisis est déjà associé à un autre dossier. Dissociez-le d’abord là-bas.")


class PasDeConnexion(QontoLinkError):
    def __init__(self) -> None:
        super().__init__("Aucun compte Qonto n’est associé à ce dossier.")


class ReconnexionNecessaire(QontoLinkError):
    def __init__(self) -> None:
        super().__init__(
            "Qonto n’accepte plus notre accès : le consentement a expiré ou a été retiré. Le dirigeant doit se "
            "reconnecter depuis la tuile Qonto."
        )


class QontoInjoignable(QontoLinkError):
    def __init__(self) -> None:
        super().__init__("Qonto ne répond pas pour le moment. Rien n’est perdu : réessayez dans quelques minutes.")


class AucunCompteChoisi(QontoLinkError):
    def __init__(self) -> None:
        super().__init__("Choisissez au moins un compte à associer.")


class ChoixPerime(QontoLinkError):
    """The page of the choice was left open too long, or its choice is made already."""

    def __init__(self) -> None:
        super().__init__("Cette association est déjà faite ou a expiré. Recommencez depuis la tuile Qonto.")


class DejaAssocie(QontoLinkError):
    def __init__(self) -> None:
        super().__init__("Un compte Qonto est déjà associé à ce dossier. Dissociez-le d’abord pour en changer.")


class AutreOrganisation(QontoLinkError):
    """A reconnection must find the organization that was linked."""

    def __init__(self, nom: str, attendue: str) -> None:
        super().__init__(
            f"Vous vous êtes connecté à {nom}, alors que ce dossier est associé à {attendue}. Rien n’a changé : "
            f"recommencez en choisissant {attendue}, ou dissociez d’abord."
        )


class QontoRefuse(QontoLinkError):
    """Qonto answered no; the reason in French, and the reference for the support."""

    def __init__(self, raison: str, reference: str = "") -> None:
        self.raison = raison
        self.reference = reference
        super().__init__(f"{raison} (référence {reference})" if reference else raison)
