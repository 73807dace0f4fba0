"""Pages of 100 transactions served by the local Qonto in volume mode, beside a bare socket sending the same bytes."""

import http.client
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
import psutil

ORGANIZATIONS, TRANSACTIONS = 1_000, 5_000
SECONDS, CLIENTS = 5.0, 4
READY = "Qonto local : "
REACH = 500
TOKEN = "sandbox-staging-token"


@contextmanager
def serveur() -> Iterator[tuple[str, psutil.Process]]:
    command = [sys.executable, "-m", "qonto_sandbox", "--port", "0"]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [*command, "--volume", f"{ORGANIZATIONS}x{TRANSACTIONS}"],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"DATA_DIR": folder},
        )
        assert process.stdout is not None
        try:
            ready = next(line for line in process.stdout if line.startswith(READY))
            yield ready.removeprefix(READY).strip().removesuffix("/_sandbox/"), psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(15)


def _ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, token: str = "") -> bytes:
    headers = {"X-Qonto-Staging-Token": TOKEN, "Authorization": f"Bearer {token}"}
    connection.request(method, path, orjson.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200, (answer.status, content[:200])
    return content


def pages(url: str, keys: list[dict[str, str]]) -> tuple[float, int]:
    """(pages per second, bytes of one page), each client walking through organizations of its own."""
    host, done, sizes = urlsplit(url).netloc, [0] * CLIENTS, [0] * CLIENTS
    end = time.monotonic() + SECONDS

    def walk(rank: int) -> None:
        connection = http.client.HTTPConnection(host, timeout=30)
        while time.monotonic() < end:
            key = keys[(done[rank] // 50 * CLIENTS + rank) % len(keys)]
            path = f"/v2/transactions?bank_account_id={key['bank_account_id']}&page={done[rank] % 50 + 1}"
            sizes[rank] = len(_ask(connection, "GET", path, token=key["access_token"]))
            done[rank] += 1

    return _together(walk, lambda: sum(done)), max(sizes)


def _together(walk: Callable[[int], None], total: Callable[[], int]) -> float:
    start = time.monotonic()
    threads = [threading.Thread(target=walk, args=(rank,)) for rank in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return total() / (time.monotonic() - start)


def _bare_server(listener: socket.socket, page: bytes) -> None:
    def serve(client: socket.socket) -> None:
        while client.recv(4096):
            client.sendall(page)

    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client,), daemon=True).start()


def limit(size: int) -> float:
    """Pages per second of a server that only sends stored bytes."""
    page = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = multiprocessing.get_context("fork").Process(target=_bare_server, args=(listener, page), daemon=True)
        process.start()
        host, port = listener.getsockname()
        done, end = [0] * CLIENTS, time.monotonic() + SECONDS

        def walk(rank: int) -> None:
            connection = http.client.HTTPConnection(host, port)
            while time.monotonic() < end:
                _ask(connection, "GET", "/")
                done[rank] += 1

        try:
            return _together(walk, lambda: sum(done))
        finally:
            process.terminate()
            process.join()


def spent(process: psutil.Process) -> float:
    """Seconds of processor of the whole server."""
    return float(sum(sum(one.cpu_times()[:2]) for one in (process, *process.children())))


def memory(process: psutil.Process) -> float:
    """Megabytes of the largest process of the server."""
    return float(max(one.memory_info().rss for one in (process, *process.children())) / 1e6)


def main() -> None:
    with serveur() as (url, process):
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        _ask(connection, "GET", "/_sandbox/api/options")
        keys = orjson.loads(_ask(connection, "GET", "/_sandbox/api/volume?count=1000"))["credentials"]
        before, busy = memory(process), spent(process)
        speed, size = pages(url, keys)
        after, busy = memory(process), spent(process) - busy
    bare = limit(size)
    print(
        f"Qonto local, volume {ORGANIZATIONS}×{TRANSACTIONS} : {speed:.0f} pages de 100 par seconde "
        f"({size / 1000:.0f} ko), {speed / bare:.2f} de la limite ({bare:.0f}), objectif {REACH}, "
        f"{busy / (speed * SECONDS) * 1000:.2f} ms de processeur par page ; "
        f"mémoire {before:.0f} → {after:.0f} Mo par processus"
    )


if __name__ == "__main__":
    main()
