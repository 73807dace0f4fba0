"""Amounts: integer cents inside, French writing at the edges (comptabilite.md §D.5, §E.3)."""

import re
from decimal import Decimal

ESPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
NEGATIFS = ("-", "\u2212", "\u2013")
# Either no grouping at all, or groups of three.
ENTIER_GROUPE = re.compile(r"\d{1,3}(?: \d{3})+|\d+")
MAXIMUM_CENTS = 10**15


class MontantIllisible(ValueError):
    """The text is not one amount and one only; the message is for the screen."""


def lire_montant(texte: str) -> int:
    """The cents of what a person typed: `1 234,56`, `1234.5`, `1.234,56 €`, `-12`.

    Spaces of any kind group by three, the last comma or point begins the decimals. Raises MontantIllisible for what
    can be read in two ways (`1.234`), has more than two decimals, or is no amount.
    """
    brut = ESPACES.sub(" ", texte).strip().removesuffix("€").removesuffix("EUR").strip()
    signe = 1
    if brut.startswith((*NEGATIFS, "+")):
        signe = 1 if brut[0] == "+" else -1
        brut = brut[1:].strip()
    if not re.fullmatch(r"[0-9][0-9 .,]*|[.,][0-9]{1,2}", brut, re.ASCII):
        raise MontantIllisible("Écrivez un montant, par exemple 1 234,56.")
    entier, decimales = _separer(brut)
    if not ENTIER_GROUPE.fullmatch(entier):
        raise MontantIllisible("Les milliers se groupent par trois, par exemple 1 234,56.")
    cents = int(entier.replace(" ", "")) * 100 + int(decimales.ljust(2, "0"))
    if cents >= MAXIMUM_CENTS:
        raise MontantIllisible("Ce montant est trop grand.")
    return signe * cents


def _separer(brut: str) -> tuple[str, str]:
    """Whole part, grouped by spaces, and decimals."""
    separateurs = [caractere for caractere in brut if caractere in ".,"]
    if not separateurs:
        return brut, ""
    dernier = separateurs[-1]
    if len(separateurs) > 1 and len(set(separateurs)) == 1:
        # 1.234.567: the same sign several times can only group.
        return brut.replace(dernier, " "), ""
    entier, _, decimales = brut.rpartition(dernier)
    if dernier in entier or " " in decimales or not decimales:
        raise MontantIllisible("Écrivez un montant, par exemple 1 234,56.")
    if len(decimales) == 3 and len(separateurs) == 1:
        raise MontantIllisible("Montant ambigu : écrivez par exemple 1 234,00 ou 1,23.")
    if len(decimales) > 2:
        raise MontantIllisible("Un montant a deux décimales au plus.")
    return entier.replace("," if dernier == "." else ".", " ") or "0", decimales


def en_cents(valeur: Decimal) -> int:
    """Exact cents of a Decimal. Raises MontantIllisible rather than round."""
    if not valeur.is_finite():
        raise MontantIllisible("Ce montant n’est pas un nombre.")
    cents = valeur * 100
    if cents != cents.to_integral_value():
        raise MontantIllisible("Un montant a deux décimales au plus.")
    return int(cents)


def en_decimal(cents: int) -> Decimal:
    """Euros with two decimals, for what does not read cents (XML, workbooks)."""
    return Decimal(cents).scaleb(-2)


def saisie(cents: int | None) -> str:
    """As in a field that will be typed over: `1234,56`, no grouping, ASCII minus."""
    if cents is None:
        return ""
    unites, reste = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{unites},{reste:02d}"


def repartir(cents: int, parts: int) -> list[int]:
    """Split in `parts` instalments: the first ones rounded down to the cent, the remainder on the last (§D.5)."""
    if parts < 1:
        raise ValueError("at least one part")
    signe = -1 if cents < 0 else 1
    part = abs(cents) // parts
    return [signe * part] * (parts - 1) + [signe * (abs(cents) - part * (parts - 1))]
