"""The pages of an application: steps, drafts of a script, follow-up, mirror and list of the cabinet."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qonto_link.adhesion.models import Adhesion, Correction
from tests.factories import (
    AccesServiceFactory,
    DossierFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    PortefeuilleFactory,
    ServiceDossierFactory,
)
from tests.qonto_link.adhesion.factories import AdhesionFactory, CorrectionFactory, contenu, donnees_de

pytestmark = pytest.mark.django_db


@pytest.fixture
def sofia(client: Client) -> Any:
    membre = MembreDossierFactory()
    AccesServiceFactory(membre=membre, service_dossier=ServiceDossierFactory(dossier=membre.dossier))
    client.force_login(membre.utilisateur)
    return membre


def adresse(nom: str, membre: Any, *args: Any) -> str:
    return reverse(f"qonto_link:{nom}", args=[membre.dossier.pk, *args])


def formulaire(**champs: str) -> dict[str, str]:
    """What a page sends: the fields, and the hidden copies of what it showed."""
    return champs | {f"initial-{nom}": "" for nom in champs}


def test_path_from_the_tile_to_the_first_step(sofia: Any, client: Client) -> None:
    assert "Ouvrir un compte professionnel" in client.get(adresse("applications", sofia)).content.decode()
    assert client.post(adresse("adhesion", sofia), {}).status_code == 422
    reponse = client.post(adresse("adhesion", sofia), {"flux": "company_creation"}, follow=True)
    contenu_page = reponse.content.decode()
    assert "Repris de votre dossier" in contenu_page
    assert 'name="siren"' not in contenu_page
    assert "Adhésion à compléter" in client.get(adresse("applications", sofia)).content.decode()


def test_script_writes_what_is_well_typed_and_says_what_is_not(sofia: Any, client: Client) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    reponse = client.post(
        adresse("adhesion_entreprise", sofia),
        formulaire(ville="Nantes", code_naf="1071"),
        headers={"X-Portail-Brouillon": "1"},
    )
    assert reponse.json() == {"enregistres": ["ville"], "fautes": ["code_naf"]}
    assert donnees_de(adhesion)["entreprise"]["ville"] == "Nantes"


def test_invalid_step_keeps_what_is_right_and_shows_the_rest(sofia: Any, client: Client) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    reponse = client.post(adresse("adhesion_entreprise", sofia), formulaire(ville="Nantes", code_naf="1071"))
    assert reponse.status_code == 422
    assert "quatre chiffres et une lettre" in reponse.content.decode()
    assert donnees_de(adhesion)["entreprise"]["ville"] == "Nantes"
    assert client.get(adresse("adhesion_entreprise", sofia))["Cache-Control"] == "no-store, private"


def test_difference_with_the_card_is_shown_beside_the_field(sofia: Any, client: Client) -> None:
    AdhesionFactory(dossier=sofia.dossier)
    page = client.get(adresse("adhesion_entreprise", sofia)).content.decode()
    assert "Dans votre dossier : « Paris »" in page


def test_persons_are_added_filled_and_taken_away(sofia: Any, client: Client) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    ajout = client.post(adresse("adhesion_associe_ajouter", sofia))
    client.post(ajout["Location"], formulaire(prenom="Ali", nom="Diop", telephone="06 11 22 33 44"))
    assert donnees_de(adhesion)["associes"][1]["telephone"] == "0611223344"
    assert "Ali Diop" in client.get(adresse("adhesion_associes", sofia)).content.decode()
    cle = donnees_de(adhesion)["associes"][1]["cle"]
    client.post(adresse("adhesion_associe_retirer", sofia, cle))
    assert len(donnees_de(adhesion)["associes"]) == 1
    assert client.get(adresse("adhesion_associe", sofia, cle)).status_code == 302


def test_verification_names_what_is_missing_and_does_not_send(sofia: Any, client: Client) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier, donnees=contenu(ville=""))
    assert "Ville" in client.get(adresse("adhesion_verification", sofia)).content.decode()
    assert client.post(adresse("adhesion_verification", sofia), {}).status_code == 422
    assert client.post(adresse("adhesion_verification", sofia), {"exactitude": "on"}).status_code == 422
    adhesion.refresh_from_db()
    assert adhesion.statut == "brouillon"


def test_qonto_down_at_the_sending_is_said_and_nothing_is_to_be_done_again(
    sofia: Any, client: Client, settings: Any
) -> None:
    settings.QONTO_ONBOARDING_URL = "http://127.0.0.1:9"
    AdhesionFactory(dossier=sofia.dossier)
    page = client.post(adresse("adhesion_verification", sofia), {"exactitude": "on"}, follow=True).content.decode()
    assert "Vous n’avez rien à refaire" in page
    assert "Adhésion en cours" in client.get(adresse("applications", sofia)).content.decode()
    # The back button: the form is not there any more, the follow-up is.
    assert client.get(adresse("adhesion_entreprise", sofia), follow=True).redirect_chain[-1][0] == adresse(
        "adhesion_suivi", sofia
    )


def test_draft_is_given_up_by_its_owner(sofia: Any, client: Client) -> None:
    AdhesionFactory(dossier=sofia.dossier)
    client.post(adresse("adhesion_abandonner", sofia))
    assert Adhesion.objects.get().statut == "abandonnee"
    assert "Démarrer l’adhésion" in client.get(adresse("applications", sofia)).content.decode()


def test_follow_up_shows_the_step_the_actor_and_rings(sofia: Any, client: Client) -> None:
    AdhesionFactory(dossier=sofia.dossier, chez_qonto=True)
    page = client.get(adresse("adhesion_suivi", sofia)).content.decode()
    assert "Continuer chez Qonto" in page
    assert "le dirigeant" in page
    assert "data-portail-sonnette" in page
    assert "Sans nouvelles depuis" in page


def test_open_account_proposes_its_association(sofia: Any, client: Client) -> None:
    adhesion = AdhesionFactory(
        dossier=sofia.dossier, chez_qonto=True, statut="ouverte", etape="completed", rang=8, organisation_id="o1"
    )
    assert "Associer mon compte" in client.get(adresse("applications", sofia)).content.decode()
    depart = client.post(adresse("adhesion_associer", sofia))
    assert f"registration_id={adhesion.registration_id}" in depart["Location"]


def test_cabinet_follows_decides_and_reminds(client: Client, mailoutbox: list[Any]) -> None:
    ligne = PortefeuilleFactory()
    client.force_login(ligne.membre.utilisateur)
    adhesion = AdhesionFactory(dossier=ligne.dossier, chez_qonto=True)
    CorrectionFactory(dossier=ligne.dossier, adhesion=adhesion)
    page = client.get(reverse("qonto_link:adhesion_cabinet", args=[ligne.dossier.pk])).content.decode()
    assert "Rennes" in page
    correction = Correction.objects.get()
    client.post(
        reverse("qonto_link:adhesion_correction", args=[ligne.dossier.pk, correction.pk]), {"decision": "accepter"}
    )
    ligne.dossier.refresh_from_db()
    assert ligne.dossier.ville == "Rennes"
    client.post(reverse("qonto_link:adhesion_rappeler", args=[ligne.dossier.pk]))
    assert len(mailoutbox) == 1
    pdf = client.get(reverse("qonto_link:adhesion_certificat", args=[ligne.dossier.pk]))
    assert pdf.content.startswith(b"%PDF")
    assert "identité" not in page.lower() or "3 allée des Tilleuls" not in page


def test_list_of_the_cabinet_is_scoped_filtered_and_costs_the_same(client: Client) -> None:
    membre = MembreCabinetFactory(role="administrateur")
    client.force_login(membre.utilisateur)
    ailleurs = AdhesionFactory(chez_qonto=True)

    def page(**filtres: str) -> tuple[str, int]:
        with CaptureQueriesContext(connection) as captees:
            lue = client.get(reverse("qonto_link:adhesions"), filtres).content.decode()
        return lue, len(captees)

    for n in range(3):
        AdhesionFactory(dossier=DossierFactory(cabinet=membre.cabinet, raison_sociale=f"S{n:03d}"), chez_qonto=True)
    page()
    avant = page()[1]
    for n in range(3, 60):
        dossier = DossierFactory(cabinet=membre.cabinet, raison_sociale=f"S{n:03d}")
        CorrectionFactory(dossier=dossier, adhesion=AdhesionFactory(dossier=dossier, chez_qonto=True))
    lue, requetes = page()
    assert requetes == avant
    assert ailleurs.dossier.raison_sociale not in lue
    assert "S059" not in lue
    suite = lue.split("apres=")[1].split('"')[0].split("&")[0]
    assert "S059" in page(apres=suite)[0]
    assert "Aucune adhésion" in page(etat="qonto")[0]
    assert "S000" in page(etat="client")[0]
    assert "S000" in page(etat="dormantes")[0]
