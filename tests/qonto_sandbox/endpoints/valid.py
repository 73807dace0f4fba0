"""One request that succeeds, for each operation that asks for anything."""

import base64
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.qonto_sandbox.endpoints.stage import AARO, OTHER_IBAN, PDF, Sent, Stage
from tests.qonto_sandbox.oauth import REDIRECT, Browser
from tests.qonto_sandbox.test_clients import NEW as NEW_CLIENT
from tests.qonto_sandbox.test_onboarding_rules import CREATION

Valid = Callable[[Stage], Sent]
VALID: dict[str, Valid] = {}
PAGE = "https://portail.example/retour"
INVOICE, QUOTE, REGISTRATION = "/v2/client_invoices/{id}", "/v2/quotes/{id}", "/register/registrations/{id}"
FILE = "/register/registrations/{registration_id}/files/{id}"
PART = {"file": ("piece.pdf", PDF, "application/pdf")}


def valid(*names: str) -> Callable[[Valid], Valid]:
    def keep(build: Valid) -> Valid:
        VALID.update(dict.fromkeys(names, build))
        return build

    return keep


def one(name: str, listing: str, **params: Any) -> None:
    """What is asked about is the first of a list."""
    VALID[name] = lambda stage: Sent({"id": str(stage.first(listing, **params)["id"])})


for shown, listed in (
    ("GET /v2/bank_accounts/{id}", "GET /v2/bank_accounts"),
    ("GET /v2/bank_accounts/{id}/iban_certificate", "GET /v2/bank_accounts"),
    ("GET /v2/sepa/beneficiaries/{id}", "GET /v2/sepa/beneficiaries"),
    ("GET /v2/sepa/transfers/{id}", "GET /v2/sepa/transfers"),
    ("GET /v2/sepa/bulk_transfers/{id}", "GET /v2/sepa/bulk_transfers"),
    ("GET /v2/sepa/recurring_transfers/{id}", "GET /v2/sepa/recurring_transfers"),
    ("GET /v2/statements/{id}", "GET /v2/statements"),
    ("GET /v2/labels/{id}", "GET /v2/labels"),
    ("GET /v2/client_invoices/{id}", "GET /v2/client_invoices"),
    ("GET /v2/credit_notes/{id}", "GET /v2/credit_notes"),
    ("GET /v2/clients/{id}", "GET /v2/clients"),
    ("GET /v2/quotes/{id}", "GET /v2/quotes"),
    ("GET /v2/products/{id}", "GET /v2/products"),
    ("GET /v2/supplier_invoices/{id}", "GET /v2/supplier_invoices"),
    ("GET /register/registrations/{id}", "GET /register/registrations"),
    ("POST /register/registrations/{id}/trigger_owner_email", "GET /register/registrations"),
):
    one(shown, listed)
one("POST /v2/sepa/transfers/{id}/download_proof", "GET /v2/sepa/transfers", **{"status[]": "settled"})


# ── the application ──


@valid("POST /oauth2/token")
def grant(stage: Stage) -> Sent:
    keys, code = stage.qonto.identifiants, Browser(stage.qonto).consent()["code"]
    application = {"client_id": keys["client_id"], "client_secret": keys["client_secret"]}
    return Sent(data={**application, "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT})


@valid("POST /oauth2/revoke")
def revocation(stage: Stage) -> Sent:
    keys = stage.qonto.identifiants
    return Sent(data={"client_id": keys["client_id"], "client_secret": keys["client_secret"], "token": "unknown"})


@valid("DELETE /v2/oauth2/consents")
def leaving(stage: Stage) -> Sent:
    return Sent(who="leaver")


# ── accounts and lines ──


@valid("POST /v2/bank_accounts")
def opening(stage: Stage) -> Sent:
    stage.forget_known_accounts()
    return Sent(json={"bank_account": {"name": "Projet"}})


@valid("PATCH /v2/bank_accounts/{id}")
def renaming(stage: Stage) -> Sent:
    return Sent({"id": stage.account_id}, json={"bank_account": {"name": "Compte principal"}})


@valid("POST /v2/bank_accounts/{id}/close")
def closing(stage: Stage) -> Sent:
    stage.forget_known_accounts()
    return Sent({"id": stage.new_account()["id"]})


@valid("GET /v2/transactions")
def account(stage: Stage) -> Sent:
    return Sent(params={"bank_account_id": stage.account_id})


@valid(
    "GET /v2/transactions/{id}", "GET /v2/transactions/{id}/attachments", "DELETE /v2/transactions/{id}/attachments"
)
def line_with_papers(stage: Stage) -> Sent:
    return Sent({"id": stage.line(with_attachments="true")["id"]})


@valid("POST /v2/transactions/{id}/attachments")
def paper_of_line(stage: Stage) -> Sent:
    return Sent({"id": stage.line(with_attachments="false")["id"]}, files=PART)


@valid("DELETE /v2/transactions/{id}/attachments/{attachment_id}")
def one_paper_of_line(stage: Stage) -> Sent:
    line = stage.line(with_attachments="true")
    return Sent({"id": line["id"], "attachment_id": line["attachment_ids"][0]})


@valid("POST /v2/attachments")
def paper(stage: Stage) -> Sent:
    return Sent(files=PART)


@valid("GET /v2/attachments/{id}")
def known_paper(stage: Stage) -> Sent:
    return Sent({"id": stage.line(with_attachments="true")["attachment_ids"][0]})


@valid("POST /v2/memberships/invite_employee_or_accountant")
def invitation(stage: Stage) -> Sent:
    person = {"email": f"{uuid.uuid4().hex}@cabinet.example", "first_name": "Léa", "last_name": "Roux"}
    return Sent(json={"membership": {**person, "role": "employee"}})


# ── payments ──


@valid("POST /v2/sepa/verify_payee")
def payee(stage: Stage) -> Sent:
    return Sent(json={"iban": AARO, "beneficiary_name": "AARO"})


@valid("POST /v2/sepa/bulk_verify_payee")
def payees(stage: Stage) -> Sent:
    return Sent(json={"requests": [{"id": "1", "iban": AARO, "beneficiary_name": "AARO"}]})


@valid("POST /v2/sepa/beneficiaries")
def new_beneficiary(stage: Stage) -> Sent:
    # An IBAN that nobody has: the shape alone is checked.
    iban = f"FR76{uuid.uuid4().int % 10**23:023d}"
    return Sent(json={"beneficiary": {"name": "Imprimerie Lefebvre", "iban": iban}})


@valid("PATCH /v2/sepa/beneficiaries/{id}", "PUT /v2/sepa/beneficiaries/{id}")
def changed_beneficiary(stage: Stage) -> Sent:
    known = stage.beneficiary(**{"status[]": "validated", "trusted": "false"})
    return Sent({"id": known["id"]}, json={"beneficiary": {"email": "compta@aaro.example"}})


@valid("DELETE /v2/sepa/beneficiaries/{id}")
def gone_beneficiary(stage: Stage) -> Sent:
    return Sent({"id": _made_beneficiary(stage)})


def _made_beneficiary(stage: Stage) -> str:
    made = stage.call("POST /v2/sepa/beneficiaries", json=new_beneficiary(stage).json)
    return str(made["beneficiary"]["id"])


@valid("PATCH /v2/sepa/beneficiaries/trust", "PATCH /v2/sepa/beneficiaries/untrust")
def chosen_beneficiaries(stage: Stage) -> Sent:
    return Sent(json={"ids": [stage.beneficiary(**{"status[]": "validated"})["id"]]})


@valid("POST /v2/sepa/transfers")
def transfer(stage: Stage) -> Sent:
    order = {
        "bank_account_id": stage.account_id,
        "reference": "FS9289482",
        "amount": "189.99",
        "beneficiary": {"name": "AARO", "iban": AARO},
        "scheduled_date": (date.fromisoformat(stage.today) + timedelta(days=30)).isoformat(),
    }
    return Sent(json={"vop_proof_token": stage.proof(), "transfer": order})


@valid("POST /v2/sepa/transfers/{id}/cancel")
def pending_transfer(stage: Stage) -> Sent:
    return Sent({"id": stage.call("POST /v2/sepa/transfers", json=transfer(stage).json)["transfer"]["id"]})


@valid("POST /v2/sepa/bulk_transfers")
def bulk(stage: Stage) -> Sent:
    item = {
        "client_transfer_id": str(uuid.uuid4()),
        "amount": "10.00",
        "reference": "LOT",
        "beneficiary": {"name": "AARO", "iban": AARO},
    }
    account = {"bank_account_id": stage.account_id}
    return Sent(json={"vop_proof_token": stage.bulk_proof(AARO), **account, "bulk_transfers": [item]})


@valid("POST /v2/sepa/recurring_transfers")
def recurring(stage: Stage) -> Sent:
    order = {
        "bank_account_id": stage.account_id,
        "beneficiary": {"name": "AARO", "iban": AARO},
        "reference": "LOYER",
        "amount": "10.00",
        "frequency": "monthly",
        "first_execution_date": (date.fromisoformat(stage.today) + timedelta(days=30)).isoformat(),
    }
    return Sent(json={"vop_proof_token": stage.proof(), "recurring_transfer": order})


@valid("POST /v2/sepa/recurring_transfers/{id}/cancel")
def active_recurring(stage: Stage) -> Sent:
    made = stage.call("POST /v2/sepa/recurring_transfers", json=recurring(stage).json)
    return Sent({"id": made["recurring_transfer"]["id"]})


@valid("POST /v2/internal_transfers")
def internal(stage: Stage) -> Sent:
    rows = stage.call("GET /v2/bank_accounts")["bank_accounts"]
    other = next(row for row in rows if not row["main"] and row["status"] == "active")
    order = {
        "debit_iban": stage.company["iban"],
        "credit_iban": other["iban"],
        "reference": "Provision TVA",
        "amount": "1.00",
        "currency": "EUR",
    }
    return Sent(json={"internal_transfer": order})


def _asked(**changes: Any) -> dict[str, Any]:
    return {
        "amount": "100.50",
        "currency": "EUR",
        "credit_iban": AARO,
        "credit_account_name": "AARO",
        "credit_account_currency": "EUR",
        "reference": "FS9289482",
        **changes,
    }


@valid("POST /v2/requests/transfers")
def request(stage: Stage) -> Sent:
    return Sent(json={"request_transfer": _asked(note="À valider")})


@valid("POST /v2/requests/multi_transfers")
def request_of_many(stage: Stage) -> Sent:
    rows = [_asked(), _asked(credit_iban=OTHER_IBAN)]
    return Sent(json={"request_multi_transfer": {"note": "Lot", "transfers": rows}})


@valid("POST /v2/requests/{request_type}/{id}/approve", "POST /v2/requests/{request_type}/{id}/decline")
def pending_request(stage: Stage) -> Sent:
    made = stage.call("POST /v2/requests/transfers", json=request(stage).json)["request_transfer"]
    return Sent({"request_type": "transfers", "id": made["id"]}, json={})


@valid("GET /v2/sca_sessions/{token}", "GET /v2/mocked_sca_sessions/{token}")
def challenge(stage: Stage) -> Sent:
    answer = stage.qonto.session().post(
        f"{stage.qonto.url}/v2/sepa/transfers",
        json=transfer(stage).json,
        headers={"X-Qonto-Idempotency-Key": str(uuid.uuid4()), "X-Qonto-2fa-Preference": "mock"},
    )
    return Sent({"token": answer.json()["sca_session_token"]})


@valid("POST /v2/mocked_sca_sessions/{token}/{decision}")
def decision(stage: Stage) -> Sent:
    return Sent({**challenge(stage).path, "decision": "allow"})


# ── invoicing ──


@valid("POST /v2/client_invoices")
def invoice(stage: Stage) -> Sent:
    client = stage.first("GET /v2/clients", **{"filter[name]": "Hôtel du Parc"})
    price = {"value": "100.00", "currency": "EUR"}
    return Sent(
        json={
            "client_id": client["id"],
            "issue_date": "2026-10-01",
            "due_date": "2026-10-31",
            "currency": "EUR",
            "payment_methods": {"iban": stage.company["iban"]},
            "items": [{"title": "Pain", "quantity": "12", "unit_price": price, "vat_rate": "0.2"}],
        }
    )


def _draft(stage: Stage) -> dict[str, str]:
    return {"id": str(stage.call("POST /v2/client_invoices", json=invoice(stage).json)["client_invoice"]["id"])}


def _issued(stage: Stage) -> dict[str, str]:
    path = _draft(stage)
    stage.call(f"POST {INVOICE}/finalize", path=path)
    return path


@valid(f"DELETE {INVOICE}", f"POST {INVOICE}/finalize")
def draft(stage: Stage) -> Sent:
    return Sent(_draft(stage))


@valid(f"PATCH {INVOICE}")
def changed_draft(stage: Stage) -> Sent:
    return Sent(_draft(stage), json={"purchase_order": "BC-1"})


@valid(f"POST {INVOICE}/mark_as_paid")
def payable(stage: Stage) -> Sent:
    return Sent(_issued(stage), json={"paid_at": stage.today})


@valid(f"POST {INVOICE}/mark_as_canceled", f"POST {INVOICE}/send_by_einvoice")
def issued(stage: Stage) -> Sent:
    return Sent(_issued(stage))


@valid(f"POST {INVOICE}/unmark_as_paid")
def paid(stage: Stage) -> Sent:
    path = _issued(stage)
    stage.call(f"POST {INVOICE}/mark_as_paid", path=path, json={})
    return Sent(path)


@valid(f"POST {INVOICE}/send")
def sending(stage: Stage) -> Sent:
    return Sent(_issued(stage), json={"send_to": ["compta@hotel.example"], "email_title": "Votre facture"})


@valid("POST /v2/client_invoices/bulk")
def imported(stage: Stage) -> Sent:
    return Sent(files={"client_invoices": ("F-1.pdf", PDF, "application/pdf")})


@valid("POST /v2/client_invoices/uploads")
def joined(stage: Stage) -> Sent:
    return Sent(files={"client_invoices_upload": ("plan.pdf", PDF, "application/pdf")})


@valid("GET /v2/client_invoices/uploads/{id}")
def known_upload(stage: Stage) -> Sent:
    made = stage.call("POST /v2/client_invoices/uploads", files=joined(stage).files)
    return Sent({"id": made["client_invoice_upload"]["id"]})


@valid("POST /v2/clients")
def client(stage: Stage) -> Sent:
    return Sent(json=NEW_CLIENT)


@valid("PATCH /v2/clients/{id}")
def changed_client(stage: Stage) -> Sent:
    return Sent({"id": _made_client(stage)}, json={"email": "autre@durand.example"})


@valid("DELETE /v2/clients/{id}")
def gone_client(stage: Stage) -> Sent:
    return Sent({"id": _made_client(stage)})


def _made_client(stage: Stage) -> str:
    return str(stage.call("POST /v2/clients", json=NEW_CLIENT)["client"]["id"])


@valid("POST /v2/quotes")
def quote(stage: Stage) -> Sent:
    given = {name: value for name, value in invoice(stage).json.items() if name not in ("due_date", "payment_methods")}
    return Sent(json={**given, "expiry_date": "2026-12-31", "terms_and_conditions": "Acompte de 30 %"})


def _quoted(stage: Stage) -> dict[str, str]:
    return {"id": str(stage.call("POST /v2/quotes", json=quote(stage).json)["id"])}


@valid(f"PATCH {QUOTE}")
def changed_quote(stage: Stage) -> Sent:
    return Sent(_quoted(stage), json={"expiry_date": "2027-01-31"})


@valid(f"DELETE {QUOTE}")
def gone_quote(stage: Stage) -> Sent:
    return Sent(_quoted(stage))


@valid(f"POST {QUOTE}/send")
def sent_quote(stage: Stage) -> Sent:
    return Sent(_quoted(stage), json={"send_to": ["compta@hotel.example"], "email_title": "Votre devis"})


@valid("POST /v2/products")
def product(stage: Stage) -> Sent:
    price = {"value": "1.20", "currency": "EUR"}
    return Sent(json={"title": "Baguette", "type": "good", "unit_price": price, "vat_rate": "0.055"})


@valid("POST /v2/supplier_invoices/bulk")
def received(stage: Stage) -> Sent:
    part = ("supplier_invoices[][file]", ("facture.pdf", PDF + uuid.uuid4().bytes, "application/pdf"))
    return Sent(data={"supplier_invoices[][idempotency_key]": str(uuid.uuid4())}, files=[part])


# ── Embed, subscriptions, onboarding ──


@valid("POST /v1/embed_auth_links")
def link(stage: Stage) -> Sent:
    return Sent(json={"embed_auth_link": {"post_authn_action": "create_sepa_transfer", "callback_url": PAGE}})


@valid("POST /v1/encoded_requests/dispatch")
def encoded(stage: Stage) -> Sent:
    inner = b'{"method":"GET","path":"/v2/organization","headers":{}}'
    return Sent(json={"data": base64.b64encode(inner).decode()})


@valid("POST /v2/webhook_subscriptions")
def subscription(stage: Stage) -> Sent:
    return Sent(json={"callback_url": PAGE, "types": ["v1/transactions"]})


def _subscribed(stage: Stage) -> dict[str, str]:
    return {"id": str(stage.call("POST /v2/webhook_subscriptions", json=subscription(stage).json)["id"])}


@valid("GET /v2/webhook_subscriptions/{id}", "DELETE /v2/webhook_subscriptions/{id}")
def known_subscription(stage: Stage) -> Sent:
    return Sent(_subscribed(stage))


@valid("PUT /v2/webhook_subscriptions/{id}")
def changed_subscription(stage: Stage) -> Sent:
    return Sent(_subscribed(stage), json=subscription(stage).json)


@valid("POST /register/registrations")
def registration(stage: Stage) -> Sent:
    people = [{name: value for name, value in row.items() if name != "id"} for row in CREATION["stakeholders"]]
    return Sent(json={**CREATION, "stakeholders": people})


def _registered(stage: Stage) -> dict[str, Any]:
    return dict(stage.call("POST /register/registrations", json=registration(stage).json)["registration"])


@valid("POST /register/partner_events")
def incorporation(stage: Stage) -> Sent:
    told = {"event": "incorporated", "occurred_at": "2026-11-02T10:00:00Z"}
    return Sent(json={**told, "registration_id": _registered(stage)["id"]})


@valid("POST /register/webhooks", "POST /data_api/webhooks")
def callback(stage: Stage) -> Sent:
    return Sent(json={"callback_url": PAGE, "enabled": False, "secret": "secret_key"})


@valid("POST /register/dev/trigger_event")
def triggered(stage: Stage) -> Sent:
    return Sent(json={"resource_id": _registered(stage)["id"], "event_type": "registrations.pending"})


@valid("POST /register/registrations/{registration_id}/files")
def filed(stage: Stage) -> Sent:
    path = {"registration_id": str(_registered(stage)["id"])}
    return Sent(path, data={"file_type": "organization-by-laws"}, files=PART)


@valid("GET /register/registrations/{registration_id}/files")
def files(stage: Stage) -> Sent:
    return Sent({"registration_id": str(_registered(stage)["id"])})


@valid(f"GET {FILE}", f"DELETE {FILE}", f"GET {FILE}/download")
def known_file(stage: Stage) -> Sent:
    sent = filed(stage)
    made = stage.call(
        "POST /register/registrations/{registration_id}/files", path=sent.path, data=sent.data, files=sent.files
    )
    return Sent({**sent.path, "id": made["registration_file"]["id"]})
