"""Statements in and out: the command, the imported file, the demonstration."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from banque.errors import BanqueError, FichierIllisible
from banque.formats import cfonb120
from banque.models import CompteBancaire, Operation, Regle
from banque.services.integration import integrer
from banque.services.reception import recevoir
from banque.services.releves import importer_fichier, releve_exporte
from banque.sources import cfonb120 as lecture
from portal.demonstration import banque as demonstration
from tests.banque.factories import MAINTENANT, CompteBancaireFactory, chaine, recue
from tests.banque.formats.exemples import AARO, DUPONT, FRAIS, IBAN, releve
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db
FICHIER = b"".join(cfonb120.ecrire(releve(AARO, DUPONT, FRAIS)))


def integrer_tout(banque: CompteBancaire, maintenant: datetime = MAINTENANT) -> None:
    banque.refresh_from_db()
    integrer(dossier=banque.dossier, comptes=[banque], maintenant=maintenant)


def test_the_same_file_twice_adds_nothing() -> None:
    banque = CompteBancaireFactory(iban=IBAN)
    bilans = [
        importer_fichier(dossier=banque.dossier, contenu=FICHIER, nom="r.txt", maintenant=MAINTENANT)[0].bilan
        for _ in range(2)
    ]
    assert [(bilan.nouvelles, bilan.connues) for bilan in bilans] == [(3, 0), (0, 3)]
    integrer_tout(banque)
    assert Operation.objects.count() == 3


def test_a_file_of_an_unknown_account_is_refused_whole() -> None:
    banque = CompteBancaireFactory()
    with pytest.raises(FichierIllisible, match="n’est pas une banque de ce dossier"):
        importer_fichier(dossier=banque.dossier, contenu=FICHIER, nom="r.txt", maintenant=MAINTENANT)


@pytest.mark.parametrize("contenu", [b"", b"%PDF-1.7", b"Date;Montant\n", b"<html></html>", b"01"])
def test_a_file_that_is_no_statement_says_so(contenu: bytes) -> None:
    with pytest.raises(FichierIllisible):
        importer_fichier(dossier=DossierFactory(), contenu=contenu, nom="x", maintenant=MAINTENANT)


def test_a_file_of_another_dossier_cannot_be_given_to_this_one() -> None:
    CompteBancaireFactory(iban=IBAN)
    autre = CompteBancaireFactory()
    with pytest.raises(FichierIllisible):
        importer_fichier(dossier=autre.dossier, contenu=FICHIER, nom="x", maintenant=MAINTENANT)


def commander(**options: str) -> None:
    valeurs = {"dossier": "LENOIR", "compte": IBAN, "du": "2026-06-01", "au": "2026-06-30"} | options
    call_command("releve", *[f"--{nom}={valeur}" for nom, valeur in valeurs.items()])


@pytest.mark.parametrize("format_releve", ["cfonb120", "ofx", "camt053", "csv", "xlsx"])
def test_command_writes_every_format(tmp_path: Path, format_releve: str) -> None:
    banque = CompteBancaireFactory(qonto=True, iban=IBAN, dossier__code="LENOIR")
    recevoir(compte=banque, operations=chaine(-100, 250), maintenant=MAINTENANT)
    integrer_tout(banque)
    sortie = tmp_path / "releve"
    commander(format=format_releve, sortie=str(sortie))
    assert sortie.stat().st_size > 200
    if format_releve == "cfonb120":
        (lu,) = lecture.lire(sortie.read_bytes())
        assert [operation.montant_cents for operation in lu.operations] == [-100, 250]
        assert (lu.solde_ouverture_cents, lu.solde_cloture_cents) == (100_000, 100_150)


@pytest.mark.parametrize("options", [{"dossier": "INCONNU"}, {"compte": "FR00"}, {"au": "2026-05-01"}])
def test_command_refuses_in_words(options: dict[str, str]) -> None:
    CompteBancaireFactory(iban=IBAN, dossier__code="LENOIR")
    with pytest.raises(CommandError):
        commander(format="ofx", **options)


def test_statement_of_a_period_opens_with_the_balance_before_it() -> None:
    banque = CompteBancaireFactory(qonto=True, iban=IBAN)
    lignes = [
        recue(-100, "2026-06-05T10:00:00+02:00", solde_apres_cents=900),
        recue(-50, "2026-06-08T10:00:00+02:00", solde_apres_cents=850),
    ]
    recevoir(compte=banque, operations=lignes, maintenant=MAINTENANT)
    integrer_tout(banque)
    juin = releve_exporte(compte=banque, du=date(2026, 6, 6), au=date(2026, 6, 9), maintenant=MAINTENANT)
    assert (juin.solde_ouverture_cents, juin.solde_cloture_cents, len(list(juin.lignes))) == (900, 850, 1)
    vide = releve_exporte(compte=banque, du=date(2026, 6, 9), au=date(2026, 6, 9), maintenant=MAINTENANT)
    assert (vide.solde_ouverture_cents, vide.solde_cloture_cents) == (850, 850)
    with pytest.raises(BanqueError):
        releve_exporte(compte=banque, du=date(2026, 6, 9), au=date(2026, 6, 8), maintenant=MAINTENANT)


def test_demonstration_may_be_sown_twice() -> None:
    DossierFactory(code="LENOIR")
    maintenant = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
    for _ in range(2):
        demonstration.semer(maintenant=maintenant + timedelta(minutes=1))
    assert Operation.objects.count() == len(demonstration.LIGNES)
    assert Regle.objects.count() == 4
    assert Operation.objects.filter(motif="regle").count() == 6
