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


class CodeFaux(GestionAccesError):
    """The code of the authenticator app is wrong or too old."""

    def __init__(self) -> None:
        super().__init__(
            "Ce code n’est pas le bon, ou il a expiré. Entrez celui que l’application affiche maintenant."
        )


class CleRefusee(GestionAccesError):
    """The browser's answer about a passkey could not be checked."""

    def __init__(self) -> None:
        super().__init__("Cette clé d’accès n’a pas pu être vérifiée. Recommencez.")


class FacteurNecessaire(GestionAccesError):
    """The last second factor of a person who must have one."""

    def __init__(self) -> None:
        super().__init__("C’est votre dernier second facteur : ajoutez-en un autre avant de retirer celui-ci.")


class InvitationPerimee(GestionAccesError):
    """The link is forged, used, cancelled or too old."""

    def __init__(self) -> None:
        super().__init__("Ce lien d’invitation ne fonctionne plus.")


class AutreCabinet(GestionAccesError):
    """A person works for one firm."""

    def __init__(self) -> None:
        super().__init__(
            "Votre compte travaille déjà pour un autre cabinet. Demandez à celui-ci de le retirer de son équipe,"
            " ou faites-vous inviter avec une autre adresse."
        )


class TropDEssais(GestionAccesError):
    """Too many wrong proofs: this one was not even looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Trop d’essais. Attendez un quart d’heure, ou choisissez un nouveau mot de passe par"
            " « Mot de passe oublié »."
        )


class DernierAdministrateur(GestionAccesError):
    """A firm keeps at least one administrator."""

    def __init__(self) -> None:
        super().__init__("C’est le dernier administrateur du cabinet : nommez-en un autre d’abord.")


class DernierDirigeant(GestionAccesError):
    """A company keeps at least one dirigeant."""

    def __init__(self) -> None:
        super().__init__("C’est le dernier dirigeant du dossier : nommez-en un autre d’abord.")


class FichierIllisible(GestionAccesError):
    """A file of dossiers cannot be read; the message says why."""
