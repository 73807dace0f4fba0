"""The way from « Régler l'échéance » to an order, for one or a selection. Knows neither pages nor spaces."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from facturation.errors import FacturationError, SecondRegardManquant
from facturation.models import CoordonneeBancaire, Echeance
from facturation.queries import coordonnees_courantes
from facturation.saisie import Auteur
from facturation.services.bouclier import Alerte, examiner_tous, exige_second_regard
from facturation.services.fournisseurs import coordonnee_courante
from facturation.services.paiement import Saisie, preparer_paiement
from gestion_acces.models import Dossier
from qonto_link.api.client import QontoClient
from qonto_link.models import CompteQonto
from qonto_link.virements.models import Ordre, VerificationBeneficiaire
from qonto_link.virements.services.preparation import TAILLE_LOT
from qonto_link.virements.services.verification import verifier_beneficiaire, verifier_beneficiaires


@dataclass
class Panier:
    """The instalments to pay together, with where each is paid, what was verified of it and the bulk's token."""

    echeances: Sequence[Echeance]
    verifications: dict[str, VerificationBeneficiaire] = field(default_factory=dict)
    jeton: str = ""
    coordonnees: dict[str, CoordonneeBancaire] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.coordonnees = coordonnees_courantes(self.echeances)

    @property
    def total_cents(self) -> int:
        return sum(echeance.montant_cents for echeance in self.echeances)

    def alertes(self, compte: CompteQonto | None, maintenant: datetime) -> dict[str, list[Alerte]]:
        lignes = [(echeance, self.verifications.get(str(echeance.pk))) for echeance in self.echeances]
        return examiner_tous(lignes=lignes, compte=compte, maintenant=maintenant)


def preparer_une(
    saisie: Saisie, compte: CompteQonto, alertes: list[Alerte], auteur: Auteur, *, a_approuver: bool
) -> Ordre:
    """Write the order of one instalment. Raises SecondRegardManquant when the verification is not a match and nobody
    said why, and what `preparer_paiement` raises."""
    verification = saisie.verification
    if verification is not None and not verification.favorable and not saisie.motif_poursuite.strip():
        raise SecondRegardManquant([alerte.texte.rstrip(".") for alerte in alertes if alerte.code.startswith("vop")])
    return preparer_paiement(
        dossier=saisie.echeance.dossier,
        compte=compte,
        saisies=[saisie],
        alertes={str(saisie.echeance.pk): alertes},
        par=auteur.personne,
        a_approuver=a_approuver,
        maintenant=auteur.maintenant,
        origine=auteur.origine,
    )


def verifier_une(echeance: Echeance, client: QontoClient, auteur: Auteur) -> VerificationBeneficiaire | None:
    """The verification of payee of one instalment; None when the supplier has no IBAN."""
    coordonnee = coordonnee_courante(echeance.facture.fournisseur)
    if coordonnee is None:
        return None
    return verifier_beneficiaire(
        dossier=echeance.dossier,
        iban=coordonnee.iban,
        nom=echeance.facture.fournisseur.nom,
        client=client,
        par=auteur.personne,
        maintenant=auteur.maintenant,
    )


def verifier_panier(panier: Panier, dossier: Dossier, client: QontoClient, auteur: Auteur) -> None:
    """Verify all payees in one call. Raises QontoError, and FacturationError beyond 400 or without an IBAN."""
    if not 1 <= len(panier.echeances) <= TAILLE_LOT:
        raise FacturationError(f"Choisissez de 1 à {TAILLE_LOT} échéances.")
    payes = []
    for echeance in panier.echeances:
        coordonnee = panier.coordonnees.get(str(echeance.pk))
        if coordonnee is None:
            raise FacturationError(f"L’IBAN de {echeance.facture.fournisseur.nom} manque.")
        payes.append((coordonnee.iban, echeance.facture.fournisseur.nom))
    verifications, panier.jeton = verifier_beneficiaires(
        dossier=dossier, payes=payes, client=client, par=auteur.personne, maintenant=auteur.maintenant
    )
    panier.verifications = {
        str(echeance.pk): verification for echeance, verification in zip(panier.echeances, verifications, strict=True)
    }


def preparer_panier(
    panier: Panier,
    *,
    dossier: Dossier,
    compte: CompteQonto,
    jour: date,
    motif: str,
    auteur: Auteur,
    a_approuver: bool,
) -> Ordre:
    """Write the bulk's order, the reason on the lines that need one. Raises what `preparer_paiement` raises."""
    alertes = panier.alertes(compte, auteur.maintenant)
    saisies = [_saisie(panier, echeance, jour, motif, alertes[str(echeance.pk)]) for echeance in panier.echeances]
    return preparer_paiement(
        dossier=dossier,
        compte=compte,
        saisies=saisies,
        alertes=alertes,
        par=auteur.personne,
        a_approuver=a_approuver,
        maintenant=auteur.maintenant,
        origine=auteur.origine,
        jeton_vop=panier.jeton,
    )


def _saisie(panier: Panier, echeance: Echeance, jour: date, motif: str, alertes: list[Alerte]) -> Saisie:
    cle = str(echeance.pk)
    verification = panier.verifications.get(cle)
    a_justifier = bool(exige_second_regard(alertes)) or (verification is not None and not verification.favorable)
    return Saisie(
        echeance=echeance,
        reference=echeance.facture.numero,
        note="",
        date=jour,
        verification=verification,
        motif_poursuite=motif if a_justifier else "",
        coordonnee=panier.coordonnees.get(cle),
    )
