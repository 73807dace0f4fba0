"""Played by test_pannes in a process of its own: a night on PostgreSQL and Redis, killed one after the other.

Prints what is in the base at the end, and what the bank has.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import django

from tests.moteurs import PostgreSQL, Redis

PG, REDIS = PostgreSQL(), Redis()
os.environ.update(PG.environnement | REDIS.environnement)
django.setup()

from django.core.management import call_command
from django.db import Error, connections
from django.utils import timezone
from redis.exceptions import RedisError

from banque.models import CompteBancaire, LigneRecue, Synchronisation
from banque.services.integration import borne_basse
from portal.lib.verrous import redis_client
from portal.nuit.enums import EN_ATTENTE
from portal.nuit.models import Visite
from portal.nuit.services import plan
from portal.nuit.tasks import visiter
from tests.nuit.volume import semer
from tests.qonto import LocalQonto

DOSSIERS, LIGNES = 12, 300
DELAI = 240.0


class Ouvrier:
    """A real Celery worker on the queue of the night."""

    def __init__(self, environnement: dict[str, str]) -> None:
        self._environnement = environnement
        self.lancer()

    def lancer(self) -> None:
        ordre = [sys.executable, "-m", "celery", "-A", "portal", "worker", "-P", "threads", "-c", "4", "-Q", "nuit"]
        self._processus = subprocess.Popen(
            [*ordre, "-l", "ERROR", "--without-mingle", "--without-gossip"],
            env=self._environnement,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def tuer(self) -> None:
        self._processus.kill()
        self._processus.wait()


def les_baux_sont_echus() -> None:
    """What was in the hands of the dead: a quarter of an hour passes at once."""
    hier = timezone.now() - timedelta(days=1)
    Visite.objects.filter(etat__in=EN_ATTENTE).update(bail_jusqu_au=hier, prevue_le=timezone.now())
    Synchronisation.objects.filter(bail_jusqu_au__isnull=False).update(bail_jusqu_au=hier)
    with redis_client() as client:
        for cle in client.scan_iter("portail:verrou:*"):
            client.delete(cle)


def distribuer() -> bool:
    """One beat of the scheduler, whatever is dead meanwhile; True when nothing waits any more."""
    try:
        for visite_id in plan.prendre_un_lot(maintenant=timezone.now()):
            visiter.delay(visite_id=visite_id)
        return bool(plan.clore_les_passages(maintenant=timezone.now()))
    except (Error, RedisError, OSError):
        connections.close_all()
        return False


def avancer_jusqu_a(lignes: int) -> None:
    limite = time.monotonic() + DELAI
    while LigneRecue.objects.count() < lignes and time.monotonic() < limite:
        distribuer()
        time.sleep(0.1)


def lignes_de_la_banque(qonto: LocalQonto, compte: CompteBancaire) -> list[str]:
    """The ids of the lines of the account, asked of Qonto without our client."""
    assert compte.compte_qonto is not None
    statuts = "&".join(f"status[]={statut}" for statut in ("pending", "completed", "declined", "reversed"))
    adresse = f"{qonto.url}/v2/transactions?bank_account_id={compte.compte_qonto.external_id}&{statuts}"
    depuis = borne_basse(compte, timezone.now()).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    session, page, ids = qonto.session(token=compte.compte_qonto.connexion.access_token), 1, []
    while page:
        corps = session.get(f"{adresse}&updated_at_from={depuis}&page={page}&per_page=100").json()
        ids += [ligne["id"] for ligne in corps["transactions"]]
        page = corps["meta"]["next_page"]
    return sorted(ids)


def frapper(ouvrier: Ouvrier, total: int) -> dict[str, int]:
    """Kill each engine in the middle of the work; gives how many dossiers were left to read each time."""
    coups: list[tuple[str, Callable[[], None]]] = [
        ("postgresql", PG.tuer),
        ("ouvrier", ouvrier.tuer),
        ("redis", REDIS.tuer),
    ]
    reprises = {"postgresql": PG.demarrer, "ouvrier": ouvrier.lancer, "redis": REDIS.demarrer}
    interrompues = {}
    for rang, (nom, tuer) in enumerate(coups):
        avancer_jusqu_a(total * (1 + rang * 2) // 10)
        tuer()
        # The others go on against the dead one for a moment.
        for _ in range(5):
            distribuer()
            time.sleep(0.1)
        reprises[nom]()
        connections.close_all()
        interrompues[nom] = Visite.objects.filter(etat__in=EN_ATTENTE).count()
        les_baux_sont_echus()
    return interrompues


def la_nuit(qonto: LocalQonto, ouvrier: Ouvrier, total: int) -> dict[str, int]:
    """From its opening to its end, struck on the way."""
    plan.ouvrir_la_nuit(maintenant=timezone.now() - timedelta(minutes=2))
    interrompues = frapper(ouvrier, total)
    qonto.api("DELETE", "faults")
    limite = time.monotonic() + DELAI
    while not distribuer() and time.monotonic() < limite:
        time.sleep(0.3)
        if time.monotonic() > limite - DELAI / 2:
            les_baux_sont_echus()
    return interrompues


def jouer(qonto: LocalQonto) -> dict[str, object]:
    call_command("migrate", verbosity=0)
    dossiers = semer(qonto, DOSSIERS)
    comptes = CompteBancaire.objects.filter(dossier__in=dossiers).select_related("compte_qonto__connexion")
    attendues = {compte.pk: lignes_de_la_banque(qonto, compte) for compte in comptes}
    total = sum(map(len, attendues.values()))
    qonto.api("POST", "faults", kind="latency", path="/v2/*", seconds=0.25, times=0)
    environnement = os.environ | {
        "QONTO_API_URL": qonto.url,
        "QONTO_OAUTH_URL": qonto.url,
        "QONTO_STAGING_TOKEN": qonto.identifiants["staging_token"],
    }
    ouvrier = Ouvrier(environnement)
    try:
        interrompues = la_nuit(qonto, ouvrier, total)
    finally:
        ouvrier.tuer()
    ecarts = {
        cle: "différentes"
        for cle, lignes in attendues.items()
        if sorted(LigneRecue.objects.filter(compte_bancaire=cle).values_list("external_id", flat=True)) != lignes
    }
    return {
        "etats": Counter(Visite.objects.values_list("etat", flat=True)),
        "interrompues": interrompues,
        "attendues": total,
        "lignes": LigneRecue.objects.count(),
        "ecarts": ecarts,
    }


def main() -> int:
    with PG, REDIS, LocalQonto(options=("--volume", f"{DOSSIERS}x{LIGNES}")) as qonto:
        print(json.dumps(jouer(qonto)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
