"""Amounts of invoice lines: cents are computed once, the money objects are written from them."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

AMOUNT = re.compile(r"-?\d+(\.\d+)?")
# Of Italy alone.
ITALIAN: dict[str, Any] = {"stamp_duty_amount": None, "welfare_fund": None, "withholding_tax": None}
RATE = re.compile(r"0(\.\d+)?|1(\.0+)?")


def cents_of(value: Decimal) -> int:
    return int((value * 100).quantize(Decimal(1), ROUND_HALF_UP))


def money(cents: int, currency: str = "EUR") -> dict[str, str]:
    return {"value": f"{Decimal(cents) / 100:.2f}", "currency": currency}


def both(name: str, cents: int, currency: str = "EUR") -> dict[str, Any]:
    """The money object and its `_cents` twin."""
    return {name: money(cents, currency), f"{name}_cents": cents}


def _discount(discount: dict[str, Any] | None, gross: int, currency: str) -> tuple[dict[str, Any] | None, int]:
    if not discount:
        return None, 0
    value = Decimal(str(discount["value"]))
    cents = cents_of(Decimal(gross) / 100 * value) if discount["type"] == "percentage" else cents_of(value)
    return {"type": discount["type"], "value": str(discount["value"]), **both("amount", cents, currency)}, cents


def compute_item(item: dict[str, Any], currency: str = "EUR") -> dict[str, Any]:
    """A line as Qonto returns it, from a line as it is posted: `subtotal` is before VAT."""
    unit_cents = cents_of(Decimal(item["unit_price"]["value"]))
    gross = cents_of(Decimal(item["quantity"]) * Decimal(item["unit_price"]["value"]))
    discount, reduction = _discount(item.get("discount"), gross, currency)
    subtotal = gross - reduction
    vat = cents_of(Decimal(subtotal) / 100 * Decimal(item["vat_rate"]))
    return {
        "title": item["title"],
        "description": item.get("description"),
        "quantity": str(item["quantity"]),
        "unit": item.get("unit"),
        "unit_price": {"value": item["unit_price"]["value"], "currency": currency},
        "unit_price_cents": unit_cents,
        "vat_rate": str(item["vat_rate"]),
        "vat_exemption_reason": item.get("vat_exemption_reason"),
        "discount": discount,
        **both("subtotal", subtotal, currency),
        **both("total_vat", vat, currency),
        **both("total_amount", subtotal + vat, currency),
    }


def totals(items: list[dict[str, Any]], currency: str = "EUR") -> dict[str, Any]:
    return {
        **both("total_amount", sum(item["total_amount_cents"] for item in items), currency),
        **both("vat_amount", sum(item["total_vat_cents"] for item in items), currency),
    }


def reduced(items: list[dict[str, Any]], discount: dict[str, Any] | None, currency: str = "EUR") -> dict[str, Any]:
    """The totals of a document after the discount on its whole; VAT follows in proportion."""
    subtotal = sum(item["subtotal_cents"] for item in items)
    vat = sum(item["total_vat_cents"] for item in items)
    told, reduction = _discount(discount, subtotal, currency)
    if subtotal:
        vat = cents_of(Decimal(vat) * (subtotal - reduction) / subtotal / 100)
    return {
        **both("total_amount", subtotal - reduction + vat, currency),
        **both("vat_amount", vat, currency),
        "discount": told,
    }
