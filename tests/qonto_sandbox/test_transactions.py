"""Transactions: filters, sorts, pages, includes, and balances that add up (reference §5)."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
import requests

from tests.qonto import LocalQonto

ALL = ["pending", "declined", "completed", "reversed"]


def fetch(qonto: LocalQonto, session: requests.Session, **query: Any) -> requests.Response:
    given = {"bank_account_id": qonto.identifiants["bank_account_id"]} | query
    return session.get(f"{qonto.url}/v2/transactions", params=given)


def rows(qonto: LocalQonto, session: requests.Session, **query: Any) -> list[dict[str, Any]]:
    """Every page, following `next_page`."""
    found: list[dict[str, Any]] = []
    page: int | None = 1
    while page is not None:
        answer = fetch(qonto, session, page=page, **query)
        assert answer.status_code == 200, answer.text
        found += answer.json()["transactions"]
        page = answer.json()["meta"]["next_page"]
    return found


def test_main_account_has_more_than_250_lines_and_only_completed_by_default(
    qonto: LocalQonto, session: requests.Session
) -> None:
    found = rows(qonto, session)
    assert len(found) > 250
    assert {row["status"] for row in found} == {"completed"}
    assert found == sorted(found, key=lambda row: row["settled_at"], reverse=True)
    assert len({row["id"] for row in found}) == len(found)


def test_balances_add_up_line_by_line(qonto: LocalQonto, session: requests.Session) -> None:
    found = rows(qonto, session, sort_by="settled_at:asc")
    for former, row in pairwise(found):
        signed = row["amount_cents"] if row["side"] == "credit" else -row["amount_cents"]
        assert row["settled_balance_cents"] == former["settled_balance_cents"] + signed
    account = session.get(f"{qonto.url}/v2/bank_accounts/{qonto.identifiants['bank_account_id']}").json()
    assert found[-1]["settled_balance_cents"] == account["bank_account"]["balance_cents"]


def test_pending_lines_explain_the_authorized_balance(qonto: LocalQonto, session: requests.Session) -> None:
    account = session.get(f"{qonto.url}/v2/bank_accounts/{qonto.identifiants['bank_account_id']}").json()[
        "bank_account"
    ]
    pending = rows(qonto, session, **{"status[]": "pending"})
    moved = sum(row["amount_cents"] if row["side"] == "credit" else -row["amount_cents"] for row in pending)
    assert pending
    assert account["authorized_balance_cents"] == account["balance_cents"] + moved


def test_money_is_a_number_in_euros_and_an_integer_in_cents(qonto: LocalQonto, session: requests.Session) -> None:
    for row in rows(qonto, session, **{"status[]": ALL}):
        assert row["amount"] * 100 == pytest.approx(row["amount_cents"])
        assert row["amount_cents"] > 0
        assert (row["settled_at"] is None) == (row["status"] != "completed")
        assert (row["settled_balance"] is None) == (row["status"] != "completed")


@pytest.mark.parametrize("status", ALL)
def test_each_status_exists_and_is_filtered(qonto: LocalQonto, session: requests.Session, status: str) -> None:
    for name in ("status[]", "status"):
        found = rows(qonto, session, **{name: status})
        assert {row["status"] for row in found} == {status}


@pytest.mark.parametrize(
    "kind",
    ["income", "transfer", "card", "direct_debit", "qonto_fee", "cheque", "recall", "swift_income", "pay_later",
     "financing_installment", "pagopa_payment", "other"],
)  # fmt: skip
def test_each_kind_exists_and_is_filtered(qonto: LocalQonto, session: requests.Session, kind: str) -> None:
    found = rows(qonto, session, **{"operation_type[]": kind})
    assert {row["operation_type"] for row in found} == {kind}


def test_side_and_attachments_filters(qonto: LocalQonto, session: requests.Session) -> None:
    assert {row["side"] for row in rows(qonto, session, side="credit")} == {"credit"}
    assert all(row["attachment_ids"] for row in rows(qonto, session, with_attachments="true"))
    assert not any(row["attachment_ids"] for row in rows(qonto, session, with_attachments="false"))


@pytest.mark.parametrize("field", ["updated_at", "emitted_at", "settled_at", "created_at"])
def test_bounds_are_inclusive(qonto: LocalQonto, session: requests.Session, field: str) -> None:
    everything = rows(qonto, session, sort_by=f"{field}:asc", **{"status[]": ALL})
    dated = [row for row in everything if row[field]]
    low, high = dated[40][field], dated[80][field]
    found = rows(qonto, session, **{f"{field}_from": low, f"{field}_to": high, "status[]": ALL})
    assert {row["id"] for row in found} == {row["id"] for row in dated if low <= row[field] <= high}
    assert {low, high} <= {row[field] for row in found}


@pytest.mark.parametrize("sort", ["updated_at:asc", "emitted_at:desc", "emitted_at", ":asc", "settled_at:asc"])
def test_sorts(qonto: LocalQonto, session: requests.Session, sort: str) -> None:
    field, _, order = sort.partition(":")
    values = [row[field or "settled_at"] for row in rows(qonto, session, sort_by=sort)]
    assert values == sorted(values, reverse=order != "asc")


def test_iban_names_the_account_and_the_id_wins(qonto: LocalQonto, session: requests.Session) -> None:
    iban = qonto.identifiants["organizations"][0]["iban"]
    by_iban = session.get(f"{qonto.url}/v2/transactions", params={"iban": iban}).json()["meta"]["total_count"]
    both = fetch(qonto, session, iban="FR7616958000011000000001157").json()["meta"]["total_count"]
    assert by_iban == both > 250


def test_pages(qonto: LocalQonto, session: requests.Session) -> None:
    first = fetch(qonto, session, per_page=10).json()
    total = first["meta"]["total_count"]
    last = -(-total // 10)
    assert first["meta"] == {
        "current_page": 1,
        "next_page": 2,
        "prev_page": None,
        "total_pages": last,
        "total_count": total,
        "per_page": 10,
    }
    assert fetch(qonto, session, per_page=10, page=last).json()["meta"]["next_page"] is None
    beyond = fetch(qonto, session, per_page=10, page=last + 1)
    assert beyond.status_code == 422
    assert isinstance(beyond.json()["errors"], dict)


def test_account_without_a_line_gives_an_empty_page(qonto: LocalQonto, session: requests.Session) -> None:
    answer = fetch(qonto, session, settled_at_from="2100-01-01T00:00:00Z")
    assert (answer.status_code, answer.json()["transactions"]) == (200, [])


def test_included_objects_come_only_when_asked(qonto: LocalQonto, session: requests.Session) -> None:
    plain = fetch(qonto, session, with_attachments="true", per_page=5).json()["transactions"][0]
    assert not {"labels", "attachments", "vat_details"} & set(plain)
    full = fetch(
        qonto, session, with_attachments="true", **{"includes[]": ["labels", "attachments", "vat_details"]}
    ).json()["transactions"]
    assert all([item["id"] for item in row["attachments"]] == row["attachment_ids"] for row in full)
    assert all([item["id"] for item in row["labels"]] == row["label_ids"] for row in full)
    rated = [row for row in full if row["vat_rate"]]
    assert rated
    for row in rated:
        items = row["vat_details"]["items"]
        assert sum(item["amount_cents"] for item in items) == row["vat_amount_cents"]
        assert len(items) == (2 if row["vat_rate"] == -1 else 1)


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ({"status[]": "done"}, "not_in_list", "status"),
        ({"side": "left"}, "not_in_list", "side"),
        ({"includes[]": "cards"}, "not_in_list", "includes"),
        ({"sort_by": "amount:asc"}, "not_in_list", "sort_by"),
        ({"updated_at_from": "yesterday"}, "bad_request", "updated_at_from"),
        ({"per_page": "101"}, "bad_request", "per_page"),
        ({"page": "0"}, "bad_request", "page"),
        ({"bank_account_id": "maison-lenoir-4821-bank-account-1"}, "bank_account_not_found", "bank_account_id"),
    ],
)
def test_refusals(
    qonto: LocalQonto, session: requests.Session, query: dict[str, str], code: str, parameter: str
) -> None:
    answer = fetch(qonto, session, **query)
    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert (error["code"], error["source"]) == (code, {"parameter": parameter})


def test_an_account_must_be_named_and_be_ones_own(qonto: LocalQonto, session: requests.Session) -> None:
    assert session.get(f"{qonto.url}/v2/transactions").status_code == 400
    foreign = qonto.company("atelier-bertin-1174")["bank_account_id"]
    assert fetch(qonto, session, bank_account_id=foreign).status_code == 400


def test_show_by_uuid_alone(qonto: LocalQonto, session: requests.Session) -> None:
    row = fetch(qonto, session, per_page=1).json()["transactions"][0]
    answer = session.get(f"{qonto.url}/v2/transactions/{row['id']}")
    assert answer.json()["transaction"] == row
    readable = session.get(f"{qonto.url}/v2/transactions/{row['transaction_id']}")
    assert readable.status_code == 404
    assert readable.json()["errors"]["code"] == "not_found"
    foreign = qonto.session(slug="atelier-bertin-1174").get(f"{qonto.url}/v2/transactions/{row['id']}")
    assert foreign.status_code == 404


def test_foreign_currency_and_details(qonto: LocalQonto, session: requests.Session) -> None:
    cards = rows(qonto, session, **{"operation_type[]": "card"})
    assert {"EUR", "USD", "GBP", "JPY"} <= {row["local_currency"] for row in cards}
    transfer = rows(qonto, session, **{"operation_type[]": "transfer"})[0]["transfer"]
    assert transfer["counterparty_account_number"].startswith("FR")
    assert transfer["counterparty_account_number_format"] == "IBAN"


def test_pending_lines_settle_as_time_passes(qonto: LocalQonto, session: requests.Session) -> None:
    before = {row["id"] for row in rows(qonto, session, **{"status[]": "pending"})}
    qonto.api("POST", "clock/advance", days=4)
    after = rows(qonto, session, **{"status[]": ALL})
    assert before <= {row["id"] for row in after if row["status"] == "completed"}


@pytest.mark.parametrize(
    "slug",
    ["maison-lenoir-4821", "atelier-bertin-1174", "studio-pixel-3306", "garage-des-tilleuls-5590",
     "librairie-du-port-7702"],
)  # fmt: skip
def test_every_recent_week_is_alive(qonto: LocalQonto, slug: str) -> None:
    company = qonto.company(slug)
    found = rows(qonto, qonto.session(slug=slug), bank_account_id=company["bank_account_id"])
    weeks: dict[str, int] = {}
    for row in found:
        week = "-".join(map(str, _week(row["settled_at"])))
        weeks[week] = weeks.get(week, 0) + 1
    recent = list(weeks.values())[1:9]
    assert min(recent) >= 8


def _week(stamp: str) -> tuple[int, int]:
    year, week, _ = datetime.fromisoformat(stamp).isocalendar()
    return year, week
