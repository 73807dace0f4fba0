"""Every parameter that the description gives to a list is taken, and does what it says."""

import pytest

from tests.qonto_sandbox.contract import BUSINESS, Contract
from tests.qonto_sandbox.endpoints.cells import sent_for
from tests.qonto_sandbox.endpoints.declared import OPERATIONS
from tests.qonto_sandbox.endpoints.queries import Asked, Row, asked, held
from tests.qonto_sandbox.endpoints.stage import Stage

ASKED = asked()
PAGING = {"page", "per_page"}


def rows_of(stage: Stage, one: Asked) -> list[Row]:
    operation = OPERATIONS[one.operation]
    sent = sent_for(stage, operation)
    given = {} if one.name in ("bank_account_id", "iban") else sent.params
    answer = stage.send(operation, sent.but(params={**given, one.name: one.value}))
    assert answer.status_code == 200, (one.id, answer.text)
    return next((value for value in answer.json().values() if isinstance(value, list)), [])


def check(stage: Stage, one: Asked) -> None:
    rows = rows_of(stage, one)
    if one.holds is not None:
        assert all(one.holds(row) for row in rows), one.id
        assert rows or not one.found, f"{one.id} finds nothing"
    elif not one.found:
        assert rows == [], one.id


@pytest.mark.parametrize("one", ASKED, ids=lambda one: one.id)
def test_parameter(stage: Stage, one: Asked) -> None:
    check(stage, one)


def test_parameters_that_name_a_thing(stage: Stage) -> None:
    for one in held(stage):
        check(stage, one)


@pytest.mark.parametrize("name", [name for name, row in OPERATIONS.items() if "P" in row.marks])
def test_pages_follow_each_other(stage: Stage, name: str) -> None:
    """By one row: no row twice, none forgotten, and `next_page` says where to stop."""
    operation = OPERATIONS[name]
    sent = sent_for(stage, operation)
    whole = stage.send(operation, sent).json()
    key = next(key for key, value in whole.items() if isinstance(value, list))
    found: list[str] = []
    page: int | None = 1
    while page is not None and page <= 3:
        answer = stage.send(operation, sent.but(params={**sent.params, "page": page, "per_page": 1})).json()
        found += [row["id"] for row in answer[key]]
        page = answer["meta"]["next_page"] if "meta" in answer else None
    assert found == [row["id"] for row in whole[key]][: len(found)]


def test_every_parameter_described_is_asked(contract: Contract, stage: Stage) -> None:
    described = {
        (f"{method.upper()} {path}", one["name"])
        for path, methods in contract.described["paths"].items()
        if path.startswith(BUSINESS)
        for method, row in methods.items()
        for one in row["parameters"]
        if one["in"] == "query" and one["name"] not in PAGING
    }
    assert sorted(described) == sorted({(one.operation, one.name) for one in (*ASKED, *held(stage))})
