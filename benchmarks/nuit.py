"""The night of N dossiers × M new lines against the volume mode of the local Qonto, at 0, 50 and 200 ms of latency.

A real worker (threads) on a private Valkey does the visits, through the plan, the leases and the shared budget. Then a
night without news, then the budget alone as the brake. `BANC_NUIT=300x60`, `BANC_FILS=16` change the size.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

DOSSIER = Path(tempfile.mkdtemp(prefix="banc-nuit-"))
os.environ["DATA_DIR"] = str(DOSSIER)
os.environ["REDIS_URL"] = f"unix://{DOSSIER}/v.sock"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

import psutil
from django.core.management import call_command
from django.utils import timezone

from banque.models import CompteBancaire
from benchmarks._mesure import serveur_valkey
from gestion_acces.models import Cabinet, Dossier, Utilisateur
from portal import cadence
from portal.lib import mesures
from portal.nuit.enums import EtatVisite
from portal.nuit.models import Passage, Visite
from portal.nuit.services.plan import clore_les_passages, ouvrir_a_la_main, prendre_un_lot
from portal.nuit.tasks import visiter
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import RateLimited
from qonto_link.models import CompteQonto, Connexion
from qonto_link.services.clients import reglages
from tests.qonto import LocalQonto

N, M = (int(part) for part in os.environ.get("BANC_NUIT", "60x40").replace("×", "x").split("x"))
FILS = int(os.environ.get("BANC_FILS", "8"))
LATENCES = (0, 50, 200)
FREIN = 25.0


@contextmanager
def ouvrier(qonto: LocalQonto) -> Iterator[psutil.Process]:
    ordre = [sys.executable, "-m", "celery", "-A", "portal", "worker", "-P", "threads", "-c", str(FILS), "-Q", "nuit"]
    environnement = os.environ | {
        "QONTO_API_URL": qonto.url,
        "QONTO_OAUTH_URL": qonto.url,
        "QONTO_STAGING_TOKEN": qonto.identifiants["staging_token"],
    }
    processus = subprocess.Popen(
        [*ordre, "-l", "ERROR", "--without-mingle", "--without-gossip"],
        env=environnement,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield psutil.Process(processus.pid)
    finally:
        processus.terminate()
        processus.wait(30)


def semer(qonto: LocalQonto) -> list[Dossier]:
    """One linked dossier for each organization of the volume mode."""
    call_command("migrate", verbosity=0)
    cabinet = Cabinet.objects.create(nom="Banc")
    personne = Utilisateur.objects.create(email="banc@example.test", nom="Banc", prenom="Banc")
    total, maintenant = N * len(LATENCES), timezone.now()
    dossiers: list[Dossier] = []
    while len(dossiers) < total:
        lot = qonto.api("GET", f"volume?from={len(dossiers)}&count=100")["credentials"][: total - len(dossiers)]
        for cle in lot:
            nom = cle["organization_slug"]
            dossier = Dossier.objects.create(cabinet=cabinet, code=nom[-13:], raison_sociale=nom)
            connexion = Connexion.objects.create(
                dossier=dossier,
                organisation_id=nom,
                organisation_nom=nom,
                access_token=cle["access_token"],
                refresh_token="aucun",
                access_expire_le=maintenant + timedelta(days=1),
                consenti_le=maintenant,
                consenti_par=personne,
            )
            compte = CompteQonto.objects.create(
                dossier=dossier,
                connexion=connexion,
                external_id=cle["bank_account_id"],
                nom="Compte",
                iban=f"FR76{len(dossiers):023d}",
                lie=True,
            )
            CompteBancaire.objects.create(dossier=dossier, libelle="Compte", iban=compte.iban, compte_qonto=compte)
            dossiers.append(dossier)
    return dossiers


@dataclass
class Ressources:
    """CPU seconds and peak memory of the worker, sampled while it works."""

    cpu: float
    pic: int


class Observateur(threading.Thread):
    def __init__(self, ouvrier: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.ouvrier, self.pic, self._fini = ouvrier, 0, threading.Event()
        self._debut = self._cpu()

    def _cpu(self) -> float:
        temps = self.ouvrier.cpu_times()
        return float(temps.user + temps.system)

    def run(self) -> None:
        while not self._fini.wait(0.1):
            self.pic = max(self.pic, self.ouvrier.memory_info().rss)

    def fin(self) -> Ressources:
        self._fini.set()
        return Ressources(self._cpu() - self._debut, self.pic)


def compteur(nom: str) -> float:
    return mesures.toutes().get(nom, 0.0)


def permises(duree: float) -> float:
    """The requests that the limits allow in this time: half of them for the work of the night in the day."""
    part = 1.0 if cadence.est_de_nuit(timezone.now()) else 0.5
    return part * min(limite * max(1.0, duree / (fenetre / 1000)) for limite, fenetre in cadence.FENETRES)


def nuit(titre: str, dossiers: list[Dossier], processus: psutil.Process) -> Passage:
    passage = ouvrir_a_la_main(dossiers=[dossier.pk for dossier in dossiers], maintenant=timezone.now())
    passage.visites.update(etat=EtatVisite.PREVUE, bail_jusqu_au=None)
    ralentis = compteur("portail_qonto_429_total")
    observateur, debut = Observateur(processus), time.perf_counter()
    observateur.start()
    while not clore_les_passages(maintenant=timezone.now()):
        for visite_id in prendre_un_lot(maintenant=timezone.now()):
            visiter.delay(visite_id=visite_id)
        time.sleep(0.1)
    duree, ressources = time.perf_counter() - debut, observateur.fin()
    # The worker hands its counters over every few seconds.
    time.sleep(0.2)
    visites = list(Visite.objects.filter(passage=passage))
    lignes, requetes = sum(v.nb_nouvelles for v in visites), sum(v.nb_requetes for v in visites)
    reussies = sum(v.etat == EtatVisite.REUSSIE for v in visites)
    print(f"   {titre} : {reussies}/{len(visites)} dossiers, {lignes} lignes en {duree:.1f} s")
    print(f"      {len(visites) / duree:.1f} dossiers/s, {lignes / duree:,.0f} lignes/s, {requetes} requêtes", end="")
    print(f" ({requetes / len(visites):.1f} par dossier), {compteur('portail_qonto_429_total') - ralentis:.0f} 429")
    print(
        f"      processeur {ressources.cpu / duree:.0%}, pic {ressources.pic / 2**20:.0f} Mo par ouvrier (≤ 200)",
        end="",
    )
    print(f", {requetes / permises(duree):.0%} du budget")
    return passage


def frein(qonto: LocalQonto) -> None:
    """The budget alone: as many requests as it lets out, from several threads; Qonto must not complain once."""
    cadence._limiteur.cache_clear()
    attente, faites, refus = threading.Barrier(FILS), [0] * FILS, [0] * FILS
    cle = qonto.api("GET", "volume?from=0&count=1")["credentials"][0]
    debut = time.monotonic() + 11
    time.sleep(11)

    def demander(rang: int) -> None:
        with QontoClient(
            base_url=qonto.url,
            access_token=cle["access_token"],
            staging_token=qonto.identifiants["staging_token"],
            reglages=reglages(reprises=0),
        ) as client:
            attente.wait()
            while time.monotonic() < debut + FREIN:
                try:
                    client.organization()
                except RateLimited:
                    refus[rang] += 1
                faites[rang] += 1

    fils = [threading.Thread(target=demander, args=(rang,)) for rang in range(FILS)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    limite, fenetre = cadence.FENETRES[0]
    tranches = -(-FREIN // (fenetre / 1000))
    print(f"   budget seul : {sum(faites)} requêtes en {FREIN:.0f} s sur {limite * tranches:.0f} permises", end="")
    print(f" – {sum(faites) / (limite * tranches):.0%} (≥ 95 %), {sum(refus)} refus")


def main() -> int:
    with serveur_valkey(DOSSIER), LocalQonto(options=("--volume", f"{N * len(LATENCES)}x{M}")) as qonto:
        dossiers = semer(qonto)
        with ouvrier(qonto) as processus:
            for rang, latence in enumerate(LATENCES):
                qonto.api("DELETE", "faults")
                if latence:
                    qonto.api("POST", "faults", kind="latency", path="/v2/*", seconds=latence / 1000, times=0)
                nuit(f"{latence} ms", dossiers[rang * N : (rang + 1) * N], processus)
            qonto.api("DELETE", "faults")
            nuit("sans nouvelles", dossiers, processus)
        frein(qonto)
    return 0


if __name__ == "__main__":
    sys.exit(main())
