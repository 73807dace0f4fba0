"""Rotation of the encryption keys: what an older key wrote is written again with the first of ENCRYPTION_KEYS.

Every ChampChiffre of every app, then every stored file. A value that the first key opens already is left alone, so
that the work can be stopped and taken up again; one that changed meanwhile is left for the next pass.
"""

import uuid
from collections.abc import Iterator

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F
from django.db.models.functions import Cast

from gestion_acces.models import Fichier
from portal.lib import stockage
from portal.lib.chiffrement import ChampChiffre, coffre

LOT = 500


def champs_chiffres() -> list[tuple[type[models.Model], ChampChiffre]]:
    """Every encrypted field of every app, with the model whose table holds it."""
    return [
        (modele, champ)
        for modele in apps.get_models()
        if not modele._meta.proxy and modele._meta.managed
        for champ in modele._meta.local_fields
        if isinstance(champ, ChampChiffre)
    ]


def _jetons(modele: type[models.Model], champ: ChampChiffre) -> Iterator[tuple[object, str]]:
    """Primary keys and raw tokens, which the field itself would decrypt."""
    lignes = modele._base_manager.annotate(jeton_brut=Cast(F(champ.name), models.TextField())).order_by("pk")
    yield from lignes.exclude(jeton_brut="").exclude(jeton_brut=None).values_list("pk", "jeton_brut").iterator(LOT)


def _est_courant(jeton: str) -> bool:
    try:
        Fernet(settings.ENCRYPTION_KEYS[0]).decrypt(jeton.encode())
    except InvalidToken:
        return False
    return True


def renouveler_champ(modele: type[models.Model], champ: ChampChiffre) -> int:
    """Encrypt the column with the first key; returns how many values changed. Raises InvalidToken for a lost key."""
    nom = connection.ops.quote_name
    ordre = (
        f"UPDATE {nom(modele._meta.db_table)} SET {nom(str(champ.column))} = %s"
        f" WHERE {nom(str(modele._meta.pk.column))} = %s AND {nom(str(champ.column))} = %s"
    )
    cle_primaire = modele._meta.pk
    anciens = [(pk, jeton) for pk, jeton in _jetons(modele, champ) if not _est_courant(jeton)]
    changes = 0
    for debut in range(0, len(anciens), LOT):
        with transaction.atomic(), connection.cursor() as cursor:
            for pk, jeton in anciens[debut : debut + LOT]:
                nouveau = coffre().rotate(jeton.encode()).decode()
                cursor.execute(ordre, [nouveau, cle_primaire.get_db_prep_value(pk, connection), jeton])
                changes += cursor.rowcount
    return changes


def renouveler_fichiers() -> int:
    """Seal the stored files with the first key; returns how many were sealed again."""
    changes = 0
    for fichier in Fichier.objects.presents().order_by("pk").iterator(LOT):
        if stockage.cle_courante(fichier.cle):
            continue
        ancienne, nouvelle = fichier.cle, f"{fichier.dossier_id}/{uuid.uuid4().hex}"
        stockage.resceller(ancienne, nouvelle)
        if Fichier.objects.filter(pk=fichier.pk, cle=ancienne).update(cle=nouvelle):
            stockage.effacer(ancienne)
            changes += 1
        else:
            stockage.effacer(nouvelle)
    return changes
