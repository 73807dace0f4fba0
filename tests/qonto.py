"""The local Qonto as the tests meet it: a process of its own, spoken to over HTTP."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parent.parent
READY = "Qonto local : "


class LocalQonto:
    """A running local Qonto. `port` 0 takes a free one; `data` keeps its state from one start to the next."""

    def __init__(self, *, port: int = 0, data: Path | None = None, options: tuple[str, ...] = ()) -> None:
        command = [sys.executable, "-m", "qonto_sandbox", "--port", str(port), *options]
        command += ["--data", str(data)] if data else []
        self._dossier = tempfile.TemporaryDirectory(prefix="qonto-test-", ignore_cleanup_errors=True)
        environment = os.environ | {"DATA_DIR": self._dossier.name}
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        self._session = requests.Session()
        self._session.trust_env = False
        try:
            self.url = self._wait()
            self.identifiants: dict[str, Any] = self._session.get(f"{self.url}/_sandbox/identifiants.json").json()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def api(self, method: str, path: str, /, **json: Any) -> Any:
        """One act of the control API: `qonto.api("POST", "clock/advance", hours=2)`. Raises on a refusal."""
        answer = self._session.request(method, f"{self.url}/_sandbox/api/{path}", json=json or None)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def reset(self) -> None:
        """As freshly started."""
        self.api("POST", "reset")

    def session(self, *, token: str | None = None, slug: str | None = None) -> requests.Session:
        """A plain HTTP session with the staging token and the access token of a company (the main one by default)."""
        session = requests.Session()
        session.trust_env = False
        session.headers["X-Qonto-Staging-Token"] = self.identifiants["staging_token"]
        session.headers["Authorization"] = f"Bearer {token or self.company(slug)['access_token']}"
        return session

    def company(self, slug: str | None = None) -> dict[str, Any]:
        """What identifiants.json says of a company."""
        slug = slug or self.identifiants["organization_slug"]
        return next(row for row in self.identifiants["organizations"] if row["organization_slug"] == slug)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._dossier.cleanup()

    def _wait(self) -> str:
        assert self._process.stdout is not None
        limit = time.monotonic() + 30
        for line in self._process.stdout:
            if line.startswith(READY):
                return line.removeprefix(READY).strip().removesuffix("/_sandbox/")
            if time.monotonic() > limit:
                break
        raise RuntimeError("the local Qonto did not start")
