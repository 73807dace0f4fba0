"""Two thousand sales invoices of the local Qonto into i-Dépôt in one go: time, peak memory, queries per invoice.

Two limits beside it. The bare work: the same PDFs fetched over a bare session, their words and their Factur-X read in
this very process, nothing sealed, isolated or kept. And Qonto's allowance: two requests an invoice, a hundred a
second. The time of the processor is what is judged: it is the same on a busy machine. The PDFs are fetched once
before, so that the local Qonto has drawn them all. BANC_FACTURES takes another number.
"""

import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

BANC = Path(tempfile.mkdtemp(prefix="banc-depot-"))
os.environ["DATA_DIR"] = str(BANC)
os.environ["REDIS_URL"] = f"unix://{BANC}/v.sock"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
with socket.socket() as libre:
    libre.bind(("127.0.0.1", 0))
    os.environ["QONTO_PORT"] = str(libre.getsockname()[1])

import django

django.setup()

import psutil
import requests
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from benchmarks._mesure import cout, ligne, serveur_valkey
from depot.models import Document, ImportFactures
from depot.queries import avancement
from depot.services.imports import demander_import, executer_import
from gestion_acces.enums import Service
from gestion_acces.models import Cabinet, Dossier, ServiceDossier, Utilisateur
from portal.cadence import FENETRES
from portal.lib.factur_x import lire_factur_x
from portal.lib.lecteur_pdf import texte_de
from qonto_link.models import Connexion
from tests.qonto import LocalQonto

NOMBRE = int(os.environ.get("BANC_FACTURES", "2000"))
MEMOIRE_MAX = 250
REQUETES_MAX = 12.0
# Requests of an invoice: where its file is, then the file.
ALLOUEES = 1000 * FENETRES[0][0] / FENETRES[0][1] / 2


def remplir(qonto: LocalQonto, session: requests.Session) -> None:
    """Invoices of two rates, until Qonto holds NOMBRE of them."""
    modele = next(
        facture
        for facture in session.get(f"{qonto.url}/v2/client_invoices").json()["client_invoices"]
        if facture["status"] == "unpaid"
    )
    for rang in range(NOMBRE):
        corps = {
            "client_id": modele["client"]["id"],
            "issue_date": modele["issue_date"],
            "due_date": modele["due_date"],
            "currency": "EUR",
            "number": f"B-{rang:05d}",
            "status": "unpaid",
            "payment_methods": {"iban": modele["payment_methods"][0]["iban"]},
            "items": [_article("Pain", "1.02", "0.055", rang), _article("Vaisselle", "2.50", "0.2", rang)],
        }
        session.post(f"{qonto.url}/v2/client_invoices", json=corps).raise_for_status()


def _article(titre: str, prix: str, taux: str, rang: int) -> dict[str, Any]:
    quantite = str(1 + rang % 90)
    return {
        "title": titre,
        "quantity": quantite,
        "unit_price": {"value": prix, "currency": "EUR"},
        "vat_rate": taux,
    }


def dessiner(qonto: LocalQonto, session: requests.Session) -> list[str]:
    """The PDFs of all invoices, each fetched once so that it is drawn."""
    pieces, page = [], 1
    while page:
        params: dict[str, str] = {"page": str(page), "per_page": "100", "exclude_imported": "false"}
        corps = session.get(f"{qonto.url}/v2/client_invoices", params=params).json()
        pieces += [facture["attachment_id"] for facture in corps["client_invoices"] if facture.get("attachment_id")]
        page = corps["meta"]["next_page"]
    for _ in _fichiers(qonto, session, pieces):
        continue
    return pieces


def travail_nu(qonto: LocalQonto, session: requests.Session, pieces: list[str]) -> tuple[float, float]:
    """The seconds to fetch these PDFs, and to read them."""
    fetches = lectures = 0.0
    debut = time.perf_counter()
    for octets in _fichiers(qonto, session, pieces):
        recu = time.perf_counter()
        texte_de(octets)
        lire_factur_x(octets)
        fetches, debut, lectures = fetches + recu - debut, time.perf_counter(), lectures + time.perf_counter() - recu
    return fetches, lectures


def _fichiers(qonto: LocalQonto, session: requests.Session, pieces: list[str]) -> Iterator[bytes]:
    with requests.Session() as fichiers:
        for piece in pieces:
            adresse = session.get(f"{qonto.url}/v2/attachments/{piece}").json()["attachment"]["url"]
            reponse = fichiers.get(adresse, timeout=60)
            reponse.raise_for_status()
            yield reponse.content


def processeur() -> float:
    """Seconds of processor of this process and of those it has waited for: the readers, not the local Qonto."""
    temps = os.times()
    return temps.user + temps.system + temps.children_user + temps.children_system


def dossier_lie(qonto: LocalQonto) -> Dossier:
    cabinet = Cabinet.objects.create(nom="Banc")
    personne = Utilisateur.objects.create_user("banc@example.test")
    dossier = Dossier.objects.create(
        cabinet=cabinet, code="BANC", raison_sociale="MAISON LENOIR", siret="81234567600017"
    )
    maintenant = timezone.now()
    for service in (Service.QONTO, Service.I_FACTURE):
        ServiceDossier.objects.create(dossier=dossier, service=service, active_le=maintenant, active_par=personne)
    Connexion.objects.create(
        dossier=dossier,
        organisation_id="banc",
        organisation_nom="MAISON LENOIR",
        access_token=qonto.company()["access_token"],
        access_expire_le=maintenant + timedelta(days=1),
        consenti_le=maintenant,
        consenti_par=personne,
        scopes="client_invoices.read attachment.read",
    )
    return dossier


class Memoire(threading.Thread):
    """The peak of this process and its readers, once a second; the local Qonto and Valkey were there before."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._moi = psutil.Process()
        self._autres = {enfant.pid for enfant in self._moi.children(recursive=True)}
        self.depart = self.pic = _occupe(self._moi)
        self.fini = threading.Event()

    def run(self) -> None:
        # Looking at the memory costs the processor too.
        while not self.fini.wait(1):
            enfants = [un for un in self._moi.children(recursive=True) if un.pid not in self._autres]
            self.pic = max(self.pic, _occupe(self._moi) + sum(map(_occupe, enfants)))


def _occupe(processus: psutil.Process) -> int:
    """Its share of the memory: what a forked reader has in common with its parent counts once (Linux)."""
    with suppress(psutil.Error):
        memoire = processus.memory_full_info()
        return int(getattr(memoire, "pss", memoire.rss))
    return 0


def importer(dossier: Dossier) -> tuple[ImportFactures, float, int]:
    """The run, its seconds and its queries."""
    requetes = 0

    def compter(executer: Callable[..., Any], sql: str, params: Any, many: bool, contexte: Any) -> Any:
        nonlocal requetes
        requetes += 1
        return executer(sql, params, many, contexte)

    debut = time.perf_counter()
    with connection.execute_wrapper(compter):
        demande = demander_import(dossier=dossier, par="banc", maintenant=timezone.now())
        while executer_import(demande=demande, horloge=timezone.now):
            continue
    return demande, time.perf_counter() - debut, requetes


def main() -> int:
    call_command("migrate", verbosity=0)
    with serveur_valkey(BANC), LocalQonto(port=int(os.environ["QONTO_PORT"])) as qonto:
        session = qonto.session()
        # The filling and the bare work know no limit; the import meets Qonto's own.
        qonto.api("PATCH", "options", rate_limits=False)
        remplir(qonto, session)
        pieces = dessiner(qonto, session)
        avant = processeur()
        fetches, lectures = travail_nu(qonto, session, pieces)
        cpu_nu, nombre = processeur() - avant, len(pieces)
        qonto.api("PATCH", "options", rate_limits=True)
        dossier = dossier_lie(qonto)
        memoire = Memoire()
        memoire.start()
        depart = processeur()
        demande, duree, requetes = importer(dossier)
        cpu = processeur() - depart
        memoire.fini.set()
        _, encore, _ = importer(dossier)
    etat, documents = avancement(demande), Document.objects.count()
    debit = documents / duree
    ligne("factures reçues, isolées, lues, scellées", debit, nombre / (fetches + lectures), "factures/s", attendu=0.4)
    cout("processeur par facture", 1000 * cpu / documents, 1000 * cpu_nu / nombre, "ms", attendu=3)
    reseau, lecture = 1000 * fetches / nombre, 1000 * lectures / nombre
    print(f"   le travail nu : {reseau:.0f} ms de réseau, {lecture:.0f} ms de lecture")
    print(f"   ce que Qonto permet : {ALLOUEES:.0f} factures/s – rapport {debit / ALLOUEES:.2f}")
    print(f"   {documents} documents en {duree:.0f} s ; second import, rien de neuf : {encore:.0f} s")
    pic, calme, par_facture = memoire.pic >> 20, memoire.depart >> 20, requetes / max(documents, 1)
    print(f"   mémoire : {calme} Mo avant, pic de {pic} Mo avec les lecteurs (≤ {MEMOIRE_MAX})")
    print(f"   requêtes SQL par facture : {par_facture:.1f} (≤ {REQUETES_MAX:.0f})")
    tient = pic <= MEMOIRE_MAX and par_facture <= REQUETES_MAX
    return 0 if tient and not etat.echecs and documents >= NOMBRE else 1


if __name__ == "__main__":
    sys.exit(main())
