"""Beneficiaries on the store: found by IBAN, created or overwritten by an inline payee."""

from typing import Any

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from qonto_sandbox.core import ids
from qonto_sandbox.core.errors import ApiError
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.payments.vop_rules import IBAN_SHAPE

TAGS = (
    "atm",
    "fees",
    "finance",
    "food_and_grocery",
    "gas_station",
    "hardware_and_equipment",
    "hotel_and_lodging",
    "insurance",
    "it_and_electronics",
    "legal_and_accounting",
    "logistics",
    "manufacturing",
    "marketing",
    "office_rental",
    "office_supply",
    "online_service",
    "other_expense",
    "other_income",
    "other_service",
    "refund",
    "restaurant_and_bar",
    "salary",
    "sales",
    "subscription",
    "tax",
    "transport",
    "treasury_and_interco",
    "utility",
    "voucher",
    "pending",
    "fallback",
)


def bic_of(iban: str) -> str | None:
    """The BIC that the bank code tells, when it is known."""
    try:
        bic = IBAN(iban, allow_invalid=True).bic
    except SchwiftyException:
        return None
    return f"{bic:X<11}" if bic else None


def read_iban(body: Body, name: str = "iban") -> str:
    """Its shape only: the mocked IBANs of Qonto's sandbox have wrong check digits."""
    iban = body.text(name).replace(" ", "").upper()
    if not IBAN_SHAPE.fullmatch(iban):
        raise ApiError(400, "bad_request", f"{name} is not a valid IBAN", pointer=body.pointer(name))
    return iban


def read_payee(body: Body) -> dict[str, Any]:
    """An inline payee, or the body of a creation."""
    iban = read_iban(body)
    return {
        "name": body.text("name", longest=140),
        "iban": iban,
        "bic": body.text("bic", required=False) or bic_of(iban),
        **read_details(body),
    }


def read_details(body: Body) -> dict[str, Any]:
    return {
        "email": body.text("email", required=False, longest=254) or None,
        "activity_tag": body.choice("activity_tag", TAGS, required=False) or None,
    }


def find(world: World, organization_id: str, iban: str) -> Record | None:
    known = world.store["beneficiaries"].where(organization_id=organization_id, iban=iban)
    return known[0] if known else None


def create(world: World, organization_id: str, payee: dict[str, Any], *, status: str = "pending") -> Record:
    stamp = world.stamp()
    record: Record = {
        "id": ids.new(),
        "organization_id": organization_id,
        "status": status,
        "trusted": False,
        "created_at": stamp,
        "updated_at": stamp,
        **payee,
    }
    world.store["beneficiaries"].put(record)
    world.events.publish("beneficiaries", "created", record)
    return record


def save(world: World, record: Record) -> Record:
    record["updated_at"] = world.stamp()
    world.store["beneficiaries"].put(record)
    world.events.publish("beneficiaries", "updated", record)
    return record


def create_or_overwrite(world: World, organization_id: str, payee: dict[str, Any]) -> Record:
    """An inline payee: untrusted when new; a known IBAN keeps its id and takes the data given."""
    known = find(world, organization_id, payee["iban"])
    if known is None:
        return create(world, organization_id, payee)
    known.update({name: value for name, value in payee.items() if value is not None})
    return save(world, known)
