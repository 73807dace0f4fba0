"""From the instalment to the order: everything that must hold before money may move (S12–S14).

The amount comes from the instalment, never from what was posted; the debited account is one that the client linked;
the books can follow. What is refused here is refused before anything is sent.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from comptabilite.errors import ComptabiliteError
from comptabilite.models import Exercice, Journal, Parametres
from comptabilite.services.exercices import controler_date
from facturation.enums import ModeReglement, NatureFacture
from facturation.errors import (
    CoordonneesChangees,
    DateAVenir,
    DatePassee,
    EcheanceDejaReglee,
    FacturationError,
    PaiementImpossible,
    SecondRegardManquant,
)
from facturation.models import CoordonneeBancaire, Echeance, Facture, Reglement
from facturation.queries import coordonnees_courantes
from facturation.services.bouclier import Alerte, exige_second_regard
from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from portal.lib.affichage import date_courte, devise, jour_de_paris
from portal.lib.calendrier import prochain_jour_ouvre
from qonto_link.models import CompteQonto
from qonto_link.virements.models import Ordre, VerificationBeneficiaire, Virement
from qonto_link.virements.services.preparation import LigneOrdre, preparer_ordre

HORIZON = timedelta(days=365)
TENTATIVES = UUID("5b0f6a52-8f0e-4d2b-9c41-6a7d0e3f1b90")
SEUIL_JUSTIFICATIF_CENTS = 3_000_000  # business reference §0.4: above 30 000 €
BANQUES = "la fiche du dossier, onglet Banques"
TAILLE_MAX_QONTO = 10 * 1024 * 1024  # §18


@dataclass(frozen=True)
class Saisie:
    """What the payer chose for one instalment in « Transaction de paiement » (S13); `date` is a Paris day.

    `coordonnee`: where the payer was shown that the supplier is paid; None when nobody was shown anything.
    """

    echeance: Echeance
    reference: str
    note: str
    date: date
    verification: VerificationBeneficiaire | None = None
    motif_poursuite: str = ""
    beneficiaire_id: str = ""
    coordonnee: CoordonneeBancaire | None = None


def comptes_debiteurs(dossier: Dossier) -> list[CompteQonto]:
    """The accounts linked by the client, on a connection that lives: those that pay suppliers, then the main one."""
    comptes = (
        CompteQonto.objects.filter(dossier=dossier, lie=True)
        .exclude(connexion__statut="dissociee")
        .select_related("connexion", "compte_bancaire")
        .order_by("-principal", "nom")
    )
    return sorted(comptes, key=lambda compte: not regle_les_fournisseurs(compte))


def regle_les_fournisseurs(compte: CompteQonto) -> bool:
    """True when the firm says, on the card of the bank (S17), that this account pays suppliers."""
    banque = getattr(compte, "compte_bancaire", None)
    return banque is not None and banque.regle_fournisseurs


def journal_du_compte(compte: CompteQonto) -> Journal | None:
    """The treasury journal tied to the Qonto account in the accounting dossier (S14), or None."""
    return (
        Journal.objects.filter(
            dossier_id=compte.dossier_id, compte_bancaire__compte_qonto=compte, compte_tresorerie__isnull=False
        )
        .select_related("compte_bancaire", "compte_tresorerie")
        .first()
    )


def date_proposee(echeance: Echeance, aujourdhui: date) -> date:
    """The due date, or today when it has passed (comptabilite.md §E.5)."""
    return max(echeance.date, aujourdhui)


class _Cadre:
    """What is read once for all the lines of an order, however many they are."""

    def __init__(self, echeances: Sequence[Echeance], compte: CompteQonto | None) -> None:
        self.compte = compte
        self.coordonnees = coordonnees_courantes(echeances)
        self.journal = journal_du_compte(compte) if compte else None
        self._fermees: dict[date, str] = {}

    def coordonnee(self, echeance: Echeance) -> CoordonneeBancaire | None:
        return self.coordonnees.get(str(echeance.pk))

    def periode_fermee(self, dossier: Dossier, jour: date) -> str:
        if jour not in self._fermees:
            self._fermees[jour] = _periode_fermee(dossier, jour)
        return self._fermees[jour]


def manques_pour_payer(*, echeance: Echeance, compte: CompteQonto | None, jour: date) -> list[str]:
    """What the set-up lacks, each in words, said before paying and not after. Reads only."""
    cadre = _Cadre([echeance], compte)
    return [*_manques_de_la_ligne(cadre, echeance, jour), *_manques_du_compte(cadre)]


def manques_de_la_selection(
    *, echeances: Sequence[Echeance], compte: CompteQonto | None, jour: date
) -> tuple[list[str], dict[str, list[str]]]:
    """The same for several: what the account lacks, and what each instalment lacks by its id."""
    cadre = _Cadre(echeances, compte)
    lignes = {str(echeance.pk): _manques_de_la_ligne(cadre, echeance, jour) for echeance in echeances}
    return _manques_du_compte(cadre), lignes


def _manques_de_la_ligne(cadre: _Cadre, echeance: Echeance, jour: date) -> list[str]:
    fournisseur, manques = echeance.facture.fournisseur, []
    if echeance.facture.nature == NatureFacture.AVOIR:
        manques.append("un avoir ne se paie pas")
    if cadre.coordonnee(echeance) is None:
        manques.append(f"l’IBAN de {fournisseur.nom} manque : complétez la fiche du fournisseur")
    if fournisseur.tiers_id is None:
        manques.append(f"le compte tiers de {fournisseur.nom} manque : votre cabinet le complète sur sa fiche")
    plafond = cadre.journal.compte_bancaire.plafond_cents if cadre.journal else None
    if plafond is not None and echeance.montant_cents > plafond:
        manques.append(f"ce montant dépasse le plafond par règlement de la banque ({devise(plafond)})")
    if echeance.montant_cents > SEUIL_JUSTIFICATIF_CENTS:
        manques += manques_du_justificatif(echeance.facture)
    if fermee := cadre.periode_fermee(echeance.dossier, prochain_jour_ouvre(jour)):
        manques.append(fermee)
    return manques


def _manques_du_compte(cadre: _Cadre) -> list[str]:
    """What the debited account, and the card of its bank (S17), do not allow."""
    compte, journal = cadre.compte, cadre.journal
    if compte is None:
        return ["aucun compte Qonto n’est associé au dossier"]
    if not compte.connexion.est_active:
        return ["la connexion à Qonto doit être renouvelée depuis la tuile Qonto"]
    if journal is None:
        return [
            f"le journal de trésorerie du compte {compte.nom} n’est pas créé : votre cabinet le crée dans {BANQUES}"
        ]
    if not journal.compte_bancaire.regle_fournisseurs:
        return [
            f"le compte {compte.nom} n’est pas utilisé pour les règlements fournisseurs : choisissez un autre compte, "
            f"ou votre cabinet l’autorise dans {BANQUES}"
        ]
    return []


def manques_du_justificatif(facture: Facture) -> list[str]:
    """What Qonto would refuse of the document that it demands above 30 000 €."""
    fichier = facture.fichier
    if fichier is None or fichier.est_efface:
        return [f"au-delà de 30 000 €, Qonto demande un justificatif : joignez le document de la facture {facture}"]
    if fichier.taille > TAILLE_MAX_QONTO:
        return ["le document de la facture dépasse les 10 Mo que Qonto accepte en justificatif"]
    return []


def _periode_fermee(dossier: Dossier, jour: date) -> str:
    """Why the books cannot take an entry of that day; empty when they can. Opens no exercice."""
    exercice = Exercice.objects.filter(dossier=dossier, debut__lte=jour, fin__gte=jour).first()
    if exercice is not None and exercice.est_clos:
        return f"l’exercice qui couvre le {date_courte(jour)} est clos"
    reglages = Parametres.objects.filter(dossier=dossier).first() or Parametres(dossier=dossier)
    try:
        controler_date(dossier=dossier, date=jour, reglages=reglages)
    except ComptabiliteError as refus:
        return str(refus).rstrip(".")
    return ""


def preparer_paiement(
    *,
    dossier: Dossier,
    compte: CompteQonto,
    saisies: Sequence[Saisie],
    alertes: dict[str, list[Alerte]],
    par: Utilisateur,
    a_approuver: bool,
    maintenant: datetime,
    origine: Origine = SYSTEME,
    jeton_vop: str = "",
) -> Ordre:
    """Write the order of one or several instalments, with the row that forbids a second one. Nothing is sent.

    With a red alert it waits for a second person, whatever `a_approuver` says (B3).
    `alertes`: shield of each instalment, by its id. Raises EcheanceDejaReglee when an instalment already has a live
    settlement, DatePassee, PaiementImpossible, SecondRegardManquant when a red alert has no reason.
    """
    aujourdhui = jour_de_paris(maintenant)
    echeances = [saisie.echeance for saisie in saisies]
    cles = [str(echeance.pk) for echeance in echeances]
    cadre = _Cadre(echeances, compte)
    reglees = set(Reglement.objects.filter(echeance__in=echeances, vivant=True).values_list("echeance_id", flat=True))
    for saisie in saisies:
        if saisie.echeance.pk in reglees:
            raise EcheanceDejaReglee(str(saisie.echeance))
        _controler(saisie, cadre, dossier, alertes.get(str(saisie.echeance.pk), []), aujourdhui)
    try:
        with transaction.atomic():
            # Read again inside: what was shown must still be true when it is written.
            coordonnees = coordonnees_courantes(echeances)
            ordre = preparer_ordre(
                dossier=dossier,
                compte=compte,
                lignes=[_ligne(saisie, coordonnees.get(str(saisie.echeance.pk))) for saisie in saisies],
                par=par,
                a_approuver=a_approuver,
                maintenant=maintenant,
                origine=origine,
                jeton_vop=jeton_vop,
                cle=cle_des_tentatives(echeances),
                second_regard=any(exige_second_regard(alertes.get(cle, [])) for cle in cles),
            )
            _engager(ordre, saisies, par, maintenant)
    except IntegrityError:
        raise EcheanceDejaReglee("Une des échéances" if len(saisies) > 1 else "") from None
    return ordre


def cle_des_tentatives(echeances: Sequence[Echeance]) -> UUID:
    """The idempotency key of an order: its instalments, each with the number of its attempt (§D.5).

    Two orders for the same attempt would have one key: the database refuses the second, and so would Qonto.
    """
    essais = Counter(Reglement.objects.filter(echeance__in=echeances).values_list("echeance_id", flat=True))
    tentatives = sorted(f"{echeance.pk}:{essais[echeance.pk] + 1}" for echeance in echeances)
    return uuid5(TENTATIVES, "|".join(tentatives))


def _controler(saisie: Saisie, cadre: _Cadre, dossier: Dossier, alertes: list[Alerte], jour: date) -> None:
    compte = cadre.compte
    if saisie.echeance.dossier_id != dossier.pk or compte is None or compte.dossier_id != dossier.pk:
        raise FacturationError("Cette échéance ou ce compte n’est pas de ce dossier.")
    if not jour <= saisie.date <= jour + HORIZON:
        raise DatePassee
    if manques := [*_manques_de_la_ligne(cadre, saisie.echeance, saisie.date), *_manques_du_compte(cadre)]:
        raise PaiementImpossible(manques)
    motifs = exige_second_regard(alertes)
    if motifs and not saisie.motif_poursuite.strip():
        raise SecondRegardManquant(motifs)


def _ligne(saisie: Saisie, coordonnee: CoordonneeBancaire | None) -> LigneOrdre:
    fournisseur = saisie.echeance.facture.fournisseur
    if coordonnee is None:
        raise PaiementImpossible([f"l’IBAN de {fournisseur.nom} manque"])
    if saisie.coordonnee is not None and saisie.coordonnee.pk != coordonnee.pk:
        raise CoordonneesChangees
    return LigneOrdre(
        montant_cents=saisie.echeance.montant_cents,
        beneficiaire=fournisseur.nom,
        iban=coordonnee.iban,
        bic=coordonnee.bic,
        reference=saisie.reference.strip() or saisie.echeance.facture.numero,
        note=saisie.note,
        date=saisie.date,
        verification=saisie.verification,
        motif_poursuite=saisie.motif_poursuite.strip(),
        beneficiaire_id=saisie.beneficiaire_id,
    )


def _engager(ordre: Ordre, saisies: Sequence[Saisie], par: Utilisateur, maintenant: datetime) -> None:
    # The payments were written in the order of the lines; the database checks that the amounts agree.
    virements = list(Virement.objects.filter(ordre=ordre).order_by("rang"))
    Reglement.objects.bulk_create(
        [
            Reglement(
                dossier_id=ordre.dossier_id,
                echeance=saisie.echeance,
                virement=virement,
                mode=ModeReglement.QONTO,
                cree_par=par,
                cree_le=maintenant,
            )
            for saisie, virement in zip(saisies, virements, strict=True)
        ]
    )


def regler_autrement(
    *,
    echeance: Echeance,
    mode: str,
    jour: date,
    par: Utilisateur | None,
    maintenant: datetime,
    origine: Origine = SYSTEME,
) -> Reglement:
    """Note that an instalment was paid outside of the portal; no entry is made, the bank line will bring it.

    Raises EcheanceDejaReglee, DateAVenir, and ValueError for the mode that only the portal's orders have.
    """
    if mode == ModeReglement.QONTO:
        raise ValueError("A payment by Qonto is an order, not a note.")
    if jour > jour_de_paris(maintenant):
        raise DateAVenir
    try:
        with transaction.atomic():
            reglement = Reglement.objects.create(
                dossier_id=echeance.dossier_id,
                echeance=echeance,
                mode=mode,
                regle_le=jour,
                cree_par=par,
                cree_le=maintenant,
            )
            journaliser(
                cabinet=echeance.dossier.cabinet,
                dossier=echeance.dossier,
                acte="paiement.noter",
                date=maintenant,
                origine=origine,
                objet=str(echeance)[:200],
                apres={"mode": mode, "jour": str(jour)},
            )
    except IntegrityError:
        raise EcheanceDejaReglee(str(echeance)) from None
    return reglement
