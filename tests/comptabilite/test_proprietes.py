"""Whatever is typed: entries balance, the chain shows a change, letterings sum to zero, the FEC says what is there."""

import csv
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from comptabilite.errors import ComptabiliteError, LettrageRefuse
from comptabilite.fec.controle import controler_fichier
from comptabilite.fec.format import nettoyer_texte
from comptabilite.models import Ecriture, Exercice, LigneEcriture
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture
from comptabilite.services.empreinte import verifier_exercice
from comptabilite.services.export_fec import attendu_de, ecrire_fec
from comptabilite.services.journaux import journal
from comptabilite.services.lettrage import delettrer, lettrer
from comptabilite.services.plan import compte, tiers
from comptabilite.services.validation import valider_ecritures
from gestion_acces.models import Dossier
from tests.comptabilite.factories import MAINTENANT, achat
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db
EXEMPLES = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
COMPTES = ("607", "6226", "44566", "512", "58")
montants = st.integers(1, 10**9)
libelles = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def passer(dossier: Dossier, cents: list[int], libelle: str = "Opération", jour: date = date(2026, 5, 20)) -> Ecriture:
    """One debit for each amount, and one credit for their sum."""
    lignes = [
        LigneSaisie(compte(dossier=dossier, numero=COMPTES[rang % len(COMPTES)]), debit_cents=montant, libelle=libelle)
        for rang, montant in enumerate(cents)
    ]
    lignes.append(LigneSaisie(compte(dossier=dossier, numero="471"), credit_cents=sum(cents)))
    return passer_ecriture(
        dossier=dossier,
        journal=journal(dossier=dossier, code="OD"),
        date=jour,
        piece="P",
        libelle=libelle if nettoyer_texte(libelle[:60].replace("\x00", "").strip()) else "Opération",
        lignes=lignes,
        maintenant=MAINTENANT,
    )


def test_an_entry_has_a_label_that_the_fec_can_show() -> None:
    for libelle in ("|", "\x1b", "\u00a0"):
        with pytest.raises(ComptabiliteError):
            passer_ecriture(
                dossier=(dossier := DossierFactory()),
                journal=journal(dossier=dossier, code="OD"),
                date=date(2026, 5, 20),
                piece="P",
                libelle=libelle,
                lignes=[
                    LigneSaisie(compte(dossier=dossier, numero="607"), debit_cents=1),
                    LigneSaisie(compte(dossier=dossier, numero="512"), credit_cents=1),
                ],
                maintenant=MAINTENANT,
            )


@EXEMPLES
@given(st.lists(st.tuples(st.integers(-2, 500), st.integers(-2, 500)), max_size=5), st.booleans())
def test_an_entry_is_booked_balanced_or_not_at_all(cotes: list[tuple[int, int]], solder: bool) -> None:
    dossier = DossierFactory()
    ecart = sum(debit - credit for debit, credit in cotes)
    if solder and ecart:
        cotes = [*cotes, (max(-ecart, 0), max(ecart, 0))]
    lignes = [LigneSaisie(compte(dossier=dossier, numero="471"), debit, credit) for debit, credit in cotes]
    juste = (
        len(cotes) >= 2
        and all(min(cote) == 0 < max(cote) for cote in cotes)
        and sum(debit for debit, _ in cotes) == sum(credit for _, credit in cotes)
    )
    try:
        ecriture = passer_ecriture(
            dossier=dossier,
            journal=journal(dossier=dossier, code="OD"),
            date=date(2026, 5, 20),
            piece="P",
            libelle="L",
            lignes=lignes,
            maintenant=MAINTENANT,
        )
    except ComptabiliteError:
        assert not juste
        assert not Ecriture.objects.filter(dossier=dossier).exists()
        return
    assert juste
    ecriture.refresh_from_db()
    assert ecriture.total_debit_cents == ecriture.total_credit_cents == sum(debit for debit, _ in cotes)
    assert (ecriture.nb_lignes, ecriture.desequilibre_id) == (len(cotes), None)


@contextmanager
def sous_les_regles() -> Iterator[None]:
    """Write beneath the triggers, as somebody who holds the database could."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'comptabilite%%'")
        regles = cursor.fetchall()
        for nom, _ in regles:
            cursor.execute(f"DROP TRIGGER {nom}")
        yield
        for _, definition in regles:
            cursor.execute(definition)


def alterer(ecriture: Ecriture, quoi: str) -> None:
    """Change one thing of a validated entry."""
    lignes = LigneEcriture.objects.filter(ecriture=ecriture)
    premiere = lignes.order_by("rang")[0]
    elle_meme = Ecriture.objects.filter(pk=ecriture.pk)
    demain = timedelta(days=1)
    with sous_les_regles():
        if quoi in ("piece", "libelle"):
            elle_meme.update(**{quoi: "autre chose"})
        elif quoi in ("date", "date_piece"):
            elle_meme.update(**{quoi: getattr(ecriture, quoi) + demain})
        elif quoi == "validee_le":
            elle_meme.update(validee_le=(ecriture.validee_le or ecriture.date) + demain)
        elif quoi == "montant":
            lignes.filter(pk=premiere.pk).update(debit_cents=premiere.debit_cents + 1)
        elif quoi == "compte":
            lignes.filter(pk=premiere.pk).update(compte=compte(dossier=ecriture.dossier, numero="658"))
        elif quoi == "libelle de ligne":
            lignes.filter(pk=premiere.pk).update(libelle="autre chose")
        elif quoi == "rang":
            lignes.filter(pk=premiere.pk).update(rang=99)
        else:
            lignes.filter(pk=premiere.pk)._raw_delete(connection.alias)


ALTERATIONS = (
    "piece",
    "libelle",
    "date",
    "date_piece",
    "validee_le",
    "montant",
    "compte",
    "libelle de ligne",
    "rang",
    "ligne en moins",
)


@pytest.mark.parametrize("quoi", ALTERATIONS)
@settings(EXEMPLES, max_examples=3)
@given(st.lists(st.lists(montants, min_size=1, max_size=3), min_size=1, max_size=4), st.integers(0, 3))
def test_the_chain_names_the_entry_that_was_changed(quoi: str, ecritures: list[list[int]], cible: int) -> None:
    dossier = DossierFactory()
    passees = [passer(dossier, cents) for cents in ecritures]
    valider_ecritures(dossier=dossier, ecritures=passees, maintenant=MAINTENANT)
    exercice = Exercice.objects.get(dossier=dossier)
    assert verifier_exercice(exercice) is None
    touchee = Ecriture.objects.get(pk=passees[cible % len(passees)].pk)
    alterer(touchee, quoi)
    rupture = verifier_exercice(exercice)
    assert rupture is not None
    assert rupture.numero == touchee.numero


@EXEMPLES
@given(st.lists(montants, min_size=1, max_size=4), st.integers(-2, 2), st.booleans())
def test_a_lettering_sums_to_zero_in_one_account_and_comes_undone(
    factures: list[int], ecart: int, etranger: bool
) -> None:
    dossier = DossierFactory()
    paye = sum(factures) + ecart
    assume(paye > 0)
    achats = [
        achat(dossier, ttc_cents=cents + 2, tva_cents=1, piece=f"F{rang}") for rang, cents in enumerate(factures)
    ]
    paye += 2 * len(factures)
    fournisseur = tiers(dossier=dossier, type="F", nom="BORIS" if etranger else "AARO")
    paiement = passer_ecriture(
        dossier=dossier,
        journal=journal(dossier=dossier, code="OD"),
        date=date(2026, 6, 1),
        piece="V",
        libelle="Paiement",
        lignes=[
            LigneSaisie(compte(dossier=dossier, numero="401"), debit_cents=paye, tiers=fournisseur),
            LigneSaisie(compte(dossier=dossier, numero="512"), credit_cents=paye),
        ],
        maintenant=MAINTENANT,
    )
    valider_ecritures(dossier=dossier, ecritures=[*achats, paiement], maintenant=MAINTENANT)
    lignes = list(
        LigneEcriture.objects.filter(dossier=dossier, tiers__isnull=False).select_related("dossier").order_by("id")
    )
    if ecart or etranger:
        with pytest.raises(LettrageRefuse):
            lettrer(lignes=lignes, date=date(2026, 6, 2))
        assert not LigneEcriture.objects.filter(dossier=dossier, lettrage__isnull=False).exists()
        return
    lettrage = lettrer(lignes=lignes, date=date(2026, 6, 2))
    assert set(LigneEcriture.objects.filter(lettrage=lettrage)) == set(lignes)
    delettrer(lettrage=lettrage, maintenant=MAINTENANT)
    assert not LigneEcriture.objects.filter(dossier=dossier, lettrage__isnull=False).exists()
    assert verifier_exercice(Exercice.objects.get(dossier=dossier)) is None


@EXEMPLES
@example([([1], "\x1b")])
@given(st.lists(st.tuples(st.lists(montants, min_size=1, max_size=3), libelles), min_size=1, max_size=4))
def test_the_fec_read_by_another_reader_says_what_is_booked(saisies: list[tuple[list[int], str]]) -> None:
    dossier = DossierFactory()
    for cents, libelle in saisies:
        passer(dossier, cents, libelle)
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT)
    exercice = Exercice.objects.select_related("dossier").get(dossier=dossier)
    with tempfile.TemporaryDirectory() as sortie:
        fec = ecrire_fec(exercice=exercice, sortie=Path(sortie))
        rapport = controler_fichier(fec.chemin, attendu=attendu_de(exercice))
        with fec.chemin.open(encoding="iso8859-15", newline="") as fichier:
            lues = list(csv.DictReader(fichier, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert rapport.conforme, rapport.anomalies
    par_ecriture: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for ligne in lues:
        debit, credit = (int(ligne[sens].replace(",", "")) for sens in ("Debit", "Credit"))
        par_ecriture[int(ligne["EcritureNum"])].append((ligne["CompteNum"], debit, credit))
    attendues: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    en_base = list(
        LigneEcriture.objects.filter(dossier=dossier)
        .select_related("ecriture", "compte")
        .order_by("ecriture__numero", "rang")
    )
    for x in en_base:
        attendues[x.ecriture.numero or 0].append((x.compte.numero, x.debit_cents, x.credit_cents))
    assert par_ecriture == attendues
    textes = [nettoyer_texte(x.libelle).encode("iso8859-15", "replace").decode("iso8859-15") for x in en_base]
    assert [ligne["EcritureLib"] for ligne in lues] == textes
