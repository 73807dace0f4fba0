"""Rotation of ENCRYPTION_KEYS: write again, with the first key, what another sealed. It may stop and start again."""

from django.apps import apps
from django.db import connection, models

from portal.lib.chiffrement import ChampChiffre, coffre

LOT = 500


def rechiffrer_champs() -> int:
    """Write every encrypted column again; returns how many rows. Triggers of append-only tables have none."""
    nombre = 0
    for modele in apps.get_models():
        champs = [champ for champ in modele._meta.concrete_fields if isinstance(champ, ChampChiffre)]
        if champs:
            nombre += sum(_rechiffrer(modele, pk, champs) for pk in modele._base_manager.values_list("pk", flat=True))
    return nombre


def _rechiffrer(modele: type[models.Model], pk: object, champs: list[ChampChiffre]) -> int:
    """One row at a time, in the column itself: the token is turned without its clear text passing through a model."""
    table, cle = modele._meta.db_table, modele._meta.pk
    assert cle is not None
    pk_en_base = cle.get_db_prep_value(pk, connection)
    colonnes = ", ".join(f'"{champ.column}"' for champ in champs)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {colonnes} FROM "{table}" WHERE "{cle.column}" = %s', [pk_en_base])
        valeurs = cursor.fetchone()
        if not valeurs or not any(valeurs):
            return 0
        neuves = [coffre().rotate(valeur.encode()).decode() if valeur else valeur for valeur in valeurs]
        places = ", ".join(f'"{champ.column}" = %s' for champ in champs)
        anciennes = " AND ".join(f'"{champ.column}" = %s' for champ in champs)
        # A token refreshed meanwhile is left as it is: it was sealed with the first key.
        cursor.execute(
            f'UPDATE "{table}" SET {places} WHERE "{cle.column}" = %s AND {anciennes}', [*neuves, pk_en_base, *valeurs]
        )
    return 1
