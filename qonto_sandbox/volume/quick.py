"""The page of lines that a load test asks for again and again, answered before the general machinery wakes.

Only the plainest call: right token, own account, a page that exists. Anything else, a fault in force included, is left
to the general way, which gives the same bytes (tested) and every refusal.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson

from qonto_sandbox.core import constants, ids
from qonto_sandbox.core.answers import JSON
from qonto_sandbox.core.pagination import DEEPEST, MAXIMUM, meta
from qonto_sandbox.core.world import World
from qonto_sandbox.volume import companies, lines

PATH = "/v2/transactions"
PAGING = ("page", "per_page")


@lru_cache(4096)
def _holder(authorization: str) -> int | None:
    """The rank of the organization whose token this is."""
    scheme, _, token = authorization.partition(" ")
    return companies.rank_of("oauth", token) if scheme == "Bearer" else None


def _asked(query: str) -> tuple[str, int, int] | None:
    """(account, page, lines a page) of a query that says nothing else."""
    read = dict.fromkeys(PAGING, 0) | {"per_page": MAXIMUM, "page": 1}
    account = ""
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name == "bank_account_id":
            account = value
        elif name in PAGING and value.isascii() and value.isdigit() and len(value) < 6:
            read[name] = int(value)
        else:
            return None
    return account, read["page"], read["per_page"]


def page(world: World, environ: dict[str, Any]) -> bytes | None:
    """The body of the page, or None when the call is not of the plainest kind."""
    volume = world.volume
    if volume is None or volume.transactions > DEEPEST or world.faults or world.options.rate_limits:
        return None
    if environ["REQUEST_METHOD"] != "GET" or environ["PATH_INFO"] != PATH:
        return None
    if environ.get("HTTP_X_QONTO_STAGING_TOKEN") != constants.STAGING_TOKEN:
        return None
    rank, asked = _holder(environ.get("HTTP_AUTHORIZATION", "")), _asked(environ.get("QUERY_STRING", ""))
    if rank is None or rank >= volume.organizations or asked is None or asked[0] != lines.account_id(rank):
        return None
    _, number, per_page = asked
    last = -(-volume.transactions // per_page) if 1 <= per_page <= MAXIMUM else 0
    if not 1 <= number <= last:
        return None
    described = meta(page=number, per_page=per_page, total=volume.transactions)
    order = range(volume.transactions)[::-1][(number - 1) * per_page : number * per_page]
    return lines.page(lines.text(volume, rank, order, ""), described, orjson.dumps)


def answered(world: World, environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes] | None:
    body = page(world, environ)
    if body is None:
        return None
    headers = [
        ("Content-Type", JSON),
        ("Content-Length", str(len(body))),
        ("X-Tyk-Trace-Id", ids.trace()),
        ("X-Request-Id", ids.new()),
    ]
    start_response("200 OK", headers)
    return [body]
