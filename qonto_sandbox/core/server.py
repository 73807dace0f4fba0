"""The process: gunicorn with threads and one worker, since the state lives in its memory."""

import logging
import select
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from qonto_sandbox.core.application import Application, Shortcut
from qonto_sandbox.core.world import World

TICK_SECONDS = 0.25
# How long a connection keeps its thread after an answer.
NEXT_SECONDS = 0.05


class Steady(ThreadWorker):  # type: ignore[misc]
    """A client that asks page after page keeps its thread, without a way through the main loop between two pages."""

    def handle(self, conn: Any) -> Any:
        kept = super().handle(conn)
        while kept is True and self.alive and _coming(conn):
            kept = super().handle(conn)
        return kept


def _coming(conn: Any) -> bool:
    """Whether the next request is there, or comes at once."""
    if conn.parser.unreader.buf.getvalue():
        return True
    wait = select.poll()
    wait.register(conn.sock, select.POLLIN)
    return bool(wait.poll(NEXT_SECONDS * 1000))


class Server(BaseApplication):  # type: ignore[misc]
    """`build` runs in the worker and makes the world."""

    def __init__(
        self,
        *,
        listener: socket.socket,
        build: Callable[[], World],
        workers: int = 1,
        shortcut: Shortcut | None = None,
    ) -> None:
        self._listener, self._build, self._workers, self._shortcut = listener, build, workers, shortcut
        super().__init__()

    def load_config(self) -> None:
        host, port = self._listener.getsockname()[:2]

        def announce(worker: Any) -> None:
            # The first worker alone, in one write: two that speak at once would mix their words.
            if worker.age == 1:
                sys.stdout.write(f"Qonto local : http://{host}:{port}/_sandbox/\n")
                sys.stdout.flush()

        settings: dict[str, Any] = {
            "bind": f"fd://{self._listener.fileno()}",
            "workers": self._workers,
            "worker_class": Steady,
            "threads": 48,
            "keepalive": 30,
            # A hundred `ids[]` make an address of 4 600 bytes.
            "limit_request_line": 0,
            "timeout": 0,
            "graceful_timeout": 1,
            "loglevel": "error",
            "control_socket_disable": True,
            "post_worker_init": announce,
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Application:
        logging.basicConfig(level=logging.INFO, format="qonto %(levelname)s %(message)s")
        # It tells of each XML that it finds.
        logging.getLogger("factur-x").setLevel(logging.WARNING)
        world = self._build()
        if self._workers == 1:
            threading.Thread(target=_tick, args=(world,), daemon=True, name="horloge").start()
            world.deliveries.start()
        return Application(world, shortcut=self._shortcut)


def _tick(world: World) -> None:
    """Jobs happen at their time even when nobody calls."""
    pause = threading.Event()
    while not pause.wait(TICK_SECONDS):
        with world.act():
            pass


def listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # A page of 113 kB leaves in one go: the thread does not wait for a client that reads by pieces.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 256 * 1024)
    listener.bind((host, port))
    return listener
