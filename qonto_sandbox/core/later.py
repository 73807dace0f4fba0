"""Modules that only some calls need, loaded at their first use: drawing a PDF costs more than the whole start."""

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module. Bound at the top of a file, with the real import under `TYPE_CHECKING` beside it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
