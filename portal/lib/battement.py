"""The heartbeat of the tasks: the scheduler sends it through the queue, a worker writes when it last passed."""

from datetime import datetime

from portal.lib.verrous import redis_client

CLE = "portail:battement"


def battre(maintenant: datetime) -> None:
    with redis_client() as client:
        client.set(CLE, maintenant.timestamp())


def age(maintenant: datetime) -> float | None:
    """Seconds since the last beat, or None when there never was one."""
    with redis_client() as client:
        dernier = client.get(CLE)
    return maintenant.timestamp() - float(dernier) if dernier else None
