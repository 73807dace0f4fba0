"""Who wants to hear of changes: webhooks, and the control page."""

from collections.abc import Callable

from qonto_sandbox.core.store import Record

# (topic such as "transactions", event such as "created" or "updated", the record)
Listener = Callable[[str, str, Record], None]


class Events:
    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        # What is seeded happened before anyone subscribed.
        self.muted = False

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def publish(self, topic: str, event: str, record: Record) -> None:
        for listener in () if self.muted else self._listeners:
            listener(topic, event, record)
