"""What the program takes on its command line, by `python -m qonto_sandbox` or by `manage.py qonto_sandbox`."""

import re
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from qonto_sandbox.build import build_world
from qonto_sandbox.core.server import Server, listen
from qonto_sandbox.core.world import Volume, World
from qonto_sandbox.volume import quick

VOLUME = re.compile(r"(\d+)[x×X](\d+)")


class Refused(Exception):
    """The program does not start, for a reason told in words."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010, help="0 : un port libre, affiché au démarrage")
    parser.add_argument("--data", type=Path, help="dossier où garder l’état ; sans lui, tout est oublié à l’arrêt")
    parser.add_argument("--volume", help="N×M : N organisations de M transactions, pour les essais de charge")
    parser.add_argument("--workers", type=int, default=2, help="processus du mode volume")
    parser.add_argument("--anchor", type=date.fromisoformat, help="dernier jour des mouvements (AAAA-MM-JJ)")


def volume_of(text: str | None) -> Volume | None:
    if not text:
        return None
    read = VOLUME.fullmatch(text.strip())
    if read is None:
        raise Refused("--volume attend N×M, par exemple 1000×5000")
    # Chosen before the processes part, so that they all say the same.
    origin = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Volume(int(read[1]), max(1, int(read[2])), origin)


def run(options: dict[str, Any]) -> None:
    """Serve until told to stop. Raises Refused."""
    volume, data, anchor = volume_of(options["volume"]), options["data"], options["anchor"]

    def build() -> World:
        # Several processes cannot keep one state: the volume mode keeps none.
        return build_world(data_dir=None if volume else data, volume=volume, anchor=anchor)

    try:
        listener = listen(options["host"], options["port"])
    except OSError as error:
        raise Refused(f"Port {options['port']} indisponible : {error.strerror}") from None
    server = (
        Server(listener=listener, build=build, workers=options["workers"], shortcut=quick.answered)
        if volume
        else Server(listener=listener, build=build)
    )
    server.run()
