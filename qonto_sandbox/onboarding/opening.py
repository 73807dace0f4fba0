"""The company that exists at the end of a registration: organization, members, account, credentials."""

import secrets
from typing import Any

from qonto_sandbox.core import constants, ids
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World

BANK, BRANCH = "16958", "00001"


def new_iban(world: World) -> str:
    """A free IBAN at Qonto's bank code, with its RIB key and its check digits."""
    while True:
        account = f"9{secrets.randbelow(10**10):010d}"
        key = 97 - int(f"{BANK}{BRANCH}{account}") * 100 % 97
        bban = f"{BANK}{BRANCH}{account}{key:02d}"
        iban = f"FR{98 - int(bban + '152700') % 97:02d}{bban}"
        if not world.store["bank_accounts"].by("iban", iban):
            return iban


def vat_number(siren: str) -> str:
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def new_siren() -> str:
    """Nine digits that pass Luhn, for a company that the registry has just created."""
    start = f"9{secrets.randbelow(10**7):07d}"
    doubled = [int(digit) * (2 if rank % 2 else 1) for rank, digit in enumerate(start)]
    total = sum(value // 10 + value % 10 for value in doubled)
    return f"{start}{-total % 10}"


def slug_of(world: World, name: str) -> str:
    words = "".join(letter.lower() if letter.isascii() and letter.isalnum() else " " for letter in name).split()
    slug = "-".join(words)[:40] or "entreprise"
    taken = {row["slug"] for row in world.store["organizations"]}
    while True:
        found = f"{slug}-{1000 + secrets.randbelow(9000)}"
        if found not in taken:
            return found


def open_account(world: World, registration: Record) -> Record:
    """Called once, when the registration is completed. Its organization can then be linked by OAuth."""
    asked, stamp = registration["organization"], world.stamp()
    siren = asked.get("legal_number") or new_siren()
    name = asked.get("legal_name") or f"SOCIÉTÉ {siren}"
    organization = _organization(world, asked, siren=siren, name=name, stamp=stamp)
    world.store["organizations"].put(organization)
    world.store["bank_accounts"].put(_account(world, organization, stamp))
    owner: dict[str, Any] = next((person for person in registration["stakeholders"] if person.get("is_owner")), {})
    membership = _membership(organization, {**registration["partner_user"], **_filled(owner)})
    world.store["memberships"].put(membership)
    world.store["api_keys"].put(
        {
            "id": organization["slug"],
            "organization_id": organization["id"],
            "membership_id": membership["id"],
            "secret": secrets.token_hex(16),
        }
    )
    asked["legal_number"] = siren
    asked["legal_name"] = name
    registration["organization_id"] = organization["id"]
    return organization


def _filled(person: dict[str, Any]) -> dict[str, Any]:
    names = ("first_name", "last_name", "email", "phone_number", "birth_date", "nationality")
    return {name: person[name] for name in names if person.get(name)}


def _organization(world: World, asked: dict[str, Any], *, siren: str, name: str, stamp: str) -> Record:
    address = asked.get("address") or {}
    street = " ".join(part for part in (address.get("line_1"), address.get("line_2")) if part)
    parts = (street, address.get("postal_code"), address.get("city"))
    capital = (asked.get("total_capital_amount") or {}).get("value") or "0"
    return {
        "id": asked["id"],
        "organization_id": asked["id"],
        "slug": slug_of(world, name),
        "name": name,
        "legal_name": name,
        "locale": "fr",
        "legal_share_capital": float(capital),
        "legal_country": address.get("country") or "FR",
        "legal_registration_date": asked.get("legal_registration_date") or stamp[:10],
        "legal_form": asked.get("legal_form") or "SAS",
        "legal_address": " ".join(part for part in (*parts, "FRANCE") if part),
        "legal_sector": asked.get("legal_sector"),
        "contract_signed_at": stamp.replace("T", " ").replace("Z", "000"),
        "legal_number": siren,
        "siren": siren,
        "vat_number": asked.get("legal_vat_number") or vat_number(siren),
        "address": {
            "street_address": street,
            "city": address.get("city") or "",
            "zip_code": address.get("postal_code") or "",
            "country_code": address.get("country") or "FR",
        },
        "status": "active",
        "created_at": stamp,
        "updated_at": stamp,
    }


def _account(world: World, organization: Record, stamp: str) -> Record:
    iban = new_iban(world)
    return {
        "id": ids.new(),
        "organization_id": organization["id"],
        "slug": f"{organization['slug']}-bank-account-1",
        "number": 1,
        "name": "Compte principal",
        "iban": iban,
        "bic": constants.BIC,
        "currency": constants.CURRENCY,
        "balance_cents": 0,
        "authorized_balance_cents": 0,
        "opening_cents": 0,
        "status": "active",
        "main": True,
        "is_external_account": False,
        "account_number": iban[14:25],
        "created_at": stamp,
        "updated_at": stamp,
    }


def _membership(organization: Record, person: dict[str, Any]) -> Record:
    return {
        "id": ids.new(),
        "organization_id": organization["id"],
        "first_name": person["first_name"],
        "last_name": person["last_name"],
        "email": person["email"].lower(),
        "phone_number": person.get("phone_number"),
        "position": None,
        "role": "owner",
        "locale": "fr",
        "team_id": ids.stable("team", organization["id"]),
        "residence_country": "FR",
        "birthdate": (person.get("birth_date") or "")[:10] or None,
        "nationality": person.get("nationality") or "FR",
        "birth_country": "FR",
        "ubo": True,
        "status": "active",
        "kyc_status": "accepted",
        "paired_device": True,
    }
