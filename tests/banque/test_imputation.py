"""Accounts put on lines: who proposes what and why, what is refused, what is learnt, what is split."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banque.enums import Decision, EtatOperation, Motif
from banque.errors import ImputationRefusee, MouvementRefuse
from banque.models import CompteBancaire, Habitude, Operation, Regle
from banque.services.imputation import (
    Part,
    accepter,
    ignorer,
    imputer,
    parts_de,
    refuser_proposition,
    remettre_a_traiter,
    resoudre_compte,
    tva_incluse,
    ventiler,
)
from banque.services.integration import integrer
from banque.services.reception import recevoir
from banque.services.regles import deplacer_regle, essayer, reproposer
from banque.texte import normaliser
from comptabilite.services.plan import compte as compte_du_plan
from comptabilite.services.plan import tiers as tiers_du_plan
from tests.banque.factories import MAINTENANT, CompteBancaireFactory, OperationFactory, recue

pytestmark = pytest.mark.django_db


@pytest.fixture
def banque() -> CompteBancaire:
    return CompteBancaireFactory(qonto=True, avec_journal=True)


@pytest.fixture
def operation(banque: CompteBancaire) -> Operation:
    return OperationFactory(compte_bancaire=banque)


def poser(operation: Operation, numero: str, **options: object) -> Operation:
    compte, tiers = resoudre_compte(
        dossier=operation.dossier, saisie=numero, journal=operation.compte_bancaire.journal
    )
    return imputer(
        operation=operation,
        compte=compte,
        tiers=tiers,
        par="Bruno",
        maintenant=MAINTENANT,
        **options,  # type: ignore[arg-type]
    )


def integrer_une(banque: CompteBancaire, **champs: object) -> Operation:
    ligne = recue(**champs)  # type: ignore[arg-type]
    recevoir(compte=banque, operations=[ligne], maintenant=MAINTENANT)
    integrer(dossier=banque.dossier, comptes=[banque], maintenant=MAINTENANT)
    return Operation.objects.get(ligne__external_id=ligne.external_id)


def test_typed_account_validates_the_line_and_is_learnt(operation: Operation) -> None:
    ligne = poser(operation, "606")
    assert (ligne.etat, ligne.motif, ligne.compte_affiche) == (EtatOperation.VALIDEE, Motif.SAISIE, "60600000")
    habitude = Habitude.objects.get()
    assert (habitude.contrepartie, habitude.depense, habitude.nombre) == ("BOULANGERIE DUPONT", True, 1)


@pytest.mark.parametrize("saisie", ["ABC", "", "12345678901234"])
def test_account_that_does_not_exist_is_refused(operation: Operation, saisie: str) -> None:
    with pytest.raises(ImputationRefusee):
        poser(operation, saisie)


def test_the_banks_own_account_is_refused(operation: Operation) -> None:
    with pytest.raises(ImputationRefusee, match="banque elle-même"):
        poser(operation, "512")


def test_collective_account_asks_for_a_third_party(operation: Operation) -> None:
    with pytest.raises(ImputationRefusee, match="collectif"):
        poser(operation, "401")
    tiers_du_plan(dossier=operation.dossier, type="F", nom="AARO")
    assert poser(operation, "faaro").compte_affiche == "FAARO"


def test_forbidden_root_is_refused_and_never_proposed(banque: CompteBancaire) -> None:
    journal = banque.journal
    assert journal is not None
    Habitude.objects.create(
        dossier=banque.dossier,
        contrepartie="BOULANGERIE DUPONT",
        depense=True,
        compte=compte_du_plan(dossier=banque.dossier, numero="707"),
        nombre=3,
        dernier_le=MAINTENANT,
    )
    journal.racines_interdites = ["7"]
    journal.save()
    operation = integrer_une(banque)
    assert operation.etat == EtatOperation.A_TRAITER
    with pytest.raises(ImputationRefusee, match="interdit"):
        poser(operation, "707")


def test_digit_is_a_frequent_account(operation: Operation) -> None:
    assert poser(operation, "1").compte_affiche == "62780000"
    with pytest.raises(ImputationRefusee):
        poser(operation, "0")


def test_booked_line_refuses_another_account(operation: Operation) -> None:
    ignorer(operation=operation, raison="doublon", par="Bruno", maintenant=MAINTENANT)
    with pytest.raises(MouvementRefuse):
        poser(operation, "606")
    remettre_a_traiter(operation=operation)
    poser(operation, "606")


def test_same_counterparty_is_proposed_with_its_reason(banque: CompteBancaire) -> None:
    poser(integrer_une(banque), "606")
    suivante = integrer_une(banque, jour="2026-06-08T12:00:00+02:00")
    assert (suivante.etat, suivante.motif) == (EtatOperation.PROPOSEE, Motif.HABITUDE)
    assert "mis une fois en 60600000" in suivante.explication


def test_a_correction_teaches_at_once(banque: CompteBancaire) -> None:
    for _ in range(3):
        poser(integrer_une(banque), "606")
    corrigee = integrer_une(banque)
    imputer(
        operation=corrigee,
        compte=compte_du_plan(dossier=banque.dossier, numero="607"),
        par="Bruno",
        maintenant=MAINTENANT + timedelta(hours=1),
    )
    assert integrer_une(banque).compte_affiche == "60700000"


def test_never_removes_the_account_for_that_counterparty(banque: CompteBancaire) -> None:
    poser(integrer_une(banque), "606")
    refuser_proposition(operation=integrer_une(banque), jamais=True, maintenant=MAINTENANT)
    assert integrer_une(banque).etat == EtatOperation.A_TRAITER
    autre = integrer_une(banque, contrepartie="Autre")
    assert poser(autre, "606").etat == EtatOperation.VALIDEE


def test_always_validates_without_asking(banque: CompteBancaire) -> None:
    poser(integrer_une(banque), "606", decision=Decision.TOUJOURS)
    suivante = integrer_une(banque)
    assert (suivante.etat, suivante.motif) == (EtatOperation.VALIDEE, Motif.TOUJOURS)
    poser(suivante, "607", decision=Decision.TOUJOURS)
    assert integrer_une(banque).compte_affiche == "60700000"


def test_receipts_and_payments_of_a_counterparty_are_apart(banque: CompteBancaire) -> None:
    poser(integrer_une(banque), "606")
    assert integrer_une(banque, montant_cents=500).etat == EtatOperation.A_TRAITER


def test_name_of_a_third_party_is_proposed(banque: CompteBancaire) -> None:
    tiers_du_plan(dossier=banque.dossier, type="F", nom="Boulangerie Dupont SARL")
    operation = integrer_une(banque, contrepartie="SARL BOULANGERIE DUPONT")
    assert (operation.motif, operation.tiers is not None) == (Motif.TIERS, True)


def test_first_rule_that_fits_wins_the_dossiers_before_the_firms(banque: CompteBancaire) -> None:
    dossier = banque.dossier
    for ordre, (du_dossier, numero) in enumerate([(False, "606"), (True, "607"), (True, "608")], start=1):
        Regle.objects.create(
            cabinet=dossier.cabinet,
            dossier=dossier if du_dossier else None,
            ordre=ordre,
            nom=numero,
            contient="dupont",
            numero_compte=numero,
        )
    operation = integrer_une(banque)
    assert (operation.compte_affiche, operation.motif) == ("60700000", Motif.REGLE)
    assert "le libellé contient « dupont »" in operation.explication
    deplacer_regle(dossier=dossier, regle=Regle.objects.get(nom="608"), vers_le_haut=True)
    assert integrer_une(banque).compte_affiche == "60800000"
    reproposer(dossier=dossier, operations=[operation], maintenant=MAINTENANT)
    operation.refresh_from_db()
    assert operation.compte_affiche == "60800000"


@pytest.mark.parametrize(
    ("condition", "convient"),
    [
        ({"contient": "DUPONT"}, True),
        ({"contient": "éàç"}, False),
        ({"contient": "dupont", "sens": "recette"}, False),
        ({"mode_reglement": "V"}, True),
        ({"mode_reglement": "B"}, False),
        ({"code_operation": "06"}, True),
        ({"contient": "dupont", "montant_min_cents": 1001}, False),
        ({"contient": "dupont", "montant_min_cents": 1000, "montant_max_cents": 1000}, True),
        ({"contient": "dupont", "montant_max_cents": 999}, False),
        ({"iban": "FR7610011000201234567890188"}, False),
    ],
)
def test_conditions_of_a_rule(banque: CompteBancaire, condition: dict[str, object], convient: bool) -> None:
    Regle.objects.create(cabinet=banque.dossier.cabinet, ordre=1, nom="x", numero_compte="606", **condition)
    assert (integrer_une(banque).motif == Motif.REGLE) is convient


def test_a_rule_is_tried_on_the_history(banque: CompteBancaire) -> None:
    poser(integrer_une(banque), "606")
    poser(integrer_une(banque, contrepartie="Dupont et fils"), "607")
    integrer_une(banque, contrepartie="Autre", libelle="AUTRE")
    regle = Regle(cabinet=banque.dossier.cabinet, ordre=0, nom="x", contient="dupont", numero_compte="606")
    assert sorted(str(essai.meme_compte) for essai in essayer(dossier=banque.dossier, regle=regle)) == [
        "False",
        "True",
    ]


@given(st.integers(-(10**9), 10**9), st.sampled_from([2000, 1000, 550, 210, 850]))
def test_vat_inside_an_amount_is_right_to_the_cent(ttc: int, taux: int) -> None:
    tva = tva_incluse(ttc, taux)
    ht = ttc - tva
    assert (tva >= 0) == (ttc >= 0) or tva == 0
    assert abs(ht * taux - tva * 10_000) <= (10_000 + taux) // 2


def test_vat_goes_to_the_account_of_its_kind(operation: Operation) -> None:
    ligne = poser(operation, "606", taux_tva=2000)
    assert [(p.compte.numero, p.montant_cents) for p in parts_de(ligne)] == [("60600000", -833), ("44566000", -167)]
    poser(ligne, "2183", taux_tva=2000)
    ligne.refresh_from_db()
    assert parts_de(ligne)[1].compte.numero == "44562000"


def test_split_makes_the_amount_to_the_cent(operation: Operation) -> None:
    a, b = (compte_du_plan(dossier=operation.dossier, numero=numero) for numero in ("606", "625"))
    with pytest.raises(ImputationRefusee, match="il reste"):
        ventiler(operation=operation, parts=[Part(a, -500), Part(b, -499)], par="Bruno", maintenant=MAINTENANT)
    with pytest.raises(ImputationRefusee):
        ventiler(operation=operation, parts=[Part(a, -1000)], par="Bruno", maintenant=MAINTENANT)
    ligne = ventiler(operation=operation, parts=[Part(a, -600), Part(b, -400)], par="Bruno", maintenant=MAINTENANT)
    assert (ligne.ventilee, ligne.etat, ligne.imputations.count()) == (True, EtatOperation.VALIDEE, 2)
    poser(ligne, "606")
    ligne.refresh_from_db()
    assert (ligne.ventilee, ligne.imputations.count()) == (False, 0)


def test_nothing_to_accept_without_a_proposal(operation: Operation) -> None:
    with pytest.raises(ImputationRefusee):
        accepter(operation=operation, par="Bruno", maintenant=MAINTENANT)


@pytest.mark.parametrize(
    ("nom", "normal"),
    [
        ("SAS Dupont & Fils 4412", "DUPONT FILS"),
        ("Carte SNCF", "SNCF"),
        ("é", "E"),
        ("SARL", "SARL"),
        ("", ""),
    ],
)
def test_names_are_made_comparable(nom: str, normal: str) -> None:
    assert normaliser(nom) == normal
