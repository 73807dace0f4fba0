"""A scripted HTTP server on a real socket, for the answers that a well-behaved bank never gives."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest


@dataclass
class Bavard:
    """Answers each request with the next of `reponses` (raw bytes) and keeps the requests received."""

    url: str = ""
    reponses: list[bytes] = field(default_factory=list)
    recues: list[bytes] = field(default_factory=list)

    def dira(self, *reponses: bytes) -> None:
        self.reponses.extend(reponses)

    def json(self, corps: str, status: str = "200 OK", *entetes: str) -> bytes:
        lignes = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(corps.encode())}"]
        return ("\r\n".join([*lignes, "Connection: close", *entetes]) + f"\r\n\r\n{corps}").encode()


def _lire_requete(connexion: socket.socket) -> bytes:
    recu = b""
    while b"\r\n\r\n" not in recu:
        morceau = connexion.recv(65536)
        if not morceau:
            return recu
        recu += morceau
    tete, _, corps = recu.partition(b"\r\n\r\n")
    longueur = next(
        (int(ligne.split(b":")[1]) for ligne in tete.split(b"\r\n") if ligne.lower().startswith(b"content-length:")), 0
    )
    while len(corps) < longueur:
        corps += connexion.recv(65536)
    return tete + b"\r\n\r\n" + corps


@pytest.fixture
def bavard() -> Iterator[Bavard]:
    ecoute = socket.create_server(("127.0.0.1", 0))
    bavard = Bavard(url=f"http://127.0.0.1:{ecoute.getsockname()[1]}")

    def servir() -> None:
        while True:
            try:
                connexion, _ = ecoute.accept()
            except OSError:
                return
            with connexion:
                bavard.recues.append(_lire_requete(connexion))
                if bavard.reponses:
                    connexion.sendall(bavard.reponses.pop(0))

    fil = threading.Thread(target=servir, daemon=True)
    fil.start()
    yield bavard
    # Closing alone does not wake an accept() on Linux.
    ecoute.shutdown(socket.SHUT_RDWR)
    ecoute.close()
    fil.join(5)
