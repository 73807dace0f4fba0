"""What must never be false, tried beneath the models, on the engine of the run."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from depot.models import Classeur, Document, ImportFactures, LigneImport
from tests.comptabilite.factories import achat
from tests.depot.factories import ClasseurFactory, DocumentFactory, FichierFactory, ImportFactory, LigneImportFactory
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db


def sql(ordre: str, *valeurs: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ordre, valeurs)


def test_one_document_for_each_qonto_invoice_of_a_dossier() -> None:
    document = DocumentFactory(qonto_id="q1", qonto_genre="facture")
    autre = DocumentFactory(dossier=document.dossier)
    DocumentFactory(qonto_id="q1", qonto_genre="facture")
    with pytest.raises(IntegrityError):
        sql("UPDATE depot_document SET qonto_id = 'q1' WHERE id = %s", autre.pk)


def test_the_same_bytes_are_one_document_unless_qonto_says_two_or_the_first_is_in_the_bin() -> None:
    document = DocumentFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        DocumentFactory(dossier=document.dossier, fichier=document.fichier)
    DocumentFactory(dossier=document.dossier, fichier=document.fichier, qonto_id="q2", qonto_genre="facture")
    Document.objects.filter(pk=document.pk).update(supprime_le=document.depose_le)
    DocumentFactory(dossier=document.dossier, fichier=document.fichier)


@pytest.mark.parametrize(
    ("ordre", "quoi"),
    [
        ("UPDATE depot_document SET fichier_id = {autre_fichier} WHERE id = {document}", "file"),
        ("UPDATE depot_document SET classeur_id = {autre_classeur} WHERE id = {document}", "folder"),
        ("UPDATE depot_document SET ecriture_id = {autre_ecriture} WHERE id = {document}", "entry"),
        ("UPDATE depot_document SET dossier_id = {autre_dossier} WHERE id = {document}", "dossier"),
        ("UPDATE depot_document SET panier = 'social' WHERE id = {document}", "basket of the folder"),
        ("UPDATE depot_classeur SET dossier_id = {autre_dossier} WHERE id = {classeur}", "folder's dossier"),
        ("UPDATE depot_classeur SET panier = 'fiscal' WHERE id = {classeur}", "folder's basket"),
        ("UPDATE depot_textedocument SET dossier_id = {autre_dossier} WHERE document_id = {document}", "words"),
        ("UPDATE depot_ligneimport SET document_id = {autre_document} WHERE id = {ligne}", "import row's document"),
        ("UPDATE depot_ligneimport SET import_factures_id = {autre_import} WHERE id = {ligne}", "import row's run"),
    ],
)
def test_rows_that_point_to_each_other_are_of_one_dossier(ordre: str, quoi: str) -> None:
    dossier, autre = DossierFactory(), DossierFactory()
    classeur = ClasseurFactory(dossier=dossier)
    document = DocumentFactory(dossier=dossier, classeur=classeur)
    sql(
        "INSERT INTO depot_textedocument (document_id, dossier_id, entete, contenu) VALUES (%s, %s, '', '')",
        document.pk,
        cle(dossier.pk),
    )
    cles = {
        "document": document.pk,
        "classeur": classeur.pk,
        "ligne": LigneImportFactory(dossier=dossier).pk,
        "autre_dossier": f"'{cle(autre.pk)}'",
        "autre_fichier": f"'{cle(FichierFactory(dossier=autre).pk)}'",
        "autre_classeur": ClasseurFactory(dossier=autre).pk,
        "autre_ecriture": achat(dossier=autre).pk,
        "autre_document": DocumentFactory(dossier=autre).pk,
        "autre_import": ImportFactory(dossier=autre).pk,
    }
    with pytest.raises(DatabaseError):
        sql(ordre.format(**cles))


def cle(uuid: Any) -> str:
    """A UUID as the engine stores it."""
    return uuid.hex if connection.vendor == "sqlite" else str(uuid)


@pytest.mark.parametrize(
    "fautif",
    [
        lambda: DocumentFactory(statut="payee"),
        lambda: DocumentFactory(statut="draft", qonto_id="q", qonto_genre="facture"),
        lambda: DocumentFactory(statut="payee", qonto_id="q", qonto_genre="avoir"),
        lambda: DocumentFactory(montant_cents=-1),
        lambda: DocumentFactory(etat="traite"),
        lambda: ClasseurFactory(nom=""),
        lambda: LigneImportFactory(resultat="echouee"),
    ],
)
def test_absurd_rows_are_refused(fautif: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        fautif()


def test_one_living_import_a_dossier_and_one_row_an_invoice() -> None:
    premier = ImportFactory(etat="en_cours")
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportFactory(dossier=premier.dossier, etat="en_attente")
    ligne = LigneImportFactory(dossier=premier.dossier, import_factures=premier)
    with pytest.raises(IntegrityError), transaction.atomic():
        LigneImportFactory(dossier=premier.dossier, import_factures=premier, qonto_id=ligne.qonto_id)


def test_a_booked_document_is_not_thrown_away() -> None:
    document = DocumentFactory()
    ecriture = achat(dossier=document.dossier)
    Document.objects.filter(pk=document.pk).update(ecriture=ecriture)
    with pytest.raises(IntegrityError):
        sql("UPDATE depot_document SET supprime_le = depose_le WHERE id = %s", document.pk)


def test_models_are_scoped_by_dossier() -> None:
    assert {m._meta.get_field("dossier").null for m in (Classeur, Document, ImportFactures, LigneImport)} == {False}
