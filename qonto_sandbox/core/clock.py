"""A clock that can be moved: now = real time + offset, unless pinned while a job of the past runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class Clock:
    def __init__(self) -> None:
        self.offset = timedelta(0)
        self._pinned: datetime | None = None

    def now(self) -> datetime:
        return self._pinned or datetime.now(UTC) + self.offset

    def advance(self, step: timedelta) -> None:
        self.offset += step

    @contextmanager
    def pinned(self, moment: datetime) -> Iterator[None]:
        former, self._pinned = self._pinned, moment
        try:
            yield
        finally:
            self._pinned = former
