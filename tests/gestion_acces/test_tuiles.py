"""The Qonto tile: switched on only with a complete GRC card, then given to persons with a level (S2–S4)."""

from datetime import UTC, datetime

import pytest

from gestion_acces.enums import Niveau, Service
from gestion_acces.errors import FicheIncomplete
from gestion_acces.models import AccesService, EvenementAudit, MembreDossier
from gestion_acces.queries import acces_du_service
from gestion_acces.services.audit import SYSTEME
from gestion_acces.services.dossiers import manques_pour_qonto, modifier_dossier
from gestion_acces.services.tuiles import (
    activer_service,
    definir_acces,
    desactiver_service,
    rattacher_dirigeant,
    service_actif,
)
from tests.factories import DossierFactory, MembreDossierFactory, ServiceDossierFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 6, 9, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("champs", "attendu"),
    [
        ({"siret": ""}, ["siret"]),
        ({"siret": "73282932000075"}, ["siret"]),
        ({"siret": "7328293200007"}, ["siret"]),
        ({"dirigeant_nom": ""}, ["dirigeant_nom"]),
        ({"dirigeant_prenom": "", "dirigeant_email": ""}, ["dirigeant_prenom", "dirigeant_email"]),
        ({"siret": "35600000049837"}, []),
        ({}, []),
    ],
)
def test_tile_names_each_missing_field(champs: dict[str, str], attendu: list[str]) -> None:
    assert [manque.champ for manque in manques_pour_qonto(DossierFactory(**champs))] == attendu


def test_tile_refuses_activation_of_an_incomplete_card() -> None:
    dossier = DossierFactory(siret="")
    with pytest.raises(FicheIncomplete, match="SIRET"):
        activer_service(
            dossier=dossier, service=Service.QONTO, par=UtilisateurFactory(), origine=SYSTEME, date=MAINTENANT
        )
    assert service_actif(dossier, Service.QONTO) is None


def test_activation_twice_is_once() -> None:
    dossier, par = DossierFactory(), UtilisateurFactory()
    for _ in range(2):
        activer_service(dossier=dossier, service=Service.QONTO, par=par, origine=SYSTEME, date=MAINTENANT)
    assert dossier.services.count() == 1
    assert EvenementAudit.objects.filter(acte="service.activer").count() == 1


def test_service_switched_off_keeps_the_accesses_for_a_later_return() -> None:
    service = ServiceDossierFactory()
    membre = MembreDossierFactory(dossier=service.dossier)
    definir_acces(service_dossier=service, niveaux={membre.pk: Niveau.CONSULTER}, origine=SYSTEME, date=MAINTENANT)
    desactiver_service(dossier=service.dossier, service=Service.QONTO, origine=SYSTEME, date=MAINTENANT)
    assert service_actif(service.dossier, Service.QONTO) is None
    assert AccesService.objects.get().niveau == Niveau.CONSULTER


def test_dirigeant_is_proposed_the_right_to_pay_the_first_time_only() -> None:
    service = ServiceDossierFactory()
    dirigeant = MembreDossierFactory(dossier=service.dossier)
    autre = MembreDossierFactory(dossier=service.dossier, role="utilisateur")
    propose = {ligne.membre.pk: ligne.niveau for ligne in acces_du_service(service)}
    assert propose == {dirigeant.pk: Niveau.PAYER, autre.pk: ""}
    definir_acces(service_dossier=service, niveaux={autre.pk: Niveau.CONSULTER}, origine=SYSTEME, date=MAINTENANT)
    assert {ligne.membre.pk: ligne.niveau for ligne in acces_du_service(service)}[dirigeant.pk] == ""


def test_access_never_goes_to_a_member_of_another_dossier() -> None:
    service, intrus = ServiceDossierFactory(), MembreDossierFactory()
    definir_acces(service_dossier=service, niveaux={intrus.pk: Niveau.PAYER}, origine=SYSTEME, date=MAINTENANT)
    assert not AccesService.objects.exists()


def test_dirigeant_of_the_card_gets_one_account_however_often() -> None:
    dossier = DossierFactory(dirigeant_email="Alice.Martin@example.test")
    resultats = [rattacher_dirigeant(dossier=dossier, origine=SYSTEME, date=MAINTENANT)[1] for _ in range(2)]
    assert resultats == [True, False]
    assert MembreDossier.objects.get().utilisateur.email == "alice.martin@example.test"


def test_change_of_the_card_leaves_before_and_after_in_the_trail() -> None:
    dossier = DossierFactory(ville="Paris")
    modifier_dossier(dossier=dossier, champs={"ville": "Lyon"}, origine=SYSTEME, date=MAINTENANT)
    ligne = EvenementAudit.objects.get()
    assert (ligne.avant, ligne.apres) == ({"ville": "Paris"}, {"ville": "Lyon"})
    modifier_dossier(dossier=dossier, champs={"ville": "Lyon"}, origine=SYSTEME, date=MAINTENANT)
    assert EvenementAudit.objects.count() == 1
