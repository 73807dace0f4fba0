"""The PDF of an invoice is read back as a third party would: XSD, amounts per rate, parties."""

import io
from typing import Any

from facturx import get_xml_from_pdf
from lxml import etree
from pypdf import PdfReader

from qonto_sandbox.documents.cii import NS
from qonto_sandbox.documents.pdf import invoice_pdf, transfer_proof_pdf
from qonto_sandbox.invoicing.amounts import compute_item, totals


def invoice(**changes: Any) -> dict[str, Any]:
    prices = (
        ("Pose", "12", "100.00", "0.2", None),
        ("Pain", "3", "1.20", "0.055", None),
        ("Lot", "1", "50.00", "0", "S283"),
    )
    items = [
        compute_item(
            {
                "title": title,
                "quantity": quantity,
                "unit_price": {"value": price, "currency": "EUR"},
                "vat_rate": rate,
                "vat_exemption_reason": reason,
            }
        )
        for title, quantity, price, rate, reason in prices
    ]
    return {
        "number": "F-2026-0001",
        "currency": "EUR",
        "issue_date": "2026-10-01",
        "due_date": "2026-10-31",
        "items": items,
        **totals(items),
        "organization": {
            "legal_name": "MAISON LENOIR",
            "legal_number": "812345676",
            "address_line_1": "1 rue du Four",
            "address_zipcode": "75006",
            "address_city": "Paris",
            "address_country": "FR",
            "vat_number": "FR19812345676",
        },
        "client": {"name": "SCI des Tilleuls & Cie", "tax_identification_number": "812345676", "country_code": "FR"},
        "payment_methods": [{"iban": "FR7616958000016886912594701", "bic": "QNTOFRP1XXX"}],
        **changes,
    }


def xml_of(pdf: bytes) -> Any:
    name, xml = get_xml_from_pdf(pdf, check_xsd=True)
    assert name == "factur-x.xml"
    return etree.fromstring(xml)


def test_invoice_holds_valid_factur_x_with_one_row_per_rate() -> None:
    root = xml_of(invoice_pdf(invoice()))
    taxes = root.findall(".//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax", NS)
    rows = [
        tuple(tax.findtext(f"ram:{tag}", None, NS) for tag in ("CategoryCode", "BasisAmount", "CalculatedAmount"))
        for tax in taxes
    ]
    assert rows == [("S", "1200.00", "240.00"), ("S", "3.60", "0.20"), ("AE", "50.00", "0.00")]
    assert root.findtext(".//ram:GrandTotalAmount", None, NS) == "1493.80"
    assert root.findtext(".//ram:IBANID", None, NS) == "FR7616958000016886912594701"


def test_credit_note_is_a_381_that_names_its_invoice() -> None:
    pdf = invoice_pdf(
        invoice(number="AV-1", invoice_number="F-2026-0001", invoice_issue_date="2026-10-01"), credit_note=True
    )
    root = xml_of(pdf)
    assert root.findtext(".//rsm:ExchangedDocument/ram:TypeCode", None, NS) == "381"
    assert root.findtext(".//ram:InvoiceReferencedDocument/ram:IssuerAssignedID", None, NS) == "F-2026-0001"


def test_page_shows_number_and_total() -> None:
    text = PdfReader(io.BytesIO(invoice_pdf(invoice()))).pages[0].extract_text()
    assert "F-2026-0001" in text
    assert "1 493,80 €" in text


def test_proof_of_transfer_is_a_real_pdf() -> None:
    text = PdfReader(io.BytesIO(transfer_proof_pdf([("Montant", "189,99 €")]))).pages[0].extract_text()
    assert "189,99 €" in text
