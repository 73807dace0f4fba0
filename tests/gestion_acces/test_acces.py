"""The doors to a dossier: what is not yours does not exist, what lacks a right is refused."""

import uuid
from typing import Any, cast

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, path
from hypothesis import given
from hypothesis import strategies as st

from gestion_acces.acces import niveau_suffit, vue_dossier_cabinet, vue_dossier_client
from gestion_acces.checks import verifier_droits_declares
from gestion_acces.enums import Niveau, RoleCabinet, Service
from gestion_acces.session import FACTEUR
from tests.factories import (
    AccesServiceFactory,
    DossierFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    PortefeuilleFactory,
    ServiceDossierFactory,
)

pytestmark = pytest.mark.django_db


@vue_dossier_cabinet()
def vue_cabinet_simple(request: Any) -> HttpResponse:
    return HttpResponse(str(request.dossier.pk))


@vue_dossier_client(service=Service.QONTO, niveau=Niveau.PREPARER)
def vue_client_preparer(request: Any) -> HttpResponse:
    return HttpResponse(str(request.niveau))


@vue_dossier_client(dirigeant=True)
def vue_du_dirigeant(request: Any) -> HttpResponse:
    return HttpResponse("ok")


def appeler(vue: Any, utilisateur: Any, dossier_id: uuid.UUID) -> HttpResponse:
    request: Any = RequestFactory().get("/")
    request.user = utilisateur
    request.session = {FACTEUR: "totp"}
    return cast(HttpResponse, vue(request, dossier_id=dossier_id))


def test_collaborateur_sees_his_portfolio_and_nothing_else() -> None:
    ligne = PortefeuilleFactory()
    hors_portefeuille = DossierFactory(cabinet=ligne.membre.cabinet)
    personne = ligne.membre.utilisateur
    assert appeler(vue_cabinet_simple, personne, ligne.dossier.pk).status_code == 200
    for dossier in (hors_portefeuille, DossierFactory()):
        with pytest.raises(Http404):
            appeler(vue_cabinet_simple, personne, dossier.pk)


def test_administrateur_sees_every_dossier_of_his_firm_only() -> None:
    membre = MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR)
    assert (
        appeler(vue_cabinet_simple, membre.utilisateur, DossierFactory(cabinet=membre.cabinet).pk).status_code == 200
    )
    with pytest.raises(Http404):
        appeler(vue_cabinet_simple, membre.utilisateur, DossierFactory().pk)


def test_client_person_has_no_cabinet_space_even_on_his_own_dossier() -> None:
    membre = MembreDossierFactory()
    with pytest.raises(Http404):
        appeler(vue_cabinet_simple, membre.utilisateur, membre.dossier.pk)


@pytest.mark.parametrize(("niveau", "refus"), [("consulter", PermissionDenied), ("preparer", None), ("payer", None)])
def test_client_needs_the_level_of_the_view(niveau: str, refus: type[Exception] | None) -> None:
    membre = MembreDossierFactory()
    service = ServiceDossierFactory(dossier=membre.dossier)
    AccesServiceFactory(membre=membre, service_dossier=service, niveau=niveau)
    if refus is None:
        assert appeler(vue_client_preparer, membre.utilisateur, membre.dossier.pk).content.decode() == niveau
    else:
        with pytest.raises(refus):
            appeler(vue_client_preparer, membre.utilisateur, membre.dossier.pk)


def test_service_not_given_or_switched_off_does_not_exist() -> None:
    membre = MembreDossierFactory()
    with pytest.raises(Http404):
        appeler(vue_client_preparer, membre.utilisateur, membre.dossier.pk)
    service = ServiceDossierFactory(dossier=membre.dossier, actif=False)
    AccesServiceFactory(membre=membre, service_dossier=service)
    with pytest.raises(Http404):
        appeler(vue_client_preparer, membre.utilisateur, membre.dossier.pk)


def test_person_of_another_client_gets_404() -> None:
    with pytest.raises(Http404):
        appeler(vue_du_dirigeant, MembreDossierFactory().utilisateur, DossierFactory().pk)


def test_only_the_dirigeant_passes_a_door_of_his() -> None:
    membre = MembreDossierFactory(role="utilisateur")
    with pytest.raises(PermissionDenied):
        appeler(vue_du_dirigeant, membre.utilisateur, membre.dossier.pk)


@given(st.sampled_from(Niveau.values), st.sampled_from(Niveau.values), st.sampled_from(Niveau.values))
def test_levels_are_an_order(a: str, b: str, c: str) -> None:
    assert niveau_suffit(a, a)
    assert niveau_suffit(a, b) or niveau_suffit(b, a)
    assert not (niveau_suffit(a, b) and niveau_suffit(b, c)) or niveau_suffit(a, c)
    assert not niveau_suffit("", a)


def test_every_view_declares_its_right() -> None:
    assert verifier_droits_declares(None) == []


def test_undeclared_view_stops_the_start(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def vue_nue(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    class Urlconf:
        urlpatterns: tuple[URLPattern, ...] = (path("nue/", vue_nue),)

    settings.ROOT_URLCONF = Urlconf
    assert [erreur.id for erreur in verifier_droits_declares(None)] == ["gestion_acces.E001"]
