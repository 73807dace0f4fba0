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


@pytest.mark.parametrize("query", [{}, {"page": 2}, {"page": 5}, {"per_page": 30, "page": 15}, {"per_page": 1}])
def test_shortcut_says_what_the_general_way_says(
    volume: LocalQonto, keys: dict[str, str], query: dict[str, Any]
) -> None:
    quick, general = fetch(volume, keys, **query), fetch(volume, keys, sort_by="settled_at:desc", **query)
    assert quick.content == general.content
    assert set(quick.headers) == set(general.headers)
    assert quick.headers["Content-Type"] == general.headers["Content-Type"]


def test_shortcut_leaves_what_is_refused_and_what_fails_to_the_general_way(
    volume: LocalQonto, keys: dict[str, str]
) -> None:
    url, own = f"{volume.url}/v2/transactions", {"bank_account_id": keys["bank_account_id"]}
    session = volume.session(token=keys["access_token"])
    assert fetch(volume, keys, page=6).status_code == 422
    assert fetch(volume, keys, per_page=101).status_code == 400
    assert fetch(volume, keys, page=0).status_code == 400
    other = volume.api("GET", "volume")["credentials"][2]["bank_account_id"]
    assert session.get(url, params={"bank_account_id": other}).status_code == 400
    del session.headers["X-Qonto-Staging-Token"]
    assert session.get(url, params=own, allow_redirects=False).status_code == 302
    stranger = volume.session(token=keys["access_token"][:-1] + "?")
    assert stranger.get(url, params=own).status_code == 401


def test_fault_strikes_the_shortcut_too(keys: dict[str, str]) -> None:
    with LocalQonto(options=("--volume", f"3x{LINES}", "--workers", "1")) as alone:
        alone.api("POST", "faults", kind="status", status=503, path="/v2/transactions", times=1)
        assert fetch(alone, keys).status_code == 503
        assert fetch(alone, keys).status_code == 200
