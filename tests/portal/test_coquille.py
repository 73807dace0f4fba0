"""The shell around the pages: rail, switcher, quick search, pages of failure, forms."""

import logging
import re
from typing import Any

import pytest
from django import forms
from django.core.exceptions import PermissionDenied
from django.template import loader
from django.test import Client, RequestFactory
from django.urls import reverse

from gestion_acces.enums import RoleCabinet
from portal import erreurs
from tests.factories import DossierFactory, MembreCabinetFactory, MembreDossierFactory, PortefeuilleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def collaborateur() -> Any:
    return MembreCabinetFactory(utilisateur__prenom="Bruno", utilisateur__nom="Faure")


def test_rail_marks_the_room_of_the_page(client: Client, collaborateur: Any) -> None:
    dossier = PortefeuilleFactory(membre=collaborateur).dossier
    client.force_login(collaborateur.utilisateur)
    page = client.get(reverse("gestion_acces:dossier_divers", args=[dossier.pk])).content.decode()
    rail = page[page.index('id="rail"') : page.index("</nav>", page.index('id="rail"'))]
    courants = re.findall(r'aria-current="page">.*?<span>(.*?)</span>', rail, re.DOTALL)
    assert courants == ["Fiche GRC"]
    assert collaborateur.cabinet.nom in page


def test_rail_hides_the_administration_from_a_collaborator(client: Client, collaborateur: Any) -> None:
    client.force_login(collaborateur.utilisateur)
    assert "Équipe" not in client.get(reverse("gestion_acces:dossier_liste")).content.decode()


def test_quick_search_finds_by_code_and_never_leaves_the_portfolio(client: Client, collaborateur: Any) -> None:
    mien = PortefeuilleFactory(membre=collaborateur, dossier__code="LENOIR").dossier
    DossierFactory(cabinet=collaborateur.cabinet, code="LENTILLE", raison_sociale="Chez le voisin")
    client.force_login(collaborateur.utilisateur)
    reponse = client.get(reverse("recherche_dossiers"), {"q": "len"}).content.decode()
    assert mien.raison_sociale in reponse
    assert "Chez le voisin" not in reponse
    assert "Aucun dossier" in client.get(reverse("recherche_dossiers"), {"q": "zzz"}).content.decode()


def test_switcher_lists_the_companies_of_the_client_alone(client: Client) -> None:
    membre = MembreDossierFactory()
    autre = MembreDossierFactory(utilisateur=membre.utilisateur)
    etranger = DossierFactory(raison_sociale="Étrangère SA")
    client.force_login(membre.utilisateur)
    page = client.get(reverse("accueil_client")).content.decode()
    assert membre.dossier.raison_sociale in page
    assert autre.dossier.raison_sociale in page
    assert etranger.raison_sociale not in page


def test_unknown_page_answers_404_with_a_reference_found_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="portal.erreurs"):
        reponse = client.get("/nulle/part/")
    reference = re.search(r"PQ-\d{4}-[2-9A-HJ-NP-Z]{6}", reponse.content.decode())
    assert reponse.status_code == 404
    assert reference and reference.group() in caplog.text


def test_refused_page_says_which_right_is_missing() -> None:
    request = RequestFactory().get("/x/")
    reponse = erreurs.acces_refuse(request, PermissionDenied("Seul le dirigeant peut faire cela."))
    assert reponse.status_code == 403
    assert "Seul le dirigeant peut faire cela." in reponse.content.decode()


def test_500_page_needs_neither_request_nor_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        page = loader.render_to_string("500.html")
        reponse = erreurs.erreur_serveur(RequestFactory().get("/x/"))
    assert "Le portail a rencontré une erreur" in page
    assert reponse.status_code == 500
    assert "PQ-" in reponse.content.decode()


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "429", "500"])
def test_page_of_failure_is_french_and_says_what_to_do(page: str) -> None:
    rendu = loader.render_to_string(f"{page}.html", {"reference": "PQ-0609-ABCDEF"})
    assert "PQ-0609-ABCDEF" in rendu
    assert "<h1>" in rendu
    assert "Retour à l’accueil" in rendu


class _Formulaire(forms.Form):
    nom = forms.CharField(label="Nom", help_text="Comme sur l’extrait Kbis.")
    surnom = forms.CharField(label="Surnom", required=False)
    accord = forms.BooleanField(label="J’accepte")


def test_field_ties_its_help_and_its_error_to_the_control() -> None:
    rendu = str(_Formulaire({"nom": "", "accord": ""}))
    assert 'aria-describedby="id_nom_helptext id_nom_error"' in rendu
    assert 'id="id_nom_error"' in rendu
    assert 'aria-invalid="true"' in rendu
    assert rendu.count("champ-optionnel") == 1
    assert rendu.count('<span class="champ-obligatoire"') == 3  # two fields and the note
    assert rendu.index('id="id_accord"') < rendu.index("J’accepte")


def test_csp_has_no_hole_for_the_scripts_of_the_shell(client: Client) -> None:
    membre = MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR)
    client.force_login(membre.utilisateur)
    reponse = client.get(reverse("gestion_acces:dossier_liste"))
    nonce = re.search(r"'nonce-([^']+)'", reponse.headers["Content-Security-Policy"])
    page = reponse.content.decode()
    scripts = re.findall(r"<script[^>]*>", page)
    assert nonce
    assert scripts
    assert all(f'nonce="{nonce.group(1)}"' in script for script in scripts)
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)
