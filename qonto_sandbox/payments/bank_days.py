"""Days on which the SEPA network settles: TARGET working days."""

from datetime import date, timedelta
from functools import cache


def easter(year: int) -> date:
    """The Gregorian computation of Meeus, Jones and Butcher."""
    century, rest = divmod(year, 100)
    skipped, leap = divmod(century, 4)
    moon = (19 * (year % 19) + century - skipped - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * leap + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def closed(year: int) -> frozenset[date]:
    """New Year, Good Friday, Easter Monday, 1 May, Christmas and its morrow: the ECB's list since 2002."""
    sunday = easter(year)
    fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)}
    return frozenset(fixed | {sunday - timedelta(days=2), sunday + timedelta(days=1)})


def is_bank_day(day: date) -> bool:
    return day.weekday() < 5 and day not in closed(day.year)


def bank_day_on_or_after(day: date) -> date:
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def next_bank_day(day: date) -> date:
    return bank_day_on_or_after(day + timedelta(days=1))
