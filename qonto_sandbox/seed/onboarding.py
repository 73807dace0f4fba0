"""Registrations at several steps, and a webhook subscription."""

from datetime import date, datetime, time, timedelta
from typing import Any

from qonto_sandbox.core import constants, ids
from qonto_sandbox.core.formats import PARIS, instant
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.seed.cast import LENOIR, PORT

# (name, SIREN, flow, status)
FILES = (
    ("ATELIER MOREL", "852379890", "existing_company", "pending"),
    ("MENUISERIE LEFEVRE", "", "company_creation", "capital_deposit_activated"),
    ("TRAITEUR DES HALLES", "", "company_creation", "deleted"),
)


def seed(world: World, anchor: date) -> None:
    for rank, (name, siren, flow, status) in enumerate(FILES):
        made = _registration(anchor - timedelta(days=6 + rank), name, siren, flow, status)
        world.store["registrations"].put(made)
    done = _registration(anchor - timedelta(days=120), PORT.legal_name, PORT.siren, "existing_company", "completed")
    done |= {"organization_id": PORT.id, "organization": done["organization"] | {"id": PORT.id}}
    world.store["registrations"].put(done)
    _subscription(world, anchor)


def _registration(day: date, name: str, siren: str, flow: str, status: str) -> Record:
    stamp = instant(datetime.combine(day, time(10, 0), PARIS))
    owner: dict[str, Any] = {
        "id": ids.stable("stakeholder", name),
        "is_owner": True,
        "first_name": "Claire",
        "last_name": "Morel",
        "email": "claire.morel@entreprise.example",
        "legal_entities": [],
    }
    return {
        "id": ids.stable("registration", name),
        "partner_id": constants.PARTNER_ID,
        "organization_id": None,
        "legal_flow": flow,
        "status": status,
        "partner_redirect_url": None,
        "created_at": stamp,
        "updated_at": stamp,
        "locale": "fr",
        "partner_user": {name: owner[name] for name in ("first_name", "last_name", "email")},
        "organization": {
            "id": ids.stable("registered_organization", name),
            "entity_type": "company",
            "legal_name": name,
            "legal_form": "SARL",
            "legal_number": siren or None,
            "legal_sector": None,
            "legal_registration_date": None,
            "legal_vat_number": None,
            "address": None,
            "total_capital_amount": None,
        },
        "stakeholders": [owner] if flow == "company_creation" else [],
    }


def _subscription(world: World, anchor: date) -> None:
    """On a topic that never fires by itself: nobody listens at this address."""
    stamp = instant(datetime.combine(anchor - timedelta(days=30), time(8, 0), PARIS))
    world.store["webhook_subscriptions"].put(
        {
            "id": ids.stable("webhook_subscription", LENOIR.slug),
            "organization_id": LENOIR.id,
            "membership_id": LENOIR.membership_id(0),
            "client_id": constants.CLIENT_ID,
            "callback_url": "https://portail.example/webhooks/qonto",
            "types": ["v1/products"],
            "secret": "whsec_" + ids.stable("webhook_secret").replace("-", ""),
            "description": "Abonnement de démonstration",
            "created_at": stamp,
            "updated_at": stamp,
        }
    )
