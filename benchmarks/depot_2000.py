"""Two thousand sales invoices of the local Qonto into i-Dépôt in one go: time, peak memory, queries per invoice.

The limit beside it: the same PDFs fetched over a bare session, thrown away. The fetch comes first, so that the local
Qonto has drawn every PDF before the import is measured. BANC_FACTURES takes another number.
"""

import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="banc-depot-"))
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

from benchmarks._mesure import ligne
from depot.models import Document, ImportFactures
from depot.queries import avancement
from depot.services.imports import demander_import, executer_import
from gestion_acces.enums import Service
from gestion_acces.models import Cabinet, Dossier, ServiceDossier, Utilisateur
from qonto_link.models import Connexion
from tests.qonto import LocalQonto

NOMBRE = int(os.environ.get("BANC_FACTURES", "2000"))
MEMOIRE_MAX = 250
REQUETES_MAX = 15.0


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


def telecharger_tout(qonto: LocalQonto, session: requests.Session) -> tuple[int, float]:
    """Every PDF over the bare session: once to have them drawn, once to be measured."""
    pieces, page = [], 1
    while page:
        params: dict[str, str] = {"page": str(page), "per_page": "100", "exclude_imported": "false"}
        corps = session.get(f"{qonto.url}/v2/client_invoices", params=params).json()
        pieces += [facture["attachment_id"] for facture in corps["client_invoices"] if facture.get("attachment_id")]
        page = corps["meta"]["next_page"]
    debut = 0.0
    for _ in range(2):
        debut = time.perf_counter()
        for piece in pieces:
            adresse = session.get(f"{qonto.url}/v2/attachments/{piece}").json()["attachment"]["url"]
            requests.get(adresse, timeout=60).raise_for_status()
    return len(pieces), time.perf_counter() - debut


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
    """The peak of this process and its children, five times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.pic, self.fini = 0, threading.Event()

    def run(self) -> None:
        moi = psutil.Process()
        while not self.fini.wait(0.2):
            self.pic = max(self.pic, _occupe(moi) + sum(map(_occupe, moi.children(recursive=True))))


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
    with LocalQonto(port=int(os.environ["QONTO_PORT"])) as qonto:
        session = qonto.session()
        remplir(qonto, session)
        nombre, nu = telecharger_tout(qonto, session)
        dossier = dossier_lie(qonto)
        memoire = Memoire()
        memoire.start()
        demande, duree, requetes = importer(dossier)
        memoire.fini.set()
        _, encore, _ = importer(dossier)
    etat, documents = avancement(demande), Document.objects.count()
    ligne("factures importées, lues, chiffrées", documents / duree, nombre / nu, "factures/s", attendu=0.02)
    print(f"   {documents} documents en {duree:.0f} s ; second import, rien de neuf : {encore:.0f} s")
    pic, par_facture = memoire.pic / 1024 / 1024, requetes / max(documents, 1)
    print(f"   pic de mémoire, lecteurs compris : {pic:.0f} Mo (≤ {MEMOIRE_MAX})")
    print(f"   requêtes par facture : {par_facture:.1f} (≤ {REQUETES_MAX:.0f})")
    return 0 if not etat.echecs and documents >= NOMBRE and par_facture <= REQUETES_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
