"""Every answer of the seed has exactly the shape that its endpoint declares, no key more, no key less."""

import pytest

import qonto_sandbox.build
from qonto_sandbox.core.routing import ENDPOINTS, Endpoint
from tests.qonto import LocalQonto
from tests.qonto_sandbox.payer import Payer
from tests.qonto_sandbox.test_onboarding import Partner

assert qonto_sandbox.build, "its import declares the endpoints"
LISTS = [
    row
    for row in ENDPOINTS.values()
    if row.method == "GET"
    and row.response_schema
    and "{" not in row.path
    and row.path.startswith(("/v2", "/register"))
]
# Where one element of a list is shown.
SHOWS = {
    row.path.rpartition("/")[0]: row for row in ENDPOINTS.values() if row.method == "GET" and row.path.count("{") == 1
}


@pytest.mark.parametrize("row", LISTS, ids=lambda row: str(row.path))
def test_seeded_answers_have_the_declared_shape(qonto: LocalQonto, row: Endpoint) -> None:
    payer, partner = Payer(qonto), Partner(qonto)
    session = partner.session if "partner" in row.auth else payer.session
    needed = {"bank_account_id": payer.account_id} if row.path == "/v2/transactions" else {}
    answer = session.get(qonto.url + row.path, params=needed)
    assert answer.status_code == 200, answer.text
    assert row.response_schema is not None
    row.response_schema.model_validate(answer.json(), strict=True)
    show = SHOWS.get(row.path)
    rows = next((value for value in answer.json().values() if isinstance(value, list)), [])
    for element in rows[:30] if show and show.response_schema else []:
        one = session.get(f"{qonto.url}{row.path}/{element['id']}")
        assert show is not None and show.response_schema is not None
        show.response_schema.model_validate(one.json(), strict=True)
