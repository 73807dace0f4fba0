"""The night of N dossiers × M new lines against the volume mode of the local Qonto, at 0, 50 and 200 ms of latency.

Real workers (two processes of eight threads, what docs/exploitation.md asks for two cores) do the visits on PostgreSQL
where it is installed (SQLite elsewhere) and a private Valkey, through the plan, the leases and the shared budget. Then
nights without news one after the other, with the bank's own limit as the brake. `BANC_NUIT=300x60`, `BANC_OUVRIERS=1`,
`BANC_FILS=16` change the size, `BANC_BUDGET=720` the seconds of the last part.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

DOSSIER = Path(tempfile.mkdtemp(prefix="banc-nuit-"))
from tests.moteurs import PostgreSQL, raison_sans_postgresql

PG = None if raison_sans_postgresql() else PostgreSQL()
os.environ |= PG.environnement if PG else {}
os.environ["DATA_DIR"] = str(DOSSIER)
os.environ["REDIS_URL"] = f"unix://{DOSSIER}/v.sock"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

import psutil
from django.core.management import call_command
from django.utils import timezone

from benchmarks._mesure import ligne, serveur_valkey
from gestion_acces.models import Dossier
from portal import cadence
from portal.lib import mesures
from portal.nuit.enums import EtatVisite, Origine
from portal.nuit.models import Passage, Visite
from portal.nuit.services.plan import clore_les_passages, ouvrir_a_la_main, prendre_un_lot
from portal.nuit.tasks import visiter
from tests.nuit.volume import semer
from tests.qonto import LocalQonto

N, M = (int(part) for part in os.environ.get("BANC_NUIT", "60x40").replace("×", "x").split("x"))
OUVRIERS = int(os.environ.get("BANC_OUVRIERS", "2"))
FILS = int(os.environ.get("BANC_FILS", "8"))
LATENCES = (0, 50, 200)
BUDGET = float(os.environ.get("BANC_BUDGET", "60"))
# The worker hands its counters over every few seconds, and at the end of each task.
COMPTEURS = 0.5
SQL = "banc_requetes_sql_total"
# Whatever the hour: it is the night that is measured, and the queries that it asks are counted.
OUVRIER = """
from django.db.backends.signals import connection_created
from portal import cadence
from portal.lib.mesures import compter

def compter_une(execute, sql, params, many, context):
    compter("banc_requetes_sql_total")
    return execute(sql, params, many, context)

def brancher(connection, **kwargs):
    if compter_une not in connection.execute_wrappers:
        connection.execute_wrappers.append(compter_une)

connection_created.connect(brancher, weak=False)
cadence.est_de_nuit = lambda maintenant: True
from celery.__main__ import main
main()
"""


def lancer_un_ouvrier(qonto: LocalQonto, rang: int) -> subprocess.Popen[bytes]:
    ordre = [sys.executable, "-c", OUVRIER, "-A", "portal", "worker", "-P", "threads", "-c", str(FILS), "-Q", "nuit"]
    environnement = os.environ | {
        "QONTO_API_URL": qonto.url,
        "QONTO_OAUTH_URL": qonto.url,
        "QONTO_STAGING_TOKEN": qonto.identifiants["staging_token"],
    }
    return subprocess.Popen(
        [*ordre, "-n", f"nuit{rang}@%h", "-l", "ERROR", "--without-mingle", "--without-gossip"],
        env=environnement,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def ouvriers(qonto: LocalQonto) -> Iterator[list[psutil.Process]]:
    lances = [lancer_un_ouvrier(qonto, rang) for rang in range(OUVRIERS)]
    try:
        yield [psutil.Process(lance.pid) for lance in lances]
    finally:
        for lance in lances:
            lance.terminate()
        for lance in lances:
            lance.wait(30)


@dataclass
class Ressources:
    """CPU seconds of the workers, peak memory of the largest, sampled while they work; queries to the base."""

    cpu: float
    pic: int
    requetes_sql: float

    def par_visite(self, visites: int) -> str:
        return f"{self.cpu / visites * 1000:.0f} ms de processeur et {self.requetes_sql / visites:.0f} SQL par visite"


class Observateur(threading.Thread):
    def __init__(self, ouvriers: Sequence[psutil.Process]) -> None:
        super().__init__(daemon=True)
        self.ouvriers, self.pic, self._fini = ouvriers, 0, threading.Event()
        self._debut, self._sql = self._cpu(), compteur(SQL)

    def _cpu(self) -> float:
        temps = [ouvrier.cpu_times() for ouvrier in self.ouvriers]
        return float(sum(un.user + un.system for un in temps))

    def run(self) -> None:
        while not self._fini.wait(0.2):
            self.pic = max(self.pic, *(ouvrier.memory_info().rss for ouvrier in self.ouvriers))

    def fin(self) -> Ressources:
        self._fini.set()
        cpu = self._cpu() - self._debut
        time.sleep(COMPTEURS)
        return Ressources(cpu, self.pic, compteur(SQL) - self._sql)


def compteur(nom: str) -> float:
    return mesures.toutes().get(nom, 0.0)


def permises(duree: float) -> float:
    """The requests that the bank allows in this time, the first burst included."""
    return min(limite * max(1.0, duree / (fenetre / 1000)) for limite, fenetre in cadence.FENETRES)


def lancer(dossiers: list[Dossier]) -> Passage:
    """A night like the others: each has its own day, so that the turns of the week come round."""
    passage = ouvrir_a_la_main(dossiers=[dossier.pk for dossier in dossiers], maintenant=timezone.now())
    passage.origine, passage.jour = Origine.NUIT, passage.jour + timedelta(days=passage.pk)
    passage.save()
    passage.visites.update(etat=EtatVisite.PREVUE, bail_jusqu_au=None)
    return passage


def distribuer() -> None:
    for visite_id in prendre_un_lot(maintenant=timezone.now()):
        visiter.delay(visite_id=visite_id)


def nuit(titre: str, dossiers: list[Dossier], processus: Sequence[psutil.Process]) -> Passage:
    passage = lancer(dossiers)
    ralentis = compteur("portail_qonto_429_total")
    observateur, debut = Observateur(processus), time.perf_counter()
    observateur.start()
    while not clore_les_passages(maintenant=timezone.now()):
        distribuer()
        time.sleep(0.1)
    duree, ressources = time.perf_counter() - debut, observateur.fin()
    visites = list(Visite.objects.filter(passage=passage))
    lignes, requetes = sum(v.nb_nouvelles for v in visites), sum(v.nb_requetes for v in visites)
    reussies = sum(v.etat == EtatVisite.REUSSIE for v in visites)
    print(f"   {titre} : {reussies}/{len(visites)} dossiers, {lignes} lignes en {duree:.1f} s")
    print(f"      {len(visites) / duree:.1f} dossiers/s, {lignes / duree:,.0f} lignes/s, {requetes} requêtes", end="")
    print(f" ({requetes / len(visites):.1f} par dossier), {compteur('portail_qonto_429_total') - ralentis:.0f} 429")
    print(f"      {ressources.par_visite(len(visites))}, pic {ressources.pic / 2**20:.0f} Mo", end="")
    print(f" par ouvrier (≤ 200), {requetes / permises(duree):.0%} du budget")
    return passage


def appels_nus(qonto: LocalQonto, duree: float = 5.0) -> float:
    """What the machine and the local Qonto can do at most: bare calls a second, without portal nor budget."""
    cle = qonto.api("GET", "volume?from=0&count=1")["credentials"][0]
    faites = [0] * FILS
    debut = time.monotonic()

    def demander(rang: int) -> None:
        session = qonto.session(token=cle["access_token"])
        while time.monotonic() < debut + duree:
            session.get(f"{qonto.url}/v2/organization")
            faites[rang] += 1

    fils = [threading.Thread(target=demander, args=(rang,)) for rang in range(FILS)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    return sum(faites) / duree


def frein(dossiers: list[Dossier], processus: Sequence[psutil.Process]) -> None:
    """Nights without news, one after the other: the bank's limit is the brake, and must never be met."""
    limite, fenetre = cadence.FENETRES[-1]
    par_seconde = limite / (fenetre / 1000)
    ralentis, observateur = compteur("portail_qonto_429_total"), Observateur(processus)
    passages: list[int] = []
    observateur.start()
    debut = time.perf_counter()
    while time.perf_counter() - debut < BUDGET:
        passages.append(lancer(dossiers).pk)
        while not clore_les_passages(maintenant=timezone.now()):
            distribuer()
            time.sleep(0.1)
    duree, ressources = time.perf_counter() - debut, observateur.fin()
    visites = Visite.objects.filter(passage__in=passages)
    requetes = sum(visites.values_list("nb_requetes", flat=True))
    lus = visites.filter(etat=EtatVisite.REUSSIE).count()
    refus = compteur("portail_qonto_429_total") - ralentis
    print(f"   budget de la banque : {requetes} requêtes en {duree:.0f} s, {lus}/{visites.count()} dossiers lus")
    ligne("requêtes par seconde", requetes / duree, par_seconde, "requêtes/s", attendu=0.95)
    print(f"      {refus:.0f} refus 429 (0) ; processeur {ressources.cpu / duree:.0%} d’un cœur", end="")
    print(f", {ressources.par_visite(max(1, lus))}, pic {ressources.pic / 2**20:.0f} Mo par ouvrier (≤ 200)")
    heure = lus / duree * 3600
    print(
        f"      à ce débit et à cette adresse : {heure:,.0f} dossiers par heure, {heure * 4.75:,.0f} de 2 h 15 à 7 h"
    )


def main() -> int:
    print(f"   moteur : {'PostgreSQL' if PG else 'SQLite – ' + raison_sans_postgresql()}", end="")
    print(f" ; {OUVRIERS} ouvrier(s) de {FILS} fils")
    with (
        PG or nullcontext(),
        serveur_valkey(DOSSIER),
        LocalQonto(options=("--volume", f"{N * len(LATENCES)}x{M}")) as qonto,
    ):
        call_command("migrate", verbosity=0)
        dossiers = semer(qonto, N * len(LATENCES), ventes=True)
        print(f"   appels nus, sans portail ni budget : {appels_nus(qonto):,.0f} par seconde")
        # Bare calls have spent the bank's short window.
        time.sleep(11)
        with ouvriers(qonto) as processus:
            for rang, latence in enumerate(LATENCES):
                qonto.api("DELETE", "faults")
                if latence:
                    qonto.api("POST", "faults", kind="latency", path="/v2/*", seconds=latence / 1000, times=0)
                nuit(f"{latence} ms", dossiers[rang * N : (rang + 1) * N], processus)
            qonto.api("DELETE", "faults")
            nuit("sans nouvelles", dossiers, processus)
            frein(dossiers, processus)
    return 0


if __name__ == "__main__":
    sys.exit(main())
