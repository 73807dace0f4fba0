"""Invoices from a file: a list of any spreadsheet, or a Factur-X PDF; what cannot be read stops with its line."""

import dataclasses
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from comptabilite.models import Ecriture
from comptabilite.services.cloture import verrouiller
from comptabilite.services.exercices import exercice_pour
from facturation.errors import FactureEnDouble, FichierIllisible
from facturation.models import Echeance, Facture, Reglement
from facturation.services import importation
from facturation.services.bouclier import examiner
from facturation.services.ecritures import comptabiliser_achat
from facturation.services.fournisseurs import changer_iban, coordonnee_courante, trouver_fournisseur
from facturation.services.importation import importer_factur_x, importer_liste
from portal.lib.factur_x import lire_factur_x
from tests.facturation.factories import IBAN_AARO, MAINTENANT, Payeur, payeur
from tests.facturation.test_paiement import AUTRE_IBAN

pytestmark = pytest.mark.django_db
EXEMPLES = Path(__file__).parent.parent / "donnees" / "facturx"
ENTETE = "Fournisseur;SIREN;IBAN;Numéro;Date;Échéance;HT;TVA;TTC\n"


@pytest.fixture
def lenoir() -> Payeur:
    return payeur()


def importer(lenoir: Payeur, contenu: bytes, nom: str = "liste.csv"):  # type: ignore[no-untyped-def]
    return importer_liste(
        dossier=lenoir.dossier, contenu=contenu, nom=nom, par=lenoir.dirigeant, maintenant=MAINTENANT
    )


@pytest.mark.parametrize("codage", ["utf-8", "utf-8-sig", "cp1252"])
def test_list_is_read_whatever_wrote_it(lenoir: Payeur, codage: str) -> None:
    texte = ENTETE + f"Électricité Ouest;;{AUTRE_IBAN};EO-1;07/11/2026;28/11/2026;1 000,00;200,00;1 200,00\n"
    bilan = importer(lenoir, texte.encode(codage))
    (facture,) = bilan.enregistrees
    assert (facture.fournisseur.nom, facture.montant_ttc_cents) == ("Électricité Ouest", 120000)
    assert facture.echeances.get().date == date(2026, 11, 28)
    assert coordonnee_courante(facture.fournisseur).iban == AUTRE_IBAN  # type: ignore[union-attr]


def test_supplier_is_known_by_his_iban_before_his_name(lenoir: Payeur) -> None:
    texte = ENTETE + f"A.A.R.O. Sarl;;{IBAN_AARO};FS7;07/11/2026;;;;10,00\n"
    assert importer(lenoir, texte.encode()).enregistrees[0].fournisseur == lenoir.fournisseur
    jumeau = trouver_fournisseur(dossier=lenoir.dossier, nom="Jumeau")
    changer_iban(fournisseur=jumeau, iban=IBAN_AARO, par=None, maintenant=MAINTENANT)
    autre = ENTETE + f"Jumeau;;{IBAN_AARO};J1;07/11/2026;;;;10,00\n"
    assert importer(lenoir, autre.encode()).enregistrees[0].fournisseur == jumeau


def test_iban_of_another_company_tells_nothing(lenoir: Payeur) -> None:
    lenoir.fournisseur.siren = "812345676"
    lenoir.fournisseur.save()
    texte = ENTETE + f"Autre;823456785;{IBAN_AARO};FS8;07/11/2026;;;;10,00\n"
    assert importer(lenoir, texte.encode()).enregistrees[0].fournisseur.nom == "Autre"


def test_siren_of_the_invoice_that_is_not_the_cards_is_red(lenoir: Payeur) -> None:
    lenoir.fournisseur.siren = "812345676"
    lenoir.fournisseur.save()
    texte = ENTETE + "AARO;823456785;;FS9;07/11/2026;;;;10,00\n"
    (facture,) = importer(lenoir, texte.encode()).enregistrees
    echeance = Echeance.objects.select_related("facture__fournisseur").get(facture=facture)
    alertes = examiner(echeance=echeance, compte=None, verification=None, maintenant=MAINTENANT)
    assert (alertes[0].code, alertes[0].gravite) == ("siren", "rouge")


def test_workbook_is_read_to_the_cent(lenoir: Payeur) -> None:
    classeur = openpyxl.Workbook()
    classeur.active.append(["Fournisseur", "Numéro", "Date", "TTC", "TVA"])
    classeur.active.append(["Moulins", "MB-1", date(2026, 11, 5), 189.99, 31.66])
    flux = io.BytesIO()
    classeur.save(flux)
    (facture,) = importer(lenoir, flux.getvalue(), "liste.xlsx").enregistrees
    assert (facture.montant_ttc_cents, facture.montant_tva_cents, facture.montant_ht_cents) == (18999, 3166, 15833)


def test_same_list_twice_records_nothing_new(lenoir: Payeur) -> None:
    contenu = (ENTETE + "AARO;;;FS1;07/11/2026;;;;10,00\nAARO;;;FS2;07/11/2026;;;;-5,00\n").encode()
    assert [facture.nature for facture in importer(lenoir, contenu).enregistrees] == ["facture", "avoir"]
    seconde = importer(lenoir, contenu)
    assert (len(seconde.enregistrees), len(seconde.deja_la)) == (0, 2)
    assert Facture.objects.count() == 2


@pytest.mark.parametrize(
    ("ligne", "motif"),
    [
        ("AARO;;;FS1;31/02/2026;;;;10,00", "Ligne 2 : la date de facture est illisible"),
        ("AARO;;;FS1;07/11/2026;demain;;;10,00", "Ligne 2 : l’échéance est illisible"),
        ("AARO;;;FS1;07/11/2026;;;;dix", "Ligne 2 : un montant est illisible"),
        ("AARO;;;FS1;07/11/2026;;8,00;1,00;10,00", "Ligne 2 : HT \\+ TVA ne fait pas le TTC"),
        ("AARO;;FR7610011000201234567890189;FS1;07/11/2026;;;;10,00", "Ligne 2 : l’IBAN est faux"),
        (";;;FS1;07/11/2026;;;;10,00", "Ligne 2 : la colonne « fournisseur » est vide"),
        ("AARO;;;FS1;07/11/2026;;;;", "Ligne 2 : le montant TTC est vide"),
    ],
)
def test_line_that_cannot_be_read_stops_before_anything_is_written(lenoir: Payeur, ligne: str, motif: str) -> None:
    with pytest.raises(FichierIllisible, match=motif):
        importer(lenoir, f"{ENTETE}{ligne}\nAARO;;;FS9;07/11/2026;;;;10,00\n".encode())
    assert not Facture.objects.exists()


@pytest.mark.parametrize("contenu", [b"", b"Date;Montant\n1;2\n", b"\x00\x01binaire"])
def test_file_that_is_no_list_is_said(lenoir: Payeur, contenu: bytes) -> None:
    with pytest.raises(FichierIllisible):
        importer(lenoir, contenu)


def test_broken_workbook_is_said(lenoir: Payeur) -> None:
    with pytest.raises(FichierIllisible, match="classeur Excel"):
        importer(lenoir, b"PK\x03\x04 tronque", "liste.xlsx")


@pytest.mark.parametrize(
    ("nom", "ttc", "echeances", "nature"),
    [
        ("Facture_FR_BASICWL.pdf", 67115, [20100, 47015], "facture"),
        ("Facture_FR_EN16931.pdf", 67115, [20100, 47015], "facture"),
        ("Facture_FR_MINIMUM.pdf", 67115, [20100, 47015], "facture"),
        ("Avoir_FR_type381_BASIC.pdf", 23347, [23347], "avoir"),
    ],
)
def test_factur_x_fills_the_invoice(lenoir: Payeur, nom: str, ttc: int, echeances: list[int], nature: str) -> None:
    lenoir.dossier.siret = "78787878400014"
    lenoir.dossier.save()
    pdf = (EXEMPLES / nom).read_bytes()
    champs = {"dossier": lenoir.dossier, "pdf": pdf, "fichier": None, "par": None, "maintenant": MAINTENANT}
    facture = importer_factur_x(**champs)  # type: ignore[arg-type]
    assert (facture.montant_ttc_cents, facture.nature, facture.fournisseur.nom) == (ttc, nature, "Au bon moulin")
    assert list(facture.echeances.order_by("rang").values_list("montant_cents", flat=True)) == echeances
    if len(echeances) > 1:
        assert facture.echeances.get(rang=1).reglements.get().vivant
    with pytest.raises(FactureEnDouble):
        importer_factur_x(**champs)  # type: ignore[arg-type]


def test_factur_x_of_another_company_is_refused(lenoir: Payeur) -> None:
    pdf = (EXEMPLES / "Facture_FR_BASICWL.pdf").read_bytes()
    with pytest.raises(FichierIllisible, match="adressée à"):
        importer_factur_x(dossier=lenoir.dossier, pdf=pdf, fichier=None, par=None, maintenant=MAINTENANT)


def test_advance_of_a_factur_x_is_never_payable_even_when_the_books_refuse(lenoir: Payeur) -> None:
    lenoir.dossier.siret = "78787878400014"
    lenoir.dossier.save()
    exercice_pour(dossier=lenoir.dossier, date=date(2017, 11, 13))
    verrouiller(dossier=lenoir.dossier, jusqu_au=date(2017, 12, 31), maintenant=MAINTENANT)
    pdf = (EXEMPLES / "Facture_FR_BASICWL.pdf").read_bytes()
    facture = importer_factur_x(dossier=lenoir.dossier, pdf=pdf, fichier=None, par=None, maintenant=MAINTENANT)
    assert facture.echeances.get(rang=1).reglements.get().vivant
    assert not Ecriture.objects.filter(cle=f"achat:{facture.pk}").exists()
    assert "n’est plus ouverte" in comptabiliser_achat(facture=facture, maintenant=MAINTENANT)


def test_old_line_ends_are_read(lenoir: Payeur) -> None:
    contenu = (ENTETE + "AARO;;;FS1;07/11/2026;;;;10,00\n").replace("\n", "\r").encode()
    assert len(importer(lenoir, contenu).enregistrees) == 1


def test_factur_x_that_is_paid_already_is_not_payable(lenoir: Payeur, monkeypatch: pytest.MonkeyPatch) -> None:
    lenoir.dossier.siret = "78787878400014"
    lenoir.dossier.save()
    pdf = (EXEMPLES / "Facture_FR_BASICWL.pdf").read_bytes()
    payee = dataclasses.replace(lire_factur_x(pdf), du_cents=0)  # type: ignore[type-var]
    monkeypatch.setattr(importation, "lire_factur_x", lambda _: payee)
    facture = importer_factur_x(dossier=lenoir.dossier, pdf=pdf, fichier=None, par=None, maintenant=MAINTENANT)
    assert Reglement.objects.filter(echeance__facture=facture, vivant=True).count() == 1
    assert facture.echeances.get().montant_cents == facture.montant_ttc_cents
