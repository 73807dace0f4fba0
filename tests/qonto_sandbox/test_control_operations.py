"""The tester's pages and acts (outside the wire)."""

from typing import Any

import pytest
import requests
from facturx import get_xml_from_pdf

from tests.qonto_sandbox.payer import Payer

INVOICES = "/v2/client_invoices"


def press(payer: Payer, act: str, **form: str) -> requests.Response:
    return requests.post(f"{payer.qonto.url}/_sandbox/operations/{act}", data=form, timeout=10)


def test_phone_shows_what_waits_and_answers(payer: Payer) -> None:
    asked = payer.post("/v2/sepa/transfers", payer.body()).json()
    page = requests.get(f"{payer.qonto.url}/_sandbox/telephone", timeout=10)
    assert "Virement de 189,99" in page.text
    assert "Alice Lenoir" in page.text
    assert press(payer, "autoriser", id=asked["sca_session_token"]).status_code == 200
    assert payer.get(f"/v2/sca_sessions/{asked['sca_session_token']}").json()["result"] == "allow"


def test_page_of_a_company_lists_its_operations(payer: Payer) -> None:
    page = requests.get(
        f"{payer.qonto.url}/_sandbox/operations", params={"organisation": "studio-pixel-3306"}, timeout=10
    )
    assert page.status_code == 200
    assert "Opérations de STUDIO PIXEL" in page.text
    assert "SP-26-021" in page.text


def test_collected_invoice_brings_its_income(payer: Payer) -> None:
    organization = payer.qonto.identifiants["organization_id"]
    made: dict[str, Any] = payer.qonto.api("POST", f"organizations/{organization}/client_invoices", amount="100.00")
    invoice, before = made["client_invoice"], payer.account()["balance_cents"]
    assert (invoice["status"], invoice["total_amount_cents"]) == ("unpaid", 12000)
    paid = payer.qonto.api("POST", f"client_invoices/{invoice['id']}/collect")["client_invoice"]
    assert paid["status"] == "paid"
    assert payer.account()["balance_cents"] == before + 12000
    lines = payer.get("/v2/transactions", bank_account_id=payer.account_id, per_page=1).json()["transactions"]
    assert (lines[0]["side"], lines[0]["reference"]) == ("credit", invoice["number"])


def test_credit_note_cancels_an_unpaid_invoice(payer: Payer) -> None:
    rows = payer.get(INVOICES, **{"filter[status]": "unpaid"}).json()["client_invoices"]
    note = payer.qonto.api("POST", f"client_invoices/{rows[0]['id']}/credit")["credit_note"]
    assert note["total_amount_cents"] == rows[0]["total_amount_cents"]
    after = payer.get(f"{INVOICES}/{rows[0]['id']}").json()["client_invoice"]
    assert (after["status"], after["credit_notes_ids"][-1]) == ("canceled", note["id"])
    attachment = payer.get(f"/v2/attachments/{note['attachment_id']}").json()["attachment"]
    assert requests.get(attachment["url"], timeout=10).content.startswith(b"%PDF")


@pytest.mark.parametrize("act", ["executer", "rejeter", "retourner", "crediter", "avancer", "renvoyer", "autoriser"])
def test_unknown_object_is_not_found(payer: Payer, act: str) -> None:
    assert press(payer, act, id="unknown").status_code == 404


def test_unknown_act_is_refused(payer: Payer) -> None:
    assert press(payer, "voler", id="x").status_code == 400


def test_invoice_pdf_is_served_as_an_attachment_with_factur_x(payer: Payer) -> None:
    rows = payer.get(INVOICES, **{"filter[status]": "paid"}).json()["client_invoices"]
    attachment = payer.get(f"/v2/attachments/{rows[0]['attachment_id']}").json()["attachment"]
    content = requests.get(attachment["url"], timeout=10).content
    assert str(len(content)) == attachment["file_size"]
    assert get_xml_from_pdf(content)[0] == "factur-x.xml"
