"""A second bank for LENOIR, whose statement comes as a CFONB 120 file, and the rules that impute it.

The Qonto bank is not seeded: it appears when somebody links the account. Running it twice changes nothing.
"""

from datetime import date as Date
from datetime import datetime, timedelta
from itertools import count

from django.db.models import F, Sum

from banque.enums import ModeReglement, SensRegle
from banque.formats import LigneExportee, ReleveExporte
from banque.formats.cfonb120 import ecrire
from banque.models import CompteBancaire, Regle
from banque.services.banques import affecter_journal, creer_banque
from banque.services.integration import integrer
from banque.services.releves import importer_fichier
from comptabilite.models import Journal, LigneEcriture
from comptabilite.services.plan import compte
from gestion_acces.models import Dossier
from portal.lib.calendrier import jour_de_paris
from portal.lib.rib import iban_francais

IBAN = iban_francais("14706", "00042", "00031415926")
# Where the books say nothing of the account before the statement.
OUVERTURE_CENTS = 1_284_350
# Days before today, amount, label, counterparty, reference, interbank code, mode.
LIGNES = (
    (24, -216_000, "PRLV SCI LES HALLES", "SCI Les Halles", "LOYER NOVEMBRE", "B1", "P"),
    (22, 184_620, "REMISE CB COMMERCE", "Remise cartes magasin", "LOT 0412", "30", "B"),
    (21, -4_590, "FACTURE CARTE BRICO", "Brico des Quais", "", "11", "B"),
    (17, -1_850, "FRAIS TENUE DE COMPTE", "Crédit Maritime", "TRIMESTRE", "62", "P"),
    (15, 94_500, "VIR HOTEL DES QUAIS", "Hôtel des Quais", "F-2026-118", "05", "V"),
    (14, 203_175, "REMISE CB COMMERCE", "Remise cartes magasin", "LOT 0419", "30", "B"),
    (10, -9_480, "PRLV ORANGE BUSINESS", "Orange Business", "FACT 88120451", "B1", "P"),
    (8, -4_590, "FACTURE CARTE BRICO", "Brico des Quais", "", "11", "B"),
    (8, -4_590, "FACTURE CARTE BRICO", "Brico des Quais", "", "11", "B"),
    (7, 178_940, "REMISE CB COMMERCE", "Remise cartes magasin", "LOT 0426", "30", "B"),
    (4, -52_000, "CHEQUE 0000187", "", "", "01", "C"),
    (3, 30_000, "VERSEMENT ESPECES", "", "CAISSE", "04", "E"),
)
REGLES = (
    ("Loyer du magasin", "SCI LES HALLES", SensRegle.DEPENSE, "6132", 2000, False),
    ("Remises de cartes", "REMISE CB", SensRegle.RECETTE, "58", None, False),
    ("Téléphone", "ORANGE BUSINESS", SensRegle.DEPENSE, "626", 2000, False),
)
REGLES_DU_CABINET = (("Frais bancaires", "FRAIS TENUE DE COMPTE", SensRegle.DEPENSE, "6278", None, True),)


def semer(*, maintenant: datetime) -> None:
    """The bank, its rules, then its statement, integrated up to yesterday."""
    dossier = Dossier.objects.filter(code="LENOIR").select_related("cabinet").order_by("created_at").first()
    if dossier is None or CompteBancaire.objects.filter(dossier=dossier, iban=IBAN).exists():
        return
    banque = creer_banque(
        dossier=dossier,
        champs={
            "libelle": "Crédit Maritime",
            "iban": IBAN,
            "bic": "CMBRFR2B",
            "titulaire": dossier.raison_sociale,
            "agence": "Agence du Port",
            "ville": "Lorient",
            "mode_fournisseurs": ModeReglement.VIREMENT,
        },
        date=maintenant,
    )
    journal = Journal.objects.filter(dossier=dossier, code="BQ1", compte_bancaire__isnull=True).first()
    if journal is not None:
        banque = affecter_journal(banque=banque, journal=journal, date=maintenant)
    _semer_regles(dossier)
    importer_fichier(
        dossier=dossier, contenu=_releve(banque, maintenant), nom="releve-credit-maritime.txt", maintenant=maintenant
    )
    banque.refresh_from_db()
    integrer(dossier=dossier, comptes=[banque], maintenant=maintenant)


def _semer_regles(dossier: Dossier) -> None:
    ordres = count(1)
    for du_dossier, regles in ((dossier, REGLES), (None, REGLES_DU_CABINET)):
        for nom, contient, sens, numero, taux, valide in regles:
            Regle.objects.get_or_create(
                cabinet=dossier.cabinet,
                dossier=du_dossier,
                nom=nom,
                defaults={
                    "ordre": next(ordres),
                    "contient": contient,
                    "sens": sens,
                    "numero_compte": compte(dossier=dossier, numero=numero).numero,
                    "taux_tva": taux,
                    "valide": valide,
                },
            )


def _ouverture(banque: CompteBancaire, premier_jour: Date) -> int:
    """What the books say the account held before its first line: the état de rapprochement then has no gap."""
    if banque.journal is None:
        return OUVERTURE_CENTS
    anterieures = LigneEcriture.objects.filter(
        dossier=banque.dossier, compte=banque.journal.compte_tresorerie, date__lt=premier_jour
    )
    solde: int | None = anterieures.aggregate(s=Sum(F("debit_cents") - F("credit_cents")))["s"]
    return OUVERTURE_CENTS if solde is None else solde


def _releve(banque: CompteBancaire, maintenant: datetime) -> bytes:
    """The statement as that bank would send it."""
    aujourd_hui = jour_de_paris(maintenant)
    lignes = [
        LigneExportee(
            identifiant=str(rang),
            jour=aujourd_hui - timedelta(days=jours),
            montant_cents=montant,
            libelle=libelle,
            contrepartie=contrepartie,
            reference=reference,
            code_operation=code,
            mode_reglement=mode,
        )
        for rang, (jours, montant, libelle, contrepartie, reference, code, mode) in enumerate(LIGNES, start=1)
    ]
    ouverture = _ouverture(banque, min(ligne.jour for ligne in lignes))
    releve = ReleveExporte(
        iban=banque.iban,
        bic=banque.bic,
        titulaire=banque.titulaire,
        du=aujourd_hui - timedelta(days=30),
        au=aujourd_hui - timedelta(days=1),
        solde_ouverture_cents=ouverture,
        solde_cloture_cents=ouverture + sum(ligne.montant_cents for ligne in lignes),
        cree_le=maintenant,
        lignes=lignes,
    )
    return b"".join(ecrire(releve))
