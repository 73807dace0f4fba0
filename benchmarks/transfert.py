"""The transfer of a whole grid (5 000 validated lines, one in ten with VAT), and the work of its preview.

The limit is the bare posting of the same entries, in the same lots: what the transfer adds is the reading, the control
and the marking of the lines.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="banc-transfert-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from banque.enums import EtatOperation
from banque.models import CompteBancaire, Operation
from banque.services.integration import integrer
from banque.services.reception import recevoir
from banque.services.transfert import LOT, Controleur, a_transferer, apercu, lues, transferer
from banque.sources import OperationRecue
from benchmarks._mesure import ligne
from comptabilite.models import Ecriture
from comptabilite.services.ecritures import EcritureSaisie, passer_ecritures
from comptabilite.services.journaux import creer_journal_tresorerie
from comptabilite.services.plan import compte
from gestion_acces.models import Cabinet, Dossier
from portal.lib.rib import iban_francais

NOMBRE = int(os.environ.get("BANC_TRANSFERT", "5000"))
DEPART = datetime(2026, 3, 1, 8, tzinfo=UTC)
MAINTENANT = datetime(2026, 4, 15, 8, tzinfo=UTC)


def duree(acte: Callable[[], object]) -> float:
    debut = time.perf_counter()
    acte()
    return time.perf_counter() - debut


def recue(rang: int) -> OperationRecue:
    instant = DEPART + timedelta(minutes=rang)
    return OperationRecue(
        source="qonto",
        external_id=f"b{rang}",
        statut="reglee",
        montant_cents=-100 - rang % 9000,
        reglee_le=instant,
        modifiee_le=instant,
        libelle=f"CONTREPARTIE {rang % 200}",
        contrepartie=f"Contrepartie {rang % 200}",
        payload=b"{}",
    )


def preparer() -> CompteBancaire:
    """A bank whose lines are all validated."""
    cabinet, _ = Cabinet.objects.get_or_create(nom="Banc")
    dossier = Dossier.objects.create(cabinet=cabinet, code=f"T{time.time_ns() % 10**10}", raison_sociale="Banc")
    banque = CompteBancaire.objects.create(
        dossier=dossier,
        libelle="Banc",
        iban=iban_francais("16958", "00001", "00000000001"),
        journal=creer_journal_tresorerie(dossier=dossier, libelle="Banc"),
    )
    recevoir(compte=banque, operations=[recue(rang) for rang in range(NOMBRE)], maintenant=MAINTENANT)
    integrer(dossier=dossier, comptes=[banque], maintenant=MAINTENANT)
    operations = Operation.objects.filter(compte_bancaire=banque)
    operations.update(etat=EtatOperation.VALIDEE, compte=compte(dossier=dossier, numero="6063"))
    operations.filter(montant_cents__in=range(-9100, 0, 10)).update(taux_tva=2000)
    return banque


def passer_sans_la_grille(banque: CompteBancaire) -> float:
    """Seconds to post the same entries, ready made, and nothing else."""
    toutes = lues(a_transferer(Operation.objects.filter(compte_bancaire=banque)))
    journal = toutes[0].compte_bancaire.journal
    assert journal is not None
    saisies = [
        EcritureSaisie(
            journal, operation.jour, f"P{operation.pk}", operation.libelle, lignes, cle=f"nue:{operation.pk}"
        )
        for operation, lignes, _ in Controleur(banque.dossier, toutes).trier(toutes)
    ]
    return duree(
        lambda: [
            passer_ecritures(dossier=banque.dossier, saisies=saisies[debut : debut + LOT], maintenant=MAINTENANT)
            for debut in range(0, NOMBRE, LOT)
        ]
    )


def une_fois() -> tuple[float, float]:
    """Seconds of the transfer of one grid, and of the bare posting of the same entries."""
    banque = preparer()
    if connection.vendor == "postgresql":
        with connection.cursor() as curseur:
            curseur.execute("ANALYZE")
    dossier, validees = banque.dossier, a_transferer(Operation.objects.filter(compte_bancaire=banque))
    nue = passer_sans_la_grille(banque)
    vue = duree(partial(apercu, dossier=dossier, operations=validees[:500]))
    operations = list(validees)
    transfert = duree(partial(transferer, dossier=dossier, operations=operations, maintenant=MAINTENANT))
    assert Ecriture.objects.filter(dossier=dossier, cle__startswith="operation:").count() == NOMBRE
    print(f"   {NOMBRE} lignes transférées en {transfert:.2f} s ; aperçu de 500 en {vue * 1000:.0f} ms")
    return transfert, nue


def main() -> int:
    call_command("migrate", verbosity=0)
    print(f"   moteur : {connection.vendor}")
    transferts, nus = zip(*(une_fois() for _ in range(3)), strict=True)
    ligne("transfert", NOMBRE / min(transferts), NOMBRE / min(nus), "lignes/s", attendu=0.25)
    return 0


if __name__ == "__main__":
    sys.exit(main())
