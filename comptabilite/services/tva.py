"""VAT on collection (comptabilite.md §D.10): each payment makes its share of the waiting VAT due, to the cent."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from comptabilite.enums import OrigineEcriture
from comptabilite.models import Compte, Ecriture, LigneEcriture
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture
from comptabilite.services.journaux import journal
from comptabilite.services.plan import compte, verrouiller_comptabilite
from gestion_acces.models import Utilisateur

RACINE_ATTENTE = "4458"
COLLECTEE, DEDUCTIBLE = "44571", "44566"


def arrondi(numerateur: int, denominateur: int) -> int:
    """The nearest integer, halves away from zero; exact, without a float."""
    signe = -1 if (numerateur < 0) != (denominateur < 0) else 1
    return signe * ((2 * abs(numerateur) + abs(denominateur)) // (2 * abs(denominateur)))


def tva_a_deplacer(*, tva_cents: int, ttc_cents: int, paye_cents: int, deja_deplacee_cents: int) -> int:
    """The VAT that becomes due at this payment: round(VAT × paid so far / TTC) − VAT already moved.

    The last payment clears it exactly; a bounced receipt gives a negative amount, which moves it back.
    """
    if ttc_cents <= 0 or not 0 <= paye_cents <= ttc_cents:
        raise ValueError("paid between zero and the invoice")
    return arrondi(tva_cents * paye_cents, ttc_cents) - deja_deplacee_cents


@dataclass(frozen=True)
class TvaEnAttente:
    """The waiting VAT of one account of an invoice: its whole, and what was moved already."""

    compte: Compte
    totale_cents: int
    deplacee_cents: int
    collectee: bool


def prefixe(facture: Ecriture) -> str:
    return f"tva:{facture.pk}:"


def tva_en_attente(facture: Ecriture) -> list[TvaEnAttente]:
    """The 4458x lines of an invoice with what former payments moved. Collected VAT waits on the credit side."""
    attente = []
    lignes = LigneEcriture.objects.filter(ecriture=facture, compte__numero__startswith=RACINE_ATTENTE)
    deplacements = LigneEcriture.objects.filter(
        dossier_id=facture.dossier_id, ecriture__cle__startswith=prefixe(facture), ecriture__annule__isnull=True
    )
    for ligne in lignes.select_related("compte").order_by("rang"):
        sommes = deplacements.filter(compte=ligne.compte).aggregate(d=Sum("debit_cents"), c=Sum("credit_cents"))
        solde = (sommes["d"] or 0) - (sommes["c"] or 0)
        collectee = ligne.credit_cents > 0
        attente.append(
            TvaEnAttente(
                ligne.compte, ligne.credit_cents or ligne.debit_cents, solde if collectee else -solde, collectee
            )
        )
    return attente


def constater_encaissement(
    *,
    facture: Ecriture,
    ttc_cents: int,
    paye_cents: int,
    date: Date,
    reference: str,
    auteur: Utilisateur | None = None,
    maintenant: datetime,
) -> Ecriture | None:
    """Move the VAT that is due once `paye_cents` (all payments so far) of the invoice are paid.

    `reference` names the payment: the same one twice moves nothing twice. A lower `paye_cents` than before (a bounced
    receipt) moves the VAT back. None when nothing waits or nothing changes.
    """
    with transaction.atomic():
        verrouiller_comptabilite(facture.dossier)
        cle = f"{prefixe(facture)}{reference}"
        deja = Ecriture.objects.filter(dossier=facture.dossier, cle=cle).first()
        if deja is not None:
            return deja
        lignes = [
            ligne
            for attente in tva_en_attente(facture)
            for ligne in _lignes(facture, attente, ttc_cents=ttc_cents, paye_cents=paye_cents)
        ]
        if not lignes:
            return None
        return passer_ecriture(
            dossier=facture.dossier,
            journal=journal(dossier=facture.dossier, code="OD"),
            date=date,
            piece=facture.piece,
            libelle=f"TVA exigible {facture.piece}",
            lignes=lignes,
            origine=OrigineEcriture.TVA,
            cle=cle,
            date_piece=facture.date_piece,
            auteur=auteur,
            maintenant=maintenant,
        )


def _lignes(facture: Ecriture, attente: TvaEnAttente, *, ttc_cents: int, paye_cents: int) -> list[LigneSaisie]:
    montant = tva_a_deplacer(
        tva_cents=attente.totale_cents,
        ttc_cents=ttc_cents,
        paye_cents=paye_cents,
        deja_deplacee_cents=attente.deplacee_cents,
    )
    if montant == 0:
        return []
    definitif = compte(dossier=facture.dossier, numero=COLLECTEE if attente.collectee else DEDUCTIBLE)
    debit, credit = (attente.compte, definitif) if attente.collectee else (definitif, attente.compte)
    if montant < 0:
        debit, credit = credit, debit
    return [LigneSaisie(debit, debit_cents=abs(montant)), LigneSaisie(credit, credit_cents=abs(montant))]
