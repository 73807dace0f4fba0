"""Names of counterparties, made comparable."""

import re

from banque.enums import MENTION
from banque.formats import ascii_majuscule

_FORMES = re.compile(
    "SAS?|SASU|SARL|EURL|SCI|SNC|SCP|SELARL|ETS|EI|SCOP|GMBH|LTD|INC|BV|STE|SOCIETE"
    r"|CB|CARTE|VIR|VIREMENT|PRLV|PRELEVEMENT|SEPA|\d{3,}"
)
_MENTION = re.compile(r"#\s*comptabilis[eé]", re.IGNORECASE)


def normaliser(nom: str) -> str:
    """Upper-case words without legal form, payment words and numbers: « SAS Dupont & Fils 4412 » → « DUPONT FILS »."""
    mots = re.findall(r"[A-Z0-9]+", ascii_majuscule(nom).replace(".", ""))
    utiles = [mot for mot in mots if not _FORMES.fullmatch(mot)]
    return " ".join(utiles or mots)[:120]


def porte_la_mention(*textes: str) -> bool:
    """True when a person, or the portal, wrote #Comptabilise."""
    return any(_MENTION.search(texte) for texte in textes)


def sans_mention(texte: str) -> str:
    return " ".join(_MENTION.sub(" ", texte).split())


def complement_de(reference: str, note: str, complements: tuple[str, ...] = (), mention: bool = False) -> str:
    """« Libellé complémentaire »: the motive, the note, the other texts, then the mention, once."""
    morceaux = dict.fromkeys(sans_mention(texte) for texte in (reference, note, *complements))
    return " ".join([*(morceau for morceau in morceaux if morceau), *([MENTION] if mention else [])])
