"""The shield before a payment (B3): what looks wrong, how grave, with its evidence. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from facturation.enums import Gravite
from facturation.models import CoordonneeBancaire, Echeance, Reglement
from facturation.services.fournisseurs import coordonnee_courante
from portal.lib.affichage import date_courte, devise
from portal.lib.bancaire import masquer_iban
from qonto_link.models import CompteQonto
from qonto_link.virements.enums import ResultatVop, StatutVirement
from qonto_link.virements.models import VerificationBeneficiaire, Virement

SOSIE = timedelta(days=60)
IBAN_RECENT = timedelta(days=30)
INHABITUEL = 5  # times the largest of the last payments to this supplier


@dataclass(frozen=True)
class Alerte:
    """One finding. `code` is stable, `texte` is for the payer."""

    code: str
    gravite: str
    texte: str


def gravite_de(alertes: list[Alerte]) -> str:
    """The colour of the whole."""
    for gravite in (Gravite.ROUGE, Gravite.ORANGE):
        if any(alerte.gravite == gravite for alerte in alertes):
            return gravite
    return Gravite.VERT


def exige_second_regard(alertes: list[Alerte]) -> list[str]:
    """The red findings: each payment that has one needs a written reason."""
    return [alerte.texte for alerte in alertes if alerte.gravite == Gravite.ROUGE]


def examiner(
    *,
    echeance: Echeance,
    compte: CompteQonto | None,
    verification: VerificationBeneficiaire | None,
    maintenant: datetime,
) -> list[Alerte]:
    """Everything worth a look before this instalment is paid from this account."""
    alertes = [*_iban(echeance, maintenant), *_sosies(echeance), *_habitudes(echeance)]
    if verification is not None:
        alertes += _verification(verification)
    disponible = compte.solde_autorise_cents if compte else None
    if disponible is not None and disponible < echeance.montant_cents:
        texte = (
            f"Le solde disponible ({devise(disponible)}) ne couvre pas ce paiement ({devise(echeance.montant_cents)})."
        )
        alertes.append(Alerte("solde", Gravite.ORANGE, texte))
    return alertes


def _verification(verification: VerificationBeneficiaire) -> list[Alerte]:
    if verification.resultat == ResultatVop.PROCHE:
        texte = f"La banque du bénéficiaire connaît ce compte au nom de « {verification.nom_trouve} »."
        return [Alerte("vop_proche", Gravite.ORANGE, texte)]
    if verification.resultat == ResultatVop.DIFFERENT:
        texte = "La banque du bénéficiaire dit que ce compte n’est pas au nom de ce fournisseur."
        return [Alerte("vop_different", Gravite.ROUGE, texte)]
    if verification.resultat == ResultatVop.IMPOSSIBLE:
        texte = "La banque du bénéficiaire n’a pas pu vérifier le nom du compte."
        return [Alerte("vop_impossible", Gravite.ORANGE, texte)]
    return []


def _iban(echeance: Echeance, maintenant: datetime) -> list[Alerte]:
    fournisseur, alertes = echeance.facture.fournisseur, []
    actuelle = coordonnee_courante(fournisseur)
    if actuelle is None:
        return []
    lu = echeance.facture.iban_facture
    if lu and lu != actuelle.iban:
        texte = (
            f"L’IBAN imprimé sur la facture ({masquer_iban(lu)}) n’est pas celui de la fiche du fournisseur "
            f"({masquer_iban(actuelle.iban)})."
        )
        alertes.append(Alerte("iban_facture", Gravite.ROUGE, texte))
    if historique := _historique(echeance, actuelle, maintenant):
        alertes.append(historique)
    partage = CoordonneeBancaire.objects.filter(
        dossier_id=echeance.dossier_id, iban=actuelle.iban, remplacee_le__isnull=True
    ).exclude(fournisseur=fournisseur)
    if partage.exists():
        alertes.append(Alerte("iban_partage", Gravite.ROUGE, "Cet IBAN est aussi celui d’un autre fournisseur."))
    return alertes


def _historique(echeance: Echeance, actuelle: CoordonneeBancaire, maintenant: datetime) -> Alerte | None:
    """What the past of this supplier says of his IBAN: changed since he was paid, changed lately, or never paid."""
    fournisseur = echeance.facture.fournisseur
    payes = Virement.objects.filter(
        dossier_id=echeance.dossier_id,
        statut=StatutVirement.REGLE,
        reglement__echeance__facture__fournisseur=fournisseur,
    )
    dernier = payes.order_by("-execute_le", "-pk").values_list("iban", flat=True).first()
    if dernier and dernier != actuelle.iban:
        texte = (
            f"L’IBAN de {fournisseur.nom} a changé le {date_courte(actuelle.depuis)} depuis votre dernier paiement "
            f"({masquer_iban(dernier)} → {masquer_iban(actuelle.iban)}). Appelez-le à un numéro que vous connaissez."
        )
        return Alerte("iban_change", Gravite.ROUGE, texte)
    if dernier is not None:
        return None
    if actuelle.depuis > maintenant - IBAN_RECENT and _remplace(actuelle):
        texte = (
            f"L’IBAN de {fournisseur.nom} a été remplacé le {date_courte(actuelle.depuis)} et rien n’a encore été "
            "payé sur le nouveau. Appelez-le à un numéro que vous connaissez."
        )
        return Alerte("iban_recent", Gravite.ROUGE, texte)
    return Alerte("nouveau", Gravite.ORANGE, f"C’est votre premier paiement à {fournisseur.nom} ici.")


def _remplace(actuelle: CoordonneeBancaire) -> bool:
    """True when the supplier had another IBAN before."""
    anciennes = CoordonneeBancaire.objects.filter(fournisseur_id=actuelle.fournisseur_id, remplacee_le__isnull=False)
    return anciennes.exclude(iban=actuelle.iban).exists()


def _sosies(echeance: Echeance) -> list[Alerte]:
    """Already ordered: same supplier and amount within two months, on another instalment."""
    autour = (echeance.date - SOSIE, echeance.date + SOSIE)
    sosie = (
        Reglement.objects.filter(
            dossier_id=echeance.dossier_id,
            vivant=True,
            echeance__facture__fournisseur_id=echeance.facture.fournisseur_id,
            echeance__montant_cents=echeance.montant_cents,
            echeance__date__range=autour,
        )
        .exclude(Q(echeance=echeance) | Q(echeance__facture=echeance.facture))
        .select_related("echeance__facture")
        .first()
    )
    if sosie is None:
        return []
    texte = f"Le même montant est déjà réglé à ce fournisseur pour la facture {sosie.echeance.facture.numero}."
    return [Alerte("sosie", Gravite.ORANGE, texte)]


def _habitudes(echeance: Echeance) -> list[Alerte]:
    passes = Virement.objects.filter(
        dossier_id=echeance.dossier_id,
        statut=StatutVirement.REGLE,
        reglement__echeance__facture__fournisseur_id=echeance.facture.fournisseur_id,
    ).order_by("-execute_le", "-pk")
    montants = list(passes.values_list("montant_cents", flat=True)[:10])
    if montants and echeance.montant_cents > INHABITUEL * max(montants):
        return [
            Alerte("montant", Gravite.ORANGE, "Ce montant est bien plus élevé que d’habitude pour ce fournisseur.")
        ]
    return []
