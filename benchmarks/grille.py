"""The page of the grid at 10⁴, 10⁵ and 10⁶ lines: its cost must not grow with the table (≤ 1.3 × the first)."""

import os
import statistics
import sys
import tempfile
import time
import zlib
from datetime import UTC, date, datetime, timedelta

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="banc-grille-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banque.models import CompteBancaire, LigneRecue, Operation, Releve
from banque.queries import Filtres, page_grille
from benchmarks._mesure import cout
from gestion_acces.models import Cabinet, Dossier
from portal.lib.rib import iban_francais

TAILLES = [int(taille) for taille in os.environ.get("BANC_GRILLE", "10000,100000,1000000").split(",")]
PASSES = 25
LOT = 20_000
DEPART = datetime(2020, 1, 1, tzinfo=UTC)
VIDE = zlib.compress(b"{}")


def ligne_de(banque: CompteBancaire, rang: int) -> LigneRecue:
    return LigneRecue(
        dossier_id=banque.dossier_id,
        compte_bancaire=banque,
        source="qonto",
        external_id=f"b{rang}",
        statut="reglee",
        montant_cents=-100 - rang % 9000,
        reglee_le=DEPART + timedelta(minutes=rang),
        jour=date(2020, 1, 1) + timedelta(minutes=rang),
        libelle="BANC",
        payload=VIDE,
        recue_le=DEPART,
        integree=True,
    )


def operation_de(releve: Releve, rang: int, ligne: LigneRecue) -> Operation:
    """One line in six is still to do."""
    return Operation(
        dossier_id=ligne.dossier_id,
        compte_bancaire_id=ligne.compte_bancaire_id,
        releve=releve,
        ligne=ligne,
        jour=ligne.jour_regle,
        rang=rang,
        montant_cents=ligne.montant_cents,
        libelle="BANC",
        etat="ignoree" if rang % 6 else "a_traiter",
    )


def remplir(banque: CompteBancaire, releve: Releve, debut: int, fin: int) -> None:
    """Lines `debut` to `fin`, each with its operation."""
    for depart in range(debut, fin, LOT):
        rangs = range(depart, min(depart + LOT, fin))
        lignes = LigneRecue.objects.bulk_create([ligne_de(banque, rang) for rang in rangs], batch_size=500)
        couples = zip(rangs, lignes, strict=True)
        Operation.objects.bulk_create([operation_de(releve, rang, ligne) for rang, ligne in couples], batch_size=500)


def mesurer(banque: CompteBancaire, filtres: Filtres, apres: str) -> tuple[float, int]:
    """Median milliseconds of a page, and its number of queries."""
    durees = []
    for _ in range(PASSES):
        debut = time.perf_counter()
        page_grille(banque, filtres, {"apres": apres})
        durees.append((time.perf_counter() - debut) * 1000)
    with CaptureQueriesContext(connection) as requetes:
        page = page_grille(banque, filtres, {"apres": apres})
    assert len(page.lignes) == 100
    return statistics.median(durees), len(requetes)


def preparer() -> tuple[CompteBancaire, Releve]:
    call_command("migrate", verbosity=0)
    cabinet, _ = Cabinet.objects.get_or_create(nom="Banc")
    dossier = Dossier.objects.create(cabinet=cabinet, code=f"B{time.time_ns() % 10**10}", raison_sociale="Banc")
    banque = CompteBancaire.objects.create(
        dossier=dossier, libelle="Banc", iban=iban_francais("16958", "00001", "00000000001")
    )
    releve = Releve.objects.create(
        dossier=dossier,
        compte_bancaire=banque,
        lot="0" * 32,
        source="qonto",
        debut=DEPART,
        fin=DEPART + timedelta(days=9000),
        nb_lignes=0,
        total_depenses_cents=0,
        total_recettes_cents=0,
        integre_le=DEPART,
    )
    return banque, releve


def main() -> int:
    banque, releve = preparer()
    faites, references = 0, dict[str, float]()
    for taille in TAILLES:
        remplir(banque, releve, faites, taille)
        faites = taille
        with connection.cursor() as curseur:
            curseur.execute("ANALYZE")
        suite = page_grille(banque, Filtres(), {}).suivante
        cas = (
            ("première page", Filtres(), ""),
            ("page suivante", Filtres(), suite),
            ("filtre « à traiter »", Filtres(etat="a_traiter"), ""),
        )
        for nom, filtres, apres in cas:
            duree, requetes = mesurer(banque, filtres, apres)
            assert requetes == 1, f"{requetes} requêtes"
            references.setdefault(nom, duree)
            cout(f"{taille:,} lignes, {nom}, 1 requête", duree, references[nom], "ms", attendu=1.3)
    return 0


if __name__ == "__main__":
    sys.exit(main())
