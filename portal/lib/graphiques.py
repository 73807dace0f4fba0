"""Geometry of the small pictures: the view gives figures, the template draws SVG from what these functions return.

Integers all along: the viewBox is in whole units, amounts are cents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.lib.affichage import devise

LARGEUR, HAUTEUR = 560, 220
MARGE_GAUCHE, MARGE_BAS, MARGE_HAUT = 88, 30, 12
MOIS_COURTS = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


@dataclass(frozen=True)
class Graduation:
    """A label and its place on an axis."""

    libelle: str
    position: int


@dataclass(frozen=True)
class Courbe:
    """An area curve of a balance day by day."""

    points: Sequence[tuple[date, int]]
    trace: str
    aire: str
    zero: int
    gauche: int
    graduations: Sequence[Graduation]
    reperes: Sequence[Graduation]
    dernier: tuple[int, int]
    largeur: int = LARGEUR
    hauteur: int = HAUTEUR

    @property
    def fin_cents(self) -> int:
        """The last balance."""
        return self.points[-1][1]


@dataclass(frozen=True)
class Barre:
    libelle: str
    entrees_cents: int
    sorties_cents: int
    x_entree: int
    y_entree: int
    h_entree: int
    x_sortie: int
    y_sortie: int
    h_sortie: int
    milieu: int


@dataclass(frozen=True)
class Barres:
    """Money in and out, side by side, period by period."""

    barres: Sequence[Barre]
    epaisseur: int
    base: int
    gauche: int
    graduations: Sequence[Graduation]
    largeur: int = LARGEUR
    hauteur: int = HAUTEUR


def _pas(etendue: int) -> int:
    """A round step (1, 2 or 5 times a power of ten) that cuts the extent in about four."""
    brut = max(1, etendue // 4)
    puissance = 10 ** (len(str(brut)) - 1)
    return next((facteur * puissance for facteur in (1, 2, 5, 10) if facteur * puissance >= brut), brut)


def _echelle(bas: int, haut: int) -> tuple[int, int, list[int]]:
    """Bounds widened to round values, and the values to mark between them."""
    pas = _pas(haut - bas or 100)
    plancher = bas // pas * pas
    plafond = -(-haut // pas) * pas or pas
    return plancher, max(plafond, plancher + pas), list(range(plancher, max(plafond, plancher + pas) + 1, pas))


def _court(cents: int) -> str:
    """An axis label: whole euros."""
    texte = devise(cents)
    return texte.replace(",00", "") if cents % 100 == 0 else texte


def courbe(points: Sequence[tuple[date, int]]) -> Courbe | None:
    """The curve of (day, balance in cents), in order of days; None below two points."""
    if len(points) < 2:
        return None
    plancher, plafond, valeurs = _echelle(min(0, *(solde for _, solde in points)), max(0, *(s for _, s in points)))
    debut, jours = points[0][0], max(1, (points[-1][0] - points[0][0]).days)
    plage = HAUTEUR - MARGE_BAS - MARGE_HAUT

    def x(jour: date) -> int:
        return MARGE_GAUCHE + (jour - debut).days * (LARGEUR - MARGE_GAUCHE - 8) // jours

    def y(cents: int) -> int:
        return MARGE_HAUT + (plafond - cents) * plage // (plafond - plancher)

    traces = [f"M{x(points[0][0])} {y(points[0][1])}"]
    # A balance holds until the next movement: steps, not slopes.
    traces += [f"H{x(jour)}V{y(solde)}" for jour, solde in points[1:]]
    trace = "".join(traces)
    premiers = [jour for jour, _ in points if jour.day == 1]
    pas = max(1, len(premiers) // 6)
    return Courbe(
        points=points,
        trace=trace,
        aire=f"{trace}V{y(0)}H{x(debut)}Z",
        zero=y(0),
        gauche=MARGE_GAUCHE,
        graduations=[Graduation(_court(valeur), y(valeur)) for valeur in valeurs],
        reperes=[Graduation(mois_court(jour), x(jour)) for jour in premiers[::pas]],
        dernier=(x(points[-1][0]), y(points[-1][1])),
    )


def mois_court(jour: date) -> str:
    """The usual French abbreviation of the month."""
    return MOIS_COURTS[jour.month - 1]


def barres(periodes: Sequence[tuple[str, int, int]]) -> Barres | None:
    """Bars of (label, money in, money out), both in positive cents; None without a period."""
    if not periodes:
        return None
    _, plafond, valeurs = _echelle(0, max(max(entree, sortie) for _, entree, sortie in periodes))
    plage = HAUTEUR - MARGE_BAS - MARGE_HAUT
    colonne = (LARGEUR - MARGE_GAUCHE) // len(periodes)
    epaisseur = min(28, max(4, colonne * 2 // 6))
    base = HAUTEUR - MARGE_BAS

    def hauteur(cents: int) -> int:
        return cents * plage // plafond

    dessinees = []
    for rang, (libelle, entree, sortie) in enumerate(periodes):
        milieu = MARGE_GAUCHE + colonne * rang + colonne // 2
        dessinees.append(
            Barre(
                libelle,
                entree,
                sortie,
                x_entree=milieu - epaisseur - 1,
                y_entree=base - hauteur(entree),
                h_entree=hauteur(entree),
                x_sortie=milieu + 1,
                y_sortie=base - hauteur(sortie),
                h_sortie=hauteur(sortie),
                milieu=milieu,
            )
        )
    return Barres(
        barres=dessinees,
        epaisseur=epaisseur,
        base=base,
        gauche=MARGE_GAUCHE,
        graduations=[Graduation(_court(valeur), base - hauteur(valeur)) for valeur in valeurs],
    )


def etincelle(valeurs: Sequence[int], largeur: int = 96, hauteur: int = 24) -> str:
    """The path of a sparkline; empty below two values."""
    if len(valeurs) < 2:
        return ""
    bas, haut = min(valeurs), max(valeurs)
    etendue = haut - bas or 1
    pas = len(valeurs) - 1
    points = [
        f"{2 + rang * (largeur - 4) // pas} {2 + (haut - valeur) * (hauteur - 4) // etendue}"
        for rang, valeur in enumerate(valeurs)
    ]
    return "M" + "L".join(points)
