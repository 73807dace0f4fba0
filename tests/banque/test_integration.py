"""Integration: what waits, up to which instant, once; undo; proof of the balances."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from banque.enums import EtatOperation, Source, StatutRecue
from banque.errors import AnnulationRefusee, PeriodeRefusee, PlanPerime
from banque.models import CompteBancaire, LigneRecue, Operation, Releve
from banque.services import integration
from banque.services.integration import annuler_integration, integrer, preparer
from banque.services.reception import recevoir
from banque.sources import OperationRecue
from gestion_acces.models import EvenementAudit
from tests.banque.factories import MAINTENANT, CompteBancaireFactory, chaine, recue

pytestmark = pytest.mark.django_db


def poser(compte: CompteBancaire, *operations: OperationRecue) -> None:
    recevoir(compte=compte, operations=operations, maintenant=MAINTENANT)


def integrer_tout(compte: CompteBancaire, maintenant: datetime = MAINTENANT, **options: object) -> list[Releve]:
    compte.refresh_from_db()
    return integrer(dossier=compte.dossier, comptes=[compte], maintenant=maintenant, **options)  # type: ignore[arg-type]


@pytest.fixture
def compte() -> CompteBancaire:
    return CompteBancaireFactory(qonto=True, avec_journal=True)


@pytest.mark.parametrize(
    ("instant", "jour"),
    [
        ("2026-06-08T21:59:59+00:00", "2026-06-08"),
        ("2026-06-08T22:00:00+00:00", "2026-06-09"),
        ("2026-03-28T22:59:59+00:00", "2026-03-28"),
        ("2026-03-29T21:59:59+00:00", "2026-03-29"),
        ("2026-10-25T21:59:59+00:00", "2026-10-25"),
        ("2026-12-31T23:00:00+00:00", "2027-01-01"),
    ],
)
def test_a_line_falls_on_its_paris_day(compte: CompteBancaire, instant: str, jour: str) -> None:
    poser(compte, recue(-100, instant))
    plus_tard = datetime.fromisoformat(instant) + timedelta(days=3)
    integrer_tout(compte, plus_tard)
    assert str(Operation.objects.get().jour) == jour


def test_integration_stops_the_day_before_at_midnight_in_paris(compte: CompteBancaire) -> None:
    poser(compte, recue(-100, "2026-06-09T21:59:59.999+00:00"), recue(-200, "2026-06-09T22:00:00+00:00"))
    integrer_tout(compte, datetime(2026, 6, 10, 8, 0, tzinfo=UTC))
    assert [operation.montant_cents for operation in Operation.objects.all()] == [-100]
    assert compte.lignes_recues.filter(integree=False).count() == 1
    with pytest.raises(PeriodeRefusee):
        integrer_tout(compte, fin=datetime(2026, 6, 11, 0, 0, tzinfo=UTC))


def test_first_integration_reaches_back_two_months_at_most(compte: CompteBancaire) -> None:
    poser(compte, recue(-1, "2026-02-27T23:59:59+01:00"), recue(-2, "2026-02-28T00:00:00+01:00"))
    integrer_tout(compte, datetime(2026, 4, 30, 8, 0, tzinfo=UTC))
    assert [operation.montant_cents for operation in Operation.objects.all()] == [-2]


def test_an_older_line_read_because_it_changed_breaks_no_chain(compte: CompteBancaire) -> None:
    """Qonto gives it back for a receipt added lately; it is settled before the two months, and not the former line."""
    ancienne = recue(-500, "2026-01-08T10:00:00+01:00", solde_apres_cents=1)
    poser(compte, ancienne, *chaine(-1000, 2500))
    plan = preparer(dossier=compte.dossier, comptes=[compte], maintenant=MAINTENANT)
    assert [ligne.rupture for ligne in plan.comptes] == [""]
    assert plan.comptes[0].solde_ouverture_cents == 100_000


def test_integrating_twice_is_once(compte: CompteBancaire) -> None:
    poser(compte, *chaine(-100, 200, -300))
    premiers = integrer_tout(compte)
    assert (len(premiers), premiers[0].nb_lignes) == (1, 3)
    assert integrer_tout(compte) == []
    assert Operation.objects.count() == 3


def test_plan_tells_what_the_execution_does(compte: CompteBancaire) -> None:
    poser(compte, *chaine(-100, 200, -300))
    plan = preparer(dossier=compte.dossier, comptes=[compte], maintenant=MAINTENANT)
    assert (plan.nb_lignes, plan.total_cents) == (3, -200)
    (releve,) = integrer_tout(compte, empreinte=plan.empreinte)
    assert (releve.total_depenses_cents, releve.total_recettes_cents) == (-400, 200)
    assert releve.solde_ouverture_cents == 100_000
    assert releve.solde_cloture_cents == 99_800


def test_a_plan_that_is_no_longer_true_writes_nothing(compte: CompteBancaire) -> None:
    poser(compte, *chaine(-100))
    plan = preparer(dossier=compte.dossier, comptes=[compte], maintenant=MAINTENANT)
    poser(compte, recue(-5))
    with pytest.raises(PlanPerime):
        integrer_tout(compte, empreinte=plan.empreinte)
    assert not Operation.objects.exists()


def test_only_settled_lines_are_integrated(compte: CompteBancaire) -> None:
    for statut in (StatutRecue.EN_COURS, StatutRecue.REFUSEE, StatutRecue.ANNULEE, "inconnu"):
        poser(compte, recue(-100, statut=str(statut), reglee_le=None))
    assert preparer(dossier=compte.dossier, comptes=[compte], maintenant=MAINTENANT).nb_lignes == 0


def test_balance_after_import_is_compared_with_the_banks(compte: CompteBancaire) -> None:
    poser(compte, *chaine(-100, 200), recue(-50, "2026-06-10T09:00:00+02:00"))
    assert compte.compte_qonto is not None
    compte.compte_qonto.solde_cents = 100_000 - 100 + 200 - 50
    compte.compte_qonto.save()
    (plan,) = preparer(dossier=compte.dossier, comptes=[compte], maintenant=MAINTENANT).comptes
    assert plan.solde_concorde and plan.solde_banque_cents == 100_100


def test_a_missing_line_is_named_with_its_amount(compte: CompteBancaire) -> None:
    lignes = chaine(-100, 200, -300)
    poser(compte, lignes[0], lignes[2])
    (plan,) = preparer(dossier=compte.dossier, comptes=[compte], maintenant=MAINTENANT).comptes
    assert plan.ligne_rupture is not None and plan.ligne_rupture.montant_cents == -300
    assert "il manque 2,00\u00a0€" in plan.rupture


def test_a_line_that_comes_late_is_not_lost_and_mends_the_chain(compte: CompteBancaire) -> None:
    lignes = chaine(-100, 200, -300)
    poser(compte, lignes[0], lignes[2])
    assert integrer_tout(compte)[0].rupture
    poser(compte, lignes[1])
    (releve,) = integrer_tout(compte)
    assert (releve.nb_lignes, releve.rupture) == (1, "")
    assert [o.montant_cents for o in Operation.objects.order_by("jour", "rang")] == [-100, 200, -300]


def test_undo_brings_everything_back_to_waiting(compte: CompteBancaire) -> None:
    poser(compte, *chaine(-100, 200))
    (releve,) = integrer_tout(compte)
    assert annuler_integration(releve=releve, maintenant=MAINTENANT) == 2
    compte.refresh_from_db()
    assert (Operation.objects.count(), compte.integre_jusqu_au, compte.integre_depuis) == (0, None, None)
    (encore,) = integrer_tout(compte)
    assert encore.nb_lignes == 2
    with pytest.raises(AnnulationRefusee):
        annuler_integration(releve=releve, maintenant=MAINTENANT)


def test_undo_goes_from_the_latest_integration(compte: CompteBancaire) -> None:
    poser(compte, *chaine(-100))
    (premier,) = integrer_tout(compte)
    poser(compte, recue(-7, "2026-06-11T10:00:00+02:00"))
    (second,) = integrer_tout(compte, MAINTENANT + timedelta(days=3))
    with pytest.raises(AnnulationRefusee, match="plus récente"):
        annuler_integration(releve=premier, maintenant=MAINTENANT)
    annuler_integration(releve=second, maintenant=MAINTENANT)
    compte.refresh_from_db()
    assert compte.integre_jusqu_au == premier.fin


def test_integration_leaves_an_audit_line(compte: CompteBancaire) -> None:
    poser(compte, *chaine(-100))
    (releve,) = integrer_tout(compte)
    annuler_integration(releve=releve, maintenant=MAINTENANT)
    actes = list(EvenementAudit.objects.order_by("rang").values_list("acte", flat=True))
    assert actes[-2:] == ["banque.integrer", "banque.annuler_integration"]


ETAPES: list[tuple[str, Callable[..., object]]] = [
    ("Releve.objects.create", lambda: patch.object(Releve.objects, "create", side_effect=SystemExit)),
    ("bulk_create", lambda: patch.object(Operation.objects, "bulk_create", side_effect=SystemExit)),
    ("save", lambda: patch.object(CompteBancaire, "save", side_effect=SystemExit)),
    ("journaliser", lambda: patch.object(integration, "journaliser", side_effect=SystemExit)),
]


@pytest.mark.parametrize("etape", [acte for _, acte in ETAPES], ids=[nom for nom, _ in ETAPES])
def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(
    compte: CompteBancaire, etape: Callable[[], object]
) -> None:
    """The process dies (SystemExit at the edge of the database) at each step: then the integration runs whole."""
    poser(compte, *chaine(-100, 200, -300))
    with pytest.raises(SystemExit), etape():  # type: ignore[attr-defined]
        integrer_tout(compte)
    assert (Operation.objects.count(), Releve.objects.count()) == (0, 0)
    assert not LigneRecue.objects.filter(integree=True).exists()
    (releve,) = integrer_tout(compte)
    assert releve.nb_lignes == 3


def test_several_accounts_are_integrated_together_or_not_at_all(compte: CompteBancaire) -> None:
    autre = CompteBancaireFactory(dossier=compte.dossier, libelle="Autre")
    poser(compte, *chaine(-100))
    poser(autre, *[recue(-5, source=Source.CFONB120.value)])
    releves = integrer(dossier=compte.dossier, comptes=[compte, autre], maintenant=MAINTENANT)
    assert len({releve.lot for releve in releves}) == 1
    assert {releve.compte_bancaire_id for releve in releves} == {compte.pk, autre.pk}


def test_lines_of_one_instant_follow_their_balances(compte: CompteBancaire) -> None:
    instant = "2026-06-08T10:00:00+02:00"
    lignes = [
        recue(montant, instant, solde_apres_cents=solde)
        for montant, solde in ((-300, 99_800), (-100, 99_900), (200, 100_100))
    ]
    poser(compte, *lignes)
    (releve,) = integrer_tout(compte)
    assert releve.rupture == ""
    assert [o.montant_cents for o in Operation.objects.order_by("jour", "rang")] == [-100, 200, -300] or [
        o.montant_cents for o in Operation.objects.order_by("jour", "rang")
    ] == [200, -300, -100]


def test_a_line_known_by_a_file_takes_the_banks_own_id(compte: CompteBancaire) -> None:
    poser(compte, recue(-1234, source=Source.CFONB120.value, contrepartie="BOULANGERIE DUPONT"))
    integrer_tout(compte)
    vraie = recue(-1234, contrepartie="Boulangerie Dupont SARL")
    poser(compte, vraie)
    integrer_tout(compte)
    operation = Operation.objects.get()
    assert operation.ligne.external_id == vraie.external_id
    assert operation.etat == EtatOperation.A_TRAITER
    assert not LigneRecue.objects.filter(integree=False).exists()
