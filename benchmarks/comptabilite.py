"""Entries posted, validated and sealed in bulk; the FEC; the grand livre and the balance as the books grow.

On PostgreSQL (DATABASE_URL) the limits are COPY of the same rows, row by row from Python into a bare table, and COPY
to a file; on SQLite, INSERT without any rule and the bare reading of the same rows.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="banc-compta-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction

from benchmarks._mesure import cout, ligne
from comptabilite.models import Compte, Exercice
from comptabilite.queries.etats import balance, grand_livre
from comptabilite.queries.periode import periode
from comptabilite.services.ecritures import EcritureSaisie, LigneSaisie, passer_ecritures
from comptabilite.services.export_fec import ecrire_fec
from comptabilite.services.journaux import journal
from comptabilite.services.plan import compte, tiers
from comptabilite.services.validation import valider_ecritures
from gestion_acces.models import Cabinet, Dossier

MAINTENANT = datetime(2026, 12, 31, 12, tzinfo=UTC)
NB_ECRITURES = int(os.environ.get("BANC_ECRITURES", "20000"))
TAILLES = [int(taille) for taille in os.environ.get("BANC_GRAND_LIVRE", "10000,100000,1000000").split(",")]
LOT = 20_000
POSTGRESQL = connection.vendor == "postgresql"


def dossier_neuf(code: str) -> Dossier:
    cabinet, _ = Cabinet.objects.get_or_create(nom="Banc")
    return Dossier.objects.create(cabinet=cabinet, code=code, raison_sociale=code, siret="73282932000074")


def saisies(dossier: Dossier, nombre: int) -> list[EcritureSaisie]:
    """Purchases of three lines over the year, of a hundred suppliers."""
    achats, fournisseur = journal(dossier=dossier, code="ACH"), compte(dossier=dossier, numero="401")
    charges = [compte(dossier=dossier, numero=numero) for numero in ("607", "6063", "6226", "626", "6132")]
    tva = compte(dossier=dossier, numero="44566")
    parties = [tiers(dossier=dossier, type="F", nom=f"Fournisseur {rang}") for rang in range(100)]
    debut = date(2026, 1, 1)
    return [
        EcritureSaisie(
            achats,
            debut + timedelta(days=rang * 365 // nombre),
            f"F{rang}",
            f"Facture F{rang}",
            [
                LigneSaisie(charges[rang % 5], debit_cents=10000 + rang % 997),
                LigneSaisie(tva, debit_cents=2000),
                LigneSaisie(fournisseur, credit_cents=12000 + rang % 997, tiers=parties[rang % 100]),
            ],
        )
        for rang in range(nombre)
    ]


def passer(dossier: Dossier, nombre: int) -> None:
    toutes = saisies(dossier, nombre)
    for depart in range(0, nombre, LOT):
        passer_ecritures(dossier=dossier, saisies=toutes[depart : depart + LOT], maintenant=MAINTENANT)


def duree(acte: Callable[[], object]) -> float:
    debut = time.perf_counter()
    acte()
    return time.perf_counter() - debut


def copie_sans_regle(dossier: Dossier) -> float:
    """Seconds to write the rows of both tables, from Python's values, without index, key, trigger or check."""
    total = 0.0
    cle = dossier.pk if POSTGRESQL else dossier.pk.hex
    with connection.cursor() as cursor:
        for table in ("comptabilite_ecriture", "comptabilite_ligneecriture"):
            cursor.execute(f"SELECT * FROM {table} WHERE dossier_id = %s", [cle])
            lignes = cursor.fetchall()
            cursor.execute(f"CREATE TABLE copie_{table} AS SELECT * FROM {table} WHERE 1 = 0")
            with transaction.atomic():
                debut = time.perf_counter()
                if POSTGRESQL:
                    with cursor.copy(f"COPY copie_{table} FROM STDIN") as entree:
                        for rangee in lignes:
                            entree.write_row(rangee)
                else:
                    marques = ", ".join(["%s"] * len(lignes[0]))
                    cursor.executemany(f"INSERT INTO copie_{table} VALUES ({marques})", lignes)
            total += time.perf_counter() - debut
            cursor.execute(f"DROP TABLE copie_{table}")
    return total


def banc_ecritures() -> Dossier:
    """The best of three on each side: a machine that does something else meanwhile would measure that."""
    durees, limites = [], []
    for rang in range(3):
        dossier = dossier_neuf(f"BULK{rang}")
        toutes = saisies(dossier, NB_ECRITURES)
        durees.append(duree(partial(passer_et_valider, dossier, toutes)))
        limites.append(copie_sans_regle(dossier))
    mesure, limite = NB_ECRITURES / min(durees), NB_ECRITURES / min(limites)
    ligne("écritures passées, validées et scellées", mesure, limite, "écritures/s", attendu=0.15)
    return dossier


def passer_et_valider(dossier: Dossier, toutes: list[EcritureSaisie]) -> None:
    passer_ecritures(dossier=dossier, saisies=toutes, maintenant=MAINTENANT)
    valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT)


SQL_FEC = """
SELECT j.code, j.libelle, e.numero, e.date, c.numero, c.libelle, t.code, t.nom, e.piece, e.date_piece, l.libelle,
  l.debit_cents, l.credit_cents, g.code, g.date, e.validee_le
FROM comptabilite_ligneecriture l
JOIN comptabilite_ecriture e ON e.id = l.ecriture_id
JOIN comptabilite_journal j ON j.id = e.journal_id
JOIN comptabilite_compte c ON c.id = l.compte_id
LEFT JOIN comptabilite_tiers t ON t.id = l.tiers_id
LEFT JOIN comptabilite_lettrage g ON g.id = l.lettrage_id
WHERE e.exercice_id = {exercice} AND e.etat = 'validee' ORDER BY e.numero, l.rang
"""


def copie_du_fec(exercice: Exercice, sortie: Path) -> None:
    """The same rows to a file, as the engine writes them."""
    sql = SQL_FEC.format(exercice=exercice.pk)
    with transaction.atomic(), connection.cursor() as cursor, (sortie / "copie.txt").open("wb") as fichier:
        if POSTGRESQL:
            with cursor.copy(f"COPY ({sql}) TO STDOUT") as flux:
                for bloc in flux:
                    fichier.write(bytes(bloc))
            return
        cursor.execute(sql)
        while lot := cursor.fetchmany(2000):
            fichier.write("".join("\t".join(map(str, rangee)) + "\r\n" for rangee in lot).encode())


def banc_fec(dossier: Dossier, nb_lignes: int) -> None:
    exercice = Exercice.objects.select_related("dossier").get(dossier=dossier)
    with tempfile.TemporaryDirectory() as dossier_sortie:
        sortie = Path(dossier_sortie)
        copie_du_fec(exercice, sortie)
        limite = nb_lignes / duree(lambda: copie_du_fec(exercice, sortie))
        mesure = nb_lignes / duree(lambda: ecrire_fec(exercice=exercice, sortie=sortie))
    ligne(f"FEC de {nb_lignes} lignes", mesure, limite, "lignes/s", attendu=0.25)


def mediane(acte: Callable[[], object], fois: int = 15) -> float:
    acte()
    return 1000 * statistics.median(duree(acte) for _ in range(fois))


def banc_croissance() -> None:
    reference = {"page du grand livre": 0.0, "balance": 0.0}
    for taille in TAILLES:
        dossier = dossier_neuf(f"GL{taille}")
        passer(dossier, taille // 3)
        if POSTGRESQL:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        affichee = periode(dossier, {}, date(2026, 6, 30))
        collectif = Compte.objects.get(dossier=dossier, numero="40100000")
        suivante = grand_livre(dossier, collectif, affichee, {}).page.suivante
        actes: dict[str, Callable[[], object]] = {
            "page du grand livre": partial(grand_livre, dossier, collectif, affichee, {"apres": suivante}),
            "balance": partial(balance, dossier, affichee),
        }
        for nom, acte in actes.items():
            mesure = mediane(acte)
            reference[nom] = reference[nom] or mesure
            cout(f"{nom}, {taille} lignes", mesure, reference[nom], "ms", attendu=1.3)
        if taille == TAILLES[-1]:
            valider_ecritures(dossier=dossier, jusqu_au=date(2026, 12, 31), maintenant=MAINTENANT)
            banc_fec(dossier, taille // 3 * 3)
            memoire(dossier)


def memoire(dossier: Dossier) -> None:
    """What a process that only writes the FEC takes, beyond what it takes to start."""
    programme = (
        "import sys, tempfile; from pathlib import Path; import django; django.setup()\n"
        "from comptabilite.models import Exercice; from comptabilite.services.export_fec import ecrire_fec\n"
        "exercice = Exercice.objects.select_related('dossier').get(dossier__code=sys.argv[1])\n"
        "pic = lambda: next(int(x.split()[1]) // 1024 for x in open('/proc/self/status') if x.startswith('VmHWM'))\n"
        "depart = pic()\n"
        "ecrire_fec(exercice=exercice, sortie=Path(tempfile.mkdtemp()))\n"
        "print(depart, pic())"
    )
    sortie = subprocess.run(
        [sys.executable, "-c", programme, dossier.code], check=True, capture_output=True, text=True
    ).stdout.split()
    print(f"   mémoire d’un processus qui écrit ce FEC : {sortie[-1]} Mo (départ {sortie[-2]} Mo ; objectif 100 Mo)")


def main() -> None:
    call_command("migrate", verbosity=0)
    print(f"   moteur : {connection.vendor}, {NB_ECRITURES} écritures de trois lignes")
    dossier = banc_ecritures()
    banc_fec(dossier, NB_ECRITURES * 3)
    banc_croissance()
    print(f"   mémoire du banc : {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} Mo")


if __name__ == "__main__":
    main()
