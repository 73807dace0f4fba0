"""The queue of webhooks: one thread posts what is due, tries again with growing waits, and keeps a log.

What is still to be sent is given to `keep` at each change, and comes back through `load` after a restart: an attempt
whose answer was not noted is made again, as Qonto may send an event twice.

Waits are counted on the sandbox's own clock, so that advancing it brings the next attempt. The signature's timestamp
is the real time: a receiver compares it with its own clock.
"""

import random
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from qonto_sandbox.core.later import Later
from qonto_sandbox.webhooks.signing import business_signature, onboarding_signature

if TYPE_CHECKING:
    import requests
else:
    requests = Later("requests")

BUSINESS, ONBOARDING = "business", "onboarding"
WAITS = {
    BUSINESS: (10, 60, 300, 1800, 7200, 43200, 86400, 172800),
    ONBOARDING: (15, 60, 300, 900, 3600, 10800, 21600, 43200, 86400),
}
TIMEOUTS = {BUSINESS: 1.0, ONBOARDING: 5.0}
KEPT = 5000
PLAIN = ("id", "family", "subscription_id", "url", "secret", "event_id", "event_type", "state")


@dataclass(frozen=True)
class Attempt:
    at: datetime
    status: int | None
    error: str
    milliseconds: int


@dataclass
class Delivery:
    family: str
    subscription_id: str
    url: str
    secret: str
    event_id: str
    event_type: str
    body: bytes
    due_at: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: list[Attempt] = field(default_factory=list)
    state: str = "pending"

    def record(self) -> dict[str, Any]:
        """As the store keeps it."""
        return {
            **{name: getattr(self, name) for name in PLAIN},
            "body": self.body.decode(),
            "due_at": self.due_at.isoformat(),
            "attempts": [{**asdict(attempt), "at": attempt.at.isoformat()} for attempt in self.attempts],
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Delivery":
        rows = [{**row, "at": datetime.fromisoformat(row["at"])} for row in record["attempts"]]
        return cls(
            **{name: record[name] for name in PLAIN},
            body=record["body"].encode(),
            due_at=datetime.fromisoformat(record["due_at"]),
            attempts=[Attempt(**row) for row in rows],
        )

    def described(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "family": self.family,
            "subscription_id": self.subscription_id,
            "callback_url": self.url,
            "event_id": self.event_id,
            "event_type": self.event_type,
            "state": self.state,
            "due_at": self.due_at,
            "body": orjson.loads(self.body),
            "attempts": [
                {"at": a.at, "status": a.status, "error": a.error, "milliseconds": a.milliseconds}
                for a in self.attempts
            ],
        }


class Deliveries:
    """Deliveries of the whole server, oldest first. `paused`, `shuffle` and `copies` are set by the control API."""

    def __init__(self, now: Callable[[], datetime], keep: Callable[[Delivery], None] = lambda row: None) -> None:
        self._now, self._keep = now, keep
        self._rows: deque[Delivery] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self.paused = False
        self.shuffle = False
        self.copies = 1

    def start(self) -> None:
        self._stopped.clear()
        threading.Thread(target=self._loop, name="webhooks", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()

    def load(self, records: Iterable[dict[str, Any]]) -> None:
        """What a former process had still to send."""
        rows = sorted(map(Delivery.from_record, records), key=lambda row: row.due_at)
        with self._lock:
            self._rows.extend(rows)

    def clear(self) -> None:
        with self._lock:
            self._rows.clear()
        self.paused, self.shuffle, self.copies = False, False, 1

    def settings(self) -> dict[str, Any]:
        return {"paused": self.paused, "shuffle": self.shuffle, "copies": self.copies}

    def restore(self, settings: dict[str, Any]) -> None:
        self.paused, self.shuffle, self.copies = (settings[name] for name in ("paused", "shuffle", "copies"))

    def enqueue(self, *, family: str, subscription: dict[str, Any], event: dict[str, Any], event_type: str) -> None:
        body = orjson.dumps(event)
        with self._lock:
            for _ in range(self.copies):
                self._add(
                    Delivery(
                        family=family,
                        subscription_id=subscription["id"],
                        url=subscription["callback_url"],
                        secret=subscription["secret"],
                        event_id=event["id"],
                        event_type=event_type,
                        body=body,
                        due_at=self._now(),
                    )
                )
        self._wake.set()

    def _add(self, row: Delivery) -> None:
        self._rows.append(row)
        self._keep(row)

    def again(self, delivery_id: str) -> Delivery | None:
        """Send a delivery once more: the receiver sees a duplicate."""
        with self._lock:
            known = next((row for row in self._rows if row.id == delivery_id), None)
            if known is None:
                return None
            copy = Delivery(
                **{
                    name: getattr(known, name)
                    for name in ("family", "subscription_id", "url", "secret", "event_id", "event_type", "body")
                },
                due_at=self._now(),
            )
            self._add(copy)
        self._wake.set()
        return copy

    def release(self, *, order: str = "fifo") -> int:
        """Leave the pause; what waits goes out oldest first, newest first (`lifo`) or shuffled (`random`)."""
        with self._lock:
            waiting = [row for row in self._rows if row.state == "pending"]
            if order == "lifo":
                waiting.reverse()
            elif order == "random":
                random.shuffle(waiting)
            start = self._now() - timedelta(seconds=len(waiting))
            for rank, row in enumerate(waiting):
                row.due_at = start + timedelta(milliseconds=rank)
                self._keep(row)
            self.paused = False
        self._wake.set()
        return len(waiting)

    def log(self) -> list[dict[str, Any]]:
        with self._lock:
            return [row.described() for row in reversed(self._rows)]

    @cached_property
    def _session(self) -> "requests.Session":
        session = requests.Session()
        session.trust_env = False
        return session

    def _due(self) -> list[Delivery]:
        if self.paused:
            return []
        now = self._now()
        with self._lock:
            rows = [row for row in self._rows if row.state == "pending" and row.due_at <= now]
        if self.shuffle:
            random.shuffle(rows)
            return rows
        return sorted(rows, key=lambda row: row.due_at)

    def run_due(self) -> int:
        rows = self._due()
        for row in rows:
            self._post(row)
        return len(rows)

    def _post(self, row: Delivery) -> None:
        # Waits count from the moment of sending: moving the clock right after brings the next attempt.
        began, start = self._now(), time.monotonic()
        status, error = None, ""
        try:
            answer = self._session.post(
                row.url,
                data=row.body,
                headers={"Content-Type": "application/json", "User-Agent": "Qonto-Webhooks/1.0", **_signed(row)},
                timeout=TIMEOUTS[row.family],
                allow_redirects=False,
            )
            status = answer.status_code
        except requests.RequestException as failure:
            error = type(failure).__name__
        spent = int((time.monotonic() - start) * 1000)
        row.attempts.append(Attempt(began, status, error, spent))
        late, waits = spent > TIMEOUTS[row.family] * 1000, WAITS[row.family]
        if status is not None and 200 <= status < 300 and not late:
            row.state = "delivered"
        elif len(row.attempts) > len(waits):
            row.state = "dropped"
        else:
            row.due_at = began + timedelta(seconds=waits[len(row.attempts) - 1])
        with self._lock:
            # Cleared while it was on its way: nobody asks for it any more.
            cleared = not any(one is row for one in self._rows)
        if not cleared:
            self._keep(row)

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(0.25)
            self._wake.clear()
            if not self._stopped.is_set():
                self.run_due()


def _signed(row: Delivery) -> dict[str, str]:
    if row.family == ONBOARDING:
        return onboarding_signature(row.secret, row.body)
    return business_signature(row.secret, row.body, int(time.time()))
