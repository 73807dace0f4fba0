"""What the Factur-X inside a received PDF says."""

from facturx import get_xml_from_pdf
from lxml import etree
from pypdf.errors import PyPdfError

from qonto_sandbox.documents.cii import NS

SELLER = ".//ram:SellerTradeParty/ram:"
PATHS = {
    "number": ".//rsm:ExchangedDocument/ram:ID",
    "type_code": ".//rsm:ExchangedDocument/ram:TypeCode",
    "issue_date": ".//rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString",
    "due_date": ".//ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString",
    "seller": f"{SELLER}Name",
    "seller_siren": f"{SELLER}SpecifiedLegalOrganization/ram:ID",
    "seller_vat": f"{SELLER}SpecifiedTaxRegistration/ram:ID[@schemeID='VA']",
    "iban": ".//ram:IBANID",
    "total": ".//ram:GrandTotalAmount",
    "vat": ".//ram:TaxTotalAmount",
    "buyer": ".//ram:BuyerTradeParty/ram:Name",
}


def factur_x(content: bytes) -> dict[str, str]:
    """What the XML inside the PDF says; empty when there is none."""
    if not content.startswith(b"%PDF"):
        return {}
    try:
        _, xml = get_xml_from_pdf(content, check_xsd=False)
        root = etree.fromstring(xml) if xml else None
    except (ValueError, TypeError, KeyError, etree.XMLSyntaxError, PyPdfError):
        return {}
    if root is None:
        return {}
    found = {name: root.findtext(path, None, NS) for name, path in PATHS.items()}
    return {name: value.strip() for name, value in found.items() if value}
