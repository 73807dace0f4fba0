"""Days on which the SEPA network settles: TARGET working days."""

from datetime import date, timedelta

import holidays

TARGET = holidays.financial_holidays("ECB")


def is_bank_day(day: date) -> bool:
    return day.weekday() < 5 and day not in TARGET


def bank_day_on_or_after(day: date) -> date:
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def next_bank_day(day: date) -> date:
    return bank_day_on_or_after(day + timedelta(days=1))
