"""`page`, `per_page` and `meta` (reference §3.3)."""

from collections.abc import Callable, Sequence
from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, Shape
from qonto_sandbox.core.params import Query
from qonto_sandbox.core.store import Record

MAXIMUM = 100
DEEPEST = 10_000


def page_of(query: Query, *, default: int = 100) -> tuple[int, int]:
    """(page, per_page). `current_page` is the name of 2021, still seen in samples."""
    number = query.integer("page", 0) or query.integer("current_page", 1)
    return number, query.integer("per_page", default, at_most=MAXIMUM)


def meta(*, page: int, per_page: int, total: int, shape: Shape = "list") -> dict[str, int | None]:
    """The `meta` object; raises 422 when the page is beyond the last one."""
    pages = max(1, -(-total // per_page))
    if page > pages:
        detail = f"page must be less than or equal to {pages}"
        extra = {"status": "422", "message": detail}
        raise ApiError(422, "invalid_page", detail, parameter="page", shape=shape, extra=extra)
    return {
        "current_page": page,
        "next_page": page + 1 if page < pages else None,
        "prev_page": page - 1 if page > 1 else None,
        "total_pages": pages,
        "total_count": total,
        "per_page": per_page,
    }


def page_answer(
    query: Query,
    key: str,
    rows: Sequence[Record],
    view: Callable[[Record], Any],
    *,
    default: int = 100,
    shape: Shape = "list",
) -> Response:
    """200 `{key: […], "meta": {…}}` with the asked page of `rows`."""
    page, per_page = page_of(query, default=default)
    described = meta(page=page, per_page=per_page, total=len(rows), shape=shape)
    shown = rows[(page - 1) * per_page : page * per_page]
    return answer({key: [view(row) for row in shown], "meta": described})


def sorted_by(rows: Sequence[Record], field: str, descending: bool) -> list[Record]:
    """By a field then by id, rows without the field last."""
    filled = [row for row in rows if row.get(field) is not None]
    filled.sort(key=lambda row: (row[field], row["id"]), reverse=descending)
    return filled + sorted((row for row in rows if row.get(field) is None), key=lambda row: str(row["id"]))
