"""Volume mode: generated lines keep every promise of the stored ones (reference §5)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import requests

from tests.qonto import LocalQonto

LINES = 450


@pytest.fixture(scope="module")
def volume() -> Iterator[LocalQonto]:
    with LocalQonto(options=("--volume", f"3x{LINES}")) as local:
        yield local


@pytest.fixture
def keys(volume: LocalQonto) -> dict[str, str]:
    found: dict[str, str] = volume.api("GET", "volume")["credentials"][1]
    return found


def fetch(volume: LocalQonto, keys: dict[str, str], **query: Any) -> requests.Response:
    session = volume.session(token=keys["access_token"])
    given = {"bank_account_id": keys["bank_account_id"]} | query
    return session.get(f"{volume.url}/v2/transactions", params=given)


def everything(volume: LocalQonto, keys: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    pages = [fetch(volume, keys, page=page, **query).json()["transactions"] for page in range(1, 6)]
    return [row for page in pages for row in page]


def test_balances_add_up_to_that_of_the_account(volume: LocalQonto, keys: dict[str, str]) -> None:
    rows = everything(volume, keys, sort_by="settled_at:asc")
    assert len({row["id"] for row in rows}) == LINES
    for former, row in pairwise(rows):
        signed = row["amount_cents"] if row["side"] == "credit" else -row["amount_cents"]
        assert row["settled_balance_cents"] == former["settled_balance_cents"] + signed
        assert row["settled_at"] > former["settled_at"]
    session = volume.session(token=keys["access_token"])
    account = session.get(f"{volume.url}/v2/organization").json()["organization"]["bank_accounts"][0]
    assert account["balance_cents"] == rows[-1]["settled_balance_cents"]


def test_fields_are_those_of_a_stored_line(volume: LocalQonto, keys: dict[str, str]) -> None:
    includes = {"includes[]": ["labels", "attachments", "vat_details"]}
    stored = volume.session().get(
        f"{volume.url}/v2/transactions",
        params=includes | {"bank_account_id": volume.identifiants["bank_account_id"], "operation_type[]": "transfer"},
    )
    generated = fetch(volume, keys, **includes, **{"operation_type[]": "transfer"})
    assert set(generated.json()["transactions"][0]) == set(stored.json()["transactions"][0])


def test_filters(volume: LocalQonto, keys: dict[str, str]) -> None:
    rows = everything(volume, keys, sort_by="settled_at:asc")
    low, high = rows[100]["settled_at"], rows[180]["settled_at"]
    some = fetch(volume, keys, settled_at_from=low, settled_at_to=high, sort_by="settled_at:asc").json()
    assert some["transactions"] == rows[100:181]
    credits = fetch(volume, keys, side="credit").json()["transactions"]
    assert {row["side"] for row in credits} == {"credit"}
    assert fetch(volume, keys, **{"status[]": "pending"}).json()["transactions"] == []
    assert fetch(volume, keys, page=6).status_code == 422
    shown = volume.session(token=keys["access_token"]).get(f"{volume.url}/v2/transactions/{rows[7]['id']}")
    assert shown.json()["transaction"] == rows[7]


def test_credentials_open_their_organization_alone(volume: LocalQonto, keys: dict[str, str]) -> None:
    other = volume.api("GET", "volume")["credentials"][2]
    assert fetch(volume, keys | {"access_token": other["access_token"]}).status_code == 400
    forged = keys["access_token"][:-4] + "0000"
    assert fetch(volume, keys | {"access_token": forged}).status_code == 401
    session = volume.session()
    session.headers["Authorization"] = f"{keys['login']}:{keys['secret_key']}"
    answer = session.get(f"{volume.url}/v2/organization").json()["organization"]
    assert (answer["slug"], answer["legal_number"][:9]) == (keys["organization_slug"], keys["siren"])


def test_more_than_ten_thousand_results_are_refused() -> None:
    with LocalQonto(options=("--volume", "1×12000", "--workers", "1")) as local:
        keys = local.api("GET", "volume")["credentials"][0]
        refused = fetch(local, keys)
        assert refused.status_code == 422
        assert refused.json()["errors"]["code"] == "search_limit_reached"
        last = fetch(local, keys, settled_at_from="2000-01-01T00:00:00Z", settled_at_to="2000-02-01T00:00:00Z")
        assert last.status_code == 200
