"""The draft is prefilled, written field by field, and what differs from the card is proposed to the cabinet."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gestion_acces.models import EvenementAudit
from gestion_acces.services.audit import SYSTEME
from qonto_link.adhesion.champs import corps_registration, manques
from qonto_link.adhesion.enums import Flux
from qonto_link.adhesion.errors import AssocieInconnu, DejaEnCours, DejaSoumise
from qonto_link.adhesion.forms import AssocieForm, EntrepriseForm
from qonto_link.adhesion.models import Adhesion, Correction, Justificatif
from qonto_link.adhesion.nomenclature import secteur_nace
from qonto_link.adhesion.services import brouillon
from tests.factories import DossierFactory, UtilisateurFactory
from tests.qonto_link.adhesion.factories import (
    DIRIGEANTE,
    LUNDI,
    AdhesionFactory,
    CorrectionFactory,
    FichierFactory,
    JustificatifFactory,
    contenu,
    donnees_de,
)

pytestmark = pytest.mark.django_db


def demarrer(**champs: Any) -> Adhesion:
    dossier = DossierFactory(**champs)
    return brouillon.demarrer(
        dossier=dossier, flux=Flux.EXISTANTE, par=UtilisateurFactory(), origine=SYSTEME, maintenant=LUNDI
    )


def ecrire(adhesion: Adhesion, changes: dict[str, str], affiches: dict[str, str] | None = None) -> list[str]:
    saisi = donnees_de(adhesion)["entreprise"]
    return brouillon.enregistrer_entreprise(
        adhesion=adhesion, changes=changes, affiches=affiches or dict(saisi), maintenant=LUNDI
    )


def test_draft_is_prefilled_from_the_card_and_kept_encrypted() -> None:
    adhesion = demarrer(capital_cents=500_000, ville="Rennes")
    assert adhesion.contenu["entreprise"]["capital"] == "5000.00"
    assert adhesion.contenu["entreprise"]["siren"] == "732829320"
    assert adhesion.contenu["associes"][0]["prenom"] == "Alice"
    with connection.cursor() as curseur:
        curseur.execute("SELECT donnees FROM adhesion_adhesion")
        assert "Rennes" not in curseur.fetchone()[0]


def test_second_application_of_a_dossier_is_refused() -> None:
    adhesion = demarrer()
    with pytest.raises(DejaEnCours):
        brouillon.demarrer(
            dossier=adhesion.dossier, flux=Flux.CREATION, par=UtilisateurFactory(), origine=SYSTEME, maintenant=LUNDI
        )
    brouillon.abandonner(adhesion=adhesion, origine=SYSTEME, maintenant=LUNDI)
    assert brouillon.adhesion_du(adhesion.dossier) is None


def test_two_tabs_that_change_different_fields_keep_both() -> None:
    adhesion = demarrer(ville="Paris", adresse="1 rue A")
    affiches = dict(adhesion.contenu["entreprise"])
    assert ecrire(adhesion, {"ville": "Rennes"}, affiches) == []
    assert ecrire(adhesion, {"adresse": "2 rue B"}, affiches) == []
    saisi = donnees_de(adhesion)["entreprise"]
    assert (saisi["ville"], saisi["adresse"]) == ("Rennes", "2 rue B")


def test_two_tabs_that_change_the_same_field_are_told() -> None:
    adhesion = demarrer(ville="Paris")
    affiches = dict(adhesion.contenu["entreprise"])
    ecrire(adhesion, {"ville": "Rennes"}, affiches)
    assert ecrire(adhesion, {"ville": "Rennes"}, affiches) == []
    assert ecrire(adhesion, {"ville": "Nantes"}, affiches) == ["ville"]
    assert donnees_de(adhesion)["entreprise"]["ville"] == "Nantes"


def test_difference_with_the_card_is_proposed_once_and_taken_back_when_it_goes() -> None:
    adhesion = demarrer(ville="Paris", capital_cents=500_000)
    ecrire(adhesion, {"ville": "Rennes", "capital": "7000.00"})
    ecrire(adhesion, {"ville": "Nantes"})
    assert {(un.champ, un.valeur_fiche, un.valeur_proposee) for un in Correction.objects.all()} == {
        ("ville", "Paris", "Nantes"),
        ("capital_cents", "5000.00", "7000.00"),
    }
    ecrire(adhesion, {"ville": "Paris"})
    assert not Correction.objects.filter(champ="ville").exists()


@pytest.mark.parametrize("accepter", [True, False])
def test_cabinet_takes_a_correction_over_or_not_once(accepter: bool) -> None:
    correction = CorrectionFactory(champ="capital_cents", valeur_fiche="", valeur_proposee="7000.50")
    for attendu in (True, False):
        assert (
            brouillon.decider_correction(
                correction=correction,
                accepter=accepter,
                par=UtilisateurFactory(),
                origine=SYSTEME,
                maintenant=LUNDI,
            )
            is attendu
        )
    correction.dossier.refresh_from_db()
    assert correction.dossier.capital_cents == (700_050 if accepter else None)
    assert EvenementAudit.objects.filter(acte="adhesion.correction").count() == 1


def test_refused_correction_is_not_proposed_again_until_it_says_something_else() -> None:
    adhesion = demarrer(ville="Paris")
    ecrire(adhesion, {"ville": "Rennes"})
    brouillon.decider_correction(
        correction=Correction.objects.get(),
        accepter=False,
        par=UtilisateurFactory(),
        origine=SYSTEME,
        maintenant=LUNDI,
    )
    ecrire(adhesion, {"activite": "Boulangerie"})
    assert not Correction.objects.filter(champ="ville", etat="proposee").exists()
    ecrire(adhesion, {"ville": "Nantes"})
    assert Correction.objects.filter(champ="ville", etat="proposee").exists()


def test_person_taken_away_takes_the_papers_along_and_the_dirigeant_stays() -> None:
    second = {"cle": "b" * 32, "prenom": "Ali"}
    adhesion = AdhesionFactory(donnees=contenu(DIRIGEANTE, second))
    piece = JustificatifFactory(
        dossier=adhesion.dossier,
        adhesion=adhesion,
        type="identite",
        associe="b" * 32,
        fichier=FichierFactory(dossier=adhesion.dossier, purge_le=LUNDI.replace(year=2027)),
    )
    for cle in ("b" * 32, "a" * 32):
        brouillon.retirer_associe(adhesion=adhesion, cle=cle, origine=SYSTEME, maintenant=LUNDI)
    assert [associe["cle"] for associe in donnees_de(adhesion)["associes"]] == ["a" * 32]
    piece.refresh_from_db()
    assert piece.retire_le == LUNDI
    assert piece.fichier.purge_le == LUNDI
    with pytest.raises(AssocieInconnu):
        brouillon.enregistrer_associe(adhesion=adhesion, cle="b" * 32, changes={}, affiches={}, maintenant=LUNDI)


def test_adding_a_person_twice_gives_the_empty_one_back() -> None:
    adhesion = AdhesionFactory()
    cles = {brouillon.ajouter_associe(adhesion=adhesion, maintenant=LUNDI) for _ in range(2)}
    assert len(cles) == 1
    assert len(donnees_de(adhesion)["associes"]) == 2


def test_application_that_left_is_not_written_any_more() -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    with pytest.raises(DejaSoumise):
        ecrire(adhesion, {"ville": "Rennes"})


def test_what_is_missing_is_named_with_its_step() -> None:
    adhesion = AdhesionFactory(donnees=contenu({**DIRIGEANTE, "capital": "4000.00", "email": ""}, ville=""))
    absents = manques(adhesion.flux, adhesion.contenu)
    assert ("entreprise", "Ville") in absents
    assert ("associes", "E-mail de Sofia Marchand") in absents
    assert any("somme" in mots for _, mots in absents)
    assert manques(Flux.CREATION, AdhesionFactory().contenu) == []


def test_body_sent_to_qonto_is_the_one_of_the_reference() -> None:
    corps = corps_registration(Flux.CREATION, AdhesionFactory().contenu)
    assert corps["legal_flow"] == "company_creation"
    assert corps["organization"]["legal_sector"] == "C.10.71"
    assert corps["organization"]["total_capital_amount"] == {"value": "5000.00", "currency": "EUR"}
    assert "legal_number" not in corps["organization"]
    personne = corps["stakeholders"][0]
    assert personne["is_owner"] is True
    assert personne["phone_number"] == "0033612345678"
    assert personne["birth_date"] == "1991-04-17T00:00:00.000Z"
    existante = corps_registration(Flux.EXISTANTE, AdhesionFactory().contenu)
    assert existante["organization"]["legal_number"] == "812345676"


@pytest.mark.parametrize(
    ("naf", "nace"), [("1071C", "C.10.71"), ("62.01Z", "J.62.01"), ("0111Z", "A.01.11"), ("x", ""), ("0000Z", "")]
)
def test_sector_bears_its_section_letter(naf: str, nace: str) -> None:
    assert secteur_nace(naf) == nace


@pytest.mark.parametrize(
    ("champ", "valeur"), [("siren", "812345677"), ("code_naf", "1071"), ("pays", "France"), ("capital", "-1")]
)
def test_wrong_value_of_the_company_is_said(champ: str, valeur: str) -> None:
    assert champ in EntrepriseForm({champ: valeur}, flux=Flux.EXISTANTE).errors


@pytest.mark.parametrize(("champ", "valeur"), [("telephone", "12"), ("date_naissance", "2999-01-01"), ("email", "a@")])
def test_wrong_value_of_a_person_is_said(champ: str, valeur: str) -> None:
    assert champ in AssocieForm({champ: valeur}).errors


# What must never be false, with writes that go round the services.


def test_base_refuses_two_living_applications_and_a_registration_twice() -> None:
    adhesion = AdhesionFactory(chez_qonto=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        AdhesionFactory(dossier=adhesion.dossier)
    with pytest.raises(IntegrityError), transaction.atomic():
        AdhesionFactory(chez_qonto=True, registration_id=adhesion.registration_id)


def test_base_refuses_rows_of_another_dossier() -> None:
    adhesion = AdhesionFactory()
    for fabrique in (JustificatifFactory, CorrectionFactory):
        with pytest.raises(IntegrityError), transaction.atomic():
            fabrique(adhesion=adhesion)
    with pytest.raises(IntegrityError), transaction.atomic():
        JustificatifFactory(dossier=adhesion.dossier, adhesion=adhesion, fichier=FichierFactory())
    piece = JustificatifFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Justificatif.objects.filter(pk=piece.pk).update(fichier=FichierFactory())


def test_base_refuses_a_step_that_goes_back() -> None:
    adhesion = AdhesionFactory(chez_qonto=True, rang=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Adhesion.objects.filter(pk=adhesion.pk).update(rang=4)


def test_capital_is_read_and_shown_as_in_france_and_kept_in_the_draft_as_before() -> None:
    vide = EntrepriseForm(flux=Flux.CREATION, initial={"capital": "5000.00"})
    assert 'value="5000,00"' in str(vide["capital"])
    saisi = {"capital": "7 000,50", "initial-capital": "5000,00"}
    form = EntrepriseForm(saisi, flux=Flux.CREATION, initial={"capital": "5000.00"})
    assert form.is_valid()
    assert form.changes()["capital"] == "7000.50"
    assert form.affiches()["capital"] == "5000.00"
    inchange = EntrepriseForm({"capital": "5000", "initial-capital": "5000,00"}, flux=Flux.CREATION)
    assert inchange.is_valid()
    assert "capital" not in inchange.changes()
    illisible = EntrepriseForm({"capital": "beaucoup", "initial-capital": ""}, flux=Flux.CREATION)
    assert "Écrivez un montant" in str(illisible.errors["capital"])
