"""Backup and restore: every row and every file, in one archive that either engine takes back.

Encrypted fields stay encrypted in it, and files are copied sealed as they are: an archive without ENCRYPTION_KEYS
tells no token and no document.
"""

import io
import json
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.core import serializers
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from portal.lib.stockage import SONDE

VERSION = 1
LOT = 2000
# What the next start makes anew, or what dies with a machine.
SANS = {"sessions.session", "contenttypes.contenttype", "auth.permission"}
FICHIERS = "fichiers/"


class Encodeur(DjangoJSONEncoder):
    """Django's own cuts instants to the millisecond: the prints of the audit trail would no longer fit."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


class ArchiveRefusee(Exception):
    """The archive cannot be restored here; the message says why."""


def modeles() -> list[type[models.Model]]:
    """Every model that is kept, in a fixed order."""
    gardes = [modele for modele in apps.get_models(include_auto_created=True) if modele._meta.label_lower not in SANS]
    return [modele for modele in gardes if modele._meta.managed and not modele._meta.proxy]


def _migrations() -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        return [list(ligne) for ligne in cursor.fetchall()]


def _cles(prefixe: str = "") -> Iterator[str]:
    dossiers, fichiers = default_storage.listdir(prefixe)
    for nom in sorted(fichiers):
        if nom != SONDE:
            yield f"{prefixe}{nom}"
    for nom in sorted(dossiers):
        if not nom.startswith("."):
            yield from _cles(f"{prefixe}{nom}/")


def sauvegarder(sortie: Path) -> tuple[int, int]:
    """Write the archive; returns how many rows and files it holds. Rows are read in one transaction."""
    lignes = fichiers = 0
    provisoire = sortie.with_name(sortie.name + ".partiel")
    with tarfile.open(provisoire, "w") as archive:
        _ajouter(archive, "archive.json", json.dumps({"version": VERSION, "migrations": _migrations()}).encode())
        with transaction.atomic():
            for modele in modeles():
                with tempfile.TemporaryFile() as tampon:
                    lignes += _ecrire_lignes(modele, tampon)
                    info = tarfile.TarInfo(f"lignes/{modele._meta.label_lower}.jsonl")
                    info.size = tampon.tell()
                    tampon.seek(0)
                    archive.addfile(info, tampon)
        for cle in _cles() if default_storage.exists("") else ():
            with default_storage.open(cle, "rb") as source:
                info = tarfile.TarInfo(FICHIERS + cle)
                info.size = source.size
                archive.addfile(info, source)
            fichiers += 1
    # A name without « .partiel » is a whole archive.
    provisoire.rename(sortie)
    return lignes, fichiers


def _ecrire_lignes(modele: type[models.Model], tampon: IO[bytes]) -> int:
    nombre = 0
    for objet in modele._base_manager.order_by("pk").iterator(chunk_size=LOT):
        tampon.write(serializers.serialize("jsonl", [objet], cls=Encodeur).encode())
        nombre += 1
    return nombre


def _ajouter(archive: tarfile.TarFile, nom: str, octets: bytes) -> None:
    info = tarfile.TarInfo(nom)
    info.size = len(octets)
    archive.addfile(info, io.BytesIO(octets))


def restaurer(source: Path) -> tuple[int, int]:
    """Put an archive back into a migrated, empty base and an empty storage. All of it, or nothing of the rows.

    Raises ArchiveRefusee when the base holds rows or is not at the migrations of the archive.
    """
    lignes = fichiers = 0
    with tarfile.open(source, "r") as archive:
        _verifier(archive)
        with transaction.atomic(), _sans_triggers():
            for modele in modeles():
                modele._base_manager.all()._raw_delete(connection.alias)
            for membre in archive:
                contenu = archive.extractfile(membre)
                if contenu is None or not membre.name.startswith("lignes/"):
                    continue
                for ligne in serializers.deserialize("jsonl", io.TextIOWrapper(contenu, "utf-8")):
                    ligne.save(force_insert=True)
                    lignes += 1
            connection.check_constraints()
            _remettre_les_sequences()
        for membre in archive:
            contenu = archive.extractfile(membre)
            if contenu is not None and membre.name.startswith(FICHIERS):
                default_storage.save(membre.name.removeprefix(FICHIERS), File(contenu))
                fichiers += 1
    return lignes, fichiers


def _verifier(archive: tarfile.TarFile) -> None:
    entete = archive.extractfile("archive.json")
    etat: dict[str, Any] = json.load(entete) if entete else {}
    if etat.get("version") != VERSION:
        raise ArchiveRefusee("Cette archive n’est pas une sauvegarde du portail, ou d’une version inconnue.")
    if etat["migrations"] != _migrations():
        raise ArchiveRefusee("Cette archive vient d’une autre version du portail : installez celle-là d’abord.")
    pleins = [m._meta.label for m in modeles() if m._meta.app_label == "gestion_acces" and m._base_manager.exists()]
    if pleins:
        raise ArchiveRefusee(f"La base n’est pas vide ({', '.join(pleins[:3])}) : videz-la d’abord.")


@contextmanager
def _sans_triggers() -> Iterator[None]:
    """The rows are put back as they were; the triggers, which judge acts, keep silent meanwhile."""
    tables = [modele._meta.db_table for modele in modeles()]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _executer(cursor, (f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in tables))
            yield
            # Pending checks of foreign keys would refuse the next ALTER.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            _executer(cursor, (f'ALTER TABLE "{table}" ENABLE TRIGGER USER' for table in tables))
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        _executer(cursor, (f'DROP TRIGGER "{nom}"' for nom, _ in triggers))
        yield
        _executer(cursor, (sql for _, sql in triggers))


def _executer(cursor: Any, ordres: Iterable[str]) -> None:
    for ordre in ordres:
        cursor.execute(ordre)


def _remettre_les_sequences() -> None:
    with connection.cursor() as cursor:
        _executer(cursor, connection.ops.sequence_reset_sql(no_style(), modeles()))
