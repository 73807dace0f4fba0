"""Quotes (partner reference §3.8)."""

import io
from typing import Any

import requests
from pypdf import PdfReader

from tests.qonto_sandbox.payer import Payer, error

PATH = "/v2/quotes"


def body(payer: Payer, **changes: Any) -> dict[str, Any]:
    client = payer.get("/v2/clients").json()["clients"][0]
    price = {"value": "100.00", "currency": "EUR"}
    given = {
        "client_id": client["id"],
        "issue_date": "2026-10-01",
        "expiry_date": "2026-10-31",
        "currency": "EUR",
        "terms_and_conditions": "Acompte de 30 %",
        "items": [{"title": "Buffet", "quantity": "2", "unit_price": price, "vat_rate": "0.1"}],
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def test_quote_is_flat_both_ways_and_created_with_201(payer: Payer) -> None:
    answer = payer.send("POST", PATH, body(payer))
    made = answer.json()
    assert answer.status_code == 201
    assert (made["status"], made["total_amount_cents"]) == ("pending_approval", 22000)
    assert payer.get(f"{PATH}/{made['id']}").json() == made


def test_quote_changes_and_goes(payer: Payer) -> None:
    made = payer.send("POST", PATH, body(payer)).json()
    changed = payer.send("PATCH", f"{PATH}/{made['id']}", {"expiry_date": "2026-12-31"}).json()
    assert (changed["expiry_date"], changed["total_amount_cents"]) == ("2026-12-31", 22000)
    sent = {"send_to": ["a@b.example"], "email_title": "Devis"}
    assert payer.send("POST", f"{PATH}/{made['id']}/send", sent).status_code == 204
    assert payer.send("DELETE", f"{PATH}/{made['id']}").status_code == 204
    gone = payer.get(f"{PATH}/{made['id']}")
    assert (gone.status_code, gone.json()["errors"]["code"]) == (404, "not_found")


def test_seed_has_each_state_and_approved_quotes_stay(payer: Payer) -> None:
    rows = payer.get(PATH).json()["quotes"]
    assert {row["status"] for row in rows} == {"pending_approval", "approved", "canceled"}
    (approved,) = payer.get(PATH, **{"filter[status]": "approved"}).json()["quotes"]
    assert error(payer.send("PATCH", f"{PATH}/{approved['id']}", {})) == (412, "quote_not_pending_approval")


def test_faults_of_a_quote(payer: Payer) -> None:
    assert error(payer.send("POST", PATH, body(payer, terms_and_conditions=None))) == (422, "missing")
    assert error(payer.send("POST", PATH, body(payer, expiry_date="2026-09-01"))) == (422, "invalid_format")
    assert error(payer.send("POST", PATH, body(payer, client_id="x"))) == (422, "invalid_client_id")
    number = payer.send("POST", PATH, body(payer, number="D-X")).json()["number"]
    assert error(payer.send("POST", PATH, body(payer, number=number))) == (409, "quote_number_already_exists")


def test_discount_on_the_whole_reduces_the_tax_in_proportion(payer: Payer) -> None:
    made = payer.send("POST", PATH, body(payer, discount={"type": "percentage", "value": "0.1"})).json()
    assert (made["total_amount_cents"], made["vat_amount_cents"]) == (19800, 1800)
    assert made["discount"]["amount"] == {"value": "20.00", "currency": "EUR"}
    changed = payer.send("PATCH", f"{PATH}/{made['id']}", {"header": "Bonjour"}).json()
    assert (changed["total_amount_cents"], changed["discount"]) == (19800, made["discount"])
    cut = payer.send("PATCH", f"{PATH}/{made['id']}", {"discount": {"type": "amount", "value": "50.00"}}).json()
    assert (cut["total_amount_cents"], cut["vat_amount_cents"]) == (16500, 1500)


def test_quote_has_its_pdf_that_follows_its_changes(payer: Payer) -> None:
    made = payer.send("POST", PATH, body(payer)).json()

    def text() -> str:
        shown = payer.get(f"/v2/attachments/{made['attachment_id']}").json()["attachment"]
        content = requests.get(shown["url"], timeout=10).content
        assert (shown["file_name"], shown["file_size"]) == (f"{made['number']}.pdf", str(len(content)))
        return PdfReader(io.BytesIO(content)).pages[0].extract_text()

    assert "Buffet" in text()
    items = [{**item, "title": "Cocktail"} for item in body(payer)["items"]]
    assert payer.send("PATCH", f"{PATH}/{made['id']}", {"items": items}).ok
    assert "Cocktail" in text()
    for quote in payer.get(PATH).json()["quotes"]:
        assert payer.get(f"/v2/attachments/{quote['attachment_id']}").ok
