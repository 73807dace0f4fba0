"""Faults on demand: what can go wrong between a client and Qonto."""

import fnmatch
import threading
from dataclasses import asdict, dataclass
from typing import Any

from qonto_sandbox.core import ids

KINDS = {
    "latency": "Réponse retardée",
    "status": "Code d’erreur (500, 502, 503…)",
    "rate_limit": "429 Too Many Requests",
    "cut": "Connexion coupée avant la réponse",
    "cut_body": "Connexion coupée au milieu du corps",
    "truncated": "JSON tronqué",
    "html": "Page HTML du portail d’accès",
    "redirect": "Redirection 302 vers OneLogin",
    "slow_body": "Corps envoyé au ralenti",
    "revoked": "Jeton révoqué (401)",
}


@dataclass
class Fault:
    """`path` is a pattern such as `/v2/transactions*`; `times` 0 means until removed; `skip` lets the first n pass."""

    kind: str
    path: str = "*"
    method: str = "*"
    times: int = 1
    skip: int = 0
    seconds: float = 0.5
    status: int = 500
    body: str = ""
    retry_after: int = 1
    # After the act: the server did the work and only its answer is lost.
    after: bool = False
    organization_id: str = ""
    id: str = ""
    hits: int = 0

    def describe(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    """The faults in force, in the order in which they were added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self._active)

    def add(self, fault: Fault) -> Fault:
        fault.id = ids.new()
        with self._lock:
            self._active.append(fault)
        return fault

    def remove(self, id: str) -> bool:
        with self._lock:
            kept = [fault for fault in self._active if fault.id != id]
            removed = len(kept) < len(self._active)
            self._active = kept
        return removed

    def clear(self) -> None:
        with self._lock:
            self._active = []

    def all(self) -> list[Fault]:
        return list(self._active)

    def take(self, method: str, path: str) -> list[Fault]:
        """The faults that strike this request; those used up are dropped."""
        struck = []
        with self._lock:
            for fault in list(self._active):
                if fault.method not in {"*", method} or not fnmatch.fnmatchcase(path, fault.path):
                    continue
                fault.hits += 1
                if fault.hits <= fault.skip:
                    continue
                struck.append(fault)
                if fault.times and fault.hits >= fault.skip + fault.times:
                    self._active.remove(fault)
        return struck
