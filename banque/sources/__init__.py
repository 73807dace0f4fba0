"""One module per source of bank lines. Each yields the neutral `OperationRecue`."""

from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class PieceRecue:
    """A document that the bank holds for a line."""

    external_id: str
    nom: str
    type_mime: str = ""
    taille: int = 0


@dataclass(frozen=True, slots=True)
class OperationRecue:
    """A bank line as its source tells it: integer cents signed from the holder's side, aware instants."""

    source: str
    external_id: str
    statut: str
    montant_cents: int
    reglee_le: datetime | None
    libelle: str
    date_valeur: Date | None = None
    emise_le: datetime | None = None
    modifiee_le: datetime | None = None
    solde_apres_cents: int | None = None
    contrepartie: str = ""
    contrepartie_iban: str = ""
    reference: str = ""
    note: str = ""
    complements: tuple[str, ...] = ()
    type_operation: str = ""
    code_operation: str = ""
    mode_reglement: str = ""
    devise: str = "EUR"
    montant_local_cents: int | None = None
    devise_locale: str = ""
    tva_cents: int | None = None
    taux_tva: int | None = None  # hundredths of a percent: 2000 is 20 %
    numero_cheque: str = ""
    pieces: tuple[PieceRecue, ...] = ()
    payload: bytes = field(default=b"", repr=False, compare=False)

    @property
    def jour(self) -> Date | None:
        """The calendar day in Paris on which the line moved the balance."""
        return self.reglee_le.astimezone(PARIS).date() if self.reglee_le else None


@dataclass(frozen=True, slots=True)
class ReleveRecu:
    """One account in a statement file: its lines in order and the balances around them."""

    iban: str
    du: Date
    au: Date
    solde_ouverture_cents: int
    solde_cloture_cents: int
    operations: tuple[OperationRecue, ...]
