"""CFONB 120: records of 120 characters, over-punched amounts (comptabilite.md §B)."""

import re
from collections.abc import Iterator
from datetime import date as Date
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from banque.enums import MENTION
from banque.formats import ExportImpossible, LigneExportee, ReleveExporte, ascii_majuscule
from portal.lib.rib import Rib, rib_de

POSITIF, NEGATIF = "{ABCDEFGHI", "}JKLMNOPQR"
FIN = "\r\n"


def encoder_montant(cents: int) -> str:
    """14 positions; the last one carries the last digit and the sign."""
    chiffres = f"{abs(cents):014d}"
    if len(chiffres) > 14:
        raise ExportImpossible("Un montant dépasse les 14 positions du format CFONB 120.")
    return chiffres[:13] + (POSITIF if cents >= 0 else NEGATIF)[int(chiffres[13])]


def decoder_montant(texte: str) -> int:
    """The amount in its own decimals. Raises ValueError when it is not one."""
    dernier = {"é": "{", "è": "}"}.get(texte[13:], texte[13:])
    if dernier.isdigit():
        return int(texte)
    if dernier and dernier in POSITIF:
        return int(texte[:13] + str(POSITIF.index(dernier)))
    if dernier and dernier in NEGATIF:
        return -int(texte[:13] + str(NEGATIF.index(dernier)))
    raise ValueError(f"montant illisible « {texte} »")


def _jour(jour: Date) -> str:
    return f"{jour:%d%m%y}"


def _zone(texte: str, longueur: int) -> str:
    return ascii_majuscule(texte)[:longueur].ljust(longueur)


def _solde(code: str, rib: Rib, devise: str, jour: Date, cents: int) -> str:
    tete = f"{code}{rib.banque}{'':4}{rib.guichet}{devise}2 {rib.compte}  {_jour(jour)}"
    return f"{tete}{'':50}{encoder_montant(cents)}{'':16}"


def _numero(ligne: LigneExportee, rang: int) -> str:
    fin = re.search(r"\d{7}$", ligne.reference)
    return fin.group() if fin else f"{rang % 10_000_000:07d}"


def _mouvement(ligne: LigneExportee, rib: Rib, devise: str, rang: int) -> str:
    code = (ligne.code_operation or "99")[:2].ljust(2)
    return (
        f"04{rib.banque}{'':4}{rib.guichet}{devise}2 {rib.compte}{code}{_jour(ligne.jour)}  {_jour(ligne.valeur)}"
        f"{_zone(ligne.libelle, 31)}  {_numero(ligne, rang)}  {encoder_montant(ligne.montant_cents)}"
        f"{_zone(ligne.reference, 16)}"
    )


def _morceaux(texte: str) -> Iterator[str]:
    plat = " ".join(ascii_majuscule(texte).split())
    for debut in range(0, len(plat), 70):
        yield plat[debut : debut + 70]


def _complements(ligne: LigneExportee) -> Iterator[tuple[str, str]]:
    depense = ligne.montant_cents < 0
    if ligne.contrepartie:
        yield "NBE" if depense else "NPY", _zone(ligne.contrepartie, 70)
    for qualifiant, texte in zip(("LCC", "LC2"), _morceaux(ligne.reference), strict=False):
        yield qualifiant, texte
    if depense and ligne.reference:
        yield "RCN", _zone(ligne.reference, 35)
    if ligne.devise_locale and ligne.montant_local_cents is not None:
        yield "MMO", f"{ligne.devise_locale:3.3}2{abs(ligne.montant_local_cents):014d}"
    if ligne.contrepartie_iban:
        yield "CBE" if depense else "CPY", _zone(ligne.contrepartie_iban, 35)
    for texte in _morceaux(ligne.complement):
        yield "LIB", texte
    if ligne.comptabilise:
        # Verbatim, on a line of its own: accounting software looks for this very word.
        yield "LIB", MENTION


def _enregistrements(releve: ReleveExporte, rib: Rib) -> Iterator[str]:
    devise, solde, date_solde, rang = releve.devise, releve.solde_ouverture_cents, releve.du - timedelta(days=1), 0
    for jour, lignes in groupby(releve.lignes, key=attrgetter("jour")):
        yield _solde("01", rib, devise, date_solde, solde)
        for ligne in lignes:
            rang += 1
            solde += ligne.montant_cents
            mouvement = _mouvement(ligne, rib, devise, rang)
            yield mouvement
            tete = f"05{mouvement[2:40]}{'':5}"
            for qualifiant, texte in _complements(ligne):
                yield f"{tete}{qualifiant}{texte:70.70}  "
        yield _solde("07", rib, devise, jour, solde)
        date_solde = jour
    if date_solde != releve.au or not rang:
        yield _solde("01", rib, devise, date_solde, solde)
        yield _solde("07", rib, devise, releve.au, solde)
    if solde != releve.solde_cloture_cents:
        raise ExportImpossible("Le solde d’ouverture et les lignes ne donnent pas le solde de clôture.")


def ecrire(releve: ReleveExporte) -> Iterator[bytes]:
    """One day after the other: old balance, movements with their texts, new balance."""
    rib = rib_de(releve.iban)
    if rib is None:
        raise ExportImpossible("Le format CFONB 120 ne décrit que des comptes français.")
    for enregistrement in _enregistrements(releve, rib):
        yield (enregistrement + FIN).encode("ascii")
