"""The pages of i-Facture: what a forged request cannot do, and how many queries a list costs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from facturation.models import Facture, Reglement
from qonto_link.virements.models import Ordre, Virement
from tests.factories import MembreCabinetFactory, PortefeuilleFactory
from tests.facturation.factories import Payeur, payeur

pytestmark = pytest.mark.django_db


@pytest.fixture
def lenoir() -> Payeur:
    return payeur()


def connecte(utilisateur: Any) -> Client:
    client = Client()
    client.force_login(utilisateur)
    return client


def test_number_of_queries_does_not_grow_with_the_invoices(lenoir: Payeur, django_assert_max_num_queries: Any) -> None:
    client = connecte(lenoir.dirigeant)
    adresse = reverse("facturation:accueil_client", args=[lenoir.dossier.pk])
    for nombre in (3, 30):
        for rang in range(nombre):
            lenoir.facture(f"N{nombre}-{rang}", 1000, 2000)
        with django_assert_max_num_queries(12):
            reponse = client.get(adresse)
        assert reponse.status_code == 200


def test_amount_in_a_forged_request_changes_nothing(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    reponse = connecte(lenoir.preparateur).post(
        reverse("facturation:payer_preparer", args=[lenoir.dossier.pk, echeance.pk]),
        {
            "montant": "1,00",
            "montant_cents": "100",
            "reference": "F1",
            "date": "2099-01-01",
            "compte": lenoir.compte.pk,
            "motif": "connu",
        },
    )
    assert reponse.status_code == 422
    assert not Ordre.objects.exists()


def test_account_of_another_dossier_cannot_be_debited(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    ailleurs = payeur(external_id="autre", iban="FR7616958000012000000001107")
    reponse = connecte(lenoir.preparateur).post(
        reverse("facturation:payer_preparer", args=[lenoir.dossier.pk, echeance.pk]),
        {"reference": "F1", "date": "2026-12-01", "compte": ailleurs.compte.pk, "motif": "connu"},
    )
    assert reponse.status_code == 422
    assert not Virement.objects.exists()


def test_person_who_prepares_cannot_validate(lenoir: Payeur) -> None:
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    reponse = connecte(lenoir.preparateur).post(
        reverse("facturation:payer_valider", args=[lenoir.dossier.pk, echeance.pk]), {}
    )
    assert reponse.status_code == 403
    assert not Reglement.objects.exists()


@pytest.mark.parametrize(("permis", "statut"), [(True, 200), (False, 403)])
def test_firm_decides_whether_its_collaborators_prepare(lenoir: Payeur, permis: bool, statut: int) -> None:
    cabinet = lenoir.dossier.cabinet
    cabinet.collaborateurs_preparent = permis
    cabinet.save()
    membre = MembreCabinetFactory(cabinet=cabinet)
    PortefeuilleFactory(membre=membre, dossier=lenoir.dossier)
    (echeance,) = lenoir.facture("F1", 5000).echeances.all()
    adresse = reverse("facturation:preparer", args=[lenoir.dossier.pk, echeance.pk])
    assert connecte(membre.utilisateur).get(adresse).status_code == statut


def test_invoice_is_entered_by_hand_with_its_instalments(lenoir: Payeur) -> None:
    reponse = connecte(lenoir.dirigeant).post(
        reverse("facturation:nouvelle_client", args=[lenoir.dossier.pk]),
        {
            "fournisseur": "Moulins",
            "numero": "M1",
            "nature": "facture",
            "date_emission": "2026-06-01",
            "montant_ttc": "1 000,00",
            "montant_tva": "166,67",
            "taux": "2000",
            "premiere_echeance": "2026-07-01",
            "nombre_echeances": "3",
        },
    )
    assert reponse.status_code == 302
    facture = Facture.objects.get(numero="M1")
    montants = list(facture.echeances.order_by("rang").values_list("montant_cents", flat=True))
    assert montants == [33333, 33333, 33334]


@pytest.mark.parametrize(
    ("champ", "valeur", "message"),
    [
        ("montant_ttc", "beaucoup", "Écrivez un montant"),
        ("montant_tva", "2 000,00", "inférieure au montant TTC"),
        ("premiere_echeance", "2026-05-01", "précède la date"),
        ("iban", "FR7610011000201234567890189", "IBAN est faux"),
    ],
)
def test_bad_input_is_said_on_its_field(lenoir: Payeur, champ: str, valeur: str, message: str) -> None:
    donnees = {
        "fournisseur": "Moulins",
        "numero": "M1",
        "nature": "facture",
        "date_emission": "2026-06-01",
        "montant_ttc": "1 000,00",
        "taux": "2000",
        "premiere_echeance": "2026-07-01",
        "nombre_echeances": "1",
        champ: valeur,
    }
    adresse = reverse("facturation:nouvelle_client", args=[lenoir.dossier.pk])
    reponse = connecte(lenoir.dirigeant).post(adresse, donnees)
    assert reponse.status_code == 422
    assert message in reponse.content.decode()
    assert not Facture.objects.exists()
