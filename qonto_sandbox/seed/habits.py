"""What comes back in the life of a company: each habit says when it falls due and what line it leaves."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from qonto_sandbox.core.formats import PARIS

WEEK = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Habit:
    """One kind of line. Due on `weekdays`, or on `monthday` (31 = last day), or in the months `months` only.

    `chance` lets some due days pass. `lag`: days from emission to settlement; a line not settled yet is pending.
    """

    key: str
    label: str
    kind: str
    low: int
    high: int
    weekdays: tuple[int, ...] = ()
    monthday: int = 0
    months: tuple[int, ...] = ()
    chance: float = 1.0
    lag: int = 0
    name: str = ""
    category: str = "other_expense"
    flow: tuple[str, str] = ("Dépenses", "Autres dépenses")
    rate: float | None = None
    receipt: float = 0.0
    iban: str = ""
    bic: str = ""
    reference: str = ""
    tag: str = ""
    who: int = 0
    required: bool = True

    @property
    def side(self) -> str:
        return "credit" if self.kind in {"income", "cheque", "swift_income", "direct_debit_collection"} else "debit"

    def due(self, day: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        if self.monthday:
            return day.day == min(self.monthday, calendar.monthrange(day.year, day.month)[1])
        return day.weekday() in self.weekdays


@dataclass(frozen=True)
class Occurrence:
    """A habit on one day, with everything drawn."""

    habit: Habit
    day: date
    emitted_at: datetime
    settled_at: datetime
    amount_cents: int
    rng: Random


def draw(slug: str, habits: tuple[Habit, ...], first: date, last: date) -> list[Occurrence]:
    """Every occurrence between two days, in order of settlement. A day gives the same lines whenever the year ends."""
    found = []
    day = first
    while day <= last:
        for habit in habits:
            if not habit.due(day):
                continue
            rng = Random(f"{slug}/{habit.key}/{day}")
            if rng.random() < habit.chance:
                found.append(_occurrence(habit, day, rng, last))
        day += timedelta(days=1)
    return sorted(found, key=lambda row: (row.settled_at, row.habit.key))


def _occurrence(habit: Habit, day: date, rng: Random, last: date) -> Occurrence:
    amount = habit.low if habit.low == habit.high else rng.randint(habit.low, habit.high)
    if habit.kind == "card":
        emitted = datetime.combine(day, time(rng.randint(8, 20), rng.randint(0, 59), rng.randint(0, 59)), PARIS)
        settled_day = day + timedelta(days=habit.lag or rng.choice((1, 1, 2)))
        settled = datetime.combine(settled_day, time(rng.randint(2, 5), rng.randint(0, 59), rng.randint(0, 59)), PARIS)
        if day == last:
            # Today's purchases are those of the small hours: the seed must not depend on when it is planted.
            emitted = datetime.combine(day, time(0, 1, rng.randint(0, 59)), PARIS)
    else:
        hour = 0 if day == last else rng.randint(6, 17)
        minute = rng.randint(2, 9) if day == last else rng.randint(0, 59)
        settled = datetime.combine(day, time(hour, minute, rng.randint(0, 59), rng.randint(0, 999) * 1000), PARIS)
        emitted = settled - timedelta(seconds=8)
    return Occurrence(habit, day, emitted, settled, amount, rng)
