"""Events of registrations: kept for the list, and posted to every callback of the partner."""

from typing import Any

from qonto_sandbox.core import ids
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.webhooks.delivery import ONBOARDING

FIELDS = ("id", "event_type", "resource_type", "resource_id", "created_at")


def view(event: Record) -> dict[str, Any]:
    """Exactly the keys that are posted."""
    return {name: event[name] for name in FIELDS}


def emit(world: World, event_type: str, resource_id: str, *, resource_type: str = "registration") -> Record:
    event: Record = {
        "id": ids.new(),
        "event_type": event_type,
        "resource_type": resource_type,
        "resource_id": resource_id,
        # Seconds, as in the published sample.
        "created_at": f"{world.stamp()[:19]}Z",
        "rank": len(world.store["onboarding_events"]),
    }
    world.store["onboarding_events"].put(event)
    for webhook in world.store["onboarding_webhooks"]:
        if webhook["enabled"]:
            world.deliveries.enqueue(family=ONBOARDING, subscription=webhook, event=view(event), event_type=event_type)
    return event
