"""A night whose worker, Redis or PostgreSQL is killed ends with exactly the lines of the bank, once each."""

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from banque.models import CompteBancaire, LigneRecue
from banque.services.integration import borne_basse
from portal.lib.verrous import redis_client
from portal.nuit.enums import EtatVisite
from portal.nuit.models import Visite
from portal.nuit.services import plan, visite
from qonto_link.models import Connexion
from tests.factories import DossierFactory
from tests.moteurs import raison_sans_postgresql
from tests.qonto import LocalQonto
from tests.qonto_link.aides import dossier_lenoir, lier

pytestmark = pytest.mark.django_db(transaction=True)

# A worker in a process of its own, on the database of the tests: it takes the visits one after the other.
OUVRIER = """
import sys
import django
django.setup()
from django.db import connections
connections.databases["default"]["NAME"] = sys.argv[1]
from django.utils import timezone
from portal.nuit.services import plan, visite
for visite_id in plan.prendre_un_lot(maintenant=timezone.now()):
    visite.visiter(visite_id=visite_id, horloge=timezone.now)
"""
BERTIN = {"raison_sociale": "ATELIER BERTIN", "siret": "82345678500018"}


@pytest.mark.skipif(bool(raison_sans_postgresql()), reason=raison_sans_postgresql() or "PostgreSQL est là")
def test_killed_postgresql_worker_and_redis_leave_every_line_once(tmp_path: Path) -> None:
    environnement = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith(("PG", "TEST_VALKEY"))}
    environnement |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "DATA_DIR": str(tmp_path)}
    joue = subprocess.run(
        [sys.executable, "-m", "tests.nuit.nuit_en_panne"],
        env=environnement,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert joue.returncode == 0, joue.stderr[-3000:]
    fin = json.loads(joue.stdout.strip().splitlines()[-1])
    assert all(fin["interrompues"][nom] > 0 for nom in ("postgresql", "ouvrier", "redis"))
    assert fin["etats"] == {"reussie": 12}
    assert fin["ecarts"] == {}
    assert fin["lignes"] == fin["attendues"] > 200


def lignes_de_la_banque(qonto: LocalQonto, connexion: Connexion, compte: CompteBancaire) -> list[str]:
    """The ids of the lines of the account, asked of Qonto without our client."""
    depuis = borne_basse(compte, timezone.now()).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    statuts = "&".join(f"status[]={statut}" for statut in ("pending", "completed", "declined", "reversed"))
    assert compte.compte_qonto is not None
    adresse = f"{qonto.url}/v2/transactions?bank_account_id={compte.compte_qonto.external_id}&{statuts}"
    session, page, ids = qonto.session(token=connexion.access_token), 1, []
    while page:
        corps = session.get(f"{adresse}&updated_at_from={depuis}&page={page}").json()
        ids += [ligne["id"] for ligne in corps["transactions"]]
        page = corps["meta"]["next_page"]
    return sorted(ids)


def lancer_un_ouvrier() -> subprocess.Popen[bytes]:
    environnement = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    nom = str(connection.settings_dict["NAME"])
    return subprocess.Popen([sys.executable, "-c", OUVRIER, nom], env=environnement)


def test_killed_worker_and_lost_redis_leave_every_line_once(qonto: LocalQonto) -> None:
    qonto.reset()
    liees = [
        lier(qonto, dossier_lenoir(code="LENOIR")),
        lier(qonto, DossierFactory(code="BERTIN", **BERTIN), email="paul@atelier-bertin.example"),
    ]
    plan.ouvrir_la_nuit(maintenant=timezone.now() - timedelta(minutes=1))
    qonto.api("POST", "faults", kind="latency", path="/v2/*", seconds=0.4, times=0)
    ouvrier = lancer_un_ouvrier()
    limite = time.monotonic() + 60
    while not LigneRecue.objects.exists() and time.monotonic() < limite:
        time.sleep(0.02)
    ouvrier.kill()
    ouvrier.wait()
    assert LigneRecue.objects.exists()
    assert Visite.objects.en_attente().exists()
    with redis_client() as client:
        client.flushdb()
    qonto.api("DELETE", "faults")
    # The leases run out; what was in the hands of the dead is given to the living.
    plus_tard = timezone.now() + plan.BAIL * 2
    for visite_id in plan.prendre_un_lot(maintenant=plus_tard):
        visite.visiter(visite_id=visite_id, horloge=lambda: plus_tard)
    assert set(Visite.objects.values_list("etat", flat=True)) == {EtatVisite.REUSSIE}
    assert len(plan.clore_les_passages(maintenant=plus_tard)) == 1
    for connexion in liees:
        compte = CompteBancaire.objects.get(dossier=connexion.dossier)
        ici = LigneRecue.objects.filter(compte_bancaire=compte).values_list("external_id", flat=True)
        assert sorted(ici) == lignes_de_la_banque(qonto, connexion, compte)
        assert len(ici) > 10
