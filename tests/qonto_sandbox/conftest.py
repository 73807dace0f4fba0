"""Every test of the local Qonto finds it as freshly seeded."""

from collections.abc import Iterator

import pytest
import requests

from tests.qonto import LocalQonto
from tests.qonto_sandbox.payer import Payer
from tests.qonto_sandbox.receiver import Receiver, running


@pytest.fixture(autouse=True)
def _neuf(qonto: LocalQonto) -> None:
    qonto.reset()


@pytest.fixture
def session(qonto: LocalQonto) -> requests.Session:
    """The main company's access token, with every scope."""
    return qonto.session()


@pytest.fixture
def payer(qonto: LocalQonto) -> Payer:
    return Payer(qonto)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running() as server:
        yield server
