"""« Import des factures Qonto » against the local Qonto: once, current, resumable, each refusal in words."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from comptabilite.models import Ecriture, LigneEcriture
from depot.enums import EtatImport, Resultat, StatutFacture
from depot.errors import ImportImpossible, VenteImpossible
from depot.models import Document, ImportFactures, LigneImport
from depot.queries import avancement
from depot.services import imports, reception
from depot.services.comptabilisation import comptabiliser_vente, proposer_vente
from depot.services.imports import demander_import, executer_import, imports_a_reprendre, reprendre_import
from depot.sources.qonto import lire_avoirs
from depot.tasks import importer_dossier
from gestion_acces.enums import Service
from gestion_acces.models import Dossier, Fichier
from tests.factories import ServiceDossierFactory, UtilisateurFactory
from tests.qonto import LocalQonto
from tests.qonto_link.aides import dossier_lenoir, lier

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dossier(qonto: LocalQonto) -> Dossier:
    qonto.reset()
    dossier = dossier_lenoir()
    for service in (Service.QONTO, Service.I_FACTURE):
        ServiceDossierFactory(dossier=dossier, service=service)
    lier(qonto, dossier)
    return dossier


def importer(dossier: Dossier, **champs: Any) -> ImportFactures:
    demande = demander_import(dossier=dossier, par="test", maintenant=timezone.now(), **champs)
    while executer_import(demande=demande, horloge=timezone.now):
        pass
    demande.refresh_from_db()
    return demande


def resultats(demande: ImportFactures) -> dict[str, int]:
    return dict(avancement(demande).par_resultat)


def document(numero: str) -> Document:
    return Document.objects.select_related("fichier", "dossier").get(numero=numero)


def facture_chez_qonto(qonto: LocalQonto, numero: str) -> str:
    factures = qonto.session().get(
        f"{qonto.url}/v2/client_invoices", params={"per_page": "100", "exclude_imported": "false"}
    )
    return str(next(f["id"] for f in factures.json()["client_invoices"] if f["number"] == numero))


def test_import_brings_each_invoice_once_with_its_status_and_never_a_draft(
    qonto: LocalQonto, dossier: Dossier
) -> None:
    demande = importer(dossier)
    assert demande.etat == EtatImport.TERMINE, demande.erreur
    assert not LigneImport.objects.filter(resultat=Resultat.ECHOUEE).values_list("numero", "raison")
    # Nine invoices of the cast and two credit notes; the draft is named and left where it is.
    assert resultats(demande) == {Resultat.IMPORTEE: 11, Resultat.IGNOREE: 1}
    assert "Brouillon" in LigneImport.objects.get(resultat=Resultat.IGNOREE).raison
    assert set(Document.objects.values_list("statut", flat=True)) == {"", *StatutFacture.values}
    assert set(Document.objects.values_list("panier", flat=True)) == {"vente"}
    avoir = document("AV-2026-0011")
    assert avoir.type == "avoir_vente" and avoir.montant_cents > 0
    fabriquees = Document.objects.exclude(numero="FA-IMPORT-77")
    assert [(d.numero, d.differences) for d in fabriquees if d.differences] == []
    # The PDF of an invoice imported into Qonto is another one: said, line by line.
    assert document("FA-IMPORT-77").differences
    assert document("F-2026-0107").texte.contenu
    encore = importer(dossier)
    assert resultats(encore) == {Resultat.DEJA_LA: 11, Resultat.IGNOREE: 1}
    assert Document.objects.count() == Fichier.objects.count() == 11


def test_changes_of_status_reach_the_document_that_is_there(qonto: LocalQonto, dossier: Dossier) -> None:
    importer(dossier)
    payee, annulee = (facture_chez_qonto(qonto, numero) for numero in ("F-2026-0104", "F-2026-0107"))
    comptabiliser_vente(document=document("F-2026-0107"), auteur=UtilisateurFactory(), maintenant=timezone.now())
    chez_qonto = qonto.session()
    assert chez_qonto.post(f"{qonto.url}/v2/client_invoices/{payee}/mark_as_paid").ok
    assert chez_qonto.post(f"{qonto.url}/v2/client_invoices/{annulee}/mark_as_canceled").ok
    # The night reads only what changed; the overlap reads the last minutes again.
    demande = importer(dossier, complet=False)
    raisons = dict(
        LigneImport.objects.filter(import_factures=demande, resultat="changee").values_list("numero", "raison")
    )
    assert raisons["F-2026-0104"] == "À encaisser → Payée"
    assert "un avoir est attendu" in raisons["F-2026-0107"]
    assert document("F-2026-0104").statut == StatutFacture.PAYEE
    assert document("F-2026-0107").avoir_attendu
    # Paid is no receipt: no entry came of it.
    assert Ecriture.objects.count() == 1
    assert Document.objects.count() == 11


def test_cancelled_invoices_are_never_booked_as_sales(qonto: LocalQonto, dossier: Dossier) -> None:
    importer(dossier)
    for numero, mots in (("F-2026-0105", "aucune écriture"), ("AV-2026-0011", "n’a pas été comptabilisée")):
        with pytest.raises(VenteImpossible, match=mots):
            comptabiliser_vente(document=document(numero), auteur=UtilisateurFactory(), maintenant=timezone.now())
    assert not Ecriture.objects.exists()


def test_sale_entry_has_one_pair_a_rate_and_a_credit_note_swaps_the_sides(qonto: LocalQonto, dossier: Dossier) -> None:
    importer(dossier)
    auteur = UtilisateurFactory()
    facture, avoir = document("F-2026-0107"), document("AV-2026-0012")
    ecriture = comptabiliser_vente(document=facture, auteur=auteur, maintenant=timezone.now())
    assert ecriture.journal.code == "VTE" and ecriture.cle == f"vente:{facture.qonto_id}"
    assert comptabiliser_vente(document=facture, auteur=auteur, maintenant=timezone.now()) == ecriture
    lignes = LigneEcriture.objects.filter(ecriture=ecriture)
    assert sum(ligne.debit_cents for ligne in lignes) == facture.montant_cents
    assert [ligne.compte.numero[:3] for ligne in lignes.order_by("rang")] == [
        "411",
        "707",
        "445",
        "707",
        "445",
        "707",
        "445",
    ]
    inverse = comptabiliser_vente(document=avoir, auteur=auteur, maintenant=timezone.now())
    assert [(x.compte.numero[:3], x.debit_cents > 0) for x in inverse.lignes.order_by("rang")] == [
        ("411", False),
        ("707", True),
        ("445", True),
    ]
    autoliquidee = proposer_vente(document("F-2026-0106"))
    assert [ligne.numero for ligne in autoliquidee.lignes] == ["411", "707"]
    assert "autoliquidation" in autoliquidee.lignes[1].libelle
    assert document("F-2026-0107").etat == "traite"


def test_what_is_missing_is_said_and_nothing_starts(qonto: LocalQonto) -> None:
    qonto.reset()
    dossier = dossier_lenoir()
    with pytest.raises(ImportImpossible, match="associé") as refus:
        importer(dossier)
    assert "i-Facture" in str(refus.value)
    ServiceDossierFactory(dossier=dossier, service=Service.QONTO)
    lier(qonto, dossier)
    service = ServiceDossierFactory(dossier=dossier, service=Service.I_FACTURE)
    # The module came after the consent: Qonto was never asked for the invoices.
    with pytest.raises(ImportImpossible, match="se reconnecter"):
        importer(dossier)
    service.actif = False
    service.save()
    with pytest.raises(ImportImpossible, match="facturation"):
        importer(dossier)
    assert not ImportFactures.objects.exists()


def test_import_killed_in_the_middle_goes_on_where_it_stopped(
    qonto: LocalQonto, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Tue(BaseException):
        """What the kernel does: nobody is told."""

    lots = iter([True])
    veritable = reception.traiter_lot

    def un_lot_puis_la_mort(**kwargs: Any) -> int:
        if next(lots, None) is None:
            raise Tue
        return veritable(**kwargs)

    monkeypatch.setattr("depot.services.reception.LOT", 4)
    monkeypatch.setattr(imports, "traiter_lot", un_lot_puis_la_mort)
    demande = demander_import(dossier=dossier, par="test", maintenant=timezone.now())
    with pytest.raises(Tue):
        executer_import(demande=demande, horloge=timezone.now)
    monkeypatch.setattr(imports, "traiter_lot", veritable)
    assert avancement(demande).fait == 5  # four, and the draft that needs no work
    # Another worker finds the lease still held, then over.
    assert executer_import(demande=demande, horloge=timezone.now) is False
    assert avancement(demande).fait == 5
    plus_tard = timezone.now() + timedelta(minutes=5)
    assert imports_a_reprendre(plus_tard) == [demande.pk]

    def horloge() -> datetime:
        return timezone.now() + timedelta(minutes=5)

    assert executer_import(demande=demande, horloge=horloge) is False
    demande.refresh_from_db()
    assert demande.etat == EtatImport.TERMINE
    assert Document.objects.count() == Fichier.objects.count() == 11


def test_notified_dossier_is_read_again_for_what_changed(
    qonto: LocalQonto, dossier: Dossier, taches_immediates: None
) -> None:
    importer_dossier(dossier_id=str(dossier.pk))
    assert Document.objects.count() == 11
    sans_compte = ServiceDossierFactory().dossier
    for lu in (dossier, sans_compte):
        importer_dossier(dossier_id=str(lu.pk))
    assert Document.objects.count() == 11
    assert ImportFactures.objects.filter(etat=EtatImport.TERMINE, complet=False).count() == 2


def test_credit_notes_are_asked_for_when_an_invoice_changed_and_once_a_week(
    qonto: LocalQonto, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    lus: list[bool] = []
    veritable = lire_avoirs

    def lire(*arguments: Any) -> Any:
        lus.append(True)
        return veritable(*arguments)

    monkeypatch.setattr(imports, "lire_avoirs", lire)
    monkeypatch.setattr(imports, "est_son_tour", lambda cle, jour: False)

    def nuit() -> int:
        lus.clear()
        demande = demander_import(dossier=dossier, par="nuit", complet=False, maintenant=timezone.now())
        assert executer_import(demande=demande, horloge=timezone.now) is False
        return len(lus)

    assert [nuit(), nuit()] == [1, 0]
    payee = facture_chez_qonto(qonto, "F-2026-0108")
    assert qonto.session().post(f"{qonto.url}/v2/client_invoices/{payee}/mark_as_paid").ok
    assert [nuit(), nuit()] == [1, 0]
    monkeypatch.setattr(imports, "est_son_tour", lambda cle, jour: True)
    assert nuit() == 1


def test_failed_invoices_alone_are_tried_again(qonto: LocalQonto, dossier: Dossier) -> None:
    demande = importer(dossier)
    perdu = document("F-2026-0108")
    LigneImport.objects.filter(qonto_id=perdu.qonto_id).update(
        resultat=Resultat.ECHOUEE, raison="coupée", document=None
    )
    Document.objects.filter(pk=perdu.pk).delete()
    avant = dict(LigneImport.objects.exclude(qonto_id=perdu.qonto_id).values_list("pk", "essais"))
    reprendre_import(demande=demande, maintenant=timezone.now())
    executer_import(demande=demande, horloge=timezone.now)
    demande.refresh_from_db()
    assert demande.etat == EtatImport.TERMINE
    assert document("F-2026-0108").fichier.sha256 == perdu.fichier.sha256
    assert dict(LigneImport.objects.exclude(qonto_id=perdu.qonto_id).values_list("pk", "essais")) == avant
