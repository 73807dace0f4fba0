"""The cells share one world: it is prepared once."""

from collections.abc import Iterator

import pytest

from tests.qonto import LocalQonto
from tests.qonto_sandbox.endpoints.stage import Stage


@pytest.fixture(autouse=True)
def _neuf() -> None:
    """Nothing: each cell makes what it uses up."""


@pytest.fixture(scope="module")
def stage(qonto: LocalQonto) -> Iterator[Stage]:
    made = Stage(qonto)
    yield made
    qonto.reset()
