"""Write numbers and hashes on many entries in one order, in the words of each engine."""

from collections.abc import Sequence
from datetime import date as Date

from django.db import connection

Sceau = tuple[int, int, str, str]  # entry pk, number, former hash, hash

_SQL_POSTGRESQL = """
UPDATE comptabilite_ecriture AS e
SET etat = 'validee', numero = s.numero, empreinte_precedente = s.precedente, empreinte = s.empreinte,
    validee_le = %s, validee_par = %s
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[]) AS s(id, numero, precedente, empreinte)
WHERE e.id = s.id AND e.etat = 'brouillard'
"""
_SQL_SQLITE = """
UPDATE comptabilite_ecriture
SET etat = 'validee', validee_le = %s, validee_par = %s, numero = %s, empreinte_precedente = %s, empreinte = %s
WHERE id = %s AND etat = 'brouillard'
"""


def sceller(*, sceaux: Sequence[Sceau], validee_le: Date, validee_par: str) -> None:
    """Turn drafts into validated entries, in the order of their numbers. The triggers check every link."""
    if not sceaux:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            ids, numeros, precedentes, empreintes = (list(colonne) for colonne in zip(*sceaux, strict=True))
            cursor.execute(_SQL_POSTGRESQL, [validee_le, validee_par, ids, numeros, precedentes, empreintes])
            return
        cursor.executemany(
            _SQL_SQLITE,
            [
                (validee_le.isoformat(), validee_par, numero, precedente, empreinte, pk)
                for pk, numero, precedente, empreinte in sceaux
            ],
        )
