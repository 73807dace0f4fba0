"""The pages of i-Dépôt: the list, the ZIP, the folders, the bin, the whole basket Vente booked."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comptabilite.models import Ecriture
from depot.models import Classeur, Document
from depot.services import ventes_en_lot
from depot.services.archive import archiver
from depot.services.documents import ecrire_textes
from facturation.models import Facture
from gestion_acces.enums import Niveau, RoleCabinet, Service
from gestion_acces.models import Dossier, Fichier, MembreCabinet
from gestion_acces.services.fichiers import deposer_fichier
from portal.lib import stockage
from tests.connexion import ouvrir_session
from tests.contenus import pdf
from tests.depot.factories import LE_5, ClasseurFactory, DocumentFactory, ImportFactory, fichier_pdf, vente
from tests.depot.test_ventes import ECHANTILLONS
from tests.factories import (
    AccesServiceFactory,
    DossierFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    ServiceDossierFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def membre() -> MembreCabinet:
    return MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR)


@pytest.fixture
def dossier(membre: MembreCabinet) -> Dossier:
    return DossierFactory(cabinet=membre.cabinet)


@pytest.fixture
def cabinet(client: Client, membre: MembreCabinet) -> Client:
    ouvrir_session(client, membre.utilisateur)
    return client


def adresse(dossier: Dossier, nom: str = "accueil", *args: object) -> str:
    return reverse(f"depot:{nom}", args=[dossier.pk, *args])


def client_du(dossier: Dossier, niveau: str = Niveau.PREPARER) -> Client:
    membre = MembreDossierFactory(dossier=dossier, role="utilisateur")
    service = ServiceDossierFactory(dossier=dossier, service=Service.I_DEPOT)
    AccesServiceFactory(membre=membre, service_dossier=service, niveau=niveau)
    navigateur = Client()
    ouvrir_session(navigateur, membre.utilisateur)
    return navigateur


def dit(reponse: Any) -> str:
    return " ".join(str(message) for message in get_messages(reponse.wsgi_request))


def une_vente(dossier: Dossier, rang: int = 1, **champs: object) -> Document:
    # Each sale has bytes of its own: the entry keeps its file.
    recue = vente((2000, 100_00 * rang, 20_00 * rang))
    return DocumentFactory(
        dossier=dossier,
        numero=f"F-{rang:03d}",
        date=date(2026, 1, 1 + rang % 28),
        montant_cents=recue.ttc_cents,
        vente=recue.en_json(),
        **champs,
    )


# The list ----------------------------------------------------------------------------------------------------------


def test_list_asks_the_same_of_the_database_for_three_rows_and_for_thirty(cabinet: Client, dossier: Dossier) -> None:
    def requetes() -> int:
        with CaptureQueriesContext(
            connection,
        ) as vues:
            reponse = cabinet.get(adresse(dossier), {"panier": "vente"})
        assert reponse.status_code == 200
        return len(vues)

    for rang in range(1, 4):
        une_vente(dossier, rang, classeur=ClasseurFactory(dossier=dossier))
    requetes()  # caches of the session
    trois = requetes()
    for rang in range(4, 31):
        une_vente(dossier, rang, classeur=ClasseurFactory(dossier=dossier))
    assert requetes() == trois <= 16


def test_words_of_the_pdf_are_found_without_accents_and_only_in_their_dossier(
    cabinet: Client, dossier: Dossier
) -> None:
    trouve = DocumentFactory(dossier=dossier, nom="a.pdf")
    ecrire_textes(trouve, contenu="Four à sole, révisé l’été")
    ecrire_textes(DocumentFactory(nom="b.pdf"), contenu="Four à sole, révisé l’été")
    page = cabinet.get(adresse(dossier), {"q": "REVISE sole"}).context["page"]
    assert [ligne.pk for ligne in page.lignes] == [trouve.pk]
    assert not cabinet.get(adresse(dossier), {"q": "four introuvable"}).context["page"].lignes


# The ZIP -----------------------------------------------------------------------------------------------------------


def zip_de(reponse: Any) -> zipfile.ZipFile:
    assert isinstance(reponse, StreamingHttpResponse)
    assert reponse["Content-Type"] == "application/zip" and "attachment" in reponse["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(reponse)))
    assert archive.testzip() is None
    return archive


def garder(dossier: Dossier, texte: str, **champs: object) -> Document:
    return DocumentFactory(dossier=dossier, fichier=fichier_pdf(dossier, texte), **champs)


def test_zip_has_a_folder_for_each_basket_and_no_name_twice_nor_path_of_an_attacker(
    cabinet: Client, dossier: Dossier
) -> None:
    for texte in ("un", "deux"):
        garder(dossier, texte, numero="F/12", tiers="../../etc", date=date(2026, 3, 4))
    garder(dossier, "trois", panier="achat", type="facture_achat", numero="", tiers="", nom="Reçu été.pdf")
    garder(DossierFactory(), "d’un autre")
    archive = zip_de(cabinet.get(adresse(dossier, "archive")))
    noms = archive.namelist()
    assert len(noms) == len(set(noms)) == 3
    assert {nom.split("/")[0] for nom in noms} == {"Vente", "Achat"}
    assert all(nom.count("/") == 1 and ".." not in nom.split("/") and nom.endswith(".pdf") for nom in noms)
    assert sum("2026-03-04" in nom for nom in noms) == 2
    assert pdf("trois") in [archive.read(nom) for nom in noms]


def test_zip_holds_what_the_filters_show_or_what_is_ticked(cabinet: Client, dossier: Dossier) -> None:
    un, deux = garder(dossier, "un"), garder(dossier, "deux", panier="achat", type="facture_achat")
    garder(dossier, "jeté", supprime_le=LE_5)
    filtre = zip_de(cabinet.get(adresse(dossier, "archive"), {"panier": "achat"}))
    assert [filtre.read(nom) for nom in filtre.namelist()] == [pdf("deux")]
    coche = zip_de(cabinet.post(adresse(dossier, "lot"), {"acte": "zip", "document": [un.pk]}))
    assert [coche.read(nom) for nom in coche.namelist()] == [pdf("un")]
    etranger = garder(DossierFactory(), "un autre")
    assert "Cochez" in dit(cabinet.post(adresse(dossier, "lot"), {"acte": "zip", "document": [etranger.pk]}))
    assert "Cochez" in dit(client_du(dossier).post(adresse(dossier, "archive_client")))
    assert deux.supprime_le is None


def test_zip_is_sent_as_it_is_made_and_names_the_file_that_is_gone(dossier: Dossier) -> None:
    octets = b"%PDF-1.4\n" + b"0" * 3_000_000
    gros, _ = deposer_fichier(
        dossier=dossier, flux=io.BytesIO(octets), nom="gros.pdf", type_mime="application/pdf", maintenant=LE_5
    )
    perdu = garder(dossier, "perdu", numero="PERDU")
    stockage.effacer(perdu.fichier.cle)
    morceaux = list(archiver([DocumentFactory(dossier=dossier, fichier=gros, numero="GROS"), perdu]))
    assert max(map(len, morceaux)) < 200_000 < 3_000_000 < sum(map(len, morceaux))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(morceaux)))
    assert archive.read(next(nom for nom in archive.namelist() if "GROS" in nom)) == octets
    assert "PERDU" in archive.read("FICHIERS ABSENTS.txt").decode()


# Folders and bin ---------------------------------------------------------------------------------------------------


def test_folder_is_made_filled_renamed_and_deleted_once_empty(cabinet: Client, dossier: Dossier) -> None:
    assert "créé" in dit(cabinet.post(adresse(dossier, "classeurs"), {"panier": "social", "nom": "Bulletins"}))
    double = cabinet.post(adresse(dossier, "classeurs"), {"panier": "social", "nom": "Bulletins"})
    assert double.status_code == 422 and "déjà un classeur" in double.text
    classeur = Classeur.objects.get()
    document = DocumentFactory(dossier=dossier, panier="divers", type="autre")
    cabinet.post(
        adresse(dossier, "lot"),
        {"acte": "ranger", "document": [document.pk], "panier": "social", "classeur": classeur.pk},
    )
    document.refresh_from_db()
    assert (document.panier, document.classeur, document.type) == ("social", classeur, "bulletin")
    modifier = adresse(dossier, "classeur_modifier", classeur.pk)
    assert "contient encore" in dit(cabinet.post(modifier, {"acte": "supprimer"}))
    cabinet.post(modifier, {"nom": "Paies"})
    assert Classeur.objects.get().nom == "Paies"
    Document.objects.update(classeur=None)
    cabinet.post(modifier, {"acte": "supprimer"})
    assert not Classeur.objects.exists()
    etranger = ClasseurFactory()
    assert cabinet.post(adresse(dossier, "classeur_modifier", etranger.pk), {"nom": "x"}).status_code == 404


def test_bin_takes_gives_back_and_keeps_what_is_booked_or_from_qonto(cabinet: Client, dossier: Dossier) -> None:
    simple = DocumentFactory(dossier=dossier, panier="achat", type="facture_achat")
    qonto = DocumentFactory(dossier=dossier, qonto_id="q1", qonto_genre="facture")
    reponse = cabinet.post(adresse(dossier, "lot"), {"acte": "jeter", "document": [simple.pk, qonto.pk]})
    assert "1 document dans la corbeille" in dit(reponse) and "venu de Qonto" in dit(reponse)
    assert [d.pk for d in cabinet.get(adresse(dossier)).context["page"].lignes] == [qonto.pk]
    corbeille = cabinet.get(adresse(dossier), {"panier": "corbeille", "document": simple.pk})
    assert [d.pk for d in corbeille.context["page"].lignes] == [simple.pk]
    assert "Remettre dans le dépôt" in corbeille.text
    assert "de retour dans Achat" in dit(cabinet.post(adresse(dossier, "document_restaurer", simple.pk)))
    simple.refresh_from_db()
    assert simple.supprime_le is None


def test_what_was_deposited_again_meanwhile_does_not_come_back_twice(cabinet: Client, dossier: Dossier) -> None:
    jete = DocumentFactory(dossier=dossier, supprime_le=LE_5)
    DocumentFactory(dossier=dossier, fichier=jete.fichier)
    assert "déjà dans le dépôt" in dit(cabinet.post(adresse(dossier, "document_restaurer", jete.pk)))
    jete.refresh_from_db()
    assert jete.supprime_le is not None


def test_client_throws_away_his_own_untreated_documents_alone(dossier: Dossier) -> None:
    siens = DocumentFactory(dossier=dossier)
    traite = DocumentFactory(dossier=dossier, etat="traite", traite_le=LE_5)
    du_cabinet = DocumentFactory(dossier=dossier, origine="cabinet")
    reponse = client_du(dossier).post(
        adresse(dossier, "lot_client"), {"document": [siens.pk, traite.pk, du_cabinet.pk]}
    )
    assert list(Document.objects.filter(supprime_le__isnull=False)) == [siens]
    assert "pris en compte par votre cabinet" in dit(reponse)


# Booking -----------------------------------------------------------------------------------------------------------


def prets(reponse: Any) -> list[int]:
    return [pret.document.pk for pret in reponse.context["apercu"].prets]


def test_whole_basket_is_shown_then_booked_once(cabinet: Client, dossier: Dossier) -> None:
    bonnes = [une_vente(dossier, rang) for rang in (1, 2)]
    ecart = une_vente(dossier, 3, differences=["Le total TTC est de 1,00 € dans le PDF."])
    sans_taux = DocumentFactory(dossier=dossier, vente=vente(ecart=50_00).en_json())
    assert "Tout comptabiliser (4)" in cabinet.get(adresse(dossier), {"panier": "vente"}).text
    page = cabinet.get(adresse(dossier, "ventes_comptabiliser"))
    assert prets(page) == [document.pk for document in bonnes]
    assert page.context["apercu"].ttc_cents == 360_00 and page.context["apercu"].tva_cents == 60_00
    assert ecart.numero in page.text and sans_taux.numero in page.text
    assert not Ecriture.objects.exists()
    for attendu in ("2 écritures au journal VTE", "déjà comptabilisées"):
        reponse = cabinet.post(adresse(dossier, "ventes_comptabiliser"), {"document": prets(page)})
        assert reponse.status_code == 302 and attendu in dit(reponse)
        assert Ecriture.objects.count() == 2
    assert prets(cabinet.get(adresse(dossier, "ventes_comptabiliser"))) == []
    ecart.refresh_from_db()
    assert ecart.ecriture is None and ecart.etat == "a_traiter"


def test_cancelled_pair_is_no_sale_and_a_credit_note_is_taken_off_the_total(cabinet: Client, dossier: Dossier) -> None:
    annulee = une_vente(dossier, 1, qonto_id="q1", qonto_genre="facture", statut="annulee")
    une_vente(dossier, 2, qonto_id="a1", qonto_genre="avoir", type="avoir_vente", qonto_facture_id=annulee.qonto_id)
    avoir = une_vente(dossier, 3, qonto_id="a2", qonto_genre="avoir", type="avoir_vente", qonto_facture_id="ailleurs")
    apercu = cabinet.get(adresse(dossier, "ventes_comptabiliser")).context["apercu"]
    assert [pret.document.pk for pret in apercu.prets] == [avoir.pk]
    assert apercu.ttc_cents == -360_00
    assert "n’a pas été comptabilisée" in apercu.refuses[0][1]


def test_big_basket_goes_in_several_times_at_a_constant_cost(
    cabinet: Client, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ventes_en_lot, "LOT_VENTES", 5)

    def requetes() -> int:
        with CaptureQueriesContext(connection) as vues:
            cabinet.get(adresse(dossier, "ventes_comptabiliser"))
        return len(vues)

    for rang in range(1, 4):
        une_vente(dossier, rang, qonto_id=f"a{rang}", qonto_genre="avoir", type="avoir_vente", qonto_facture_id="x")
    requetes()
    trois = requetes()
    for rang in range(4, 13):
        une_vente(dossier, rang, qonto_id=f"a{rang}", qonto_genre="avoir", type="avoir_vente", qonto_facture_id="x")
    assert requetes() == trois
    for reste in (7, 2, 0):
        page = cabinet.get(adresse(dossier, "ventes_comptabiliser"))
        assert page.context["apercu"].reste == reste
        cabinet.post(adresse(dossier, "ventes_comptabiliser"), {"document": prets(page)})
    assert Ecriture.objects.count() == 12


def test_sales_of_another_dossier_are_not_booked_from_here(cabinet: Client, dossier: Dossier) -> None:
    ailleurs = une_vente(DossierFactory(), 1)
    cabinet.post(adresse(dossier, "ventes_comptabiliser"), {"document": [ailleurs.pk]})
    assert not Ecriture.objects.exists()


# A purchase becomes an invoice to pay --------------------------------------------------------------------------------


def test_purchase_with_factur_x_becomes_a_supplier_invoice_once_with_the_same_file(
    cabinet: Client, dossier: Dossier
) -> None:
    chemin = next(chemin for chemin in ECHANTILLONS if chemin.stem == "Facture_FR_EN16931")
    fichier, _ = deposer_fichier(
        dossier=dossier,
        flux=io.BytesIO(chemin.read_bytes()),
        nom="facture.pdf",
        type_mime="application/pdf",
        maintenant=LE_5,
    )
    achat = DocumentFactory(dossier=dossier, panier="achat", type="facture_achat", fichier=fichier)
    page = cabinet.get(adresse(dossier), {"panier": "achat", "document": achat.pk})
    assert "Créer la facture fournisseur" in page.text
    creer = reverse("facturation:depuis_depot", args=[dossier.pk, achat.pk])
    assert "adressée à" in dit(cabinet.post(creer))
    Dossier.objects.filter(pk=dossier.pk).update(siret="78787878400014")
    cree = cabinet.post(creer)
    facture = Facture.objects.get()
    assert cree["Location"] == reverse("facturation:facture", args=[dossier.pk, facture.pk])
    assert facture.fichier == fichier and facture.montant_ttc_cents == 67115
    assert "document=" in cabinet.post(creer)["Location"]
    assert Facture.objects.count() == Fichier.objects.count() == 1
    vente_deposee = DocumentFactory(dossier=dossier)
    assert cabinet.post(reverse("facturation:depuis_depot", args=[dossier.pk, vente_deposee.pk])).status_code == 404


def test_run_under_way_is_shown_on_the_list(cabinet: Client, dossier: Dossier) -> None:
    demande = ImportFactory(dossier=dossier, etat="en_cours", bail_jusqu_au=LE_5)
    assert adresse(dossier, "import_suivi", demande.pk) in cabinet.get(adresse(dossier)).text
