"""Client invoices and credit notes (partner reference §3.2–3.8)."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.qonto_sandbox.payer import Payer, error

PATH = "/v2/client_invoices"


def body(payer: Payer, **changes: Any) -> dict[str, Any]:
    client = payer.get("/v2/clients", **{"filter[name]": "Hôtel du Parc"}).json()["clients"][0]
    given = {
        "client_id": client["id"],
        "issue_date": "2026-10-01",
        "due_date": "2026-10-31",
        "currency": "EUR",
        "payment_methods": {"iban": payer.qonto.company()["iban"]},
        "items": [
            {
                "title": "Pain",
                "quantity": "12",
                "unit_price": {"value": "100.00", "currency": "EUR"},
                "vat_rate": "0.2",
            }
        ],
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def create(payer: Payer, **changes: Any) -> dict[str, Any]:
    answer = payer.send("POST", PATH, body(payer, **changes))
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()["client_invoice"]
    return made


def act(payer: Payer, invoice: dict[str, Any], verb: str, sent: Any = None) -> Any:
    return payer.send("POST", f"{PATH}/{invoice['id']}/{verb}", sent)


def test_seed_has_every_status_several_rates_and_reverse_charge(payer: Payer) -> None:
    rows = payer.get(PATH).json()["client_invoices"]
    assert {row["status"] for row in rows} == {"draft", "unpaid", "paid", "canceled"}
    items = [item for row in rows for item in row["items"]]
    assert {item["vat_rate"] for item in items} >= {"0.055", "0.1", "0.2", "0"}
    assert "S283" in {item["vat_exemption_reason"] for item in items}
    for row in rows:
        assert row["total_amount_cents"] == sum(item["total_amount_cents"] for item in row["items"])
        assert ("attachment_id" in row) == (row["status"] != "draft")


def test_imported_invoices_are_hidden_unless_asked(payer: Payer) -> None:
    shown = payer.get(PATH).json()["meta"]["total_count"]
    with_imported = payer.get(PATH, exclude_imported="false").json()
    assert with_imported["meta"]["total_count"] == shown + 1
    assert "imported" not in with_imported["client_invoices"][0]


def test_list_is_filtered_by_several_statuses_and_by_dates(payer: Payer) -> None:
    rows = payer.get(PATH, **{"filter[status]": "paid,canceled"}).json()["client_invoices"]
    assert {row["status"] for row in rows} == {"paid", "canceled"}
    first = payer.get(PATH, sort_by="created_at:asc").json()["client_invoices"][0]
    until = payer.get(PATH, **{"filter[created_at_to]": first["created_at"]}).json()["client_invoices"]
    assert [row["id"] for row in until] == [first["id"]]
    since = payer.get(PATH, **{"filter[updated_at_from]": "2999-01-01T00:00:00Z"}).json()
    assert since["client_invoices"] == []
    due = payer.get(PATH, **{"filter[due_date]": first["due_date"]}).json()["client_invoices"]
    assert first["id"] in {row["id"] for row in due}


def test_list_refuses_in_shape_b(payer: Payer) -> None:
    answer = payer.get(PATH, **{"filter[status]": "sent"})
    assert error(answer) == (400, "not_in_list")
    assert answer.json()["errors"][0]["status"] == "400"
    assert error(payer.get(PATH, sort_by="updated_at:asc")) == (400, "not_in_list")


def test_invoice_is_created_as_a_draft_with_its_amounts(payer: Payer) -> None:
    made = create(payer)
    assert made["status"] == "draft"
    assert made["total_amount"] == {"value": "1440.00", "currency": "EUR"}
    assert (made["total_amount_cents"], made["vat_amount_cents"]) == (144000, 24000)
    assert made["payment_methods"][0]["type"] == "transfer"
    assert made["client"]["type"] == "company"
    assert "kind" not in made["client"]
    assert made["organization"]["vat_number"] == "FR19812345676"
    assert "attachment_id" not in made
    assert payer.get(f"{PATH}/{made['id']}").json()["client_invoice"] == made


def test_invoice_goes_from_draft_to_paid_and_back(payer: Payer) -> None:
    made = create(payer)
    unpaid = act(payer, made, "finalize").json()["client_invoice"]
    assert unpaid["status"] == "unpaid"
    assert unpaid["number"].startswith("F-2026-")
    assert unpaid["finalized_at"]
    assert unpaid["attachment_id"]
    paid = act(payer, made, "mark_as_paid").json()["client_invoice"]
    assert (paid["status"], paid["amount_paid"]["value"]) == ("paid", "1440.00")
    again = act(payer, made, "mark_as_paid", {"paid_at": "2026-10-15"}).json()["client_invoice"]
    assert again["paid_at"].startswith("2026-10-15")
    back = act(payer, made, "unmark_as_paid").json()["client_invoice"]
    assert (back["status"], back["paid_at"], back["amount_paid"]["value"]) == ("unpaid", None, "0.00")
    assert act(payer, made, "mark_as_canceled").json()["client_invoice"]["status"] == "canceled"


@pytest.mark.parametrize("verb", ["unmark_as_paid", "mark_as_canceled", "mark_as_paid"])
def test_forbidden_moves_of_a_draft_conflict(payer: Payer, verb: str) -> None:
    assert error(act(payer, create(payer), verb)) == (422, "invalid_status")


def test_payment_is_not_in_the_future(payer: Payer) -> None:
    made = create(payer, status="unpaid")
    tomorrow = (date.fromisoformat(payer.qonto.api("GET", "clock")["now"][:10]) + timedelta(days=2)).isoformat()
    assert act(payer, made, "mark_as_paid", {"paid_at": tomorrow}).status_code == 422


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"payment_methods": None}, "invalid_iban", "iban"),
        ({"client_id": "00000000-0000-4000-8000-000000000000"}, "invalid_client_id", "client_id"),
        ({"currency": "USD"}, "invalid_currency", "currency"),
        ({"issue_date": "01/10/2026"}, "invalid_format", "issue_date"),
        ({"due_date": None}, "missing", "due_date"),
        ({"due_date": "2026-09-30"}, "invalid_format", "due_date"),
        ({"items": []}, "invalid_format", "items"),
        ({"performance_end_date": "2026-09-30"}, "invalid_format", "performance_start_date"),
    ],
)
def test_faults_of_the_body_are_422_with_their_parameter(
    payer: Payer, changes: dict[str, Any], code: str, param: str
) -> None:
    answer = payer.send("POST", PATH, body(payer, **changes))
    assert error(answer) == (422, code)
    assert answer.json()["errors"][0]["status"] == "422"
    assert answer.json()["errors"][0]["meta"] == {"validation_param": param}


def test_missing_iban_says_it_is_empty(payer: Payer) -> None:
    answer = payer.send("POST", PATH, body(payer, payment_methods=None))
    assert answer.json()["errors"][0]["detail"] == "IBAN is empty"


def test_client_without_address_cannot_be_invoiced(payer: Payer) -> None:
    made = payer.send("POST", "/v2/clients", {"kind": "company", "name": "Sans adresse", "currency": "EUR"}).json()
    answer = payer.send("POST", PATH, body(payer, client_id=made["client"]["id"]))
    assert answer.status_code == 422


def test_number_is_given_once(payer: Payer) -> None:
    create(payer, number="MAIN-1")
    answer = payer.send("POST", PATH, body(payer, number="MAIN-1"))
    assert error(answer) == (409, "invoice_number_already_exists")


def test_only_drafts_are_changed_and_deleted(payer: Payer) -> None:
    draft, final = create(payer), create(payer, status="unpaid")
    changed = payer.send("PATCH", f"{PATH}/{draft['id']}", {"purchase_order": "BC-12"}).json()["client_invoice"]
    assert (changed["purchase_order"], changed["total_amount_cents"]) == ("BC-12", 144000)
    assert changed["created_at"] == draft["created_at"]
    refused = payer.send("PATCH", f"{PATH}/{final['id']}", {"purchase_order": "x"})
    assert (refused.status_code, refused.json()["code"]) == (412, "invoice_not_in_draft_status")
    assert error(payer.send("DELETE", f"{PATH}/{final['id']}")) == (412, "invoice_not_in_draft_status")
    assert payer.send("DELETE", f"{PATH}/{draft['id']}").status_code == 204
    assert error(payer.get(f"{PATH}/{draft['id']}")) == (404, "not_found")


def test_send_by_mail_needs_addresses_and_a_title(payer: Payer) -> None:
    made = create(payer, status="unpaid")
    assert act(payer, made, "send", {"send_to": ["a@b.example"], "email_title": "Facture"}).status_code == 204
    assert error(act(payer, made, "send", {"send_to": []})) == (422, "invalid_format")
    assert error(act(payer, made, "send")) == (422, "invalid_body")


def test_network_sending_follows_its_lifecycle(payer: Payer) -> None:
    made = create(payer, status="unpaid")
    assert act(payer, made, "send_by_einvoice").status_code == 204
    assert act(payer, made, "send_by_einvoice").status_code == 204
    payer.wait()
    sent = payer.get(f"{PATH}/{made['id']}").json()["client_invoice"]
    assert sent["einvoicing_status"] == "approved"
    assert [event["status_code"] for event in sent["einvoicing_lifecycle_events"]] == [200, 201, 202, 205]
    assert sent["status"] == "unpaid"


def test_credit_notes_are_listed_and_name_their_invoice(payer: Payer) -> None:
    rows = payer.get("/v2/credit_notes").json()["credit_notes"]
    assert len(rows) == 2
    assert "status" not in rows[0]
    one = payer.get(f"/v2/credit_notes/{rows[0]['id']}").json()["credit_note"]
    invoice = payer.get(f"{PATH}/{one['invoice_id']}").json()["client_invoice"]
    assert one["id"] in invoice["credit_notes_ids"]
    assert one["invoice_issue_date"] == invoice["issue_date"]
    assert error(payer.get("/v2/credit_notes/unknown")) == (404, "not_found")


def test_invoice_of_another_company_is_not_found(payer: Payer) -> None:
    made = create(payer)
    assert Payer(payer.qonto, "atelier-bertin-1174").get(f"{PATH}/{made['id']}").status_code == 404


@pytest.mark.hors_contrat
def test_wrapped_body_is_read_as_the_flat_one(payer: Payer) -> None:
    flat = create(payer)
    answer = payer.post("/v2/client_invoices", {"client_invoice": body(payer)})
    assert answer.status_code == 200, answer.text
    assert answer.json()["client_invoice"]["total_amount"] == flat["total_amount"]
