"""The refusals of accounts, lines and payments that their marks do not tell (business reference §3.2, §4 to §14)."""

import uuid
from collections.abc import Iterator, Mapping

import requests

from tests.qonto_sandbox.endpoints.cells import Cell, Obtain, asking, body_with, changed, sending, sent_for
from tests.qonto_sandbox.endpoints.declared import Operation
from tests.qonto_sandbox.endpoints.stage import AARO, PDF, Sent, Stage

UNKNOWN = "018f6c1f-9d07-7c1b-8f10-2a6a5c0d7b11"
ACCOUNTS, LINES, TRANSFERS = "/v2/bank_accounts/{id}", "/v2/transactions/{id}", "/v2/sepa/transfers"
RECURRING, BULK, REQUESTS = "/v2/sepa/recurring_transfers", "/v2/sepa/bulk_transfers", "/v2/requests"
BENEFICIARIES = "/v2/sepa/beneficiaries"
TEXT = {"file": ("note.txt", b"text", "text/plain")}


def others_account(stage: Stage) -> str:
    return str(stage.qonto.company("atelier-bertin-1174")["bank_account_id"])


def of_accounts() -> Iterator[Cell]:
    yield Cell(
        "GET /v2/organization",
        400,
        "bad_request",
        asking(include_external_accounts="maybe"),
        source="include_external_accounts",
    )
    for name in ("POST /v2/bank_accounts", f"PATCH {ACCOUNTS}"):
        yield Cell(name, 400, "missing", body_with("bank_account", name=None), source="/bank_account/name")
        yield Cell(name, 400, "missing", body_with(bank_account=None), source="/bank_account")
        yield Cell(name, 400, "not_a_string", body_with("bank_account", name=1), source="/bank_account/name")
        yield Cell(name, 422, "too_long", body_with("bank_account", name="a" * 300), source="/bank_account/name")

    def close_main(stage: Stage, operation: Operation) -> requests.Response:
        return stage.send(operation, Sent({"id": stage.account_id}))

    yield Cell(f"POST {ACCOUNTS}/close", 400, "bad_request", close_main, said="main")

    def closed(stage: Stage, operation: Operation) -> requests.Response:
        opened = stage.new_account()["id"]
        stage.call(f"POST {ACCOUNTS}/close", path={"id": opened})
        return stage.send(operation, Sent({"id": opened}))

    yield Cell(f"POST {ACCOUNTS}/close", 400, "bad_request", closed, said="already closed")
    yield Cell(f"GET {ACCOUNTS}/iban_certificate", 400, "iban_generation_failed", closed)


def of_lines() -> Iterator[Cell]:
    name = "GET /v2/transactions"
    yield Cell(name, 400, "not_in_list", asking(**{"status[]": "maybe"}), source="status")
    yield Cell(name, 400, "not_in_list", asking(side="both"), source="side")
    yield Cell(name, 400, "not_in_list", asking(sort_by="label:asc"), source="sort_by")
    yield Cell(name, 400, "not_in_list", asking(**{"includes[]": "cards"}), source="includes")
    yield Cell(name, 400, "bad_request", asking(with_attachments="maybe"), source="with_attachments")
    for bound in ("updated_at_from", "settled_at_to", "emitted_at_from", "created_at_to"):
        yield Cell(name, 400, "bad_request", asking(**{bound: "yesterday"}), source=bound)
    yield Cell(name, 400, "missing", changed(lambda sent: sent.but(params={})), source="bank_account_id")

    def foreign(stage: Stage, operation: Operation) -> requests.Response:
        return stage.send(operation, Sent(params={"bank_account_id": others_account(stage)}))

    yield Cell(name, 400, "bank_account_not_found", foreign)
    yield Cell(f"GET {LINES}", 400, "not_in_list", asking(**{"includes[]": "cards"}), source="includes")
    for upload in ("POST /v2/attachments", f"POST {LINES}/attachments"):
        yield Cell(upload, 400, "missing", changed(lambda sent: sent.but(files={"other": PDF})), source="/file")
        yield Cell(upload, 422, "invalid_file_type", changed(lambda sent: sent.but(files=TEXT)), source="/file")
        heavy = {"file": ("gros.pdf", PDF + b"0" * (15 * 1024 * 1024), "application/pdf")}
        yield Cell(upload, 422, "file_too_large", sending(heavy))

    def sixth(stage: Stage, operation: Operation) -> requests.Response:
        sent = sent_for(stage, operation)
        for _ in range(5):
            assert stage.send(operation, sent).ok
            stage.wait(seconds=2)
        return stage.send(operation, sent)

    yield Cell(f"POST {LINES}/attachments", 422, "too_many_attachments", sixth)


def of_reading() -> Iterator[Cell]:
    name = "GET /v2/statements"
    yield Cell(name, 400, "bad_request", asking(period_from="soon"), source="period_from")
    yield Cell(name, 404, "not_found", asking(**{"bank_account_ids[]": UNKNOWN}), shape="object")
    both = asking(**{"bank_account_ids[]": UNKNOWN, "ibans[]": AARO})
    yield Cell(name, 422, "bad_request", both, shape="object", said="together")
    yield Cell(name, 400, "not_in_list", asking(sort_by="id:asc"), source="sort_by")
    name = "POST /v2/memberships/invite_employee_or_accountant"
    yield Cell(name, 400, "missing", body_with("membership", email=None), source="/membership/email")
    for changes, code in (
        ({"email": "nobody"}, "invalid"),
        ({"email": "alice@maison-lenoir.example"}, "taken"),
        ({"role": "owner"}, "not_in_list"),
    ):
        yield Cell(name, 422, code, body_with("membership", **changes), shape="object")


def of_payees() -> Iterator[Cell]:
    faults = {
        "Bank Down": (400, "BAD_REQUEST_ERROR_RESPONDING_BANK_NOT_AVAILABLE"),
        "Bank Broken": (400, "BAD_REQUEST_ERROR_5XX_RESPONDING_BANK"),
        "Bank Garbled": (400, "BAD_REQUEST_ERROR_RESPONDING_BANK_INVALID_RESPONSE"),
        "Bank Refuses": (500, "INTERNAL_SERVER_ERROR_4XX_RESPONDING_BANK"),
        "Bank Unreachable": (503, "BAD_GATEWAY_ERROR_RESPONDING_BANK"),
        "Bank Timeout": (504, "GATEWAY_TIMEOUT_ERROR_RESPONDING_BANK"),
        "Vop Off": (501, "NOT_IMPLEMENTED_ERROR_FEATURE_NOT_AVAILABLE"),
        "Vop Missing": (501, "NOT_IMPLEMENTED_ERROR_UNSPECIFIED"),
        "Vop Refused": (400, "BAD_REQUEST_ERROR_UNSPECIFIED"),
        "Vop Broken": (500, "INTERNAL_SERVER_ERROR_UNSPECIFIED"),
        "Vop Timeout": (504, "GATEWAY_TIMEOUT_ERROR_UNSPECIFIED"),
    }
    for named, (status, code) in faults.items():
        yield Cell("POST /v2/sepa/verify_payee", status, code, _verified(named))
        if named.startswith("Vop"):
            rows = [{"id": "1", "iban": AARO, "beneficiary_name": named}]
            yield Cell("POST /v2/sepa/bulk_verify_payee", status, code, body_with(requests=rows))
    for changes in ({"iban": "nothing"}, {"iban": None}, {"beneficiary_name": "a" * 141}, {"beneficiary_name": ""}):
        yield Cell("POST /v2/sepa/verify_payee", 400, "BAD_REQUEST_ERROR_FORMAT", body_with(**changes))
    name = "POST /v2/sepa/bulk_verify_payee"
    many = [{"id": str(rank), "iban": AARO, "beneficiary_name": "AARO"} for rank in range(401)]
    yield Cell(name, 400, "bad_request", body_with(requests=many), source="/requests")
    yield Cell(name, 400, "bad_request", body_with(requests=[]), source="/requests")
    yield Cell(name, 400, "missing", body_with(requests=None), source="/requests")


def _verified(named: str) -> Obtain:
    def obtain(stage: Stage, operation: Operation) -> requests.Response:
        answer = stage.send(operation, Sent(json={"iban": AARO, "beneficiary_name": named}))
        (item,) = answer.json()["errors"]
        assert item["status"] == str(answer.status_code)
        assert item["id"] and item["title"]
        # A failing bank leaves a good token, a failing service none.
        assert ("meta" in item) == named.startswith("Bank"), item
        return answer

    return obtain


def of_beneficiaries() -> Iterator[Cell]:
    name = f"GET {BENEFICIARIES}"
    yield Cell(name, 400, "not_in_list", asking(**{"status[]": "maybe"}), source="status")
    yield Cell(name, 400, "bad_request", asking(trusted="maybe"), source="trusted")
    yield Cell(name, 400, "not_in_list", asking(sort_by="name:asc"), source="sort_by")
    name, place = f"POST {BENEFICIARIES}", "/beneficiary"
    yield Cell(name, 400, "bad_request", body_with("beneficiary", iban=AARO), said="This IBAN has already been taken")
    yield Cell(name, 400, "bad_request", body_with("beneficiary", iban="FR1"), source=f"{place}/iban")
    yield Cell(name, 400, "missing", body_with("beneficiary", name=None), source=f"{place}/name")
    yield Cell(name, 400, "not_in_list", body_with("beneficiary", activity_tag="x"), source=f"{place}/activity_tag")
    yield Cell(name, 422, "too_long", body_with("beneficiary", name="a" * 141), source=f"{place}/name")
    for method in ("PATCH", "PUT"):
        name = f"{method} {BENEFICIARIES}/{{id}}"
        yield Cell(name, 400, "not_in_list", body_with("beneficiary", activity_tag="x"))
        yield Cell(name, 404, "not_found", _still_pending)
    for act in ("trust", "untrust"):
        name = f"PATCH {BENEFICIARIES}/{act}"
        yield Cell(name, 400, "missing", body_with(ids=None), source="/ids")
        yield Cell(name, 400, "bad_request", body_with(ids=[]), source="/ids")
        yield Cell(name, 400, "bad_request", body_with(ids=[UNKNOWN] * 401), source="/ids")
        yield Cell(name, 400, "bad_request", body_with(ids=["x"]), source="/ids")
        yield Cell(name, 400, "beneficiary_not_found", body_with(ids=[UNKNOWN]), source="/ids")


def _still_pending(stage: Stage, operation: Operation) -> requests.Response:
    pending = stage.beneficiary(**{"status[]": "pending"})
    return stage.send(operation, Sent({"id": pending["id"]}, json={"beneficiary": {"email": "a@b.example"}}))


def of_one_order(name: str, envelope: str) -> Iterator[Cell]:
    """What is asked of any single order."""
    place = f"/{envelope}"
    for field in ("bank_account_id", "reference", "amount"):
        yield Cell(name, 400, "missing", body_with(envelope, **{field: None}), source=f"{place}/{field}")
    yield Cell(name, 400, "not_a_string", body_with(envelope, amount=10.5), source=f"{place}/amount")
    for wrong in ("0", "-1.00", "1.001", "abc"):
        yield Cell(name, 400, "bad_request", body_with(envelope, amount=wrong), source=f"{place}/amount")
    slug = "maison-lenoir-4821-bank-account-1"
    yield Cell(name, 400, "bank_account_not_found", body_with(envelope, bank_account_id=slug))
    yield Cell(name, 400, "bad_request", body_with(envelope, beneficiary_id=UNKNOWN), source=f"{place}/beneficiary_id")
    unknown = body_with(envelope, beneficiary=None, beneficiary_id=UNKNOWN)
    yield Cell(name, 404, "not_found", unknown, source=f"{place}/beneficiary_id")
    yield Cell(name, 404, "not_found", body_with(envelope, attachment_ids=[UNKNOWN]), source=f"{place}/attachment_ids")
    six = [str(uuid.uuid4()) for _ in range(6)]
    yield Cell(name, 400, "bad_request", body_with(envelope, attachment_ids=six), source=f"{place}/attachment_ids")
    yield Cell(name, 400, "attachment_required", body_with(envelope, amount="30000.01"))
    yield Cell(name, 400, "transfer_to_same_organization", _to_oneself(envelope))
    yield Cell(name, 422, "too_long", body_with(envelope, reference="a" * 141), source=f"{place}/reference")
    for approver, code in ((True, "payment_policy_approval_required"), (False, "payment_policy_approver_missing")):
        yield Cell(name, 400, code, _under_policy(approver=approver))


def _to_oneself(envelope: str) -> Obtain:
    def obtain(stage: Stage, operation: Operation) -> requests.Response:
        mine = {"name": "MAISON LENOIR", "iban": str(stage.company["iban"])}
        sent = sent_for(stage, operation).with_json(envelope, beneficiary=mine)
        return stage.send(operation, sent.with_json(vop_proof_token=stage.proof(mine["iban"], mine["name"])))

    return obtain


def _under_policy(*, approver: bool) -> Obtain:
    def obtain(stage: Stage, operation: Operation) -> requests.Response:
        sent = sent_for(stage, operation)
        path = f"organizations/{stage.company['organization_id']}/payment_policy"
        stage.qonto.api("POST", path, threshold="1.00", approver=approver)
        try:
            return stage.send(operation, sent)
        finally:
            stage.qonto.api("POST", path, threshold=None)

    return obtain


def of_transfers() -> Iterator[Cell]:
    name = f"POST {TRANSFERS}"
    yield from of_one_order(name, "transfer")
    past = body_with("transfer", scheduled_date="2020-01-01")
    yield Cell(name, 422, "invalid", past, source="/transfer/scheduled_date")
    yield Cell(name, 400, "insufficient_funds", _beyond_means)
    yield Cell(name, 422, "Not found", _of_another_amount, shape="message", said="Not found")
    yield Cell(name, 403, "forbidden", _by_key)
    listed = f"GET {TRANSFERS}"
    yield Cell(listed, 400, "not_in_list", asking(**{"status[]": "completed"}), source="status")
    yield Cell(listed, 400, "bad_request", asking(**{"ids[]": [UNKNOWN] * 101}), source="ids")
    yield Cell(listed, 400, "not_in_list", asking(sort_by="amount:asc"), source="sort_by")
    yield Cell(listed, 400, "bad_request", asking(scheduled_date_from="soon"), source="scheduled_date_from")
    for act, code in (("cancel", "cannot_cancel"), ("download_proof", "transfer_not_completed")):
        status = "settled" if act == "cancel" else "canceled"
        yield Cell(f"POST {TRANSFERS}/{{id}}/{act}", 400, code, _about(f"GET {TRANSFERS}", status))


def _about(listing: str, status: str) -> Obtain:
    def obtain(stage: Stage, operation: Operation) -> requests.Response:
        return stage.send(operation, Sent({"id": stage.first(listing, **{"status[]": status})["id"]}))

    return obtain


def _beyond_means(stage: Stage, operation: Operation) -> requests.Response:
    """Told after the authentication, never before (§9.7)."""
    paper = stage.call("POST /v2/attachments", files={"file": ("f.pdf", PDF, "application/pdf")})["attachment"]["id"]
    sent = sent_for(stage, operation)
    rich = sent.with_json("transfer", amount="90000000.00", attachment_ids=[paper], scheduled_date=None)
    return stage.approved(operation, rich)


def _of_another_amount(stage: Stage, operation: Operation) -> requests.Response:
    sent, token = stage.challenge(operation, sent_for(stage, operation))
    stage.decide(token)
    return stage.replay(operation, sent.with_json("transfer", amount="190.00"), token)


def _by_key(stage: Stage, operation: Operation) -> requests.Response:
    """A key has no user to authenticate."""
    return stage.send(operation, sent_for(stage, operation).but(who="key"))


def of_bulks() -> Iterator[Cell]:
    name = f"POST {BULK}"
    yield Cell(name, 400, "missing", body_with(bulk_transfers=None), source="/bulk_transfers")
    yield Cell(name, 400, "bad_request", body_with(bulk_transfers=[]), source="/bulk_transfers")
    yield Cell(name, 400, "missing", body_with(bank_account_id=None), source="/bank_account_id")
    yield Cell(name, 400, "bank_account_not_found", body_with(bank_account_id=UNKNOWN), source="/bank_account_id")
    place = "/bulk_transfers/0"
    for changes, code in (
        ({"client_transfer_id": None}, (400, "missing", f"{place}/client_transfer_id")),
        ({"client_transfer_id": "x"}, (400, "bad_request", f"{place}/client_transfer_id")),
        ({"amount": 10}, (400, "not_a_string", f"{place}/amount")),
        ({"reference": None}, (400, "missing", f"{place}/reference")),
        ({"beneficiary": None, "beneficiary_id": UNKNOWN}, (404, "not_found", f"{place}/beneficiary_id")),
    ):
        yield Cell(name, code[0], code[1], _item_with(changes), source=code[2])


def _item_with(changes: Mapping[str, object]) -> Obtain:
    def change(sent: Sent) -> Sent:
        (item,) = sent.json["bulk_transfers"]
        kept = {name: value for name, value in {**item, **changes}.items() if value is not None}
        return sent.with_json(bulk_transfers=[kept])

    return changed(change)


def of_recurring() -> Iterator[Cell]:
    name, envelope = f"POST {RECURRING}", "recurring_transfer"
    yield from of_one_order(name, envelope)
    yield Cell(name, 400, "not_in_list", body_with(envelope, frequency="daily"), source=f"/{envelope}/frequency")
    yield Cell(name, 400, "missing", body_with(envelope, first_execution_date=None))
    past = body_with(envelope, first_execution_date="2020-01-01")
    yield Cell(name, 422, "invalid", past, source=f"/{envelope}/first_execution_date")
    early = body_with(envelope, last_execution_date="2020-01-01")
    yield Cell(name, 422, "invalid", early, source=f"/{envelope}/last_execution_date")

    def twice(stage: Stage, operation: Operation) -> requests.Response:
        sent = sent_for(stage, operation)
        assert stage.send(operation, sent).ok
        return stage.send(operation, sent)

    yield Cell(f"POST {RECURRING}/{{id}}/cancel", 400, "cannot_cancel", twice)


def of_internal() -> Iterator[Cell]:
    name, envelope = "POST /v2/internal_transfers", "internal_transfer"
    for field in ("debit_iban", "credit_iban", "reference", "amount"):
        yield Cell(name, 400, "missing", body_with(envelope, **{field: None}), source=f"/{envelope}/{field}")
    yield Cell(name, 400, "bank_account_not_found", body_with(envelope, credit_iban=AARO))
    yield Cell(name, 400, "not_a_string", body_with(envelope, amount=1), source=f"/{envelope}/amount")
    yield Cell(name, 400, "insufficient_funds", body_with(envelope, amount="90000000.00"))
    yield Cell(name, 400, "not_in_list", body_with(envelope, currency="USD"), source=f"/{envelope}/currency")
    yield Cell(name, 422, "too_long", body_with(envelope, reference="a" * 141), source=f"/{envelope}/reference")


def of_requests() -> Iterator[Cell]:
    name, envelope = f"POST {REQUESTS}/transfers", "request_transfer"
    yield Cell(name, 400, "missing", body_with(envelope, amount=None), source=f"/{envelope}/amount")
    yield Cell(name, 404, "not_found", body_with(envelope, attachment_ids=[UNKNOWN]))
    yield Cell(name, 422, "invalid", body_with(envelope, scheduled_date="2020-01-01"))
    name, envelope = f"POST {REQUESTS}/multi_transfers", "request_multi_transfer"
    yield Cell(name, 400, "missing", body_with(envelope, transfers=None), source=f"/{envelope}/transfers")
    lost = {"amount": "1.00", "credit_iban": AARO, "credit_account_name": "AARO", "reference": "x"}
    rows = [{**lost, "attachment_ids": [UNKNOWN]}]
    yield Cell(name, 404, "not_found", body_with(envelope, transfers=rows))
    past = body_with(envelope, scheduled_date="2020-01-01")
    yield Cell(name, 422, "invalid", past, shape="object", source=f"/{envelope}/scheduled_date")
    yield Cell(f"GET {REQUESTS}", 400, "not_in_list", asking(**{"status[]": "maybe"}), source="status")
    yield Cell(f"GET {REQUESTS}", 400, "not_in_list", asking(**{"request_type[]": "x"}), source="request_type")
    for act in ("approve", "decline"):
        yield Cell(f"POST {REQUESTS}/{{request_type}}/{{id}}/{act}", 400, "bad_request", _decided, said="declined")
    decline = f"POST {REQUESTS}/{{request_type}}/{{id}}/decline"
    yield Cell(decline, 422, "too_long", body_with(declined_note="a" * 256), shape="object")
    act = "POST /v2/mocked_sca_sessions/{token}/{decision}"
    maybe = changed(lambda sent: sent.but(path={**sent.path, "decision": "maybe"}))
    yield Cell(act, 400, "not_in_list", maybe, source="decision")


def _decided(stage: Stage, operation: Operation) -> requests.Response:
    sent = sent_for(stage, operation)
    stage.call(f"POST {REQUESTS}/{{request_type}}/{{id}}/decline", path=sent.path, json={})
    return stage.send(operation, sent)


def own() -> Iterator[Cell]:
    for part in (
        of_accounts,
        of_lines,
        of_reading,
        of_payees,
        of_beneficiaries,
        of_transfers,
        of_bulks,
        of_recurring,
        of_internal,
        of_requests,
    ):
        yield from part()
