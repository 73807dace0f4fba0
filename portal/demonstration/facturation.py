"""Supplier invoices of the demonstration: the sheet's own cases for LENOIR, and a plausible pile of others."""

from datetime import date, datetime, timedelta

from facturation.models import Facture, Fournisseur
from facturation.services.ecritures import comptabiliser_achat
from facturation.services.factures import FactureSaisie, TvaSaisie, enregistrer_facture
from facturation.services.fournisseurs import changer_iban, trouver_fournisseur
from gestion_acces.models import Dossier
from portal.lib.affichage import jour_de_paris
from portal.lib.rib import iban_francais

IBAN_AARO = "FR7610011000201234567890188"
# Supplier, account of charge, bank and branch of his IBAN.
FOURNISSEURS = (
    ("Moulins de Beauce", "601", ("30004", "00819")),
    ("Laiterie du Perche", "601", ("30006", "00001")),
    ("Électricité Ouest", "6061", ("20041", "01005")),
    ("Emballages Martin", "6068", ("30003", "03620")),
)
# Supplier, number, days ago, HT in cents, rate in hundredths of a percent, due in days.
FACTURES = (
    ("Moulins de Beauce", "MB-2611", 21, 318000, 550, 9),
    ("Moulins de Beauce", "MB-2612", 6, 296500, 550, 24),
    ("Laiterie du Perche", "LP-88142", 40, 151200, 550, -10),
    ("Laiterie du Perche", "LP-88207", 12, 149800, 550, 18),
    ("Électricité Ouest", "EO-2026-1107", 18, 87400, 2000, 2),
    ("Emballages Martin", "EM-4471", 33, 24500, 2000, -3),
    ("Emballages Martin", "EM-4502", 4, 26100, 2000, 26),
)


def semer(*, maintenant: datetime) -> None:
    """Once: a second run finds the invoices and leaves them."""
    dossier = Dossier.objects.filter(code="LENOIR").select_related("cabinet").first()
    if dossier is None or Facture.objects.pour_dossier(dossier).exists():
        return
    jour = jour_de_paris(maintenant)
    aaro = _fournisseur(dossier, "AARO", "607", IBAN_AARO, maintenant)
    une = ((jour + timedelta(days=1), 18999),)
    _facture(aaro, "FS9289482", jour - timedelta(days=19), 15833, 3166, une, maintenant)
    trois = tuple((jour + timedelta(days=30 * rang), cents) for rang, cents in enumerate((10, 30, 60)))
    _facture(aaro, "FS9289510", jour - timedelta(days=5), 83, 17, trois, maintenant)
    connus = {}
    for rang, (nom, compte, (banque, guichet)) in enumerate(FOURNISSEURS, start=1):
        iban = iban_francais(banque, guichet, f"{rang:011d}")
        connus[nom] = _fournisseur(dossier, nom, compte, iban, maintenant)
    for nom, numero, age, ht, taux, delai in FACTURES:
        tva = (ht * taux + 5000) // 10000
        echeances = ((jour + timedelta(days=delai), ht + tva),)
        _facture(connus[nom], numero, jour - timedelta(days=age), ht, tva, echeances, maintenant, taux)


def _fournisseur(dossier: Dossier, nom: str, compte: str, iban: str, maintenant: datetime) -> Fournisseur:
    fournisseur = trouver_fournisseur(dossier=dossier, nom=nom, compte_charge=compte)
    changer_iban(fournisseur=fournisseur, iban=iban, par=None, maintenant=maintenant - timedelta(days=120))
    return fournisseur


def _facture(
    fournisseur: Fournisseur,
    numero: str,
    emission: date,
    ht: int,
    tva: int,
    echeances: tuple[tuple[date, int], ...],
    maintenant: datetime,
    taux: int = 2000,
) -> None:
    saisie = FactureSaisie(
        numero=numero,
        date_emission=emission,
        montant_ht_cents=ht,
        montant_tva_cents=tva,
        echeances=echeances,
        tva=(TvaSaisie(taux=taux, base_cents=ht, tva_cents=tva),),
    )
    facture = enregistrer_facture(fournisseur=fournisseur, saisie=saisie, par=None, maintenant=maintenant)
    comptabiliser_achat(facture=facture, maintenant=maintenant)
