"""Supplier invoices, imported client invoices, settings of the network (partner reference §3.8, §3.9)."""

from pathlib import Path

import orjson
import requests

from qonto_sandbox.documents.issued import SAMPLES
from qonto_sandbox.documents.reading import factur_x
from qonto_sandbox.seed.received import TOLD
from tests.qonto_sandbox.payer import Payer, error

PATH = "/v2/supplier_invoices"


def upload(payer: Payer, path: str, part: str, *files: tuple[str, bytes], **form: str) -> requests.Response:
    return payer.session.post(
        payer.qonto.url + path,
        files=[(part, (name, content, "application/pdf")) for name, content in files],
        data=form,
    )


def sample(name: str = "Facture_FR_EN16931.pdf") -> tuple[str, bytes]:
    return name, Path(SAMPLES / name).read_bytes()


def test_seed_has_every_status_and_pages_by_25(payer: Payer) -> None:
    answer = payer.get(PATH).json()
    assert {row["status"] for row in answer["supplier_invoices"]} == {
        "to_review",
        "to_pay",
        "to_approve",
        "awaiting_payment",
        "pending",
        "scheduled",
        "paid",
        "archived",
        "rejected",
        "discarded",
    }
    assert answer["meta"]["per_page"] == 25
    one = answer["supplier_invoices"][0]
    assert payer.get(f"{PATH}/{one['id']}").json()["supplier_invoice"] == one
    assert error(payer.get(f"{PATH}/unknown")) == (404, "not_found")


def test_filters_of_the_list(payer: Payer) -> None:
    def count(**params: str) -> int:
        return int(payer.get(PATH, **params).json()["meta"]["total_count"])

    total = count()
    assert count(**{"filter[status]": "paid,to_pay"}) == 2
    assert count(**{"filter[due_date]": "missing_date"}) == 1
    assert count(**{"filter[due_date]": "future"}) + count(**{"filter[due_date]": "past_and_today"}) == total - 1
    assert count(**{"filter[exclude_credit_notes]": "true"}) < total
    assert (
        count(**{"filter[payable_amount]": "lte:300.00:EUR"}) + count(**{"filter[payable_amount]": "gt:300.00:EUR"})
        == total
    )
    assert count(query="bon moulin", query_fields="supplier_name") == total
    assert count(**{"filter[payment_date]": "today"}) == 1
    assert error(payer.get(PATH, **{"filter[status]": "x"})) == (400, "not_in_list")
    assert error(payer.get(PATH, **{"filter[payable_amount]": "x"})) == (400, "bad_request")


def test_bulk_upload_always_answers_200_with_its_errors(payer: Payer) -> None:
    good, bad = sample(), ("note.txt", b"hello")
    answer = upload(payer, f"{PATH}/bulk", "supplier_invoices[][file]", good, bad)
    assert answer.status_code == 200
    (made,) = answer.json()["supplier_invoices"]
    assert (made["supplier_name"], made["invoice_number"]) == ("Au bon moulin", "FA-2017-0010")
    assert (made["total_amount"], made["is_einvoice"]) == ({"value": "671.15", "currency": "EUR"}, True)
    assert [row["code"] for row in answer.json()["errors"]] == ["invalid_file_type"]
    again = upload(payer, f"{PATH}/bulk", "supplier_invoices[][file]", good)
    assert again.json()["supplier_invoices"][0]["id"] == made["id"]


def test_import_is_all_or_nothing_and_knows_its_files(payer: Payer) -> None:
    path = "/v2/client_invoices/bulk"
    refused = upload(payer, path, "client_invoices", sample(), ("x.txt", b"hello"))
    assert error(refused) == (422, "invalid_file_type")
    answer = upload(payer, path, "client_invoices", sample(), sample("Facture_UE_BASICWL.pdf"))
    made = answer.json()["client_invoices"]
    assert [row["file_name"] for row in made] == ["Facture_FR_EN16931.pdf", "Facture_UE_BASICWL.pdf"]
    assert upload(payer, path, "client_invoices", sample()).json()["client_invoices"] == made[:1]
    invoice = payer.get(f"/v2/client_invoices/{made[0]['invoice_id']}").json()["client_invoice"]
    assert (invoice["number"], invoice["total_amount_cents"], invoice["status"]) == ("FA-2017-0010", 67115, "unpaid")
    assert invoice["items"] is None
    hidden = {row["id"] for row in payer.get("/v2/client_invoices").json()["client_invoices"]}
    assert invoice["id"] not in hidden
    six = upload(payer, path, "client_invoices", *[sample()] * 6)
    assert error(six) == (422, "invalid_size")


def test_upload_for_an_invoice_is_found_again(payer: Payer) -> None:
    made = upload(payer, "/v2/client_invoices/uploads", "client_invoices_upload", sample()).json()
    made = made["client_invoice_upload"]
    shown = payer.get(f"/v2/client_invoices/uploads/{made['id']}").json()["data"]
    assert (shown["type"], shown["id"], shown["attributes"]["filename"]) == (
        "client_invoices_upload",
        made["id"],
        made["filename"],
    )
    assert requests.get(shown["attributes"]["url"], timeout=10).content == sample()[1]
    assert payer.get("/v2/client_invoices/uploads/unknown").status_code == 404


def test_network_settings_by_company(payer: Payer) -> None:
    path = "/v2/einvoicing/settings"
    assert payer.get(path).json() == {"sending_status": "enabled", "receiving_status": "enabled"}
    port = Payer(payer.qonto, "librairie-du-port-7702")
    assert port.get(path).json()["receiving_status"] == "pending_creation"


def test_what_the_seed_says_of_the_samples_is_what_they_hold() -> None:
    told = orjson.loads((SAMPLES / TOLD).read_bytes())
    assert told == {path.name: factur_x(path.read_bytes()) for path in SAMPLES.glob("*.pdf")}


def test_invoice_says_what_may_be_done_with_it(payer: Payer) -> None:
    rows = payer.get("/v2/supplier_invoices", per_page=100).json()["supplier_invoices"]
    by_status = {row["status"]: row for row in rows if not row["is_credit_note"]}
    assert by_status["to_pay"]["available_actions"]["pay"] is True
    paid = by_status["paid"]["available_actions"]
    assert (paid["pay"], paid["reasons"]) == (False, {"pay": ["invalid_status"]})
    assert all(row["tin"] == row["tin_number"] for row in rows)
