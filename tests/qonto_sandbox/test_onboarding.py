"""Onboarding on the wire, from the registration to the account (partner reference §1)."""

import hashlib
import hmac
import uuid
from typing import Any

import pytest
import requests

from tests.qonto import LocalQonto
from tests.qonto_sandbox.payer import as_declared, error
from tests.qonto_sandbox.receiver import Receiver
from tests.qonto_sandbox.test_onboarding_rules import CREATION, EXISTING

PATH = "/register/registrations"
PDF = b"%PDF-1.7\n%test\n"


class Partner:
    """The onboarding partner: two static headers and the staging token."""

    def __init__(self, qonto: LocalQonto) -> None:
        self.qonto = qonto
        keys = qonto.identifiants
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update(
            {
                "Authorization": f"Bearer {keys['partner_token']}",
                "Qonto-Partner-Id": keys["partner_id"],
                "X-Qonto-Staging-Token": keys["staging_token"],
            }
        )

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        answer = self.session.request(method, self.qonto.url + path, json=body, allow_redirects=False, **options)
        return as_declared(method, path, answer) if answer.status_code != 302 else answer

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        people = [{name: value for name, value in row.items() if name != "id"} for row in body["stakeholders"]]
        answer = self.call("POST", PATH, {**body, "stakeholders": people})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()["registration"]
        return made

    def upload(self, registration: dict[str, Any], file_type: str, **form: str) -> requests.Response:
        return self.call(
            "POST",
            f"{PATH}/{registration['id']}/files",
            data={"file_type": file_type, **form},
            files={"file": (f"{file_type}.pdf", PDF, "application/pdf")},
        )

    def forward(self, registration: dict[str, Any], act: str = "next") -> dict[str, Any]:
        moved: dict[str, Any] = self.qonto.api("POST", f"registrations/{registration['id']}/{act}")["registration"]
        return moved


@pytest.fixture
def partner(qonto: LocalQonto) -> Partner:
    return Partner(qonto)


def test_registration_is_pending_with_its_link(partner: Partner) -> None:
    made = partner.create(EXISTING)
    assert made["status"] == "pending"
    assert made["redirection_link"] == f"{partner.qonto.url}/registrations/{made['id']}"
    assert made["flow"]["type"] == "manual"
    assert {"code", "detail", "source"} == set(made["flow"]["breakdown"][0])
    assert made["organization"]["id"]
    assert partner.call("GET", f"{PATH}/{made['id']}").json()["registration"] == made
    listed = partner.call("GET", PATH).json()
    assert made["id"] in {row["id"] for row in listed["registrations"]}
    assert listed["meta"]["per_page"] == 25


def test_every_fault_is_named_with_its_pointer(partner: Partner) -> None:
    answer = partner.call("POST", PATH, {"legal_flow": "other", "locale": "fr"})
    assert answer.status_code == 422
    found = {(item["code"], item["source"]["pointer"]) for item in answer.json()["errors"]}
    assert found >= {("not_in_list", "/legal_flow"), ("missing", "/partner_user"), ("missing", "/organization")}
    assert answer.json()["trace_id"]


@pytest.mark.parametrize("header", ["Authorization", "Qonto-Partner-Id"])
def test_both_headers_are_needed(partner: Partner, header: str) -> None:
    del partner.session.headers[header]
    assert partner.call("GET", PATH).status_code == 401


def test_sandbox_gate_closes_onboarding_too(partner: Partner) -> None:
    del partner.session.headers["X-Qonto-Staging-Token"]
    answer = partner.call("POST", PATH, EXISTING)
    assert answer.status_code == 302
    assert "json" not in answer.headers["Content-Type"]


def test_unknown_registration_is_not_found(partner: Partner) -> None:
    assert error(partner.call("GET", f"{PATH}/{uuid.uuid4()}")) == (404, "not_found")


def test_files_make_a_creation_seamless(partner: Partner) -> None:
    made = partner.create(CREATION)
    person = made["stakeholders"][0]["id"]
    assert made["flow"]["type"] == "manual"
    uploaded = partner.upload(made, "organization-by-laws")
    assert uploaded.status_code == 201
    file = uploaded.json()["registration_file"]
    assert (file["filename"], file["filesize_bytes"], file["stakeholder_id"]) == (
        "organization-by-laws.pdf",
        len(PDF),
        None,
    )
    assert partner.upload(made, "stakeholder-proof-of-identity", stakeholder_id=person).status_code == 201
    assert partner.call("GET", f"{PATH}/{made['id']}").json()["registration"]["flow"] == {
        "type": "seamless",
        "breakdown": [],
    }
    base = f"{PATH}/{made['id']}/files"
    assert len(partner.call("GET", base).json()["registration_files"]) == 2
    assert requests.get(partner.call("GET", f"{base}/{file['id']}").json()["registration_file"]["url"]).content == PDF
    assert partner.call("GET", f"{base}/{file['id']}/download").content == PDF
    assert error(partner.upload(made, "organization-by-laws")) == (409, "already_exists")
    assert partner.call("DELETE", f"{base}/{file['id']}").status_code == 204
    assert partner.upload(made, "organization-by-laws").status_code == 201


def test_files_are_refused_with_a_reason(partner: Partner) -> None:
    made, existing = partner.create(CREATION), partner.create(EXISTING)
    assert error(partner.upload(existing, "organization-by-laws")) == (422, "not_allowed")
    assert error(partner.upload(made, "income-proof")) == (422, "not_in_list")
    assert error(partner.upload(made, "stakeholder-proof-of-identity")) == (422, "missing")
    foreign = partner.upload(made, "stakeholder-proof-of-identity", stakeholder_id=str(uuid.uuid4()))
    assert error(foreign) == (404, "not_found")
    path, form = f"{PATH}/{made['id']}/files", {"file_type": "organization-kbis"}
    text = partner.call("POST", path, data=form, files={"file": ("kbis.pdf", b"hello", "application/pdf")})
    assert error(text) == (422, "invalid_format")
    assert error(partner.call("POST", path, data=form)) == (422, "missing")


def test_events_are_posted_signed_and_listed(partner: Partner, receiver: Receiver) -> None:
    callback = {"callback_url": receiver.url, "enabled": True, "secret": "secret_key"}
    registered = partner.call("POST", "/register/webhooks", callback)
    assert registered.status_code == 201
    assert registered.json() | callback == registered.json()
    made = partner.create(EXISTING)
    (body,) = receiver.wait(1)
    headers, raw = receiver.received[0]
    assert headers["Qonto-SHA256-Signature"] == hmac.new(b"secret_key", raw, hashlib.sha256).hexdigest()
    assert list(body) == ["id", "event_type", "resource_type", "resource_id", "created_at"]
    assert (body["event_type"], body["resource_id"]) == ("registrations.pending", made["id"])
    assert b": " not in raw
    events = partner.call("GET", "/register/events").json()
    assert events["events"][0] == body
    assert events["meta"]["per_page"] == 25
    fired = partner.call(
        "POST", "/register/dev/trigger_event", {"resource_id": made["id"], "event_type": "registrations.submitted"}
    )
    assert fired.status_code == 201
    assert receiver.wait(2)[1]["event_type"] == "registrations.submitted"


def test_former_path_of_webhooks_is_accepted(partner: Partner) -> None:
    body = {"callback_url": "https://portail.example/q", "enabled": True, "secret": "s"}
    assert partner.call("POST", "/data_api/webhooks", body).status_code == 201


def test_owner_email_and_partner_events(partner: Partner) -> None:
    made = partner.create(CREATION)
    assert partner.call("POST", f"{PATH}/{made['id']}/trigger_owner_email").status_code == 204
    told = {"event": "incorporated", "registration_id": made["id"], "occurred_at": "2026-10-12T08:00:00Z"}
    assert partner.call("POST", "/register/partner_events", told).status_code == 201
    later = partner.call("POST", "/register/partner_events", {**told, "occurred_at": "2026-11-12T08:00:00Z"})
    assert later.json()["partner_event"]["occurred_at"] == told["occurred_at"]


def test_creation_passes_every_step_to_the_open_account(partner: Partner) -> None:
    made = partner.create(CREATION)
    seen = []
    while made["status"] != "completed":
        made = partner.forward(made)
        seen.append(made["status"])
    assert seen == [
        "user_started",
        "contract_signed",
        "submitted",
        "capital_deposit_activated",
        "capital_deposit_request_signed",
        "capital_deposit_certificate_signed",
        "completed",
    ]
    files = partner.call("GET", f"{PATH}/{made['id']}/files").json()["registration_files"]
    assert [row["file_type"] for row in files] == ["organization-deposit-certificate"]
    events = partner.call("GET", "/register/events").json()["events"]
    mine = [row["event_type"].split(".")[1] for row in events if row["resource_id"] == made["id"]]
    assert mine == [*reversed(seen), "pending"]


def test_completed_company_is_linked_by_its_registration(partner: Partner) -> None:
    made = partner.forward(partner.create(EXISTING), "complete")
    assert made["organization_id"] == made["organization"]["id"]
    keys = partner.qonto.identifiants
    answer = requests.get(
        f"{partner.qonto.url}/oauth2/auth",
        params={
            "client_id": keys["client_id"],
            "redirect_uri": "http://127.0.0.1:9/retour",
            "response_type": "code",
            "scope": "organization.read",
            "state": "12345678",
            "registration_id": made["id"],
        },
        allow_redirects=False,
    )
    assert answer.status_code == 200
    assert EXISTING["partner_user"]["email"] in answer.text


def test_page_of_the_link_needs_no_token_and_moves_forward(partner: Partner) -> None:
    made = partner.create(EXISTING)
    shown = requests.get(made["redirection_link"])
    assert shown.status_code == 200
    assert "Étape suivante" in shown.text
    moved = requests.post(f"{made['redirection_link']}/suivant")
    assert moved.status_code == 200
    assert partner.call("GET", f"{PATH}/{made['id']}").json()["registration"]["status"] == "user_started"


def test_deleted_registration_says_so(partner: Partner) -> None:
    made = partner.forward(partner.create(CREATION), "delete")
    assert made["status"] == "deleted"
    event = partner.call("GET", "/register/events").json()["events"][0]
    assert (event["event_type"], event["resource_type"]) == ("organizations.deleted", "organization")
