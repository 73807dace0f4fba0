"""The page of the grid at 10⁴, 10⁵ and 10⁶ lines: its cost must not grow with the table (≤ 1.3 × the first)."""

import os
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="banc-grille-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from banque.models import CompteBancaire, LigneRecue, Operation, Releve
from banque.queries import Filtres, page_grille
from benchmarks._mesure import cout
from gestion_acces.models import Cabinet, Dossier
from portal.lib.rib import iban_francais

TAILLES = [int(taille) for taille in os.environ.get("BANC_GRILLE", "10000,100000,1000000").split(",")]
PASSES = 60
LOT = 100_000
DEPART = datetime(2020, 1, 1, tzinfo=UTC)


# The engine makes its own rows: from Python a million of them would be the longest part of the run. One in six is
# still to do.
SERIE = {
    "postgresql": "SELECT n FROM generate_series(%s, %s) AS serie(n)",
    "sqlite": "WITH RECURSIVE serie(n) AS (VALUES(%s) UNION ALL SELECT n + 1 FROM serie WHERE n < %s) "
    "SELECT n FROM serie",
}
INSTANT = {
    "postgresql": "TIMESTAMPTZ '2020-01-01 00:00:00+00' + s.n * INTERVAL '1 minute'",
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%S', '2020-01-01 00:00:00', '+' || s.n || ' minutes')",
}
JOUR = {"postgresql": "(({}) AT TIME ZONE 'UTC')::date", "sqlite": "date({})"}


def copier(modele: Model, valeurs: dict[str, str], source: str, bornes: tuple[int, int]) -> None:
    """INSERT … SELECT: the columns of `modele` from a model row saved before, those of `valeurs` computed."""
    table = modele._meta.db_table
    colonnes = [str(champ.column) for champ in modele._meta.concrete_fields if champ.column != "id"]
    choix = ", ".join(valeurs.get(colonne, f"m.{colonne}") for colonne in colonnes)
    with connection.cursor() as curseur:
        curseur.execute(
            f"INSERT INTO {table} ({', '.join(colonnes)}) "
            f"SELECT {choix} FROM {source} JOIN {table} m ON m.id = {modele.pk}",
            bornes,
        )


@contextmanager
def sans_trigger() -> Iterator[None]:
    """Rows known to be right are not looked at one by one: on PostgreSQL that would be most of the time."""
    tables = ("banque_lignerecue", "banque_operation") if connection.vendor == "postgresql" else ()
    with transaction.atomic(), connection.cursor() as curseur:
        for table in tables:
            curseur.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        # What waits for COMMIT would stand in the way of the next order.
        if tables:
            curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            curseur.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def remplir(modele: Operation, debut: int, fin: int) -> None:
    """Lines `debut` to `fin`, each with its operation, after the model row."""
    vendor = connection.vendor
    instant = INSTANT[vendor]
    jour, montant = JOUR[vendor].format(instant), "-100 - s.n %% 9000"
    for depart in range(debut, fin, LOT):
        bornes = (depart, min(depart + LOT, fin) - 1)
        communes = {"montant_cents": montant, "jour": jour}
        lignes = communes | {"external_id": "'b' || s.n", "reglee_le": instant}
        copier(modele.ligne, lignes, f"({SERIE[vendor]}) s", bornes)
        operations = communes | {
            "ligne_id": "l.id",
            "rang": "s.n",
            "etat": "CASE WHEN s.n %% 6 = 0 THEN 'a_traiter' ELSE 'ignoree' END",
        }
        reliees = (
            f"({SERIE[vendor]}) s JOIN banque_lignerecue l ON l.compte_bancaire_id = {modele.compte_bancaire_id} "
            "AND l.source = 'qonto' AND l.external_id = 'b' || s.n"
        )
        copier(modele, operations, reliees, bornes)


def mesurer(banque: CompteBancaire, filtres: Filtres, apres: str) -> tuple[float, int]:
    """Milliseconds of a page at its best, which says nothing of what else the machine does; and its queries."""
    durees = []
    for _ in range(PASSES):
        debut = time.perf_counter()
        page_grille(banque, filtres, {"apres": apres})
        durees.append((time.perf_counter() - debut) * 1000)
    with CaptureQueriesContext(connection) as requetes:
        page = page_grille(banque, filtres, {"apres": apres})
    assert len(page.lignes) == 100
    return min(durees), len(requetes)


def preparer() -> Operation:
    """A bank and its first line, the model of all the others."""
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
    ligne = LigneRecue.objects.create(
        dossier=dossier,
        compte_bancaire=banque,
        source="qonto",
        external_id="b0",
        statut="reglee",
        montant_cents=-100,
        reglee_le=DEPART,
        jour=DEPART.date(),
        libelle="BANC",
        payload=zlib.compress(b"{}"),
        recue_le=DEPART,
        integree=True,
    )
    return Operation.objects.create(
        dossier=dossier,
        compte_bancaire=banque,
        releve=releve,
        ligne=ligne,
        jour=ligne.jour_regle,
        rang=0,
        montant_cents=-100,
        libelle="BANC",
    )


def main() -> int:
    modele = preparer()
    banque = modele.compte_bancaire
    faites, references = 1, dict[str, float]()
    for taille in TAILLES:
        debut = time.perf_counter()
        with sans_trigger():
            remplir(modele, faites, taille)
        faites = taille
        print(f"   {taille:,} lignes en {time.perf_counter() - debut:.0f} s", flush=True)
        with connection.cursor() as curseur:
            # As autovacuum would have done by the time a dossier has so many lines.
            curseur.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
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
