"""How a FEC is written (comptabilite.md §A.1, §A.2): ISO-8859-15, TAB, CRLF, no quotes."""

import re
from datetime import date as Date
from functools import lru_cache

COLONNES = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
SEPARATEUR = "\t"
FIN_DE_LIGNE = "\r\n"
ENCODAGE = "iso8859-15"
ENTETE = SEPARATEUR.join(COLONNES) + FIN_DE_LIGNE

_REMPLACEMENTS = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "“": '"',
        "”": '"',
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "|": " ",
        # Every other control character, TAB, CR, LF and NUL among them.
        **{chr(code): " " for code in (*range(32), *range(127, 160))},
    }
)
_ESPACES = re.compile(" {2,}")
# What needs no cleaning: printable ASCII without bar, without two spaces in a row, without spaces around.
_DEJA_PROPRE = re.compile(r"[!-{}~](?:[!-{}~]| (?! ))*(?<! )")


@lru_cache(maxsize=20_000)
def nettoyer_texte(texte: str) -> str:
    """A text that cannot break the file: no separator, no control character, spaces collapsed and trimmed."""
    if _DEJA_PROPRE.fullmatch(texte):
        return texte
    return _ESPACES.sub(" ", texte.translate(_REMPLACEMENTS)).strip()


@lru_cache(maxsize=4_000)
def date_fec(date: Date) -> str:
    return f"{date.year:04d}{date.month:02d}{date.day:02d}"


def montant_fec(cents: int) -> str:
    """`18999` → `189,99`; never a float, never a negative amount."""
    return f"{cents // 100},{cents % 100:02d}"


def encoder(texte: str) -> tuple[bytes, int]:
    """The bytes, and how many characters ISO-8859-15 does not have (written `?`)."""
    try:
        return texte.encode(ENCODAGE), 0
    except UnicodeEncodeError:
        octets = texte.encode(ENCODAGE, "replace")
        return octets, octets.count(b"?") - texte.count("?")


def nom_fichier(*, siren: str, cloture: Date) -> str:
    """`528553654FEC20261231.txt`."""
    return f"{siren}FEC{date_fec(cloture)}.txt"
