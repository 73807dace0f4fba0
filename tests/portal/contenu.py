"""Played by test_changement_de_moteur in a process of its own, on the engine of its environment.

Prints what the base and the storage hold, in words that do not depend on the engine, and whether they still hold.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import django

django.setup()

from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from comptabilite.models import Ecriture, Exercice
from comptabilite.services.empreinte import verifier_exercice
from gestion_acces.models import Cabinet, Dossier, EvenementAudit, Fichier
from gestion_acces.services.audit import journaliser, verifier_chaine
from gestion_acces.services.fichiers import ouvrir
from portal.lib.archive import modeles


def _dit(valeur: Any) -> Any:
    return bytes(valeur).hex() if isinstance(valeur, bytes | memoryview) else str(valeur)


def lignes(modele: type[models.Model]) -> list[str]:
    rangees = modele._base_manager.values_list()
    return sorted(json.dumps(rangee, default=_dit, sort_keys=True) for rangee in rangees.iterator(chunk_size=2000))


def contenu() -> dict[str, list[object]]:
    """Each model with the number of its rows and their print."""
    tout = {}
    for modele in modeles():
        rangees = lignes(modele)
        tout[modele._meta.label] = [len(rangees), hashlib.sha256("\n".join(rangees).encode()).hexdigest()]
    return tout


def numeros_pris() -> Iterator[str]:
    """The tables whose next row would take a number that is taken."""
    for modele in modeles():
        cle, table = modele._meta.pk, modele._meta.db_table
        if not isinstance(cle, models.AutoField):
            continue
        dernier = modele._base_manager.aggregate(dernier=models.Max("pk"))["dernier"] or 0
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s))", [f'"{table}"', cle.column])
                suivant = cursor.fetchone()[0]
            else:
                cursor.execute("SELECT seq + 1 FROM sqlite_sequence WHERE name = %s", [table])
                suivant = (cursor.fetchone() or [1])[0]
        if suivant <= dernier:
            yield table


def regles_muettes() -> Iterator[str]:
    """What the base must refuse, and lets pass."""
    actes = {
        "trace": lambda: EvenementAudit.objects.all().update(acte="autre"),
        "écriture validée": lambda: Ecriture.objects.filter(numero__isnull=False).update(libelle="autre"),
    }
    for nom, acte in actes.items():
        try:
            with transaction.atomic():
                acte()
        except DatabaseError:
            continue
        yield nom


def main() -> None:
    dossier = Dossier.objects.get(code="LENOIR")
    dit: dict[str, object] = {
        "contenu": contenu(),
        "fichiers": {
            fichier.cle: hashlib.sha256(b"".join(ouvrir(fichier))).hexdigest() == fichier.sha256
            for fichier in Fichier.objects.filter(taille__gt=0)
            if default_storage.exists(fichier.cle)
        },
        "absents": [cle for cle in Fichier.objects.values_list("cle", flat=True) if not default_storage.exists(cle)],
        "chaines_rompues": [str(cabinet) for cabinet in Cabinet.objects.all() if verifier_chaine(cabinet)],
        "livres_rompus": [str(exercice) for exercice in Exercice.objects.all() if verifier_exercice(exercice)],
        "numeros_pris": list(numeros_pris()),
        "regles_muettes": list(regles_muettes()),
    }
    if "--suite" in sys.argv:
        journaliser(cabinet=dossier.cabinet, acte="suite", date=timezone.now(), dossier=dossier)
        dit["suite"] = verifier_chaine(dossier.cabinet) is None
    print(json.dumps(dit))


if __name__ == "__main__":
    main()
