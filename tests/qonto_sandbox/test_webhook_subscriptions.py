"""Business webhooks: subscriptions, and what reaches them (partner reference §4)."""

import hashlib
import hmac
import time
from typing import Any

import pytest

from tests.qonto_sandbox.payer import Payer
from tests.qonto_sandbox.receiver import Receiver

PATH = "/v2/webhook_subscriptions"
SECRET = "k3vJ0b7cJtQm1mXo5mJ4q8cXr2yT9uWz"


def subscribe(payer: Payer, url: str, *types: str, **changes: Any) -> Any:
    return payer.send("POST", PATH, {"callback_url": url, "types": list(types), "secret": SECRET, **changes})


def test_subscription_is_flat_and_tells_its_secret_once(payer: Payer) -> None:
    answer = subscribe(payer, "https://portail.example/webhooks", "v1/transactions", "v1/consent-revocations")
    made = answer.json()
    assert answer.status_code == 201
    assert made["secret"] == SECRET
    assert "description" not in made
    shown = payer.get(f"{PATH}/{made['id']}").json()
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    listed = payer.get(PATH, per_page=100).json()
    assert shown in listed["subscriptions"]
    assert listed["meta"]["total_count"] == len(listed["subscriptions"])


def test_secret_is_made_when_absent(payer: Payer) -> None:
    made = subscribe(payer, "https://portail.example/w", "v1/clients", secret=None).json()
    assert made["secret"].startswith("whsec_")
    assert 32 <= len(made["secret"]) <= 128


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"callback_url": None}, "CallbackURL is missing"),
        ({"callback_url": "http://portail.example/w"}, "CallbackURL must be a valid https URL"),
        ({"callback_url": "https://portail.example/" + "x" * 512}, "CallbackURL is too long"),
        ({"types": ["v1/transfers"]}, "types must be one of"),
        ({"types": []}, "types must contain"),
        ({"secret": "short"}, "Secret must have between 32 and 128 characters"),
        ({"description": "x" * 257}, "Description is too long"),
    ],
)
def test_faults_are_flat(payer: Payer, changes: dict[str, Any], detail: str) -> None:
    answer = subscribe(payer, "https://portail.example/w", "v1/clients", **changes)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(detail)
    assert "errors" not in answer.json()


def test_put_replaces_everything_but_the_secret(payer: Payer) -> None:
    made = subscribe(payer, "https://portail.example/w", "v1/clients", description="Un").json()
    path = f"{PATH}/{made['id']}"
    assert payer.send("PUT", path, {"types": ["v1/accounts"]}).status_code == 400
    changed = payer.send("PUT", path, {"callback_url": "https://portail.example/x", "types": ["v1/accounts"]}).json()
    assert (changed["callback_url"], changed["types"]) == ("https://portail.example/x", ["v1/accounts"])
    assert "description" not in changed
    assert "secret" not in changed


def test_deleted_subscription_is_not_found(payer: Payer) -> None:
    made = subscribe(payer, "https://portail.example/w", "v1/clients").json()
    assert payer.send("DELETE", f"{PATH}/{made['id']}").status_code == 204
    answer = payer.get(f"{PATH}/{made['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_subscription_of_another_company_is_not_found(payer: Payer) -> None:
    made = subscribe(payer, "https://portail.example/w", "v1/clients").json()
    assert Payer(payer.qonto, "atelier-bertin-1174").get(f"{PATH}/{made['id']}").status_code == 404


def test_api_key_cannot_subscribe(payer: Payer) -> None:
    keys = payer.qonto.identifiants
    payer.session.headers["Authorization"] = f"{keys['login']}:{keys['secret_key']}"
    assert payer.get(PATH).status_code == 403


def test_settled_transfer_sends_signed_transaction_events(payer: Payer, receiver: Receiver) -> None:
    made = subscribe(payer, receiver.url, "v1/transactions", "v1/beneficiaries").json()
    paid = payer.pay()
    payer.wait()
    bodies = receiver.wait(2)
    headers, raw = receiver.received[0]
    stamp, signature = (part.split("=", 1)[1] for part in headers["X-Qonto-Signature"].split(","))
    assert signature == hmac.new(SECRET.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
    assert abs(time.time() - int(stamp)) < 60
    envelope = next(body for body in bodies if body["type"] == "v1/transactions")
    assert envelope["subscription_id"] == made["id"]
    assert (envelope["organization_id"], envelope["membership_id"]) == (made["organization_id"], made["membership_id"])
    assert envelope["data"]["event"] == "created"
    assert envelope["data"]["amount"] == 189.99
    assert envelope["data"]["transfer"]["counterparty_account_number"] == "FR7610011000201234567890188"
    assert envelope["data"]["id"] == payer.transfer(paid["id"])["transaction_id"]


def test_other_company_hears_nothing(payer: Payer, receiver: Receiver) -> None:
    other = Payer(payer.qonto, "atelier-bertin-1174")
    subscribe(other, receiver.url, "v1/transactions")
    payer.pay()
    payer.wait()
    time.sleep(0.5)
    assert receiver.received == []


def test_paid_invoice_is_announced_without_its_lifecycle(payer: Payer, receiver: Receiver) -> None:
    subscribe(payer, receiver.url, "v1/client-invoices")
    rows = payer.get("/v2/client_invoices", **{"filter[status]": "unpaid"}).json()["client_invoices"]
    payer.send("POST", f"/v2/client_invoices/{rows[0]['id']}/mark_as_paid")
    (body,) = receiver.wait(1)
    assert (body["data"]["event"], body["data"]["status"]) == ("updated", "paid")
    assert "einvoicing_lifecycle_events" not in body["data"]


def test_withdrawn_consent_is_announced_without_event(payer: Payer, receiver: Receiver) -> None:
    subscribe(payer, receiver.url, "v1/consent-revocations")
    keys = payer.qonto.identifiants
    assert payer.qonto.api("POST", f"organizations/{keys['organization_id']}/revoke_consents")["revoked"] >= 1
    (body,) = receiver.wait(1)
    assert body["type"] == "v1/consent-revocations"
    assert set(body["data"]) == {"client_id", "revoked_at"}
    assert body["data"]["client_id"] == keys["client_id"]
    assert payer.get("/v2/organization").status_code == 401


def test_control_holds_reorders_doubles_and_resends(payer: Payer, receiver: Receiver) -> None:
    subscribe(payer, receiver.url, "v1/clients")
    api = payer.qonto.api
    api("POST", "webhooks/settings", paused=True, copies=2)
    for name in ("Un", "Deux"):
        payer.send("POST", "/v2/clients", {"kind": "company", "name": name})
    time.sleep(0.4)
    assert receiver.received == []
    assert api("POST", "webhooks/release", order="lifo")["released"] == 4
    assert [body["data"]["name"] for body in receiver.wait(4)] == ["Deux", "Deux", "Un", "Un"]
    last = api("GET", "webhooks")["deliveries"][0]
    assert last["state"] == "delivered"
    api("POST", f"webhooks/{last['id']}/resend")
    assert receiver.wait(5)[-1]["id"] == last["event_id"]


def test_failed_delivery_is_retried_when_the_clock_passes(payer: Payer, receiver: Receiver) -> None:
    receiver.answers = [500]
    subscribe(payer, receiver.url, "v1/clients")
    payer.send("POST", "/v2/clients", {"kind": "company", "name": "Un"})
    receiver.wait(1)
    payer.wait(seconds=11)
    first, second = receiver.wait(2)
    assert first == second


def test_key_of_the_secret_stays_on_demand_and_never_its_value(payer: Payer) -> None:
    made = subscribe(payer, "https://portail.example/w", "v1/clients").json()
    payer.qonto.api("PATCH", "options", subscription_secret_key=True)
    shown = payer.get(f"{PATH}/{made['id']}").json()
    assert shown == {**made, "secret": None}
    assert {row["secret"] for row in payer.get(PATH).json()["subscriptions"]} == {None}
