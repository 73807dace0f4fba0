"""The second person's yes: what the panel of a waiting order shows, and what must still hold when she says it."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from facturation.errors import CoordonneesChangees, FacturationError, SecondRegardManquant
from facturation.forms import RetourForm
from facturation.queries import coordonnees_courantes
from facturation.saisie import Auteur
from facturation.services.bouclier import Alerte, examiner_tous, exige_second_regard, gravite_de
from facturation.services.paiement import comptes_debiteurs
from qonto_link.api.client import QontoClient
from qonto_link.virements.enums import Genre, StatutOrdre, StatutVirement
from qonto_link.virements.errors import MouvementRefuse
from qonto_link.virements.models import Ordre, VerificationBeneficiaire, Virement
from qonto_link.virements.services.muets import a_trancher_lot
from qonto_link.virements.services.preparation import exiger_seconde_personne
from qonto_link.virements.services.sosies import a_trancher
from qonto_link.virements.services.verification import verifier_beneficiaire, verifier_beneficiaires

AVANT_ENVOI = (StatutOrdre.A_APPROUVER, StatutOrdre.PRET)
MODIFIABLES = (StatutVirement.A_APPROUVER, StatutVirement.EN_PREPARATION)


@dataclass
class LigneOrdre:
    """One payment on the panel, with its shield while nothing was sent."""

    virement: Virement
    alertes: list[Alerte] = field(default_factory=list)
    retour: RetourForm | None = None

    @property
    def identifiant(self) -> str:
        """The id of the dialog of this payment."""
        return f"retour-{self.virement.pk}"

    @property
    def gravite(self) -> str:
        return gravite_de(self.alertes)

    @property
    def a_justifier(self) -> bool:
        """True when going on needs a reason that nobody gave yet."""
        verification = self.virement.verification
        defavorable = verification is not None and not verification.favorable
        return (defavorable or bool(exige_second_regard(self.alertes))) and not self.virement.motif_poursuite


def lignes_de(ordre: Ordre, auteur: Auteur) -> list[LigneOrdre]:
    """The payments of an order, in order; examined again as long as they may be stopped."""
    virements = list(
        ordre.virements.select_related(
            "verification", "dossier", "reglement__echeance__facture__fournisseur", "ordre__compte"
        ).order_by("rang")
    )
    if ordre.statut not in AVANT_ENVOI:
        return [LigneOrdre(virement) for virement in virements]
    alertes = examiner_tous(
        lignes=[(virement.reglement.echeance, virement.verification) for virement in virements],
        compte=ordre.compte,
        maintenant=auteur.maintenant,
    )
    return [LigneOrdre(virement, alertes[str(virement.reglement.echeance_id)]) for virement in virements]


def empreinte(ordre: Ordre) -> str:
    """What the panel says of the payees, in short: the approval of something else is not one."""
    lignes = ordre.virements.order_by("rang").values_list(
        "rang", "iban", "verification__resultat", "verification__nom_trouve"
    )
    return hashlib.sha256(repr(list(lignes)).encode()).hexdigest()[:32]


def etat_affiche(ordre: Ordre, maintenant: datetime) -> str:
    """What the panel of a followed order says, in short: as long as it is the same there is nothing to show again."""
    lignes = ordre.virements.order_by("rang").values_list("statut", "transaction_id")
    decision = (a_trancher(ordre, maintenant), a_trancher_lot(ordre, maintenant))
    etat = (ordre.statut, ordre.methode_sca, ordre.sca_depuis, decision, list(lignes))
    return hashlib.sha256(repr(etat).encode()).hexdigest()[:32]


def controler_ordre(ordre: Ordre) -> None:
    """Refuse an order that the world overtook. Raises FacturationError, CoordonneesChangees."""
    if ordre.compte_id not in {compte.pk for compte in comptes_debiteurs(ordre.dossier)}:
        raise FacturationError("Le compte débiteur n’est plus associé au dossier : refusez ce paiement.")
    virements = list(ordre.virements.select_related("reglement__echeance__facture").order_by("rang"))
    coordonnees = coordonnees_courantes([virement.reglement.echeance for virement in virements])
    for virement in virements:
        coordonnee = coordonnees.get(str(virement.reglement.echeance_id))
        if coordonnee is None or coordonnee.iban != virement.iban:
            raise CoordonneesChangees(
                f"L’IBAN de {virement.beneficiaire} a changé depuis la préparation : refusez ce paiement et "
                "préparez-le à nouveau."
            )


def rafraichir_verifications(ordre: Ordre, client: QontoClient, auteur: Auteur) -> None:
    """Before an approval: verify again the payees whose proof is too old to travel. Only while nothing was sent.

    Raises MouvementRefuse when somebody sent or gave up the order meanwhile.
    """
    virements = list(Virement.objects.filter(ordre=ordre).select_related("verification").order_by("rang"))
    jeton = ordre.jeton_vop
    if ordre.genre == Genre.LOT:
        payes = [(virement.iban, virement.beneficiaire) for virement in virements]
        verifications, jeton = verifier_beneficiaires(
            dossier=ordre.dossier, payes=payes, client=client, par=auteur.personne, maintenant=auteur.maintenant
        )
    else:
        verifications = [_verifier_encore(virement, ordre, client, auteur) for virement in virements]
    with transaction.atomic():
        if Ordre.objects.filter(pk=ordre.pk, statut__in=AVANT_ENVOI).update(jeton_vop=jeton) != 1:
            raise MouvementRefuse
        ordre.jeton_vop = jeton
        for virement, verification in zip(virements, verifications, strict=True):
            virement.verification = verification
        # Whoever sends moves the order first, which the update above holds: the payments cannot leave meanwhile.
        Virement.objects.bulk_update(virements, ["verification"])


def _verifier_encore(
    virement: Virement, ordre: Ordre, client: QontoClient, auteur: Auteur
) -> VerificationBeneficiaire:
    if virement.verification and virement.verification.valable(auteur.maintenant):
        return virement.verification
    return verifier_beneficiaire(
        dossier=ordre.dossier,
        iban=virement.iban,
        nom=virement.beneficiaire,
        client=client,
        par=auteur.personne,
        maintenant=auteur.maintenant,
    )


def reprendre_motif(ordre: Ordre, motif: str, auteur: Auteur) -> None:
    """The approver's own reason, on the payments that need one and have none; a red one waits for two people.

    Raises SecondRegardManquant, MouvementRefuse.
    """
    lignes = lignes_de(ordre, auteur)
    if any(exige_second_regard(ligne.alertes) for ligne in lignes):
        exiger_seconde_personne(ordre, maintenant=auteur.maintenant)
    a_justifier = [ligne for ligne in lignes if ligne.a_justifier]
    if not a_justifier:
        return
    if not motif.strip():
        alertes = exige_second_regard(a_justifier[0].alertes)
        raise SecondRegardManquant(alertes or ["la vérification du bénéficiaire n’est pas favorable"])
    concernes = Virement.objects.filter(pk__in=[ligne.virement.pk for ligne in a_justifier], statut__in=MODIFIABLES)
    with transaction.atomic():
        if concernes.update(motif_poursuite=motif.strip()[:300]) != len(a_justifier):
            raise MouvementRefuse
