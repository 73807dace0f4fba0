"""Accounts, organization, labels, members, statements (reference §4 and §14)."""

import io
import uuid
from typing import Any

import pytest
import requests
from pypdf import PdfReader

from tests.qonto import LocalQonto
from tests.qonto_sandbox.oauth import tokens

KEY = "X-Qonto-Idempotency-Key"


def accounts(qonto: LocalQonto, session: requests.Session) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = session.get(f"{qonto.url}/v2/bank_accounts").json()["bank_accounts"]
    return rows


def create(qonto: LocalQonto, session: requests.Session, name: str = "Projet", **headers: str) -> requests.Response:
    headers = headers or {KEY: str(uuid.uuid4())}
    return session.post(f"{qonto.url}/v2/bank_accounts", json={"bank_account": {"name": name}}, headers=headers)


def approved(qonto: LocalQonto, session: requests.Session, path: str) -> requests.Response:
    """A call that needs a strong authentication, answered by the mock."""
    headers = {"X-Qonto-2fa-Preference": "mock"}
    asked = session.post(qonto.url + path, headers=headers)
    assert asked.status_code == 428, asked.text
    token = asked.json()["sca_session_token"]
    session.post(f"{qonto.url}/v2/mocked_sca_sessions/{token}/allow")
    return session.post(qonto.url + path, headers=headers | {"X-Qonto-Sca-Session-Token": token})


def test_organization_embeds_its_accounts_with_their_slug(qonto: LocalQonto, session: requests.Session) -> None:
    row = session.get(f"{qonto.url}/v2/organization").json()["organization"]
    assert (row["legal_name"], row["legal_number"]) == ("MAISON LENOIR", "81234567600017")
    main = next(one for one in row["bank_accounts"] if one["main"])
    assert main["iban"] == "FR7616958000016886912594701"
    assert main["slug"] == "maison-lenoir-4821-bank-account-1"
    assert "organization_id" not in main


def test_account_has_no_slug_and_names_its_organization(qonto: LocalQonto, session: requests.Session) -> None:
    row = accounts(qonto, session)[0]
    assert "slug" not in row
    assert row["organization_id"] == qonto.identifiants["organization_id"]
    assert session.get(f"{qonto.url}/v2/bank_accounts/{row['id']}").json() == {"bank_account": row}


def test_what_is_seen_of_an_account_depends_on_the_role(qonto: LocalQonto) -> None:
    def keys(email: str) -> set[str]:
        token = tokens(qonto, email=email)["access_token"]
        return set(accounts(qonto, qonto.session(token=token))[0])

    everyone = {"id", "name", "organization_id", "status", "main"}
    assert keys("karim@maison-lenoir.example") == everyone
    assert {"balance", "currency"} <= keys("helene.morel@cabinet-morel.example")
    assert "iban" not in keys("helene.morel@cabinet-morel.example")
    assert {"iban", "bic"} <= keys("hugo@maison-lenoir.example")


def test_foreign_account_is_not_found(qonto: LocalQonto, session: requests.Session) -> None:
    foreign = qonto.company("atelier-bertin-1174")["bank_account_id"]
    for path in (foreign, "unknown"):
        answer = session.get(f"{qonto.url}/v2/bank_accounts/{path}")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")


def test_account_is_created_once_renamed_and_closed(qonto: LocalQonto, session: requests.Session) -> None:
    key = str(uuid.uuid4())
    made = create(qonto, session, **{KEY: key}).json()["bank_account"]
    assert create(qonto, session, "Autre", **{KEY: key}).json()["bank_account"] == made
    assert (made["balance_cents"], made["status"], made["main"]) == (0, "active", False)
    path = f"/v2/bank_accounts/{made['id']}"
    renamed = session.patch(qonto.url + path, json={"bank_account": {"name": "Chantier"}})
    assert renamed.json()["bank_account"]["name"] == "Chantier"
    assert session.put(qonto.url + path, json={}).status_code == 404
    closed = approved(qonto, session, f"{path}/close")
    assert (closed.status_code, closed.json()["bank_account"]["status"]) == (200, "closed")


def test_plan_has_a_limit(qonto: LocalQonto, session: requests.Session) -> None:
    statuses = [create(qonto, session).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 400]


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_main_filled_and_closed_accounts_cannot_be_closed(
    qonto: LocalQonto, session: requests.Session, rank: int
) -> None:
    answer = session.post(f"{qonto.url}/v2/bank_accounts/{accounts(qonto, session)[rank]['id']}/close")
    assert answer.status_code == 400


def test_writing_on_accounts_needs_a_user_and_a_role(qonto: LocalQonto) -> None:
    keys = qonto.identifiants
    machine = qonto.session()
    machine.headers["Authorization"] = f"{keys['login']}:{keys['secret_key']}"
    assert create(qonto, machine).status_code == 403
    employee = tokens(qonto, email="karim@maison-lenoir.example", scope="bank_account.write")["access_token"]
    answer = create(qonto, qonto.session(token=employee))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"", 422, "invalid_body"), (b"{", 422, "invalid_body"), (b"{}", 400, "missing"),
     (b'{"bank_account":{}}', 400, "missing"), (b'{"bank_account":{"name":3}}', 400, "not_a_string")],
)  # fmt: skip
def test_bodies_are_read_strictly(
    qonto: LocalQonto, session: requests.Session, body: bytes, status: int, code: str
) -> None:
    headers = {KEY: str(uuid.uuid4()), "Content-Type": "application/json"}
    answer = session.post(f"{qonto.url}/v2/bank_accounts", data=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


def test_iban_certificate_is_a_pdf_of_an_active_account(qonto: LocalQonto, session: requests.Session) -> None:
    main, _, closed = accounts(qonto, session)
    answer = session.get(f"{qonto.url}/v2/bank_accounts/{main['id']}/iban_certificate")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert main["iban"] in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    refused = session.get(f"{qonto.url}/v2/bank_accounts/{closed['id']}/iban_certificate")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "iban_generation_failed")


def test_labels_are_a_tree(qonto: LocalQonto, session: requests.Session) -> None:
    found = session.get(f"{qonto.url}/v2/labels").json()
    roots = [row for row in found["labels"] if row["parent_id"] is None]
    assert len(roots) == 1
    assert len(found["labels"]) == found["meta"]["total_count"] > 1
    one = found["labels"][-1]
    assert session.get(f"{qonto.url}/v2/labels/{one['id']}").json() == {"label": one}
    assert session.get(f"{qonto.url}/v2/labels/unknown").status_code == 404


def test_members(qonto: LocalQonto, session: requests.Session) -> None:
    rows = session.get(f"{qonto.url}/v2/memberships").json()["memberships"]
    assert {row["role"] for row in rows} == {"owner", "admin", "employee", "accountant"}
    own = session.get(f"{qonto.url}/v2/membership").json()["membership"]
    assert (own["email"], own["kyc_status"]) == ("alice@maison-lenoir.example", "accepted")
    keys = qonto.identifiants
    session.headers["Authorization"] = f"{keys['login']}:{keys['secret_key']}"
    assert session.get(f"{qonto.url}/v2/membership").status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [({}, 200, ""), ({"role": "owner"}, 422, "not_in_list"), ({"email": "nowhere"}, 422, "invalid"),
     ({"email": "karim@maison-lenoir.example"}, 422, "taken")],
)  # fmt: skip
def test_invitation(
    qonto: LocalQonto, session: requests.Session, changes: dict[str, str], status: int, code: str
) -> None:
    asked = {"email": "new@maison-lenoir.example", "first_name": "Lou", "last_name": "Petit", "role": "reporting"}
    path = f"{qonto.url}/v2/memberships/invite_employee_or_accountant"
    answer = session.post(path, json={"membership": asked | changes})
    assert answer.status_code == status
    if code:
        assert answer.json()["errors"]["code"] == code
    else:
        assert answer.json()["membership"]["email"] == asked["email"]


def statements(qonto: LocalQonto, session: requests.Session, **query: Any) -> requests.Response:
    return session.get(f"{qonto.url}/v2/statements", params=query)


def test_statement_is_a_real_pdf_that_adds_up(qonto: LocalQonto, session: requests.Session) -> None:
    id = qonto.identifiants["bank_account_id"]
    rows = statements(qonto, session, **{"bank_account_ids[]": id}).json()["statements"]
    assert len(rows) >= 12
    row = rows[0]
    content = requests.get(row["file"]["file_url"], timeout=10).content
    assert str(len(content)) == row["file"]["file_size"]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert "MAISON LENOIR" in text
    assert session.get(f"{qonto.url}/v2/statements/{row['id']}").json()["statement"]["period"] == row["period"]


def test_statements_filters_and_sorts(qonto: LocalQonto, session: requests.Session) -> None:
    iban = qonto.identifiants["organizations"][0]["iban"]
    rows = statements(qonto, session, **{"ibans[]": iban}, sort_by="period:asc").json()["statements"]
    months = [row["period"][3:] + row["period"][:2] for row in rows]
    assert months == sorted(months)
    first, last = rows[2]["period"], rows[4]["period"]
    some = statements(qonto, session, **{"ibans[]": iban}, period_from=first, period_to=last).json()["statements"]
    assert {row["period"] for row in some} == {row["period"] for row in rows[2:5]}


def test_statements_refusals(qonto: LocalQonto, session: requests.Session) -> None:
    company = qonto.company()
    both = {"bank_account_ids[]": company["bank_account_id"], "ibans[]": company["iban"]}
    refused = statements(qonto, session, **both)
    assert (refused.status_code, refused.json()["errors"]["code"]) == (422, "bad_request")
    assert statements(qonto, session, period_from="2026/01").status_code == 400
    assert statements(qonto, session, sort_by="date:asc").status_code == 400
    unknown = session.get(f"{qonto.url}/v2/statements/unknown")
    assert (unknown.status_code, unknown.json()["errors"]["code"]) == (404, "not_found")


def test_a_month_gone_by_brings_a_statement(qonto: LocalQonto, session: requests.Session) -> None:
    query = {"ibans[]": qonto.identifiants["organizations"][0]["iban"]}
    before = statements(qonto, session, **query).json()["meta"]["total_count"]
    qonto.api("POST", "clock/advance", days=32)
    assert statements(qonto, session, **query).json()["meta"]["total_count"] == before + 1
