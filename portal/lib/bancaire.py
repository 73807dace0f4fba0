"""IBAN and BIC (comptabilite.md §E.2)."""

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from portal.lib.identifiants import nettoyer


def iban_normalise(iban: str) -> str:
    """The IBAN without blanks, in capitals. Raises ValueError with a French reason when it is false.

    A French one is checked twice: modulo 97, and its RIB key.
    """
    propre = nettoyer(iban).upper()
    try:
        lu = IBAN(propre, validate_bban=propre.startswith(("FR", "MC")))
    except SchwiftyException:
        raise ValueError("Cet IBAN est faux : vérifiez chaque caractère.") from None
    return str(lu)


def bic_de(iban: str) -> str:
    """The BIC that goes with a valid IBAN, or an empty string when the bank is not in the directory."""
    try:
        bic = IBAN(iban, allow_invalid=True).bic
    except SchwiftyException:
        return ""
    return str(bic) if bic else ""


def masquer_iban(iban: str) -> str:
    """What may be shown or logged to whoever has no payment right: country, key and the last four characters."""
    return f"{iban[:4]}…{iban[-4:]}" if len(iban) > 8 else "…"
