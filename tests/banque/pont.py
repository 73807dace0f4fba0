"""A bridge between the portal and the local Qonto, which spoils chosen answers: the faults of a real network."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import requests

COUPER, TROP, PANNE, REVOQUE, ABSENT = "couper", "429", "500", "401", "404"


@dataclass
class Faute:
    """Spoil `fois` answers of the paths that begin so, after `apres` good ones."""

    genre: str
    chemin: str = "/v2/transactions"
    apres: int = 0
    fois: int = 1


@dataclass
class Pont:
    """`with Pont(qonto.url) as pont: settings.QONTO_API_URL = pont.url`."""

    vers: str
    fautes: list[Faute] = field(default_factory=list)
    demandes: list[str] = field(default_factory=list)
    avant: Callable[[str], None] | None = None

    def __enter__(self) -> Self:
        self._serveur = ThreadingHTTPServer(("127.0.0.1", 0), _gestionnaire(self))
        self.url = f"http://127.0.0.1:{self._serveur.server_address[1]}"
        threading.Thread(target=self._serveur.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._serveur.shutdown()
        self._serveur.server_close()

    def faute_pour(self, chemin: str) -> str:
        for faute in self.fautes:
            if chemin.startswith(faute.chemin) and faute.fois:
                if faute.apres:
                    faute.apres -= 1
                    return ""
                faute.fois -= 1
                return faute.genre
        return ""


def _gestionnaire(pont: Pont) -> type[BaseHTTPRequestHandler]:
    class Gestionnaire(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            pont.demandes.append(self.path)
            if pont.avant:
                pont.avant(self.path)
            faute = pont.faute_pour(self.path)
            if faute and faute != COUPER:
                corps = b'{"errors":[{"code":"faute","detail":""}],"trace_id":"t"}'
                self._repondre(int(faute), corps, {"Retry-After": "0"})
                return
            entetes = {nom: valeur for nom, valeur in self.headers.items() if nom.lower() != "host"}
            reponse = requests.get(f"{pont.vers}{self.path}", headers=entetes, timeout=20)
            self._repondre(reponse.status_code, reponse.content, dict(reponse.headers), couper=faute == COUPER)

        def _repondre(self, statut: int, corps: bytes, entetes: dict[str, Any], *, couper: bool = False) -> None:
            self.send_response(statut)
            self.send_header("Content-Type", entetes.get("Content-Type", "application/json"))
            if "Retry-After" in entetes:
                self.send_header("Retry-After", entetes["Retry-After"])
            self.send_header("Content-Length", str(len(corps)))
            self.end_headers()
            if couper:
                self.wfile.write(corps[: len(corps) // 2])
                self.close_connection = True
                return
            self.wfile.write(corps)

        def log_message(self, *_: Any) -> None:
            """Silence."""

    return Gestionnaire
