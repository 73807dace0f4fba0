"""The catalogue: what the bakery and the studio sell."""

from datetime import date, datetime, time, timedelta

from qonto_sandbox.core import ids
from qonto_sandbox.core.formats import PARIS, instant
from qonto_sandbox.core.world import World
from qonto_sandbox.seed.cast import LENOIR, PIXEL

# (company, title, type, price, rate, unit, exemption)
PRODUCTS = (
    (LENOIR, "Plateau traiteur", "good", "85.00", "0.1", "pièce", None),
    (LENOIR, "Pain de campagne", "good", "4.20", "0.055", "pièce", None),
    (LENOIR, "Atelier de boulangerie", "service", "120.00", "0.2", "heure", None),
    (PIXEL, "Charte graphique", "service", "2400.00", "0.2", "forfait", None),
    (PIXEL, "Formation en ligne", "service", "350.00", "0", "jour", "S261"),
)


def seed(world: World, anchor: date) -> None:
    for rank, (company, title, kind, price, rate, unit, exemption) in enumerate(PRODUCTS):
        stamp = instant(datetime.combine(anchor - timedelta(days=200 - rank), time(10, 15), PARIS))
        world.store["products"].put(
            {
                "id": ids.stable("product", company.slug, rank),
                "organization_id": company.id,
                "title": title,
                "type": kind,
                "unit_price": {"value": price, "currency": "EUR"},
                "vat_rate": rate,
                "description": None,
                "internal_note": None,
                "unit": unit,
                "vat_exemption_code": exemption,
                "links": [],
                "created_at": stamp,
                "updated_at": stamp,
            }
        )
