"""Every test of the local Qonto finds it as freshly seeded."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.qonto import LocalQonto
from tests.qonto_sandbox.contract import Contract, spoiled
from tests.qonto_sandbox.payer import Payer
from tests.qonto_sandbox.receiver import Receiver, running


@pytest.fixture(autouse=True)
def _neuf(qonto: LocalQonto) -> None:
    qonto.reset()


@pytest.fixture(scope="session")
def contract(qonto: LocalQonto) -> Contract:
    return Contract(qonto.url)


@pytest.fixture(autouse=True)
def _as_described(
    request: pytest.FixtureRequest, qonto: LocalQonto, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a test asks of the local Qonto is answered as its OpenAPI says, unless a fault is at work."""
    if "hors_contrat" in request.keywords:
        return
    send = requests.Session.send

    def checked(self: requests.Session, prepared: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = send(self, prepared, **options)
        if (prepared.url or "").startswith(qonto.url) and not spoiled(response):
            contract.check(response)
        return response

    monkeypatch.setattr(requests.Session, "send", checked)


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
