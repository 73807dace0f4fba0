"""Many entries at once on PostgreSQL: COPY, the same triggers and constraints as any other writing."""

from collections.abc import Sequence

from django.db import connection

from comptabilite.models import Ecriture

LigneCopiee = tuple[int, int, int | None, str, int, int]  # rank, account, third party, label, debit, credit

_COLONNES_ECRITURE = (
    "id, dossier_id, exercice_id, journal_id, date, piece, date_piece, libelle, etat, origine, cle, auteur_id, "
    "created_at, validee_par, empreinte_precedente, empreinte, annule_id, total_debit_cents, "
    "total_credit_cents, nb_lignes, desequilibre_id"
)
_COLONNES_LIGNE = "dossier_id, ecriture_id, rang, date, compte_id, tiers_id, libelle, debit_cents, credit_cents"


def copier(ecritures: Sequence[tuple[Ecriture, Sequence[LigneCopiee]]]) -> None:
    """Insert drafts with their lines and give them their keys. Inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('comptabilite_ecriture', 'id')) FROM generate_series(1, %s)",
            [len(ecritures)],
        )
        for (ecriture, _), (pk,) in zip(ecritures, cursor.fetchall(), strict=True):
            ecriture.pk = pk
            ecriture._state.adding, ecriture._state.db = False, connection.alias
        with cursor.copy(f"COPY comptabilite_ecriture ({_COLONNES_ECRITURE}) FROM STDIN") as copie:
            for x, _ in ecritures:
                copie.write_row(
                    (
                        x.pk,
                        x.dossier_id,
                        x.exercice_id,
                        x.journal_id,
                        x.date,
                        x.piece,
                        x.date_piece,
                        x.libelle,
                        x.etat,
                        x.origine,
                        x.cle,
                        x.auteur_id,
                        x.created_at,
                        "",
                        "",
                        "",
                        x.annule_id,
                        0,
                        0,
                        0,
                        1,
                    )
                )
        with cursor.copy(f"COPY comptabilite_ligneecriture ({_COLONNES_LIGNE}) FROM STDIN") as copie:
            for x, lignes in ecritures:
                for rang, compte, tiers, libelle, debit, credit in lignes:
                    copie.write_row((x.dossier_id, x.pk, rang, x.date, compte, tiers, libelle, debit, credit))
