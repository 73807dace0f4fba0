"""Refusals of the accounting room; each message can be shown as it is."""

from datetime import date as Date


class ComptabiliteError(Exception):
    """Base of the refusals of comptabilite."""


class EcritureRefusee(ComptabiliteError):
    """The entry would break a rule of accounting; the message says which."""


class EcritureFigee(ComptabiliteError):
    """The entry is validated: it can only be reversed."""

    def __init__(self, numero: int | None) -> None:
        super().__init__(
            f"L’écriture n° {numero} est validée : elle ne se modifie plus. Contre-passez-la, puis saisissez la bonne."
        )


class CompteRefuse(ComptabiliteError):
    """The account number cannot be used."""


class JournalRefuse(ComptabiliteError):
    """The journal cannot be created or changed in that way."""


class PeriodeFermee(ComptabiliteError):
    """The date is in a closed exercice or a locked period. `premiere_date_ouverte`: where it may be booked."""

    def __init__(self, date: Date, motif: str, premiere_date_ouverte: Date) -> None:
        self.premiere_date_ouverte = premiere_date_ouverte
        super().__init__(
            f"La date du {date:%d/%m/%Y} n’est plus ouverte ({motif}). "
            f"Première date ouverte : {premiere_date_ouverte:%d/%m/%Y}."
        )


class ExerciceRefuse(ComptabiliteError):
    """The exercice cannot be opened, locked or closed; the message says what stands in the way."""


class ValidationRefusee(ComptabiliteError):
    """At least one entry cannot be validated; nothing was."""


class LettrageRefuse(ComptabiliteError):
    """The lines cannot be lettered together, or the lettering cannot be undone."""


class ExportRefuse(ComptabiliteError):
    """The FEC cannot be written: the message says what is missing."""
