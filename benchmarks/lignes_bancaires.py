"""Bank lines fetched from the local Qonto, validated, stored with their raw payload, beside the bare limit.

The limit: the same pages over a bare session, read by orjson, their rows copied (COPY on PostgreSQL, executemany of
the same values on SQLite).
"""

import os
import sys
import tempfile
import time
import zlib
from datetime import UTC, datetime
from typing import Any

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="banc-lignes-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

import orjson
import requests
from django.core.management import call_command
from django.db import connection

from banque.models import CompteBancaire, LigneRecue
from banque.services.reception import recevoir
from banque.services.synchronisation import PAGE, par_paquets
from banque.sources.qonto import lignes
from benchmarks._mesure import ligne
from gestion_acces.models import Cabinet, Dossier
from qonto_link.api.client import QontoClient
from tests.qonto import LocalQonto

DEPUIS = datetime(2020, 1, 1, tzinfo=UTC)
VOLUME = os.environ.get("BANC_LIGNES", "1x8000")


def brut(url: str, entetes: dict[str, str], compte_id: str) -> tuple[list[bytes], float]:
    """Every page as bytes, and the seconds that fetching them took."""
    pages, page, debut = [], 1, time.perf_counter()
    includes = ["attachments", "labels", "vat_details"]
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(entetes)
        while page:
            params: dict[str, Any] = {"bank_account_id": compte_id, "page": page, "sort_by": "updated_at:asc"}
            reponse = session.get(f"{url}/v2/transactions", params=params | {"includes[]": includes}, timeout=60)
            pages.append(reponse.content)
            page = orjson.loads(reponse.content)["meta"]["next_page"]
    return pages, time.perf_counter() - debut


def limite(pages: list[bytes]) -> tuple[int, float]:
    """Rows written by the shortest way: parsed by orjson, copied."""
    debut, total = time.perf_counter(), 0
    with connection.cursor() as curseur:
        curseur.execute("CREATE TABLE banc (id text, montant bigint, solde bigint, libelle text, payload text)")
        for page in pages:
            rangees = [
                (t["id"], t["amount_cents"], t["settled_balance_cents"], t["label"], orjson.dumps(t).decode())
                for t in orjson.loads(page)["transactions"]
            ]
            total += len(rangees)
            if connection.vendor == "postgresql":
                with curseur.copy("COPY banc FROM STDIN") as copie:
                    for rangee in rangees:
                        copie.write_row(rangee)
            else:
                curseur.executemany("INSERT INTO banc VALUES (%s, %s, %s, %s, %s)", rangees)
        curseur.execute("DROP TABLE banc")
    return total, time.perf_counter() - debut


def compte_de_mesure() -> CompteBancaire:
    call_command("migrate", verbosity=0)
    cabinet, _ = Cabinet.objects.get_or_create(nom="Banc")
    dossier = Dossier.objects.create(cabinet=cabinet, code=f"L{time.time_ns() % 10**10}", raison_sociale="Banc")
    return CompteBancaire.objects.create(dossier=dossier, libelle="Banc", iban="FR7616958000016886912594701")


def main() -> int:
    compte = compte_de_mesure()
    with LocalQonto(options=("--volume", VOLUME)) as qonto:
        societe = qonto.identifiants["organizations"][-1]
        staging = qonto.identifiants["staging_token"]
        entetes = {"Authorization": f"Bearer {societe['access_token']}", "X-Qonto-Staging-Token": staging}
        organisation = requests.get(f"{qonto.url}/v2/organization", headers=entetes, timeout=60).json()
        compte_id = organisation["organization"]["bank_accounts"][0]["id"]
        pages, reseau = brut(qonto.url, entetes, compte_id)
        total, ecriture = limite(pages)
        debut = time.perf_counter()
        with QontoClient(base_url=qonto.url, access_token=societe["access_token"], staging_token=staging) as client:
            for paquet in par_paquets(lignes(client, compte_id, DEPUIS, datetime.now(UTC)), PAGE):
                recevoir(compte=compte, operations=paquet, maintenant=datetime.now(UTC))
        duree = time.perf_counter() - debut
    recues = LigneRecue.objects.filter(compte_bancaire=compte)
    octets = sum(len(zlib.decompress(bytes(payload))) for payload in recues.values_list("payload", flat=True)[:100])
    nombre = recues.count()
    print(f"   {nombre} lignes de {octets // min(nombre, 100)} octets ; réseau seul {total / reseau:,.0f} lignes/s")
    ligne("lues, validées, rangées", nombre / duree, total / (reseau + ecriture), "lignes/s", attendu=0.25)
    return 0


if __name__ == "__main__":
    sys.exit(main())
