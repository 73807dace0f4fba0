"""NAF code → NACE code with its section letter, as Qonto writes a sector (`C.10.71`)."""

import re

# First division of each section, in order (NAF rév. 2).
_SECTIONS = (
    (1, "A"),
    (5, "B"),
    (10, "C"),
    (35, "D"),
    (36, "E"),
    (41, "F"),
    (45, "G"),
    (49, "H"),
    (55, "I"),
    (58, "J"),
    (64, "K"),
    (68, "L"),
    (69, "M"),
    (77, "N"),
    (84, "O"),
    (85, "P"),
    (86, "Q"),
    (90, "R"),
    (94, "S"),
    (97, "T"),
    (99, "U"),
)
NAF = re.compile(r"(\d{2})\.?(\d{2})([A-Z])")


def secteur_nace(naf: str) -> str:
    """`1071C` or `10.71C` → `C.10.71`; an empty string when the code is not a NAF code."""
    lu = NAF.fullmatch(naf.strip().upper())
    if lu is None or int(lu[1]) == 0:
        return ""
    lettre = next(section for premiere, section in reversed(_SECTIONS) if int(lu[1]) >= premiere)
    return f"{lettre}.{lu[1]}.{lu[2]}"
