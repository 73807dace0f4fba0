"""The state works once, for one person, for ten minutes; a Qonto account belongs to one dossier."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from gestion_acces.models import EvenementAudit
from gestion_acces.services.audit import SYSTEME
from qonto_link import evenements
from qonto_link.enums import StatutConnexion
from qonto_link.errors import (
    AucunCompteChoisi,
    ChoixPerime,
    CompteDejaLie,
    ConsentementRefuse,
    DejaAssocie,
    RetourInvalide,
)
from qonto_link.models import CompteQonto, Connexion, DemandeAssociation
from qonto_link.services import association
from tests.factories import DossierFactory, ServiceDossierFactory, UtilisateurFactory
from tests.qonto_link.factories import CompteQontoFactory, ConnexionFactory, DemandeFactory

pytestmark = pytest.mark.django_db


def partir(**kwargs: Any) -> tuple[DemandeAssociation, str]:
    """A departure; returns its row and its state, read from the address."""
    dossier = kwargs.pop("dossier", None) or DossierFactory()
    utilisateur = kwargs.pop("utilisateur", None) or UtilisateurFactory()
    adresse = association.depart(dossier=dossier, utilisateur=utilisateur, maintenant=timezone.now(), **kwargs)
    state = adresse.split("state=")[1].split("&")[0]
    return DemandeAssociation.objects.latest("pk"), state


def revenir(state: str, utilisateur: Any, **kwargs: Any) -> Any:
    appel = {"code": "c", "erreur": "", "origine": SYSTEME, "maintenant": timezone.now(), **kwargs}
    return association.retour(state=state, utilisateur=utilisateur, **appel)


def test_departure_keeps_no_state_in_clear_and_asks_only_needed_scopes() -> None:
    dossier = DossierFactory()
    ServiceDossierFactory(dossier=dossier)
    demande, state = partir(dossier=dossier)
    assert state not in demande.empreinte_state
    # `webhook` goes with the read scopes: a subscription needs both (partner reference §4).
    assert demande.scopes == "offline_access organization.read attachment.read webhook"
    ServiceDossierFactory(dossier=dossier, service="i_facture")
    assert "payment.write" in partir(dossier=dossier)[0].scopes
    assert "client_invoices.read" not in demande.scopes


def test_forged_state_is_refused() -> None:
    demande, _ = partir()
    with pytest.raises(RetourInvalide):
        revenir("forge", demande.utilisateur)


def test_state_of_another_person_is_refused_and_stays_good_for_its_own() -> None:
    demande, state = partir()
    with pytest.raises(RetourInvalide):
        revenir(state, UtilisateurFactory())
    demande.refresh_from_db()
    assert demande.utilisee_le is None


def test_state_older_than_ten_minutes_is_refused() -> None:
    demande, state = partir()
    with pytest.raises(RetourInvalide):
        revenir(state, demande.utilisateur, maintenant=timezone.now() + timedelta(minutes=10, seconds=1))


def test_refusal_on_the_consent_page_is_said_and_uses_the_state_up() -> None:
    demande, state = partir()
    with pytest.raises(ConsentementRefuse):
        revenir(state, demande.utilisateur, erreur="access_denied")
    with pytest.raises(RetourInvalide):
        revenir(state, demande.utilisateur)


def test_departure_is_refused_when_a_working_connection_lacks_nothing() -> None:
    connexion = ConnexionFactory()
    with pytest.raises(DejaAssocie):
        partir(dossier=connexion.dossier)


def test_departure_of_a_connection_to_renew_preselects_its_organization() -> None:
    connexion = ConnexionFactory(statut=StatutConnexion.RECONNEXION)
    adresse = association.depart(
        dossier=connexion.dossier, utilisateur=UtilisateurFactory(), maintenant=timezone.now()
    )
    assert f"organization_id={connexion.organisation_id}" in adresse


def choisir(demande: DemandeAssociation, *rangs: int, **kwargs: Any) -> Connexion:
    comptes = [demande.organisation["comptes"][rang]["id"] for rang in rangs]
    appel = {"origine": SYSTEME, "maintenant": timezone.now(), **kwargs}
    return association.choisir_comptes(demande=demande, choisis=comptes, **appel)


def test_choice_links_the_chosen_accounts_and_wipes_the_tokens_of_the_demand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entendus: list[Any] = []
    monkeypatch.setattr(
        evenements, "_abonnes", {evenements.COMPTES_ASSOCIES: [lambda **faits: entendus.append(faits["connexion"])]}
    )
    demande = DemandeFactory()
    connexion = choisir(demande, 0)
    assert entendus == [connexion]
    assert list(CompteQonto.objects.filter(connexion=connexion).values_list("nom", "lie").order_by("nom")) == [
        ("Compte principal", True),
        ("Épargne TVA", False),
    ]
    demande.refresh_from_db()
    assert demande.access_token == demande.refresh_token == ""
    assert connexion.access_token == "ory_at_jeton"
    assert EvenementAudit.objects.filter(acte="qonto.associer", dossier_id=demande.dossier_id).count() == 1


def test_choice_made_twice_links_once() -> None:
    demande = DemandeFactory()
    choisir(demande, 0)
    with pytest.raises(ChoixPerime):
        choisir(demande, 0)
    assert Connexion.objects.count() == 1


def test_choice_of_nothing_or_of_an_unknown_account_is_refused() -> None:
    demande = DemandeFactory()
    for choisis in ([], ["compte-de-quelqu-un-d-autre"]):
        with pytest.raises(AucunCompteChoisi):
            association.choisir_comptes(demande=demande, choisis=choisis, origine=SYSTEME, maintenant=timezone.now())


def test_choice_left_open_too_long_is_refused() -> None:
    demande = DemandeFactory()
    with pytest.raises(ChoixPerime):
        choisir(demande, 0, maintenant=timezone.now() + timedelta(hours=1))


def test_account_linked_to_another_dossier_is_refused_and_nothing_is_written() -> None:
    demande = DemandeFactory()
    CompteQontoFactory(external_id=demande.organisation["comptes"][0]["id"])
    with pytest.raises(CompteDejaLie):
        choisir(demande, 0, 1)
    assert not Connexion.objects.pour_dossier(demande.dossier).exists()
    demande.refresh_from_db()
    assert demande.access_token


def test_account_linked_before_finds_its_row_again() -> None:
    demande = DemandeFactory()
    ancienne = ConnexionFactory(
        dossier=demande.dossier, statut=StatutConnexion.DISSOCIEE, access_token="", refresh_token=""
    )
    compte = CompteQontoFactory(
        dossier=demande.dossier,
        connexion=ancienne,
        external_id=demande.organisation["comptes"][0]["id"],
        lie=False,
    )
    connexion = choisir(demande, 0)
    compte.refresh_from_db()
    assert (compte.lie, compte.connexion_id) == (True, connexion.pk)


def test_accounts_can_be_changed_later_but_never_all_taken_away() -> None:
    connexion = choisir(DemandeFactory(), 0)
    tous = list(CompteQonto.objects.filter(connexion=connexion).order_by("pk"))
    association.modifier_comptes(
        connexion=connexion, choisis=[tous[1].external_id], origine=SYSTEME, maintenant=timezone.now()
    )
    assert [compte.lie for compte in CompteQonto.objects.filter(connexion=connexion).order_by("pk")] == [False, True]
    with pytest.raises(AucunCompteChoisi):
        association.modifier_comptes(connexion=connexion, choisis=[], origine=SYSTEME, maintenant=timezone.now())


# What must never be false, with writes that go round the services.


def test_base_refuses_the_same_account_linked_to_two_dossiers() -> None:
    CompteQontoFactory(external_id="meme")
    with pytest.raises(IntegrityError), transaction.atomic():
        CompteQontoFactory(external_id="meme")
    CompteQontoFactory(external_id="meme", lie=False)


def test_base_refuses_two_living_connections_of_a_dossier() -> None:
    connexion = ConnexionFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        ConnexionFactory(dossier=connexion.dossier)


def test_base_refuses_an_account_whose_connection_is_of_another_dossier() -> None:
    compte = CompteQontoFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        CompteQontoFactory(connexion=ConnexionFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        CompteQonto.objects.filter(pk=compte.pk).update(dossier=DossierFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        Connexion.objects.filter(pk=compte.connexion_id).update(dossier=DossierFactory())


def test_base_refuses_tokens_on_a_cut_connection_and_on_a_finished_demand() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ConnexionFactory(statut=StatutConnexion.DISSOCIEE)
    with pytest.raises(IntegrityError), transaction.atomic():
        DemandeFactory(conclue_le=timezone.now())
