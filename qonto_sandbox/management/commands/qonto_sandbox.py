"""The local Qonto alone: `manage.py qonto_sandbox --port 8010 [--data DIR] [--volume N×M]`."""

import re
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from qonto_sandbox.build import build_world
from qonto_sandbox.core.server import Server, listen
from qonto_sandbox.core.world import Volume, World
from qonto_sandbox.volume import quick

VOLUME = re.compile(r"(\d+)[x×X](\d+)")


class Command(BaseCommand):
    help = "Lance le Qonto local."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8010, help="0 : un port libre, affiché au démarrage")
        parser.add_argument("--data", type=Path, help="dossier où garder l’état ; sans lui, tout est oublié à l’arrêt")
        parser.add_argument("--volume", help="N×M : N organisations de M transactions, pour les essais de charge")
        parser.add_argument("--workers", type=int, default=2, help="processus du mode volume")
        parser.add_argument("--anchor", type=date.fromisoformat, help="dernier jour des mouvements (AAAA-MM-JJ)")

    def handle(self, **options: Any) -> None:
        volume = self._volume(options["volume"])
        data, anchor = options["data"], options["anchor"]

        def build() -> World:
            # Several processes cannot keep one state: the volume mode keeps none.
            return build_world(data_dir=None if volume else data, volume=volume, anchor=anchor)

        try:
            listener = listen(options["host"], options["port"])
        except OSError as error:
            raise CommandError(f"Port {options['port']} indisponible : {error.strerror}") from None
        server = (
            Server(listener=listener, build=build, workers=options["workers"], shortcut=quick.answered)
            if volume
            else Server(listener=listener, build=build)
        )
        server.run()

    @staticmethod
    def _volume(text: str | None) -> Volume | None:
        if not text:
            return None
        read = VOLUME.fullmatch(text.strip())
        if read is None:
            raise CommandError("--volume attend N×M, par exemple 1000×5000")
        # Chosen before the processes part, so that they all say the same.
        origin = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return Volume(int(read[1]), max(1, int(read[2])), origin)
