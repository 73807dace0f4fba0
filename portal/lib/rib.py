"""The four parts of a French account number, and the IBAN that they make (comptabilite.md §E.2)."""

from dataclasses import dataclass

_CHIFFRES = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


@dataclass(frozen=True, slots=True)
class Rib:
    banque: str
    guichet: str
    compte: str
    cle: str


def cle_rib(banque: str, guichet: str, compte: str) -> str:
    """The two digits that close a RIB. Raises ValueError when a part is not of the alphabet."""
    b, g, c = (int(partie.upper().translate(_CHIFFRES)) for partie in (banque, guichet, compte))
    return f"{97 - (89 * b + 15 * g + 3 * c) % 97:02d}"


def iban_francais(banque: str, guichet: str, compte: str) -> str:
    """The IBAN of a French account given by bank, branch and account."""
    bban = f"{banque}{guichet}{compte}{cle_rib(banque, guichet, compte)}"
    valeur = int("".join(str(int(signe, 36)) for signe in f"{bban}FR00"))
    return f"FR{98 - valeur % 97:02d}{bban}"


def rib_de(iban: str) -> Rib | None:
    """The parts of a French IBAN; None for another country's."""
    if not (iban.startswith("FR") and len(iban) == 27):
        return None
    return Rib(iban[4:9], iban[9:14], iban[14:25], iban[25:27])
