"""Statement files: one module per format, each writing a `ReleveExporte` as a stream of bytes."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from typing import Protocol

MIME = {
    "cfonb120": ("text/plain; charset=us-ascii", "txt"),
    "ofx": ("application/x-ofx", "ofx"),
    "camt053": ("application/xml", "xml"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
}


class ExportImpossible(Exception):
    """The account or a line cannot be written in this format; the message can be shown."""


@dataclass(frozen=True, slots=True)
class LigneExportee:
    """One line of a statement, whatever its source. `identifiant`: stable and unique in the account."""

    identifiant: str
    jour: Date
    montant_cents: int
    libelle: str
    date_valeur: Date | None = None
    contrepartie: str = ""
    contrepartie_iban: str = ""
    reference: str = ""
    complement: str = ""
    comptabilise: bool = False
    correction: bool = False
    code_operation: str = ""
    mode_reglement: str = ""
    numero_cheque: str = ""
    devise_locale: str = ""
    montant_local_cents: int | None = None
    piece: str = ""
    compte: str = ""
    document: bool = False
    etat: str = ""

    @property
    def valeur(self) -> Date:
        return self.date_valeur or self.jour


@dataclass(frozen=True, slots=True)
class ReleveExporte:
    """An account over a period, both days included. `lignes` is read once, in order."""

    iban: str
    bic: str
    titulaire: str
    du: Date
    au: Date
    solde_ouverture_cents: int
    solde_cloture_cents: int
    cree_le: datetime
    lignes: Iterable[LigneExportee]
    devise: str = "EUR"


class Ecrivain(Protocol):
    def __call__(self, releve: ReleveExporte) -> Iterator[bytes]: ...


_SANS_DECOMPOSITION = str.maketrans(
    dict(
        zip(
            "œŒæÆ€ßøØ’–«»—…",
            ("oe", "OE", "ae", "AE", "EUR", "ss", "o", "O", "'", "-", '"', '"', "-", "..."),
            strict=True,
        )
    )
)


def ascii_majuscule(texte: str) -> str:
    """Plain upper-case ASCII; what has no near letter becomes a blank."""
    decompose = unicodedata.normalize("NFKD", texte.translate(_SANS_DECOMPOSITION))
    lettres = (signe for signe in decompose if not unicodedata.combining(signe))
    return "".join(signe if " " <= signe <= "~" else " " for signe in lettres).upper()


def decimale(cents: int, separateur: str = ".") -> str:
    """1060,01 as « 1060.01 », with its sign and without grouping."""
    entier, reste = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{entier}{separateur}{reste:02d}"
