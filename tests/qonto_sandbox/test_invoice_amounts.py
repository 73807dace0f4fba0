from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qonto_sandbox.invoicing.amounts import compute_item, totals


def item(**changes: Any) -> dict[str, Any]:
    unit_price = {"value": "100.00", "currency": "EUR"}
    return {"title": "Pose", "quantity": "12", "unit_price": unit_price, "vat_rate": "0.2", **changes}


def test_line_is_computed_from_quantity_price_and_rate() -> None:
    line = compute_item(item())
    assert (line["subtotal_cents"], line["total_vat_cents"], line["total_amount_cents"]) == (120000, 24000, 144000)
    assert line["total_amount"] == {"value": "1440.00", "currency": "EUR"}


def test_discount_is_a_fraction_or_an_amount() -> None:
    percent = compute_item(item(discount={"type": "percentage", "value": "0.1"}))
    absolute = compute_item(item(discount={"type": "absolute", "value": "200.00"}))
    assert percent["subtotal_cents"] == 108000
    assert percent["discount"]["amount"] == {"value": "120.00", "currency": "EUR"}
    assert absolute["subtotal_cents"] == 100000


@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.integers(1, 999999), st.sampled_from(["0", "0.021", "0.055", "0.1", "0.2"])),
        min_size=1,
        max_size=6,
    )
)
def test_totals_are_the_sums_of_the_lines(rows: list[tuple[int, int, str]]) -> None:
    lines = [
        compute_item(
            item(quantity=str(q), vat_rate=rate, unit_price={"value": str(Decimal(c) / 100), "currency": "EUR"})
        )
        for q, c, rate in rows
    ]
    total = totals(lines)
    assert total["total_amount_cents"] == sum(line["subtotal_cents"] + line["total_vat_cents"] for line in lines)
    assert Decimal(total["total_amount"]["value"]) * 100 == total["total_amount_cents"]
