"""The refusals of invoicing that its marks do not tell (partner reference §3)."""

from collections.abc import Iterator

import requests

from tests.qonto_sandbox.endpoints.cells import Cell, Obtain, asking, body_with, changed, sending, sent_for
from tests.qonto_sandbox.endpoints.declared import OPERATIONS, Operation
from tests.qonto_sandbox.endpoints.own_payments import UNKNOWN
from tests.qonto_sandbox.endpoints.stage import PDF, Sent, Stage

INVOICES, QUOTES, CLIENTS, PRODUCTS = "/v2/client_invoices", "/v2/quotes", "/v2/clients", "/v2/products"
INVOICE = f"{INVOICES}/{{id}}"
BASE = "/data/attributes"
TEXT = ("note.txt", b"text", "text/plain")


def of_invoices() -> Iterator[Cell]:
    name = f"GET {INVOICES}"
    yield Cell(name, 400, "not_in_list", asking(**{"filter[status]": "late"}), source="filter[status]")
    yield Cell(name, 400, "bad_request", asking(**{"filter[created_at_from]": "x"}), source="filter[created_at_from]")
    yield Cell(name, 400, "not_in_list", asking(sort_by="number:asc"), source="sort_by")
    name = f"POST {INVOICES}"
    for changes, code, place in (
        ({"client_id": None}, "missing", "client_id"),
        ({"client_id": UNKNOWN}, "invalid_client_id", "client_id"),
        ({"issue_date": None}, "missing", "issue_date"),
        ({"due_date": "2026-13-01"}, "invalid_format", "due_date"),
        ({"due_date": "2020-01-01"}, "invalid_format", "due_date"),
        ({"currency": "USD"}, "invalid_currency", "currency"),
        ({"payment_methods": None}, "invalid_iban", "payment_methods/iban"),
        ({"items": None}, "missing", "items"),
        ({"items": [{"title": "Pain"}]}, "missing", "items/0/unit_price"),
        ({"performance_end_date": "2026-10-01"}, "invalid_format", "performance_start_date"),
        ({"number": "N" * 41}, "too_long", "number"),
    ):
        yield Cell(name, 422, code, body_with("", **changes), source=f"{BASE}/{place}")
    yield Cell(name, 409, "invoice_number_already_exists", _number_taken)
    yield Cell(f"PATCH {INVOICE}", 409, "invoice_number_already_exists", _number_taken)
    yield Cell(f"PATCH {INVOICE}", 422, "invalid_format", body_with("", issue_date="2026-13-01"))
    yield Cell(f"PATCH {INVOICE}", 412, "invoice_not_in_draft_status", _when("unpaid"), shape="code")
    yield Cell(f"DELETE {INVOICE}", 412, "invoice_not_in_draft_status", _when("unpaid"))
    for act, status in (
        ("finalize", "unpaid"),
        ("mark_as_paid", "draft"),
        ("unmark_as_paid", "unpaid"),
        ("mark_as_canceled", "paid"),
        ("send", "draft"),
        ("send_by_einvoice", "draft"),
    ):
        yield Cell(f"POST {INVOICE}/{act}", 422, "invalid_status", _when(status))
    future = body_with("", paid_at="2999-01-01")
    yield Cell(f"POST {INVOICE}/mark_as_paid", 422, "invalid_format", future, source=f"{BASE}/paid_at")
    yield Cell(f"POST {INVOICE}/send", 422, "missing", body_with("", send_to=None), source=f"{BASE}/send_to")
    yield Cell(f"POST {INVOICE}/send", 422, "invalid_format", body_with("", send_to=["nobody"]))
    yield Cell(f"POST {INVOICE}/send", 422, "missing", body_with("", email_title=None), source=f"{BASE}/email_title")
    yield Cell(f"POST {INVOICE}/send_by_einvoice", 422, "client_not_reachable", _unreachable)


def _number_taken(stage: Stage, operation: Operation) -> requests.Response:
    known = stage.first(f"GET {INVOICES}", **{"filter[status]": "unpaid"})
    return stage.send(operation, sent_for(stage, operation).with_json(number=known["number"]))


def _when(status: str) -> Obtain:
    """About an invoice in this status, with the body that would do."""

    def obtain(stage: Stage, operation: Operation) -> requests.Response:
        known = stage.first(f"GET {INVOICES}", **{"filter[status]": status})
        return stage.send(operation, sent_for(stage, operation).but(path={"id": known["id"]}))

    return obtain


def _unreachable(stage: Stage, operation: Operation) -> requests.Response:
    """A person has no address on the network."""
    person = {"kind": "individual", "first_name": "Ana", "last_name": "Gomez", "currency": "EUR", "locale": "fr"}
    address = {"street_address": "1 rue du Bac", "city": "Paris", "zip_code": "75007", "country_code": "FR"}
    client = stage.call(f"POST {CLIENTS}", json={**person, "billing_address": address})["client"]
    asked = sent_for(stage, OPERATIONS[f"POST {INVOICES}"]).with_json(client_id=client["id"], status="unpaid")
    made = stage.call(f"POST {INVOICES}", json=asked.json)["client_invoice"]
    return stage.send(operation, Sent({"id": made["id"]}))


def of_files() -> Iterator[Cell]:
    for name, part in ((f"POST {INVOICES}/bulk", "client_invoices"), (f"POST {INVOICES}/uploads", "file")):
        yield Cell(name, 422, "invalid_file_type", sending({part: TEXT}))
        heavy = ("gros.pdf", PDF + b"0" * (5 * 1024 * 1024), "application/pdf")
        yield Cell(name, 422, "file_too_large", sending({part: heavy}))
    six = [("client_invoices", (f"{rank}.pdf", PDF, "application/pdf")) for rank in range(6)]
    yield Cell(f"POST {INVOICES}/bulk", 422, "invalid_size", sending(six))
    nothing = changed(lambda sent: sent.but(files=None, data={"x": "y"}))
    yield Cell(f"POST {INVOICES}/uploads", 422, "missing", nothing)
    odd = changed(lambda sent: sent.but(data={"source": "pigeon"}))
    yield Cell("POST /v2/supplier_invoices/bulk", 400, "not_in_list", odd, source="/source")


def of_lists() -> Iterator[Cell]:
    yield Cell("GET /v2/credit_notes", 400, "not_in_list", asking(sort_by="number:asc"), source="sort_by")
    name = "GET /v2/supplier_invoices"
    for field, value, code in (
        ("filter[status]", "late", "not_in_list"),
        ("filter[due_date]", "soon", "not_in_list"),
        ("filter[payable_amount]", "about:3", "bad_request"),
        ("sort_by", "iban:asc", "not_in_list"),
    ):
        yield Cell(name, 400, code, asking(**{field: value}), source=field)
    yield Cell("GET /v2/einvoicing/settings", 404, "not_found", _without_settings)


def _without_settings(stage: Stage, operation: Operation) -> requests.Response:
    path = f"organizations/{stage.company['organization_id']}/einvoicing_settings"
    stage.qonto.api("POST", path, none=True)
    try:
        return stage.send(operation, Sent())
    finally:
        stage.qonto.api("POST", path, sending_status="enabled", receiving_status="enabled")


def of_clients() -> Iterator[Cell]:
    name = f"GET {CLIENTS}"
    yield Cell(name, 400, "not_in_list", asking(sort_by="email:asc"), source="sort_by")
    yield Cell(name, 400, "bad_request", asking(**{"filter[name]": "e"}), source="filter[name]")
    for name in (f"POST {CLIENTS}", f"PATCH {CLIENTS}/{{id}}"):
        yield Cell(name, 400, "not_in_list", body_with("", kind="other"), source="/kind")
        yield Cell(name, 400, "not_a_string", body_with("", email=12), source="/email")
        yield Cell(name, 422, "too_long", body_with("", vat_number="1" * 21), source="/vat_number")
    yield Cell(f"POST {CLIENTS}", 422, "missing", body_with("", name=None), source="/name")
    name = f"GET {PRODUCTS}"
    yield Cell(name, 400, "not_in_list", asking(**{"filter[type]": "x"}), source="filter[type]")
    name = f"POST {PRODUCTS}"
    yield Cell(name, 400, "missing", body_with("", title=None), source="/title")
    yield Cell(name, 400, "not_in_list", body_with("", type="idea"), source="/type")
    yield Cell(name, 422, "too_long", body_with("", title="a" * 121), source="/title")
    yield Cell(name, 422, "invalid_format", body_with("", vat_rate="vingt"), source="/vat_rate")


def of_quotes() -> Iterator[Cell]:
    yield Cell(f"GET {QUOTES}", 400, "not_in_list", asking(**{"filter[status]": "late"}), source="filter[status]")
    name = f"POST {QUOTES}"
    for changes, code in (
        ({"client_id": UNKNOWN}, "invalid_client_id"),
        ({"terms_and_conditions": None}, "missing"),
        ({"expiry_date": "2020-01-01"}, "invalid_format"),
        ({"items": None}, "missing"),
    ):
        yield Cell(name, 422, code, body_with("", **changes))

    def taken(stage: Stage, operation: Operation) -> requests.Response:
        known = stage.first(f"GET {QUOTES}")
        return stage.send(operation, sent_for(stage, operation).with_json(number=known["number"]))

    yield Cell(name, 409, "quote_number_already_exists", taken)

    def approved(stage: Stage, operation: Operation) -> requests.Response:
        known = stage.first(f"GET {QUOTES}", **{"filter[status]": "approved"})
        return stage.send(operation, Sent({"id": known["id"]}, json={}))

    yield Cell(f"PATCH {QUOTES}/{{id}}", 412, "quote_not_pending_approval", approved)
    yield Cell(f"POST {QUOTES}/{{id}}/send", 422, "missing", body_with("", send_to=None))


def own() -> Iterator[Cell]:
    for part in (of_invoices, of_files, of_lists, of_clients, of_quotes):
        yield from part()
