"""The shared budget of calls to Qonto: the limit is per IP address, so all processes spend from one purse.

The platform plugs its limiter at start (`brancher`); until then nothing is limited.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_avant: list[Callable[[], None]] = []
_ralentis: list[Callable[[], None]] = []


class Decompte:
    """How many requests went out while it was open."""

    requetes = 0


_decompte: ContextVar[Decompte | None] = ContextVar("decompte", default=None)


def brancher(avant_requete: Callable[[], None]) -> None:
    """Call `avant_requete` before each request to Qonto: it waits for its turn. The last one plugged is the one."""
    _avant[:] = [avant_requete]


def brancher_ralentissement(noter: Callable[[], None]) -> None:
    """Call `noter` at each 429 that Qonto sends, the retried ones included."""
    _ralentis[:] = [noter]


def ralenti() -> None:
    for hook in _ralentis:
        hook()


@contextmanager
def decompter() -> Iterator[Decompte]:
    """Count the requests of this thread."""
    decompte = Decompte()
    jeton = _decompte.set(decompte)
    try:
        yield decompte
    finally:
        _decompte.reset(jeton)


def avant_requete() -> None:
    for hook in _avant:
        hook()
    ouvert = _decompte.get()
    if ouvert is not None:
        ouvert.requetes += 1
