"""The process: gunicorn with threads and one worker, since the state lives in its memory."""

import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from qonto_sandbox.core.application import Application
from qonto_sandbox.core.world import World

TICK_SECONDS = 0.25


class Server(BaseApplication):  # type: ignore[misc]
    """`build` runs in the worker and makes the world."""

    def __init__(self, *, listener: socket.socket, build: Callable[[], World], workers: int = 1) -> None:
        self._listener, self._build, self._workers = listener, build, workers
        super().__init__()

    def load_config(self) -> None:
        host, port = self._listener.getsockname()[:2]
        ready = threading.Event()

        def announce(_: Any) -> None:
            if not ready.is_set():
                ready.set()
                print(f"Qonto local : http://{host}:{port}/_sandbox/", flush=True)  # noqa: T201

        settings: dict[str, Any] = {
            "bind": f"fd://{self._listener.fileno()}",
            "workers": self._workers,
            "worker_class": "gthread",
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
        return Application(world)


def _tick(world: World) -> None:
    """Jobs happen at their time even when nobody calls."""
    pause = threading.Event()
    while not pause.wait(TICK_SECONDS):
        with world.act():
            pass


def listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener
