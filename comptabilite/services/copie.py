"""Many entries at once on PostgreSQL: COPY, the same triggers and constraints as any other writing."""

from collections.abc import Sequence

from django.db import connection

from comptabilite.models import Ecriture

LigneCopiee = tuple[int, int, int | None, str, int, int]  # rank, account, third party, label, debit, credit

LOT = 1000
NUL = r"\N"
# The text form of COPY: its four signs are written with a backslash.
ECHAPPEMENTS = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
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
            ecriture.id = pk
            ecriture._state.adding, ecriture._state.db = False, connection.alias
        # Lines first: their entries then come with their sums, and no row is written twice. The keys wait for COMMIT.
        with cursor.copy(f"COPY comptabilite_ligneecriture ({_COLONNES_LIGNE}) FROM STDIN") as copie:
            for debut in range(0, len(ecritures), LOT):
                copie.write("".join([_rangees(x, lignes) for x, lignes in ecritures[debut : debut + LOT]]))
        with cursor.copy(f"COPY comptabilite_ecriture ({_COLONNES_ECRITURE}) FROM STDIN") as copie:
            for debut in range(0, len(ecritures), LOT):
                copie.write("".join([_rangee(x, lignes) for x, lignes in ecritures[debut : debut + LOT]]))


def _rangees(x: Ecriture, lignes: Sequence[LigneCopiee]) -> str:
    """The lines of one entry in the text form of COPY: a loop over millions, where a row adapter would be the cost."""
    debut, date = f"{x.dossier_id}\t{x.id}\t", x.date.isoformat()
    return "".join(
        [
            f"{debut}{rang}\t{date}\t{compte}\t{NUL if tiers is None else tiers}\t"
            f"{libelle.translate(ECHAPPEMENTS)}\t{debit}\t{credit}\n"
            for rang, compte, tiers, libelle, debit, credit in lignes
        ]
    )


def _rangee(x: Ecriture, lignes: Sequence[LigneCopiee]) -> str:
    """A draft, with the sums of its lines; one that does not balance points to the row that can never be."""
    debit, credit = sum([ligne[4] for ligne in lignes]), sum([ligne[5] for ligne in lignes])
    desequilibre = NUL if debit == credit and len(lignes) >= 2 else 1
    return (
        f"{x.id}\t{x.dossier_id}\t{x.exercice_id}\t{x.journal_id}\t{x.date}\t{x.piece.translate(ECHAPPEMENTS)}\t"
        f"{x.date_piece}\t{x.libelle.translate(ECHAPPEMENTS)}\t{x.etat}\t{x.origine}\t"
        f"{x.cle.translate(ECHAPPEMENTS)}\t{NUL if x.auteur_id is None else x.auteur_id}\t{x.created_at.isoformat()}"
        f"\t\t\t\t{NUL if x.annule_id is None else x.annule_id}\t{debit}\t{credit}\t{len(lignes)}\t{desequilibre}\n"
    )
