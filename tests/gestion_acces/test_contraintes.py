"""What must never be false is refused by the database itself, whatever wrote it."""

import pytest
from django.db import DatabaseError, connection, transaction

from gestion_acces.models import AccesService, Portefeuille, Utilisateur
from tests.factories import (
    AccesServiceFactory,
    DossierFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    ServiceDossierFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db


def test_portfolio_refuses_a_dossier_of_another_firm() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Portefeuille.objects.bulk_create([Portefeuille(membre=MembreCabinetFactory(), dossier=DossierFactory())])


def test_access_refuses_a_person_of_another_dossier() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        AccesService.objects.bulk_create(
            [AccesService(membre=MembreDossierFactory(), service_dossier=ServiceDossierFactory())]
        )


def test_access_cannot_move_to_another_dossier() -> None:
    acces, autre = AccesServiceFactory(), ServiceDossierFactory()
    with pytest.raises(DatabaseError), transaction.atomic():
        AccesService.objects.filter(pk=acces.pk).update(service_dossier=autre)


def test_one_address_is_one_account_whatever_its_case() -> None:
    UtilisateurFactory(email="alice@example.test")
    with pytest.raises(DatabaseError), transaction.atomic():
        Utilisateur.objects.bulk_create([Utilisateur(email="Alice@example.test", prenom="A", nom="B")])


def test_foreign_keys_are_enforced() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Utilisateur.objects.filter(pk=AccesServiceFactory().membre.utilisateur_id)._raw_delete(connection.alias)
        connection.check_constraints()
