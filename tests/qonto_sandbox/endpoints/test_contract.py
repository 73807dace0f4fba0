"""Each operation of the OpenAPI description × each answer described, obtained from the local Qonto and checked.

The bodies, those of the successes as those of the errors, are held against the description on their way (`contract`).
"""

from typing import Any

import pytest

from tests.qonto_sandbox.contract import BUSINESS, Contract
from tests.qonto_sandbox.endpoints import own_invoicing, own_partner, own_payments
from tests.qonto_sandbox.endpoints.cells import Cell
from tests.qonto_sandbox.endpoints.common import common
from tests.qonto_sandbox.endpoints.declared import OPERATIONS
from tests.qonto_sandbox.endpoints.stage import Stage

CELLS = [*common(), *own_payments.own(), *own_invoicing.own(), *own_partner.own()]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.id)
def test_cell(stage: Stage, cell: Cell) -> None:
    cell.check(cell.obtain(stage, OPERATIONS[cell.operation]))


def described(contract: Contract) -> dict[str, dict[str, Any]]:
    """What the local Qonto says that it serves of Qonto's own API."""
    ours = ("/oauth2/token", "/oauth2/revoke")
    return {
        f"{method.upper()} {path}": operation
        for path, methods in contract.described["paths"].items()
        for method, operation in methods.items()
        if path.startswith(BUSINESS) or path in ours
    }


def test_table_names_every_operation(contract: Contract) -> None:
    assert set(described(contract)) == set(OPERATIONS)


def test_every_answer_described_has_its_cell_and_no_other_has(contract: Contract) -> None:
    wanted = {(name, int(status)) for name, row in described(contract).items() for status in row["responses"]}
    found = {(cell.operation, cell.status) for cell in CELLS}
    assert sorted(wanted - found) == [], "described and never obtained"
    assert sorted(found - wanted) == [], "obtained and not described"


def test_description_answers_what_the_references_say(contract: Contract) -> None:
    for name, row in described(contract).items():
        assert {int(status) for status in row["responses"]} == OPERATIONS[name].statuses, name


def test_description_asks_for_what_the_references_say(contract: Contract) -> None:
    """Who may call, with which scope, with an idempotency key or not."""
    for name, row in described(contract).items():
        operation = OPERATIONS[name]
        kinds = {kind for one in row["security"] for kind in one} - {"staging", "partnerId"}
        letters = {"oauth": "O", "key": "K", "partner": "P"}
        assert {letters[kind] for kind in kinds} == set(operation.who) - {"C"}, name
        scopes = [scope for one in row["security"] for scope in one.get("oauth", [])]
        assert sorted(scopes) == sorted(operation.scopes), name
        keys = [one for one in row["parameters"] if one["name"] == "X-Qonto-Idempotency-Key"]
        assert bool(keys) == ("I" in operation.marks), name
        headers = {one["name"] for one in row["parameters"] if one["in"] == "header" and not one["required"]}
        assert ("X-Qonto-Sca-Session-Token" in headers) == ("S" in operation.marks), name
        assert ("X-Qonto-Organization-Id" in headers) == ("O" in operation.who), name
        assert ("428" in row["responses"]) == ("S" in operation.marks), name
