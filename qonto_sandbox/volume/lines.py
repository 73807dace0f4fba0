"""The generated lines: amount, balance, time and bytes of line `i` of organization `rank`, each in closed form."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from random import Random
from typing import Any

from qonto_sandbox.core import ids
from qonto_sandbox.core.world import Volume

OPENING = 2_500_000
CYCLE = 1009
YEAR_SECONDS = 365 * 86_400
# Texts of JSON in ASCII alone (accents escaped): a page of them is turned into bytes by a mere copy.
KINDS = (
    ("WORLDLINE REMISE CB", "Worldline", "income", "Income", "sales"),
    ("METRO FRANCE", "Metro", "card", "Card", "food_and_grocery"),
    ("EDF ENTREPRISES", "EDF", "direct_debit", "DirectDebit", "utility"),
    ("FOURNISSEUR GENERAL", "Fournisseur g\\u00e9n\\u00e9ral", "transfer", "Transfer", "other_expense"),
)
PARTY = (
    '{"counterparty_account_number":"FR7630004008190001045237750","counterparty_account_number_format":"IBAN",'
    '"counterparty_bank_identifier":"BNPAFRPPXXX","counterparty_bank_identifier_format":"SWIFT_BIC"}'
)


def _cycle() -> tuple[list[int], list[int], list[int]]:
    """Signed amounts that come back, their running sums, and their kinds: as much comes in as goes out, or nearly."""
    rng = Random("volume")
    kinds = [rng.choice((0, 0, 1, 1, 2, 3)) for _ in range(CYCLE)]
    amounts = [rng.randint(20_000, 90_000) if kind == 0 else -rng.randint(1_000, 55_000) for kind in kinds]
    # The last one brings the cycle back to a small gain.
    amounts[-1], kinds[-1] = 0, 0
    rest = 10_000 - sum(amounts)
    amounts[-1], kinds[-1] = rest or 1, 0 if rest > 0 else 3
    return amounts, list(accumulate(amounts, initial=0)), kinds


AMOUNTS, SUMS, KIND_OF = _cycle()


@lru_cache(4096)
def account_id(rank: int) -> str:
    return ids.stable("volume-account", rank)


def line_id(rank: int, i: int) -> str:
    return f"{rank:08x}{_id_end(i)}"


def _id_end(i: int) -> str:
    return f"-{i >> 28 & 0xFFFF:04x}-4{i >> 16 & 0xFFF:03x}-8000-00000000{i & 0xFFFF:04x}"


def parse_id(id: str) -> tuple[int, int]:
    """The inverse of `line_id`. Raises ValueError."""
    parts = id.split("-")
    if len(parts) != 5:
        raise ValueError(id)
    rank = int(parts[0], 16)
    i = int(parts[1], 16) << 28 | int(parts[2][1:], 16) << 16 | int(parts[4][8:], 16)
    if line_id(rank, i) != id:
        raise ValueError(id)
    return rank, i


def _sum_to(position: int) -> int:
    whole, rest = divmod(position, CYCLE)
    return whole * SUMS[CYCLE] + SUMS[rest]


def balance_after(rank: int, i: int) -> int:
    """Each organization enters the cycle elsewhere."""
    start = rank * 37 % CYCLE
    return OPENING + _sum_to(start + i + 1) - _sum_to(start)


@cache
def _stamps(origin: datetime, count: int) -> "Stamps":
    return Stamps(origin, count)


class Stamps:
    """The times of the lines, evenly over the year that ends at `origin`. A day's text is written once."""

    def __init__(self, origin: datetime, count: int) -> None:
        self._step = YEAR_SECONDS / count
        self._start = origin - timedelta(seconds=YEAR_SECONDS)
        self._count = count
        begin = self._start.astimezone(UTC)
        self._shift = begin.hour * 3600 + begin.minute * 60 + begin.second
        first = begin.date()
        self._days = [(first + timedelta(days=day)).isoformat() for day in range(367)]

    def second(self, i: int) -> int:
        return int((i + 1) * self._step) - 1

    def text(self, i: int) -> str:
        day, rest = divmod(self.second(i) + self._shift, 86_400)
        hour, rest = divmod(rest, 3600)
        minute, second = divmod(rest, 60)
        return f"{self._days[day]}T{hour:02d}:{minute:02d}:{second:02d}.000Z"

    def first_at_or_after(self, moment: datetime) -> int:
        wanted = (moment - self._start).total_seconds()
        return bisect_left(range(self._count), wanted, key=self.second)

    def last_at_or_before(self, moment: datetime) -> int:
        wanted = (moment - self._start).total_seconds()
        return bisect_right(range(self._count), wanted, key=self.second) - 1


def stamps(volume: Volume) -> Stamps:
    return _stamps(volume.origin, volume.transactions)


def tail(includes: set[str]) -> str:
    """The included objects of a generated line: it has none of them."""
    return "".join(
        text
        for name, text in (
            ("labels", ',"labels":[]'),
            ("attachments", ',"attachments":[]'),
            ("vat_details", ',"vat_details":{"items":[]}'),
        )
        if name in includes
    )


def _money(cents: int) -> str:
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


# Constant parts of a line by kind; what differs is put between them.
def _frame(kind: int) -> tuple[str, str]:
    label, name, operation, subject, category = KINDS[kind]
    side, detail = ("credit" if kind == 0 else "debit"), f',"{operation}":{PARTY}' if operation != "card" else ""
    card = '"4821"' if operation == "card" else "null"
    middle = (
        f'"attachment_ids":[],"logo":null,"side":"{side}","operation_type":"{operation}","currency":"EUR",'
        f'"local_currency":"EUR","label":"{label}","clean_counterparty_name":"{name}","status":"completed","note":null,'
        f'"vat_amount":null,"vat_amount_cents":null,"vat_rate":null,"initiator_id":null,"label_ids":[],'
        f'"attachment_lost":false,"attachment_required":{"false" if kind == 0 else "true"},"card_last_digits":{card},'
        f'"category":"{category}","cashflow_category":null,"cashflow_subcategory":null,"subject_type":"{subject}",'
        f'"is_external_transaction":false{detail},"bank_account_id":"'
    )
    return middle, side


FRAMES = tuple(_frame(kind) for kind in range(len(KINDS)))


def _priced(position: int) -> str:
    """What a place of the cycle decides, between the number of the line and its account."""
    cents = abs(AMOUNTS[position])
    amount = f"{_money(cents)},"
    return (
        f'","amount":{amount}"amount_cents":{cents},"local_amount":{amount}"local_amount_cents":{cents},'
        f"{FRAMES[KIND_OF[position]][0]}"
    )


PRICED = tuple(_priced(position) for position in range(CYCLE))


@lru_cache(1000)
def _dated(volume: Volume, hundred: int) -> list[str]:
    """What the rank of a line decides in every organization, for a hundred lines: end of the id, times, reference."""
    when, found = stamps(volume).text, []
    for i in range(hundred * 100, min(hundred * 100 + 100, volume.transactions)):
        stamp = when(i)
        found.append(
            f'{_id_end(i)}","settled_at":"{stamp}","emitted_at":"{stamp}","created_at":"{stamp}",'
            f'"updated_at":"{stamp}","reference":"REF {i + 1}","transaction_id":"'
        )
    return found


def text(volume: Volume, rank: int, order: Sequence[int], end: str) -> str:
    """The JSON of the lines of `order`, between commas; `end` is the tail of the included objects."""
    start, slug, account = rank * 37 % CYCLE, f"volume-{rank:06d}-1-transaction-", account_id(rank)
    base = OPENING - _sum_to(start)
    found, hundred, dated = [], -1, []
    for i in order:
        if i // 100 != hundred:
            hundred = i // 100
            dated = _dated(volume, hundred)
        whole, position = divmod(start + i, CYCLE)
        balance = base + whole * SUMS[CYCLE] + SUMS[position + 1]
        found.append(
            f'{dated[i % 100]}{slug}{i + 1}{PRICED[position]}{account}","settled_balance":{balance / 100},'
            f'"settled_balance_cents":{balance}'
        )
    opening = f'{{"id":"{rank:08x}'
    return f"{opening}{f'{end}}},{opening}'.join(found)}{end}}}" if found else ""


def keeps(rank: int, i: int, *, side: str, operations: Container[str]) -> bool:
    kind = KIND_OF[(rank * 37 % CYCLE + i) % CYCLE]
    return (not side or FRAMES[kind][1] == side) and (not operations or KINDS[kind][2] in operations)


def page(body: str, meta: dict[str, Any], dumps: Callable[[Any], bytes]) -> bytes:
    return b'{"transactions":[%b],"meta":%b}' % (body.encode(), dumps(meta))
