"""The transfer of a whole month: few statements whatever the lines, and each line keeps its own answer."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from banque.enums import EtatOperation
from banque.models import CompteBancaire, Operation, PieceJointe
from banque.services import transfert as module
from banque.services.imputation import Part, imputer, ventiler
from banque.services.integration import annuler_integration
from banque.services.transfert import apercu, transferer
from comptabilite.models import Compte, Ecriture, Exercice, LigneEcriture, Parametres, PieceEcriture
from comptabilite.services.plan import compte as compte_du_plan
from gestion_acces.models import EvenementAudit
from gestion_acces.services.fichiers import deposer_fichier
from tests.banque.factories import MAINTENANT, CompteBancaireFactory, recue
from tests.banque.test_mention_et_transfert import ecriture_de, integrer_ces, passer, solde_512, valider, virement
from tests.contenus import pdf
from tests.factories import MembreCabinetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def banque() -> CompteBancaire:
    return CompteBancaireFactory(qonto=True, avec_journal=True)


def ligne_complete(banque: CompteBancaire, rang: int) -> Operation:
    """A validated line with VAT, its document beside it; one in two is split."""
    (operation,) = integrer_ces(banque, recue(-1200 - rang, external_id=f"tx-complete-{rang}"))
    charge, tva = (compte_du_plan(dossier=banque.dossier, numero=numero) for numero in ("606", "44566"))
    if rang % 2:
        parts = [Part(charge, -1000 - rang), Part(tva, -200, est_tva=True)]
        ventiler(operation=operation, parts=parts, par="Bruno", maintenant=MAINTENANT)
    else:
        imputer(operation=operation, compte=charge, taux_tva=2000, par="Bruno", maintenant=MAINTENANT)
    fichier, _ = deposer_fichier(
        dossier=banque.dossier,
        flux=BytesIO(pdf(f"ticket {rang}")),
        nom=f"{rang}.pdf",
        type_mime="application/pdf",
        maintenant=MAINTENANT,
    )
    PieceJointe.objects.create(dossier=banque.dossier, ligne=operation.ligne, external_id=f"p-{rang}", fichier=fichier)
    return operation


def test_the_statements_do_not_grow_with_the_lines(banque: CompteBancaire) -> None:
    # The first one opens the exercice.
    assert passer(ligne_complete(banque, 0)) == [""]
    lignes = [ligne_complete(banque, rang) for rang in range(1, 22)]
    mesures = []
    for lot in (lignes[:2], lignes[2:]):
        toutes = Operation.objects.filter(pk__in=[operation.pk for operation in lot])
        with CaptureQueriesContext(connection) as vue:
            apercu(dossier=banque.dossier, operations=toutes)
        with CaptureQueriesContext(connection) as acte:
            assert passer(*lot) == [""] * len(lot)
        mesures.append((len(vue), len(acte)))
    assert mesures[0] == mesures[1]
    assert solde_512(banque) == -sum(1200 + rang for rang in range(22))
    assert LigneEcriture.objects.filter(compte__numero="44566000").count() == 22
    assert PieceEcriture.objects.count() == PieceJointe.objects.filter(transmise_le=MAINTENANT).count() == 22
    assert not Operation.objects.exclude(etat=EtatOperation.TRANSFEREE).exists()
    assert all(o.ecriture and o.ecriture.cle == f"operation:{o.pk}" for o in Operation.objects.all())


def test_each_refusal_has_its_reason_and_leaves_no_trace(banque: CompteBancaire) -> None:
    juste, fermee, close, cachee, payee, zero = integrer_ces(
        banque,
        recue(-1),
        recue(-2),
        recue(-3, "2026-05-20T10:00:00+02:00"),
        recue(-4, "2026-06-02T10:00:00+02:00"),
        recue(-18_999, external_id="tx-payee"),
        recue(-6),
    )
    valider(fermee, "625")
    Compte.objects.filter(numero="62500000").update(actif=False)
    for operation in (juste, close, payee):
        valider(operation)
    valider(cachee, "791")
    Parametres.objects.filter(dossier=banque.dossier).update(date_verrou=date(2026, 5, 31))
    paiement = virement(banque, 18_999, "tx-payee")
    ecriture = ecriture_de(banque, paiement)
    refus = passer(juste, fermee, close, cachee, payee, zero)
    assert refus[0] == ""
    attendus = ("est fermé", "n’est plus ouverte", "n’existe plus", "Déjà comptabilisée", "elle n’est pas validée")
    assert all(attendu in dit for attendu, dit in zip(attendus, refus[1:], strict=True))
    assert set(Ecriture.objects.values_list("cle", flat=True)) == {f"operation:{juste.pk}", ecriture.cle}
    payee.refresh_from_db()
    assert payee.etat == EtatOperation.COMPTABILISEE


def test_an_exercice_is_not_opened_for_a_line_that_is_refused(banque: CompteBancaire) -> None:
    (operation,) = integrer_ces(banque, recue(-4))
    valider(operation, "791")
    assert "n’existe plus" in passer(operation)[0]
    assert not Exercice.objects.exists()


def test_lots_follow_one_another_and_a_second_call_changes_nothing(
    banque: CompteBancaire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOT", 2)
    lignes = [valider(operation) for operation in integrer_ces(banque, *(recue(-rang) for rang in range(1, 6)))]
    premiers = transferer(dossier=banque.dossier, operations=[*lignes, lignes[0]], maintenant=MAINTENANT)
    encore = transferer(dossier=banque.dossier, operations=[*lignes, lignes[0]], maintenant=MAINTENANT)
    assert [r.ecriture for r in premiers] == [r.ecriture for r in encore]
    assert Ecriture.objects.count() == 5
    # The order of the grid is the order of the books.
    assert list(Ecriture.objects.order_by("pk").values_list("operation_bancaire", flat=True)) == list(
        Operation.objects.order_by("jour", "rang").values_list("pk", flat=True)
    )
    traces = EvenementAudit.objects.filter(acte="banque.transferer").order_by("rang")
    assert [len(trace.apres["operations"]) for trace in traces] == [2, 2, 1]


def test_a_line_undone_meanwhile_is_said(banque: CompteBancaire) -> None:
    (operation,) = integrer_ces(banque, recue(-1))
    valider(operation)
    annuler_integration(releve=operation.releve, maintenant=MAINTENANT)
    assert passer(operation) == ["Cette ligne n’est plus là : son intégration a été annulée."]


def test_all_that_is_validated_goes_at_once_beyond_what_the_preview_shows(
    client: Client, banque: CompteBancaire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("banque.views.transfert.AFFICHEES", 2)
    for operation in integrer_ces(banque, *(recue(-rang) for rang in range(1, 6))):
        valider(operation)
    membre = MembreCabinetFactory(cabinet=banque.dossier.cabinet, role="administrateur")
    client.force_login(membre.utilisateur)
    adresse = reverse("banque:transfert", args=[banque.dossier_id, banque.pk])
    page = client.get(adresse).content.decode()
    assert "2 lignes sont montrées, 5 sont validées" in page
    assert "Transférer les 5 lignes validées" in page
    resultat = client.post(adresse, {"portee": "toutes"}).content.decode()
    assert "5 écritures passées en brouillard" in resultat
    assert "et 3 autres écritures passées" in resultat
    assert Operation.objects.filter(etat=EtatOperation.TRANSFEREE).count() == 5
