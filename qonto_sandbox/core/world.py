"""Everything one running local Qonto holds, under one lock."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from qonto_sandbox.core import ids, jobs
from qonto_sandbox.core.clock import Clock
from qonto_sandbox.core.events import Events
from qonto_sandbox.core.faults import Faults
from qonto_sandbox.core.formats import PARIS, instant, moment
from qonto_sandbox.core.limits import Limits
from qonto_sandbox.core.store import Record, Store
from qonto_sandbox.webhooks.delivery import Deliveries, Delivery


@dataclass(frozen=True)
class Volume:
    """`organizations` of `transactions` each, over the year that ends at `origin`."""

    organizations: int
    transactions: int
    origin: datetime


@dataclass
class Options:
    """Switches, changed through the control API; the defaults are what the reference says."""

    rate_limits: bool = True
    gate: bool = True
    gate_html: bool = False
    gate_files: bool = False
    nested_beneficiaries: bool = False
    hide_api_transfers: bool = False
    processing_delay: float = 1.0
    settlement_delay: float = 2.0
    attachment_delay: float = 1.0
    # What a bulk made from now on does: nothing said is as it should be; `lost` never makes its transfers, `hidden`
    # makes them; neither ever shows them.
    mute_bulks: str = ""
    # Standard transfers settle on the next TARGET day instead of `settlement_delay`.
    realistic_settlement: bool = False
    # Creating or changing a beneficiary asks for a strong authentication, as Qonto's sandbox was seen to do at times.
    beneficiary_sca: bool = False
    # A subscription read again has the key `secret`, null: a client by others expects it, the reference does not.
    subscription_secret_key: bool = False
    # The partner of the onboarding may send `partner_redirect_url`.
    embed_partner: bool = True
    # Where the consent page may send people back, besides loopback addresses.
    redirect_uris: list[str] = field(default_factory=list)


Seeder = Callable[["World"], None]
# Gives the bytes of a file that nobody stored yet, or None when the id is not one of its own.
Maker = Callable[["World", str], bytes | None]


class World:
    """The lock is held while an endpoint, a job or a control act runs; `with world.act():` takes it and persists."""

    def __init__(self, *, data_dir: Path | None = None, volume: Volume | None = None, seeder: Seeder) -> None:
        self.lock = threading.RLock()
        self.clock, self.events, self.options = Clock(), Events(), Options()
        self.faults, self.limits = Faults(), Limits()
        self.store, self.volume, self._seeder = Store(data_dir), volume, seeder
        # Generated organizations in use, by rank, oldest first.
        self.volume_kept: dict[int, Record] = {}
        self.makers: list[Maker] = []
        self.deliveries = Deliveries(self.now, self._keep_delivery)
        self._acting = 0
        self._planted: date | None = None
        self._settings = self._set()
        self._restore()
        self.deliveries.load(self.store["deliveries"])

    def now(self) -> datetime:
        return self.clock.now()

    def stamp(self) -> str:
        """Now, as Qonto writes it."""
        return instant(self.now())

    def today(self) -> date:
        """The day in Paris."""
        return self.now().astimezone(PARIS).date()

    @contextmanager
    def act(self) -> Iterator[None]:
        with self.lock:
            self._acting += 1
            try:
                self.run_due_jobs()
                yield
            finally:
                self._acting -= 1
                self._remember()
                self.store.flush()

    def _set(self) -> dict[str, Any]:
        """What was set by hand: the switches, and how notifications leave."""
        return {"options": dict(vars(self.options)), "queue": self.deliveries.settings()}

    def _remember(self) -> None:
        if self._set() != self._settings:
            self._settings = self._set()
            self.store["state"].put({"id": "settings", **self._settings})

    def _keep_delivery(self, delivery: Delivery) -> None:
        """What is still to be sent outlives the process; what is done is forgotten."""
        with self.lock:
            if delivery.state == "pending":
                self.store["deliveries"].put(delivery.record())
            else:
                self.store["deliveries"].delete(delivery.id)
            # Within an act, it is written with what caused it.
            if not self._acting:
                self.store.flush()

    def blob(self, id: str) -> bytes | None:
        """The bytes of a file: stored, or made on demand by whoever registered its kind in `makers`."""
        content = self.store.blob(id)
        if content is None:
            for maker in self.makers:
                content = maker(self, id)
                if content is not None:
                    self.store.put_blob(id, content)
                    break
        return content

    def schedule(self, when: datetime, name: str, **args: Any) -> None:
        self.store["jobs"].put({"id": ids.new(), "due_at": instant(when), "name": name, "args": args})

    def run_due_jobs(self) -> None:
        """Run what is due, oldest first, each at its own time. Called with the lock held."""
        queue = self.store["jobs"]
        while len(queue):
            due = min(queue, key=lambda row: str(row["due_at"]))
            if due["due_at"] > self.stamp():
                return
            queue.delete(due["id"])
            with self.clock.pinned(moment(due["due_at"])):
                jobs.run(self, due["name"], due["args"])

    def advance(self, step: timedelta) -> None:
        """Move the clock forward; everything due on the way happens in order."""
        with self.act():
            self.clock.advance(step)
            self.run_due_jobs()
            self.store["state"].put({"id": "clock", "offset": self.clock.offset.total_seconds()})

    def reset(self) -> None:
        """As on the first day: clock back, faults gone, seeded again."""
        with self.act():
            self.clock.offset = timedelta(0)
            self.options, self.limits = Options(), Limits()
            self.faults.clear()
            self.deliveries.clear()
            self._seed()

    def _restore(self) -> None:
        with self.lock:
            clock: Record | None = self.store["state"].get("clock")
            self.clock.offset = timedelta(seconds=clock["offset"] if clock else 0)
            if self.store["state"].get("seed") is None:
                self._seed()
            kept: Record | None = self.store["state"].get("settings")
            if kept is not None:
                known = asdict(self.options)
                self.options = Options(**{name: value for name, value in kept["options"].items() if name in known})
                self.deliveries.restore(kept["queue"])
                self._settings = self._set()

    def _seed(self) -> None:
        """Plant the seed, or what it gave earlier the same day."""
        if self._planted == self.today():
            self.store.restore()
            return
        self.store.clear()
        self.events.muted = True
        self._seeder(self)
        self.events.muted = False
        self.store["state"].put({"id": "seed", "seeded_at": self.stamp()})
        self.store.flush()
        self.store.mark()
        self._planted = self.today()
