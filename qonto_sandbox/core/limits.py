"""The documented rate limits, per IP address (reference §1.5)."""

import time
from collections import deque

from qonto_sandbox.core.errors import ApiError

# (requests, seconds)
WINDOWS = ((1_000, 10), (10_000, 600))
REFUSALS = (200, 3_600)


class Limits:
    """Exact sliding windows on real time: the moved clock of the sandbox does not refill them."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[float]] = {}
        self._refused: dict[str, deque[float]] = {}

    def check(self, address: str) -> None:
        """Count one call; raises a 429 when a window is full. A refused call does not count."""
        now = time.monotonic()
        calls = self._calls.setdefault(address, deque())
        self._forget(calls, now - WINDOWS[-1][1])
        for number, seconds in WINDOWS:
            if len(calls) >= number and calls[-number] > now - seconds:
                raise too_many(calls[-number] + seconds - now)
        refused = self._refused.get(address)
        if refused:
            self._forget(refused, now - REFUSALS[1])
            if len(refused) > REFUSALS[0]:
                raise too_many(refused[-REFUSALS[0]] + REFUSALS[1] - now)
        calls.append(now)

    def refused(self, address: str) -> None:
        """Count an answer 401."""
        self._refused.setdefault(address, deque()).append(time.monotonic())

    @staticmethod
    def _forget(calls: deque[float], before: float) -> None:
        while calls and calls[0] <= before:
            calls.popleft()


def too_many(wait: float) -> ApiError:
    return ApiError(429, "too_many_requests", "Too Many Requests", headers={"Retry-After": str(max(1, int(wait) + 1))})
