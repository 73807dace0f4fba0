"""A refusal that names several faults at once (shape A)."""

from typing import Any

from qonto_sandbox.core.errors import RawError


class Refused(RawError):
    def __init__(self, status: int, errors: list[dict[str, Any]]) -> None:
        super().__init__(status, {"errors": errors})
