"""How Qonto writes times, dates and money."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
AMOUNT = re.compile(r"^\d{1,12}(\.\d{1,2})?$")


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`. Texts of this form sort like the moments."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def moment(text: str) -> datetime:
    """Read an ISO 8601 time; one without zone is UTC. Raises ValueError."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def day(text: str) -> date:
    """Read `YYYY-MM-DD` and nothing else. Raises ValueError."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def euros(cents: int) -> float:
    """The JSON number beside the cents."""
    return cents / 100


def decimal_text(cents: int) -> str:
    """`123456` as `1234.56`."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def cents(text: str) -> int:
    """`"1100.5"` as `110050`. Raises ValueError when it is not an amount with at most two decimals."""
    if not AMOUNT.match(text):
        raise ValueError(text)
    return int(Decimal(text) * 100)


def french_euros(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", " ") + f",{rest:02d} €"
