"""The books follow the payment by themselves (S15, comptabilite.md §D.4).

accepted → draft; executed → the real day, validated, lettered with the invoice; declined or cancelled → draft removed,
or reversed when it was validated. A refusal of the books never stops the payment's own state: it is written on the
settlement in words, and tried again by `rattraper_ecritures`.
"""

from datetime import date, datetime

from django.db import transaction

from banque.services.mention import reconsiderer_virement
from comptabilite.enums import OrigineEcriture
from comptabilite.errors import ComptabiliteError, LettrageRefuse, PeriodeFermee
from comptabilite.models import Ecriture, Journal, LigneEcriture
from comptabilite.services.ecritures import LigneSaisie, modifier_brouillard, passer_ecriture, supprimer_brouillard
from comptabilite.services.exercices import controler_date, exercice_pour
from comptabilite.services.lettrage import delettrer, lettrer
from comptabilite.services.plan import compte as compte_du_plan
from comptabilite.services.plan import parametres
from comptabilite.services.validation import contrepasser, valider_ecritures
from facturation.enums import NatureFacture
from facturation.errors import PaiementImpossible
from facturation.models import Facture, Reglement
from facturation.services.paiement import journal_du_compte
from gestion_acces.models import Dossier
from portal.lib.affichage import jour_de_paris
from qonto_link.virements.enums import VIREMENTS_MORTS, StatutVirement
from qonto_link.virements.models import Virement

# States that change neither the settlement nor the books.
SANS_EFFET = frozenset(
    {
        StatutVirement.EN_PREPARATION,
        StatutVirement.A_APPROUVER,
        StatutVirement.ATTENTE_SCA,
        StatutVirement.ENVOYE,
    }
)
TAILLE_LIBELLE = 50  # ACD's limit on the label of an entry (comptabilite.md §D.2)


def cle_du_virement(virement: Virement) -> str:
    """The key that makes the entry of an order unique, and by which the bank line finds it."""
    return f"virement:{virement.pk}"


def libelle_du_reglement(virement: Virement, fournisseur: str) -> str:
    """`AARO - <Note>` when there is a note, else `AARO <Référence>`, cut at 50 (S15)."""
    texte = f"{fournisseur} - {virement.note}" if virement.note else f"{fournisseur} {virement.reference}"
    return texte[:TAILLE_LIBELLE].strip()


def suivre_virement(virement: Virement, avant: str, date: datetime) -> None:
    """Subscriber of VIREMENT_CHANGE: the settlement and the books after each move of a payment."""
    if virement.statut in SANS_EFFET:
        return
    reglement = Reglement.objects.filter(virement=virement).select_related("echeance__facture__fournisseur").first()
    if reglement is None:
        return
    if virement.statut in VIREMENTS_MORTS:
        reglement.vivant = False
    if virement.statut == StatutVirement.REGLE:
        reglement.regle_le = virement.execute_le
    reglement.save(update_fields=["vivant", "regle_le"])
    comptabiliser(reglement, maintenant=date)


def comptabiliser(reglement: Reglement, *, maintenant: datetime) -> None:
    """Bring the books in line with the payment. Twice is once; a refusal is written on the settlement."""
    virement = reglement.virement
    if virement is None:
        return
    try:
        with transaction.atomic():
            _aligner(reglement, virement, maintenant)
        attente = ""
    except (ComptabiliteError, PaiementImpossible) as refus:
        attente = str(refus)[:300]
    if attente != reglement.ecriture_en_attente:
        reglement.ecriture_en_attente = attente
        reglement.save(update_fields=["ecriture_en_attente"])
    # The bank line may have come before the entry.
    reconsiderer_virement(virement=virement)


def rattraper_ecritures(*, maintenant: datetime, limite: int = 500) -> int:
    """Try again the entries that the books refused. Returns how many are in order now."""
    rattrapes = 0
    en_attente = Reglement.objects.exclude(ecriture_en_attente="").select_related(
        "virement", "echeance__facture__fournisseur"
    )
    for reglement in en_attente.order_by("cree_le")[:limite]:
        comptabiliser(reglement, maintenant=maintenant)
        rattrapes += not reglement.ecriture_en_attente
    return rattrapes


def ecriture_du_virement(virement: Virement) -> Ecriture | None:
    """The entry that this payment made, draft or validated, and not reversed."""
    return Ecriture.objects.filter(dossier_id=virement.dossier_id, cle=cle_du_virement(virement)).first()


def _aligner(reglement: Reglement, virement: Virement, maintenant: datetime) -> None:
    ecriture = ecriture_du_virement(virement)
    if virement.statut in VIREMENTS_MORTS:
        _defaire(ecriture, virement, maintenant)
    elif virement.statut in (StatutVirement.PROGRAMME, StatutVirement.EN_COURS):
        if ecriture is None:
            _passer(reglement, virement, virement.date_prevue, maintenant)
    elif virement.statut == StatutVirement.REGLE and virement.execute_le is not None:
        if ecriture is None:
            ecriture = _passer(reglement, virement, virement.execute_le, maintenant)
        if ecriture.est_brouillard:
            _confirmer(ecriture, virement, virement.execute_le, maintenant)
        _essayer_de_lettrer(reglement, maintenant)


def _journal(virement: Virement) -> Journal:
    journal = journal_du_compte(virement.ordre.compte)
    if journal is None or journal.compte_tresorerie is None:
        raise PaiementImpossible(["le journal de trésorerie du compte Qonto n’est pas créé"])
    return journal


def _passer(reglement: Reglement, virement: Virement, jour: date, maintenant: datetime) -> Ecriture:
    facture, journal = reglement.echeance.facture, _journal(virement)
    tiers = facture.fournisseur.tiers
    if tiers is None or journal.compte_tresorerie is None:
        raise PaiementImpossible([f"le compte tiers de {facture.fournisseur.nom} manque"])
    libelle = libelle_du_reglement(virement, facture.fournisseur.nom)
    ouvert = _jour_ouvert(facture.dossier, jour)
    if ouvert != jour:
        libelle = _libelle_date(libelle, jour)
    return passer_ecriture(
        dossier=facture.dossier,
        journal=journal,
        date=ouvert,
        piece=virement.reference,
        libelle=libelle,
        lignes=[
            LigneSaisie(compte=tiers.compte, tiers=tiers, debit_cents=virement.montant_cents, libelle=libelle),
            LigneSaisie(compte=journal.compte_tresorerie, credit_cents=virement.montant_cents, libelle=libelle),
        ],
        origine=OrigineEcriture.REGLEMENT,
        cle=cle_du_virement(virement),
        date_piece=facture.date_emission,
        auteur=virement.ordre.approuve_par or virement.ordre.cree_par,
        maintenant=maintenant,
    )


def _confirmer(ecriture: Ecriture, virement: Virement, jour: date, maintenant: datetime) -> None:
    """The draft takes the real day and becomes final. A closed period takes its first open day (PCG 1031-4)."""
    ouvert = _jour_ouvert(ecriture.dossier, jour)
    if ecriture.date != ouvert:
        libelle = ecriture.libelle if ouvert == jour else _libelle_date(ecriture.libelle, jour)
        modifier_brouillard(ecriture=ecriture, date=ouvert, libelle=libelle, maintenant=maintenant)
    valider_ecritures(dossier=ecriture.dossier, ecritures=[ecriture], maintenant=maintenant)
    ecriture.refresh_from_db()


def _jour_ouvert(dossier: Dossier, jour: date) -> date:
    """The day itself, or the first open one when it is in a closed or locked period."""
    try:
        exercice_pour(dossier=dossier, date=jour)
        controler_date(dossier=dossier, date=jour, reglages=parametres(dossier))
    except PeriodeFermee as ferme:
        return ferme.premiere_date_ouverte
    return jour


def _libelle_date(libelle: str, jour: date) -> str:
    """The label with the true date, which the entry cannot bear."""
    return f"{libelle[: TAILLE_LIBELLE - 14].strip()} du {jour:%d/%m/%Y}"


def _essayer_de_lettrer(reglement: Reglement, maintenant: datetime) -> None:
    """A refused lettering (closed exercice of the invoice) does not undo the entry: the lines stay to be lettered."""
    try:
        with transaction.atomic():
            _lettrer(reglement, maintenant)
    except LettrageRefuse:
        return


def _defaire(ecriture: Ecriture | None, virement: Virement, maintenant: datetime) -> None:
    if ecriture is None or getattr(ecriture, "annulee_par", None) is not None:
        return
    if ecriture.est_brouillard:
        supprimer_brouillard(ecriture=ecriture, motif=virement.motif or "Virement annulé", maintenant=maintenant)
        return
    for ligne in ecriture.lignes.exclude(lettrage=None).select_related("lettrage"):
        if ligne.lettrage is not None:
            delettrer(lettrage=ligne.lettrage, maintenant=maintenant)
    contrepasser(ecriture=ecriture, date=jour_de_paris(maintenant), maintenant=maintenant)


def _lettrer(reglement: Reglement, maintenant: datetime) -> None:
    """Letter the 401 lines of the invoice and of its payments once together they are zero (§D.6, automatic)."""
    facture = reglement.echeance.facture
    achat = Ecriture.objects.filter(dossier_id=facture.dossier_id, cle=cle_de_l_achat(facture)).first()
    if achat is None:
        return
    cles = [
        f"virement:{pk}"
        for pk in Reglement.objects.filter(
            echeance__facture=facture, vivant=True, virement__statut=StatutVirement.REGLE
        ).values_list("virement_id", flat=True)
    ]
    lignes = list(
        LigneEcriture.objects.filter(
            dossier_id=facture.dossier_id,
            tiers=facture.fournisseur.tiers,
            lettrage=None,
            ecriture__cle__in=[*cles, achat.cle],
        ).select_related("compte", "tiers", "ecriture")
    )
    if len(lignes) > 1 and sum(ligne.debit_cents - ligne.credit_cents for ligne in lignes) == 0:
        lettrer(lignes=lignes, date=jour_de_paris(maintenant), auteur=None)


def cle_de_l_achat(facture: Facture) -> str:
    return f"achat:{facture.pk}"


def comptabiliser_achat(*, facture: Facture, maintenant: datetime) -> str:
    """Book the purchase of an invoice as a draft, once; returns why the books refuse it, or an empty string.

    A refusal (locked period, missing journal) never stops the invoice: it is said, and `Comptabiliser` tries again.
    """
    try:
        with transaction.atomic():
            _passer_achat(facture, maintenant)
    except (ComptabiliteError, PaiementImpossible) as refus:
        return str(refus)
    return ""


def _passer_achat(facture: Facture, maintenant: datetime) -> Ecriture:
    """Charge and VAT on debit, 401 with its auxiliary on credit; a credit note has the sides swapped (§D.4)."""
    tiers = facture.fournisseur.tiers
    journal = (
        Journal.objects.filter(dossier_id=facture.dossier_id, nature="achat", actif=True).order_by("code").first()
    )
    if tiers is None:
        raise PaiementImpossible([f"le compte tiers de {facture.fournisseur.nom} manque"])
    if journal is None:
        raise PaiementImpossible(["le dossier n’a pas de journal d’achats"])
    libelle = f"{facture.fournisseur.nom} {facture.numero}"[:TAILLE_LIBELLE]
    dossier, avoir = facture.dossier, facture.nature == NatureFacture.AVOIR
    charge = compte_du_plan(dossier=dossier, numero=facture.fournisseur.compte_charge)
    montants = [
        (charge, None, facture.montant_ht_cents, False),
        (tiers.compte, tiers, facture.montant_ttc_cents, True),
    ]
    if facture.montant_tva_cents:
        tva = compte_du_plan(dossier=dossier, numero="44566")
        montants.insert(1, (tva, None, facture.montant_tva_cents, False))
    lignes = [
        LigneSaisie(compte=compte, tiers=aux, libelle=libelle, **{_cote(credit != avoir): cents})
        for compte, aux, cents, credit in montants
        if cents
    ]
    return passer_ecriture(
        dossier=dossier,
        journal=journal,
        date=facture.date_emission,
        piece=facture.numero,
        libelle=libelle,
        lignes=lignes,
        origine=OrigineEcriture.ACHAT,
        cle=cle_de_l_achat(facture),
        fichiers=(facture.fichier,) if facture.fichier else (),
        maintenant=maintenant,
    )


def _cote(credit: bool) -> str:
    return "credit_cents" if credit else "debit_cents"
