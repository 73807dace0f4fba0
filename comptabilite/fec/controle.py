"""Control of the written bytes: the rules of the tax administration's tool, then the stricter ones (§A.5).

The first level reproduces Test Compta Demat; it reads the columns by their name, whatever their order. The second
level is ours and looks at what the tool does not: balance, numbers, order, calendar, lettering, doubles.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

from comptabilite.fec.format import COLONNES
from comptabilite.fec.niveau2 import Niveau2
from comptabilite.fec.rapport import Rapport
from portal.lib.identifiants import siren_valide

NOM = re.compile(r"(.*)FEC(20[0-9]{2}[0-1][0-9][0-3][0-9])")
NOM_LEGAL = re.compile(r"([0-9]{9})FEC([0-9]{8})(_[0-9]+)?\.txt")
CLES = ("EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "EcritureLib")
INDISPENSABLES = (*CLES, "Debit", "Credit")
RENSEIGNEES = ("JournalCode", "JournalLib", "CompteLib", "PieceRef", "PieceDate", "EcritureLib", "ValidDate")
DATES_OBLIGATOIRES = ("EcritureDate", "PieceDate", "ValidDate")
NOMBRE = re.compile(r"[+-]?\d+(,\d*)?([eE][+-]?\d+)?|\d+(,\d*)?([eE][+-]?\d+)?[+-]|[+-]?,\d+")
DATE_AAAAMMJJ = re.compile(r"(\d{4})[/\-.]?(\d{2})[/\-.]?(\d{2})(?!\d)")
DATE_JJMMAAAA = re.compile(r"(\d{2})[/\-.]?(\d{2})[/\-.]?(\d{4})(?!\d)")
BLOC = 1 << 20


@dataclass(frozen=True)
class Attendu:
    """What the file must say of its dossier; None leaves the second level's N5 and N8 out."""

    siren: str
    debut: Date
    cloture: Date


def lignes_de(chemin: Path) -> Iterator[bytes]:
    """The records of the file; the end of line is found in the first 4 096 bytes, CRLF then CR then LF."""
    with chemin.open("rb") as fichier:
        tete = fichier.read(4096)
        fin = next((marque for marque in (b"\r\n", b"\r", b"\n") if marque in tete), b"\n")
        fichier.seek(0)
        reste = b""
        while bloc := fichier.read(BLOC):
            *entieres, reste = (reste + bloc).split(fin)
            yield from entieres
        if reste:
            yield reste


def decoder(octets: bytes) -> str:
    """As the tool: NUL removed, every A0 byte made a space before decoding (an `à` in UTF-8 does not survive it)."""
    propres = octets.replace(b"\x00", b"").replace(b"\xc2\xa0", b" ").replace(b"\xa0", b" ")
    with suppress(UnicodeDecodeError):
        return propres.decode("utf-8")
    return propres.decode("iso8859-15")


def _nom_normalise(nom: str) -> str:
    sans_accent = nom.strip().lower().replace("é", "e").replace("è", "e")
    return re.sub(r"[^a-z0-9_]", "_", sans_accent)


def cents_de(texte: str) -> int | None:
    """Cents of a number that the tool accepts; empty is zero, None when it is no number."""
    if not texte:
        return 0
    if not NOMBRE.fullmatch(texte):
        return None
    signe = -1 if "-" in (texte[0], texte[-1]) else 1
    if "e" in texte.lower():
        return signe * round(float(texte.strip("+-").replace(",", ".")) * 100)
    entier, _, decimales = texte.strip("+-").partition(",")
    return signe * (int(entier or 0) * 100 + int(decimales[:2].ljust(2, "0")))


def _date_de_l_outil(texte: str) -> tuple[int, int, int] | None:
    """Year, month, day as the tool reads them; 31 February passes, month 13 does not."""
    for motif, ordre in ((DATE_AAAAMMJJ, (1, 2, 3)), (DATE_JJMMAAAA, (3, 2, 1))):
        trouve = motif.match(texte)
        if trouve is not None:
            annee, mois, jour = (int(trouve[place]) for place in ordre)
            if 1 <= mois <= 12 and 1 <= jour <= 31:
                return annee, mois, jour
    return None


class _Niveau1:
    """The tool's controls on one line (§A.5, 4 to 6)."""

    def __init__(self, rapport: Rapport, index: dict[str, int]) -> None:
        self.rapport, self.index = rapport, index

    def controler(self, rang: int, champs: list[str]) -> None:
        def lire(nom: str) -> str:
            return champs[self.index[nom]].strip() if nom in self.index else ""

        numero = lire("EcritureNum")
        for nom in CLES:
            if not lire(nom):
                self.rapport.noter("T-CLE", f"{nom} est vide", ligne=rang, numero=numero)
        for nom in RENSEIGNEES:
            if nom not in CLES and nom in self.index and not lire(nom):
                self.rapport.noter("T-V", f"{nom} est vide", ligne=rang, numero=numero)
        self._montants(rang, numero, lire)
        self._dates(rang, numero, lire)
        if lire("CompteNum") and not re.match(r"[0-9]{3}", lire("CompteNum")):
            self.rapport.noter(
                "T-A-COMPTE", f"{lire('CompteNum')} ne commence pas par trois chiffres", ligne=rang, numero=numero
            )

    def _montants(self, rang: int, numero: str, lire: Callable[[str], str]) -> None:
        cents = {}
        for nom in ("Debit", "Credit", "Montantdevise"):
            cents[nom] = cents_de(lire(nom))
            if cents[nom] is None:
                self.rapport.noter(
                    "T-NOMBRE", f"{nom} « {lire(nom)} » : un nombre à virgule est attendu", ligne=rang, numero=numero
                )
        if (
            cents["Debit"] is not None
            and cents["Credit"] is not None
            and bool(cents["Debit"]) == bool(cents["Credit"])
        ):
            self.rapport.noter(
                "T-A-SENS", "débit et crédit sont tous deux nuls ou tous deux remplis", ligne=rang, numero=numero
            )

    def _dates(self, rang: int, numero: str, lire: Callable[[str], str]) -> None:
        for nom in (*DATES_OBLIGATOIRES, "DateLet"):
            texte = lire(nom)
            if nom not in self.index or (not texte and nom != "EcritureDate"):
                continue  # A blank PieceDate or ValidDate is « T-V », a blank EcritureDate « T-CLE » and « T-DATE ».
            lue = _date_de_l_outil(texte) if texte.strip("0") else None
            if lue is None:
                if texte:
                    self.rapport.noter("T-DATE", f"{nom} « {texte} » n’est pas une date", ligne=rang, numero=numero)
            elif not 1900 <= lue[0] <= 2099:
                self.rapport.noter("T-A-ANNEE", f"{nom} : année {lue[0]}", ligne=rang, numero=numero)


def _controler_nom(rapport: Rapport, nom: str, attendu: Attendu | None) -> None:
    if NOM.match(nom) is None:
        rapport.noter("T-NOM", f"« {nom} » ne suit pas SirenFECAAAAMMJJ")
        return
    if attendu is None:
        return
    legal = NOM_LEGAL.fullmatch(nom)
    if legal is None or not siren_valide(legal[1]):
        rapport.noter("N8", f"« {nom} » ne commence pas par un SIREN valide de neuf chiffres")
    elif legal[1] != attendu.siren:
        rapport.noter("N8", f"le SIREN {legal[1]} n’est pas celui du dossier, {attendu.siren}")
    elif legal[2] != f"{attendu.cloture:%Y%m%d}":
        rapport.noter("N8", f"la date {legal[2]} n’est pas la clôture de l’exercice, {attendu.cloture:%d/%m/%Y}")


def _controler_entete(rapport: Rapport, entete: str) -> tuple[str, dict[str, int], int] | None:
    """Separator, place of each column, number of columns; None when the tool would refuse to start."""
    entete = entete.removeprefix("\ufeff").removeprefix("ï»¿")
    separateur = next((s for s in ("\t", "|") if entete.count(s) + 1 >= 9), None)
    if separateur is None:
        rapport.noter("T-SEP", "la première ligne n’a pas neuf colonnes séparées par TAB ou |", ligne=1)
        return None
    noms = entete.split(separateur)
    if not noms[-1].strip():
        noms.pop()  # One trailing separator is tolerated.
    legaux = {_nom_normalise(nom): nom for nom in COLONNES}
    index = {legaux[_nom_normalise(nom)]: place for place, nom in enumerate(noms) if _nom_normalise(nom) in legaux}
    absentes = [nom for nom in COLONNES if nom not in index]
    if absentes:
        rapport.noter("T-O", f"colonnes absentes : {', '.join(absentes)}", ligne=1)
    autres = [nom for nom in noms if _nom_normalise(nom) not in legaux]
    if autres:
        rapport.noter("T-S", f"colonnes hors liste : {', '.join(autres)}", ligne=1)
    if not absentes and tuple(noms) != COLONNES:
        rapport.noter("N7", "les colonnes n’ont pas l’ordre et la casse de l’article A47 A-1", ligne=1)
    return (separateur, index, len(noms)) if all(nom in index for nom in INDISPENSABLES) else None


def controler_fichier(
    chemin: Path, *, attendu: Attendu | None = None, nb_remplaces: int = 0, nb_brouillards: int = 0
) -> Rapport:
    """Read the file once and report what both levels find. Memory does not grow with the lines that are right.

    `nb_remplaces`, `nb_brouillards`: what only the writer knows, reported as N13 and N15.
    """
    rapport = Rapport()
    _controler_nom(rapport, chemin.name, attendu)
    lignes = lignes_de(chemin)
    premiere = next(lignes, None)
    structure = _controler_entete(rapport, decoder(premiere)) if premiere is not None else None
    if premiere is None:
        rapport.noter("T-VIDE", "le fichier est vide")
    if structure is not None:
        _controler_lignes(rapport, lignes, structure, attendu)
        if rapport.nb_lignes == 0:
            rapport.noter("T-VIDE", "le fichier n’a aucune écriture")
    if nb_remplaces:
        rapport.noter("N13", f"{nb_remplaces} caractère(s) que l’ISO 8859-15 n’a pas, remplacé(s) par « ? »")
    if nb_brouillards:
        rapport.noter("N15", f"{nb_brouillards} brouillard(s) ne figurent pas dans ce fichier : il est provisoire")
    return rapport


def _controler_lignes(
    rapport: Rapport, lignes: Iterator[bytes], structure: tuple[str, dict[str, int], int], attendu: Attendu | None
) -> None:
    separateur, index, nb_colonnes = structure
    niveau1 = _Niveau1(rapport, index)
    niveau2 = Niveau2(rapport, index, attendu.debut if attendu else None, attendu.cloture if attendu else None)
    largeur: int | None = None
    for rang, octets in enumerate(lignes, start=2):
        if not octets.strip():
            rapport.noter("T-LIGNE", "ligne blanche", ligne=rang)
            continue
        champs = decoder(octets).split(separateur)
        # A trailing blank column is fine if every line has it (§A.6).
        largeur = largeur or nb_colonnes + (len(champs) == nb_colonnes + 1 and not champs[-1])
        if len(champs) != largeur:
            rapport.noter("T-COL", f"{len(champs)} colonnes au lieu de {largeur}", ligne=rang)
            continue
        rapport.nb_lignes += 1
        niveau1.controler(rang, champs)
        niveau2.controler(rang, champs)
    niveau2.conclure()
