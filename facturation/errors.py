"""Refusals of i-Facture; each message can be shown as it is."""


class FacturationError(Exception):
    """Base of the refusals of facturation."""


class EcheancesFausses(FacturationError):
    def __init__(self, ecart: str) -> None:
        super().__init__(f"Le total des échéances ne fait pas le montant TTC : écart de {ecart}.")


class FactureEnDouble(FacturationError):
    def __init__(self, numero: str, fournisseur: str) -> None:
        super().__init__(f"La facture {numero} de {fournisseur} est déjà enregistrée.")


class FactureEngagee(FacturationError):
    def __init__(self) -> None:
        super().__init__("Un règlement existe sur cette facture : elle ne se modifie plus et ne se supprime plus.")


class EcheanceDejaReglee(FacturationError):
    """The instalment has a live order, or is paid."""

    def __init__(self, libelle: str = "") -> None:
        super().__init__(f"{libelle or 'Cette échéance'} a déjà un règlement. Aucun second paiement n’est parti.")


class DatePassee(FacturationError):
    def __init__(self) -> None:
        super().__init__("La date d’exécution ne peut pas être dans le passé, ni à plus d’un an.")


class DateInvraisemblable(FacturationError):
    def __init__(self) -> None:
        super().__init__("Une date de cette facture est invraisemblable : vérifiez l’année.")


class DateAVenir(FacturationError):
    def __init__(self) -> None:
        super().__init__("Ce règlement est à venir : notez-le quand il sera fait, au plus tard aujourd’hui.")


class CoordonneesChangees(FacturationError):
    """The IBAN that was shown is no longer the supplier's."""

    def __init__(self, texte: str = "Les coordonnées bancaires ont changé : relisez-les.") -> None:
        super().__init__(texte)


class PaiementImpossible(FacturationError):
    """The set-up lacks something that the payment or its entry needs; the list says what, and where to fill it."""

    def __init__(self, manques: list[str]) -> None:
        self.manques = manques
        super().__init__("Le paiement n’est pas possible : " + " ; ".join(manques) + ".")


class SecondRegardManquant(FacturationError):
    def __init__(self, motifs: list[str]) -> None:
        self.motifs = motifs
        super().__init__("Ce paiement demande un second regard : " + " ; ".join(motifs) + ".")


class FichierIllisible(FacturationError):
    """An import that cannot be read; the message names the line."""
