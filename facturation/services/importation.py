"""Supplier invoices from a file: a CSV or Excel list, or one Factur-X PDF.

A list is read whole before anything is written; a line that cannot be read stops the import with its number.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl
from django.db import transaction
from openpyxl.utils.exceptions import InvalidFileException

from facturation.enums import ModeReglement, NatureFacture, OrigineFacture
from facturation.errors import FacturationError, FactureEnDouble, FichierIllisible
from facturation.models import Facture
from facturation.services.ecritures import comptabiliser_achat
from facturation.services.factures import FactureSaisie, TvaSaisie, enregistrer_facture
from facturation.services.fournisseurs import trouver_fournisseur
from facturation.services.paiement import regler_autrement
from gestion_acces.models import Dossier, Fichier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine
from portal.lib.affichage import devise, jour_de_paris
from portal.lib.bancaire import iban_normalise
from portal.lib.factur_x import FacturX, FacturXIllisible, lire_factur_x
from portal.lib.identifiants import nettoyer
from portal.lib.montants import MontantIllisible, lire_montant

LIGNES_MAX = 5000
# What openpyxl and its XML parser raise on a damaged workbook.
ILLISIBLES = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, SyntaxError),
    *(KeyError, ValueError, OSError, IndexError),
)
COLONNES = {
    "fournisseur": ("fournisseur", "nom", "tiers"),
    "siren": ("siren", "siret"),
    "iban": ("iban",),
    "numero": ("numero", "numéro", "n°", "facture", "numero de facture", "numéro de facture"),
    "date": ("date", "date de facture", "date facture", "date d'émission"),
    "echeance": ("echeance", "échéance", "date d'échéance", "date echeance"),
    "ht": ("ht", "montant ht"),
    "tva": ("tva", "montant tva"),
    "ttc": ("ttc", "montant ttc", "montant"),
}
OBLIGATOIRES = ("fournisseur", "numero", "date", "ttc")
ENTETE = "Fournisseur;SIREN;IBAN;Numéro;Date;Échéance;HT;TVA;TTC"


@dataclass
class Bilan:
    """What an import did: invoices recorded, those that were there already, and refusals by line."""

    enregistrees: list[Facture] = field(default_factory=list)
    deja_la: list[str] = field(default_factory=list)
    refus: list[str] = field(default_factory=list)


def importer_liste(
    *,
    dossier: Dossier,
    contenu: bytes,
    nom: str,
    par: Utilisateur | None,
    maintenant: datetime,
    origine: Origine = SYSTEME,
) -> Bilan:
    """Record the invoices of a CSV or Excel list. Raises FichierIllisible, naming the line, before writing anything.

    The same list twice records nothing the second time.
    """
    lignes = [_lire_ligne(numero, ligne) for numero, ligne in _lignes(contenu, nom)]
    if not lignes:
        raise FichierIllisible("Le fichier ne contient aucune facture.")
    bilan = Bilan()
    for tiers, saisie in lignes:
        fournisseur = trouver_fournisseur(dossier=dossier, nom=tiers, siren=saisie.siren, iban=saisie.iban)
        try:
            facture = enregistrer_facture(
                fournisseur=fournisseur, saisie=saisie, par=par, maintenant=maintenant, origine=origine
            )
        except FactureEnDouble:
            bilan.deja_la.append(f"{fournisseur.nom} {saisie.numero}")
            continue
        except FacturationError as refus:
            bilan.refus.append(f"{fournisseur.nom} {saisie.numero} : {refus}")
            continue
        comptabiliser_achat(facture=facture, maintenant=maintenant)
        bilan.enregistrees.append(facture)
    return bilan


def _lignes(contenu: bytes, nom: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(number in the file, column → value) of each line that is not empty."""
    table = _excel(contenu) if nom.lower().endswith((".xlsx", ".xlsm")) else _csv(contenu)
    entete: list[str] = []
    for numero, cellules in enumerate(table, start=1):
        if numero > LIGNES_MAX:
            raise FichierIllisible(f"Le fichier dépasse {LIGNES_MAX} lignes : coupez-le en plusieurs.")
        if not any(str(cellule or "").strip() for cellule in cellules):
            continue
        if not entete:
            entete = [_colonne(str(cellule or "")) for cellule in cellules]
            manquent = [nom for nom in OBLIGATOIRES if nom not in entete]
            if manquent:
                raise FichierIllisible(f"Il manque une colonne. Colonnes attendues : {ENTETE.replace(';', ', ')}.")
            continue
        yield numero, {nom: cellule for nom, cellule in zip(entete, cellules, strict=False) if nom}


def _colonne(titre: str) -> str:
    propre = titre.strip().lower()
    return next((nom for nom, titres in COLONNES.items() if propre in titres), "")


def _csv(contenu: bytes) -> Iterable[list[str]]:
    try:
        texte = contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = contenu.decode("cp1252", "replace")
    if "\0" in texte:
        raise FichierIllisible("Ce fichier n’est ni un CSV ni un classeur Excel.")
    premiere = texte.split("\n", 1)[0]
    separateur = max(";,\t", key=premiere.count)
    # Lone carriage returns are line ends of old spreadsheets, which csv refuses.
    return csv.reader(io.StringIO(texte.replace("\r\n", "\n").replace("\r", "\n")), delimiter=separateur)


def _excel(contenu: bytes) -> Iterable[tuple[Any, ...]]:
    try:
        classeur = openpyxl.load_workbook(io.BytesIO(contenu), read_only=True, data_only=True)
        # Read whole here: a damaged sheet only shows while its rows are read.
        return list(classeur.worksheets[0].iter_rows(max_row=LIGNES_MAX + 1, max_col=40, values_only=True))
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        SyntaxError,
        KeyError,
        ValueError,
        OSError,
        IndexError,
    ):
        raise FichierIllisible("Ce classeur Excel est illisible.") from None


def _lire_ligne(numero: int, ligne: dict[str, Any]) -> tuple[str, FactureSaisie]:
    def faute(quoi: str) -> FichierIllisible:
        return FichierIllisible(f"Ligne {numero} : {quoi}. Rien n’a été importé.")

    def texte(nom: str) -> str:
        return str(ligne.get(nom) or "").strip()

    for nom in ("fournisseur", "numero"):
        if not texte(nom):
            raise faute(f"la colonne « {nom} » est vide")
    emission = _jour(ligne.get("date"))
    if emission is None:
        raise faute("la date de facture est illisible (attendu JJ/MM/AAAA)")
    echeance = _jour(ligne.get("echeance"))
    if texte("echeance") and echeance is None:
        raise faute("l’échéance est illisible (attendu JJ/MM/AAAA)")
    try:
        ttc, tva, ht = (_cents(ligne.get(nom)) for nom in ("ttc", "tva", "ht"))
    except MontantIllisible:
        raise faute("un montant est illisible") from None
    if not ttc:
        raise faute("le montant TTC est vide ou nul")
    tva = tva if tva is not None else (ttc - ht if ht is not None else 0)
    if ht is not None and ht + tva != ttc:
        raise faute(f"HT + TVA ne fait pas le TTC ({devise(ttc)})")
    try:
        iban = iban_normalise(texte("iban")) if texte("iban") else ""
    except ValueError:
        raise faute("l’IBAN est faux") from None
    avoir = ttc < 0
    ttc, tva = abs(ttc), abs(tva)
    if tva >= ttc:
        raise faute("la TVA dépasse le TTC")
    saisie = FactureSaisie(
        numero=texte("numero")[:60],
        date_emission=emission,
        montant_ht_cents=ttc - tva,
        montant_tva_cents=tva,
        echeances=((echeance, ttc),) if echeance else (),
        iban=iban,
        siren=nettoyer(texte("siren"))[:9],
        nature=NatureFacture.AVOIR if avoir else NatureFacture.FACTURE,
        origine=OrigineFacture.IMPORT,
    )
    return texte("fournisseur")[:140], saisie


def _jour(valeur: Any) -> date | None:
    if isinstance(valeur, datetime):
        return valeur.date()
    if isinstance(valeur, date):
        return valeur
    for forme in ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y"):
        try:
            return datetime.strptime(str(valeur or "").strip(), forme).date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return None


def _cents(valeur: Any) -> int | None:
    """Cents of a cell. A number of Excel is read through its shortest decimal writing, which is what was typed."""
    if valeur in (None, ""):
        return None
    if isinstance(valeur, int):
        return valeur * 100
    return lire_montant(valeur if isinstance(valeur, str) else repr(valeur))


def importer_factur_x(
    *,
    dossier: Dossier,
    pdf: bytes,
    fichier: Fichier | None,
    par: Utilisateur | None,
    maintenant: datetime,
    origine: Origine = SYSTEME,
    source: str = OrigineFacture.FACTUR_X,
) -> Facture:
    """Record the invoice that a Factur-X PDF holds: amounts, VAT, IBAN, due date (comptabilite.md §F.5).

    What was already paid in advance is an instalment of its own, or the whole. Raises FichierIllisible when the PDF
    holds no invoice or one that contradicts itself or is addressed to another company, FactureEnDouble when it is
    known.
    """
    try:
        lue = lire_factur_x(pdf)
    except FacturXIllisible as faute:
        raise FichierIllisible(str(faute)) from None
    if lue is None:
        raise FichierIllisible("Ce PDF ne contient pas de Factur-X : saisissez la facture, le PDF y sera joint.")
    _controler(lue, dossier)
    fournisseur = trouver_fournisseur(
        dossier=dossier,
        nom=lue.vendeur.nom,
        siren=lue.vendeur.siren,
        numero_tva=lue.vendeur.numero_tva,
        iban=_iban(lue.iban),
    )
    saisie = FactureSaisie(
        numero=lue.numero[:60],
        date_emission=lue.date_emission,
        montant_ht_cents=lue.ht_cents,
        montant_tva_cents=lue.tva_cents,
        echeances=_echeances(lue),
        tva=tuple(_tva(lue)),
        iban=_iban(lue.iban),
        siren=lue.vendeur.siren,
        nature=NatureFacture.AVOIR if lue.avoir else NatureFacture.FACTURE,
        origine=source,
        fichier=fichier,
    )
    with transaction.atomic():
        # The advance is noted with the invoice itself: it must never look payable, not even for an instant.
        facture = enregistrer_facture(
            fournisseur=fournisseur, saisie=saisie, par=par, maintenant=maintenant, origine=origine
        )
        if not lue.avoir and lue.du_cents < lue.ttc_cents:
            regler_autrement(
                echeance=facture.echeances.get(rang=1),
                mode=ModeReglement.VIREMENT,
                jour=min(lue.date_emission, jour_de_paris(maintenant)),
                par=par,
                maintenant=maintenant,
                origine=origine,
            )
    comptabiliser_achat(facture=facture, maintenant=maintenant)
    return facture


def _controler(lue: FacturX, dossier: Dossier) -> None:
    if lue.devise != "EUR":
        raise FichierIllisible(f"Cette facture est en {lue.devise} : seuls les euros se paient ici.")
    if lue.acheteur.siren and dossier.siren and lue.acheteur.siren != dossier.siren:
        raise FichierIllisible(
            f"Cette facture est adressée à {lue.acheteur.nom or 'une autre société'} (SIREN {lue.acheteur.siren}), "
            f"pas à {dossier.raison_sociale}."
        )
    if fautes := lue.incoherences():
        raise FichierIllisible(f"Cette facture se contredit : {', '.join(fautes)}.")


def _echeances(lue: FacturX) -> tuple[tuple[date, int], ...]:
    echeance = lue.echeance or lue.date_emission
    acompte = lue.ttc_cents - lue.du_cents
    if lue.avoir or not 0 < acompte < lue.ttc_cents:
        return ((echeance, lue.ttc_cents),)
    return ((lue.date_emission, acompte), (echeance, lue.du_cents))


def _tva(lue: FacturX) -> Iterator[TvaSaisie]:
    """One line per rate: two categories of one rate are summed."""
    par_taux: dict[int, tuple[int, int]] = {}
    for ligne in lue.tva:
        base, tva = par_taux.get(ligne.taux, (0, 0))
        par_taux[ligne.taux] = (base + ligne.base_cents, tva + ligne.tva_cents)
    for taux, (base, tva) in sorted(par_taux.items(), reverse=True):
        yield TvaSaisie(taux=taux, base_cents=base, tva_cents=tva)


def _iban(brut: str) -> str:
    """The IBAN of the invoice when it is a true one; a false one is left out, and asked for on the supplier's card."""
    try:
        return iban_normalise(brut) if brut else ""
    except ValueError:
        return ""
