"""The Factur-X XML (CII, profile EN 16931) of an invoice or a credit note in Qonto's own shape."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lxml import etree

NS = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
PROFILE = "urn:cen.eu:en16931:2017"
UNITS = {"hour": "HUR", "day": "DAY", "kg": "KGM", "unit": "C62"}
EXEMPTIONS = {
    "S283": ("AE", "VATEX-EU-AE", "Autoliquidation (article 283 du CGI)"),
    "S293B": ("E", "VATEX-FR-FRANCHISE", "TVA non applicable, article 293 B du CGI"),
    "S262.1": ("G", "VATEX-EU-G", "Exonération de TVA, article 262 I du CGI"),
    "S261": ("E", "", "Exonération de TVA, article 261 du CGI"),
}
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Rate:
    """One line of the VAT breakdown."""

    category: str
    rate: Decimal
    reason_code: str
    reason: str


def rate_of(item: dict[str, Any]) -> Rate:
    percent = (Decimal(item["vat_rate"]) * 100).normalize()
    percent = percent.quantize(CENT) if percent else Decimal("0.00")
    if percent:
        return Rate("S", percent, "", "")
    category, code, reason = EXEMPTIONS.get(item.get("vat_exemption_reason") or "", ("Z", "", ""))
    return Rate(category, percent, code, reason)


def money(cents: int) -> str:
    return str((Decimal(cents) / 100).quantize(CENT, ROUND_HALF_UP))


def _add(parent: Any, path: str, text: str | None = None, **attributes: str) -> Any:
    """Append `ram:A/ram:B` under the parent, with its text."""
    node = parent
    for step in path.split("/"):
        prefix, name = step.split(":")
        node = etree.SubElement(node, f"{{{NS[prefix]}}}{name}")
    if text is not None:
        node.text = text
    for key, value in attributes.items():
        node.set(key, value)
    return node


def _date(parent: Any, path: str, day: str, prefix: str = "udt") -> None:
    _add(parent, f"{path}/{prefix}:DateTimeString", day.replace("-", ""), format="102")


def _party(parent: Any, tag: str, party: dict[str, str]) -> None:
    node = _add(parent, f"ram:{tag}")
    _add(node, "ram:Name", party["name"])
    if party["siren"]:
        _add(node, "ram:SpecifiedLegalOrganization/ram:ID", party["siren"][:9], schemeID="0002")
    address = _add(node, "ram:PostalTradeAddress")
    _add(address, "ram:PostcodeCode", party["zip_code"])
    _add(address, "ram:LineOne", party["address"])
    _add(address, "ram:CityName", party["city"])
    _add(address, "ram:CountryID", party["country"])
    if party["vat_number"]:
        _add(node, "ram:SpecifiedTaxRegistration/ram:ID", party["vat_number"], schemeID="VA")


def seller_of(document: dict[str, Any]) -> dict[str, str]:
    seller = document["organization"]
    return {
        "name": seller["legal_name"],
        "siren": seller["legal_number"],
        "zip_code": seller["address_zipcode"],
        "address": seller["address_line_1"],
        "city": seller["address_city"],
        "country": seller["address_country"],
        "vat_number": seller["vat_number"],
    }


def buyer_of(document: dict[str, Any]) -> dict[str, str]:
    client = document["client"]
    address = client.get("billing_address") or {}
    name = client.get("name") or f"{client.get('first_name', '')} {client.get('last_name', '')}".strip()
    return {
        "name": name,
        "siren": client.get("tax_identification_number") or "",
        "zip_code": address.get("zip_code") or client.get("zip_code") or "",
        "address": address.get("street_address") or client.get("address") or "",
        "city": address.get("city") or client.get("city") or "",
        "country": address.get("country_code") or client.get("country_code") or "FR",
        "vat_number": client.get("vat_number") or "",
    }


def _line(parent: Any, rank: int, item: dict[str, Any]) -> None:
    line = _add(parent, "ram:IncludedSupplyChainTradeLineItem")
    _add(line, "ram:AssociatedDocumentLineDocument/ram:LineID", str(rank))
    product = _add(line, "ram:SpecifiedTradeProduct")
    _add(product, "ram:Name", item["title"])
    if item.get("description"):
        _add(product, "ram:Description", item["description"])
    _add(
        line,
        "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount",
        item["unit_price"]["value"],
    )
    unit = UNITS.get(item.get("unit") or "unit", "C62")
    _add(line, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", item["quantity"], unitCode=unit)
    settlement = _add(line, "ram:SpecifiedLineTradeSettlement")
    rate = rate_of(item)
    tax = _add(settlement, "ram:ApplicableTradeTax")
    _add(tax, "ram:TypeCode", "VAT")
    _add(tax, "ram:CategoryCode", rate.category)
    _add(tax, "ram:RateApplicablePercent", str(rate.rate))
    if item.get("discount"):
        _allowance(settlement, item["discount"]["amount"]["value"])
    _add(
        settlement,
        "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
        money(item["subtotal_cents"]),
    )


def _allowance(parent: Any, amount: str, rate: Rate | None = None) -> None:
    node = _add(parent, "ram:SpecifiedTradeAllowanceCharge")
    _add(node, "ram:ChargeIndicator/udt:Indicator", "false")
    _add(node, "ram:ActualAmount", amount)
    _add(node, "ram:Reason", "Remise")
    if rate is not None:
        tax = _add(node, "ram:CategoryTradeTax")
        _add(tax, "ram:TypeCode", "VAT")
        _add(tax, "ram:CategoryCode", rate.category)
        _add(tax, "ram:RateApplicablePercent", str(rate.rate))


def breakdown(items: list[dict[str, Any]]) -> dict[Rate, tuple[int, int]]:
    """Basis and VAT in cents per rate, in the order of the lines."""
    totals: dict[Rate, list[int]] = defaultdict(lambda: [0, 0])
    for item in items:
        totals[rate_of(item)][0] += item["subtotal_cents"]
        totals[rate_of(item)][1] += item["total_vat_cents"]
    return {rate: (basis, vat) for rate, (basis, vat) in totals.items()}


def _settlement(parent: Any, document: dict[str, Any]) -> None:
    node = _add(parent, "ram:ApplicableHeaderTradeSettlement")
    _add(node, "ram:PaymentReference", document["number"])
    _add(node, "ram:InvoiceCurrencyCode", document["currency"])
    for method in document.get("payment_methods") or []:
        means = _add(node, "ram:SpecifiedTradeSettlementPaymentMeans")
        _add(means, "ram:TypeCode", "30")
        _add(means, "ram:PayeePartyCreditorFinancialAccount/ram:IBANID", method["iban"])
        _add(means, "ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID", method["bic"])
    for rate, (basis, vat) in breakdown(document["items"]).items():
        tax = _add(node, "ram:ApplicableTradeTax")
        _add(tax, "ram:CalculatedAmount", money(vat))
        _add(tax, "ram:TypeCode", "VAT")
        if rate.reason:
            _add(tax, "ram:ExemptionReason", rate.reason)
        _add(tax, "ram:BasisAmount", money(basis))
        _add(tax, "ram:CategoryCode", rate.category)
        if rate.reason_code:
            _add(tax, "ram:ExemptionReasonCode", rate.reason_code)
        _add(tax, "ram:RateApplicablePercent", str(rate.rate))
    if document.get("due_date"):
        _date(node, "ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime", document["due_date"])
    _totals(node, document)
    if document.get("invoice_issue_date"):
        reference = _add(node, "ram:InvoiceReferencedDocument")
        _add(reference, "ram:IssuerAssignedID", document["invoice_number"])
        _date(reference, "ram:FormattedIssueDateTime", document["invoice_issue_date"], "qdt")


def _totals(parent: Any, document: dict[str, Any]) -> None:
    basis = sum(item["subtotal_cents"] for item in document["items"])
    vat, total = document["vat_amount_cents"], document["total_amount_cents"]
    node = _add(parent, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    _add(node, "ram:LineTotalAmount", money(basis))
    _add(node, "ram:TaxBasisTotalAmount", money(basis))
    _add(node, "ram:TaxTotalAmount", money(vat), currencyID=document["currency"])
    _add(node, "ram:GrandTotalAmount", money(total))
    _add(node, "ram:DuePayableAmount", money(total))


def build_xml(document: dict[str, Any], *, type_code: str = "380") -> bytes:
    """`document` is a client invoice or a credit note (381, with `organization` and `invoice_number` added)."""
    root = etree.Element(f"{{{NS['rsm']}}}CrossIndustryInvoice", nsmap=NS)
    _add(root, "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", PROFILE)
    head = _add(root, "rsm:ExchangedDocument")
    _add(head, "ram:ID", document["number"])
    _add(head, "ram:TypeCode", type_code)
    _date(head, "ram:IssueDateTime", document["issue_date"])
    for code, key in (
        ("PMT", "legal_fixed_compensation"),
        ("PMD", "late_payment_penalties"),
        ("AAB", "discount_conditions"),
    ):
        if document.get(key):
            note = _add(head, "ram:IncludedNote")
            _add(note, "ram:Content", document[key])
            _add(note, "ram:SubjectCode", code)
    trade = _add(root, "rsm:SupplyChainTradeTransaction")
    for rank, item in enumerate(document["items"], 1):
        _line(trade, rank, item)
    agreement = _add(trade, "ram:ApplicableHeaderTradeAgreement")
    _party(agreement, "SellerTradeParty", seller_of(document))
    _party(agreement, "BuyerTradeParty", buyer_of(document))
    if document.get("purchase_order"):
        _add(agreement, "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", document["purchase_order"])
    delivery = _add(trade, "ram:ApplicableHeaderTradeDelivery")
    if document.get("performance_start_date"):
        end = document.get("performance_end_date") or document["performance_start_date"]
        _date(delivery, "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime", end)
    _settlement(trade, document)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
