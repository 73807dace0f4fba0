"""Whatever the memberships, the doors decide as the product's text says (§1)."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from gestion_acces.acces import (
    dossier_du_cabinet,
    membre_du_cabinet,
    membre_du_dossier,
    niveau_suffit,
    niveau_sur,
    second_facteur_obligatoire,
    vue_dossier_client,
)
from gestion_acces.enums import ORDRE_DES_NIVEAUX, Niveau, RoleCabinet, RoleClient, Service
from gestion_acces.models import Dossier
from tests.factories import (
    AccesServiceFactory,
    CabinetFactory,
    DossierFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    PortefeuilleFactory,
    ServiceDossierFactory,
    UtilisateurFactory,
)
from tests.gestion_acces.test_acces import appeler

pytestmark = pytest.mark.django_db
EXEMPLES = settings(max_examples=40, deadline=None)
niveaux = st.sampled_from(["", *Niveau.values])


def passe(fonction: Any, *arguments: Any) -> str:
    try:
        fonction(*arguments)
    except Http404:
        return "404"
    except PermissionDenied:
        return "403"
    return "entre"


@EXEMPLES
@given(role=st.sampled_from(RoleCabinet.values), chez_lui=st.booleans(), confie=st.booleans(), actif=st.booleans())
def test_person_of_a_firm_sees_exactly_his_dossiers(role: str, chez_lui: bool, confie: bool, actif: bool) -> None:
    membre = MembreCabinetFactory(role=role, actif=actif)
    dossier = DossierFactory(cabinet=membre.cabinet if chez_lui else CabinetFactory())
    if confie and chez_lui:
        PortefeuilleFactory(membre=membre, dossier=dossier)
    voit = chez_lui and (role == RoleCabinet.ADMINISTRATEUR or confie)
    assert passe(dossier_du_cabinet, membre, dossier.pk) == ("entre" if voit else "404")
    assert (dossier in Dossier.objects.du_membre(membre)) == voit
    assert (membre_du_cabinet(membre.utilisateur) is not None) == actif


@EXEMPLES
@given(
    ici=st.booleans(),
    actif=st.booleans(),
    allume=st.booleans(),
    niveau=niveaux,
    demande=st.sampled_from(Niveau.values),
)
def test_client_passes_exactly_with_his_level(ici: bool, actif: bool, allume: bool, niveau: str, demande: str) -> None:
    membre = MembreDossierFactory(role="utilisateur", actif=actif)
    service = ServiceDossierFactory(dossier=membre.dossier, actif=allume)
    if niveau:
        AccesServiceFactory(membre=membre, service_dossier=service, niveau=niveau)
    dossier = membre.dossier if ici else DossierFactory()
    vue = vue_dossier_client(service=Service.QONTO, niveau=Niveau(demande))(lambda request: HttpResponse())
    if not (ici and actif and allume and niveau):
        voulu = "404"
    else:
        voulu = "entre" if ORDRE_DES_NIVEAUX[niveau] >= ORDRE_DES_NIVEAUX[demande] else "403"
    assert passe(appeler, vue, membre.utilisateur, dossier.pk) == voulu
    assert niveau_sur(membre, Service.QONTO) == (niveau if allume else "")
    assert niveau_suffit(niveau, demande) == (ORDRE_DES_NIVEAUX.get(niveau, 0) >= ORDRE_DES_NIVEAUX[demande])


@EXEMPLES
@given(
    cabinet=st.sampled_from([None, True, False]),
    role=st.sampled_from([None, *RoleClient.values]),
    niveau=niveaux,
    actif=st.booleans(),
)
def test_second_factor_is_asked_of_the_firm_and_of_whoever_may_pay(
    cabinet: bool | None, role: str | None, niveau: str, actif: bool
) -> None:
    personne = UtilisateurFactory()
    if cabinet is not None:
        MembreCabinetFactory(utilisateur=personne, actif=cabinet)
    if role is not None:
        membre = MembreDossierFactory(utilisateur=personne, role=role, actif=actif)
        if niveau:
            service = ServiceDossierFactory(dossier=membre.dossier, service=Service.I_FACTURE)
            AccesServiceFactory(membre=membre, service_dossier=service, niveau=niveau)
    peut_payer = role is not None and actif and (role == RoleClient.DIRIGEANT or niveau == Niveau.PAYER)
    assert second_facteur_obligatoire(personne) == (bool(cabinet) or peut_payer)


def test_stranger_is_in_no_dossier() -> None:
    dossier = DossierFactory()
    assert passe(membre_du_dossier, UtilisateurFactory(), dossier.pk) == "404"
