"""The way from « Régler l'échéance » to an order, for one or a selection. Knows neither pages nor spaces."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from facturation.errors import FacturationError, SecondRegardManquant
from facturation.models import Echeance
from facturation.saisie import Auteur
from facturation.services.bouclier import Alerte, examiner
from facturation.services.fournisseurs import coordonnee_courante
from facturation.services.paiement import Saisie, preparer_paiement
from gestion_acces.models import Dossier
from qonto_link.api.client import QontoClient
from qonto_link.models import CompteQonto
from qonto_link.virements.models import Ordre, VerificationBeneficiaire, Virement
from qonto_link.virements.services.preparation import TAILLE_LOT
from qonto_link.virements.services.verification import verifier_beneficiaire, verifier_beneficiaires


@dataclass
class Panier:
    """The instalments to pay together, with what was verified of each and the bulk's token."""

    echeances: Sequence[Echeance]
    verifications: dict[str, VerificationBeneficiaire] = field(default_factory=dict)
    jeton: str = ""

    @property
    def total_cents(self) -> int:
        return sum(echeance.montant_cents for echeance in self.echeances)

    def alertes(self, compte: CompteQonto | None) -> dict[str, list[Alerte]]:
        return {
            str(echeance.pk): examiner(
                echeance=echeance, compte=compte, verification=self.verifications.get(str(echeance.pk))
            )
            for echeance in self.echeances
        }


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
        coordonnee = coordonnee_courante(echeance.facture.fournisseur)
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
    """Write the bulk's order. Raises what `preparer_paiement` raises."""
    saisies = [
        Saisie(
            echeance=echeance,
            reference=echeance.facture.numero,
            note="",
            date=jour,
            verification=panier.verifications.get(str(echeance.pk)),
            motif_poursuite=motif,
        )
        for echeance in panier.echeances
    ]
    return preparer_paiement(
        dossier=dossier,
        compte=compte,
        saisies=saisies,
        alertes=panier.alertes(compte),
        par=auteur.personne,
        a_approuver=a_approuver,
        maintenant=auteur.maintenant,
        origine=auteur.origine,
        jeton_vop=panier.jeton,
    )


def rafraichir_verifications(ordre: Ordre, client: QontoClient, auteur: Auteur) -> None:
    """Before an approval: verify again the payees whose proof is too old to travel. Only while nothing was sent."""
    virements = list(Virement.objects.filter(ordre=ordre).select_related("verification").order_by("rang"))
    if ordre.genre == "lot":
        payes = [(virement.iban, virement.beneficiaire) for virement in virements]
        verifications, ordre.jeton_vop = verifier_beneficiaires(
            dossier=ordre.dossier, payes=payes, client=client, par=auteur.personne, maintenant=auteur.maintenant
        )
        ordre.save(update_fields=["jeton_vop"])
    else:
        verifications = [
            virement.verification
            if virement.verification and virement.verification.valable(auteur.maintenant)
            else verifier_beneficiaire(
                dossier=ordre.dossier,
                iban=virement.iban,
                nom=virement.beneficiaire,
                client=client,
                par=auteur.personne,
                maintenant=auteur.maintenant,
            )
            for virement in virements
        ]
    for virement, verification in zip(virements, verifications, strict=True):
        virement.verification = verification
        virement.save(update_fields=["verification"])
