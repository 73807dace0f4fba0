"""The two reads of generated lines, with the same filters and refusals as the stored ones."""

from collections.abc import Sequence
from functools import lru_cache

import orjson
from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import JSON
from qonto_sandbox.core.errors import not_found
from qonto_sandbox.core.pagination import DEEPEST, meta, page_of
from qonto_sandbox.core.routing import Call
from qonto_sandbox.core.store import Record
from qonto_sandbox.volume import lines

BOUNDED = ("updated_at", "emitted_at", "settled_at", "created_at")


def listed(
    call: Call, account: Record, *, statuses: set[str], includes: set[str], descending: bool
) -> Response | None:
    """A page of the account; None when too many lines match."""
    assert call.world.volume is not None
    rank, chosen = account["volume_rank"], _chosen(call, account["volume_rank"])
    if "completed" not in statuses:
        chosen = range(0)
    if len(chosen) > DEEPEST:
        return None
    number, per_page = page_of(call.query)
    described = meta(page=number, per_page=per_page, total=len(chosen), shape="object")
    order = chosen[::-1] if descending else chosen
    shown = order[(number - 1) * per_page : number * per_page]
    body = lines.text(call.world.volume, rank, shown, lines.tail(includes))
    return Response(lines.page(body, described, orjson.dumps), 200, content_type=JSON)


def _chosen(call: Call, rank: int) -> Sequence[int]:
    """The ranks of the lines that match: a range when only times are asked."""
    volume, query = call.world.volume, call.query
    assert volume is not None
    times, low, high = lines.stamps(volume), 0, volume.transactions - 1
    for field in BOUNDED:
        first, last = query.instant(f"{field}_from"), query.instant(f"{field}_to")
        low = max(low, times.first_at_or_after(first)) if first is not None else low
        high = min(high, times.last_at_or_before(last)) if last is not None else high
    side, operations = query.choice("side", ("credit", "debit")), set(query.many("operation_type"))
    if query.boolean("with_attachments"):
        return range(0)
    if not side and not operations:
        return range(low, high + 1)
    return _kept(rank, low, high, side, frozenset(operations))


@lru_cache(64)
def _kept(rank: int, low: int, high: int, side: str, operations: frozenset[str]) -> list[int]:
    """Asked for page after page by whoever walks through the account."""
    return [i for i in range(low, high + 1) if lines.keeps(rank, i, side=side, operations=operations)]


def shown(call: Call, id: str, includes: set[str]) -> Response:
    volume = call.world.volume
    assert volume is not None
    try:
        rank, i = lines.parse_id(id)
    except ValueError:
        raise not_found(shape="object") from None
    if i >= volume.transactions or lines.account_id(rank) != call.organization.get("account_id"):
        raise not_found(shape="object")
    text = lines.text(volume, rank, range(i, i + 1), lines.tail(includes))
    return Response(f'{{"transaction":{text}}}', 200, content_type=JSON)
