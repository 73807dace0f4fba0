"""The shared budget of calls to Qonto: the limit is per IP address, so all processes spend from one purse.

The platform plugs its limiter at start (`brancher`); until then nothing is limited.
"""

from collections.abc import Callable

_avant: list[Callable[[], None]] = []


def brancher(avant_requete: Callable[[], None]) -> None:
    """Call `avant_requete` before each request to Qonto: it waits for its turn. The last one plugged is the one."""
    _avant[:] = [avant_requete]


def avant_requete() -> None:
    for hook in _avant:
        hook()
