"""The generated organizations: found by their credentials, kept in the store while they are in use."""

import hashlib
import hmac
import re
from typing import Any

from qonto_sandbox.core import auth, constants, ids
from qonto_sandbox.core.formats import instant
from qonto_sandbox.core.routing import Principal
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.oauth.scopes import SCOPES
from qonto_sandbox.volume import lines

TOKEN = re.compile(r"ory_at_volume-(\d{6})\.([0-9a-f]{32})")
LOGIN = re.compile(r"volume-(\d{6})")
ALL_SCOPES = frozenset(SCOPES)
MOST_KEPT = 512
SECRET = b"local-qonto-volume"


def _signature(kind: str, rank: int) -> str:
    return hmac.new(SECRET, f"{kind}/{rank}".encode(), hashlib.sha256).hexdigest()[:32]


def access_token(rank: int) -> str:
    return f"ory_at_volume-{rank:06d}.{_signature('token', rank)}"


def secret_key(rank: int) -> str:
    return _signature("secret", rank)


def _luhn(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def siren(rank: int) -> str:
    text = f"{30_000_000 + rank:08d}"
    return f"{text}{_luhn(text)}"


def _iban(rank: int) -> str:
    key = 97 - int(f"1695800002{rank:011d}") * 100 % 97
    bban = f"1695800002{rank:011d}{key:02d}"
    return f"FR{98 - int(bban + '152700') % 97:02d}{bban}"


def rank_of(kind: str, name: str, secret: str = "") -> int | None:
    """Whose credentials these are: a token, or a login with its secret."""
    read = TOKEN.fullmatch(name) if kind == "oauth" else LOGIN.fullmatch(name)
    if read is None:
        return None
    rank = int(read[1])
    given, expected = (read[2], _signature("token", rank)) if kind == "oauth" else (secret, secret_key(rank))
    return rank if hmac.compare_digest(given.encode(), expected.encode()) else None


def find(world: World, kind: str, name: str, secret: str) -> Principal | None:
    """Who holds these credentials, when they are those of a generated organization."""
    rank = rank_of(kind, name, secret) if world.volume is not None else None
    return None if rank is None else _principal(world, rank, kind)


auth.FINDERS.append(find)


def _principal(world: World, rank: int, kind: Any) -> Principal | None:
    if world.volume is None or rank >= world.volume.organizations:
        return None
    organization = _present(world, rank)
    return Principal(
        kind,
        organization_id=organization["id"],
        membership_id=organization["membership_id"],
        client_id=constants.CLIENT_ID,
        scopes=ALL_SCOPES,
    )


def _present(world: World, rank: int) -> Record:
    """The organization in the store: put there when it is first met, the oldest one leaving when they are many."""
    kept = world.volume_kept
    if rank in kept:
        found: Record = kept[rank]
        return found
    if len(kept) >= MOST_KEPT:
        _forget(world, kept.pop(next(iter(kept))))
    kept[rank] = _plant(world, rank)
    return kept[rank]


def _forget(world: World, organization: Record) -> None:
    world.store["organizations"].delete(organization["id"])
    world.store["memberships"].delete(organization["membership_id"])
    world.store["bank_accounts"].delete(organization["account_id"])


def _plant(world: World, rank: int) -> Record:
    assert world.volume is not None
    stamp, slug, number = instant(world.volume.origin), f"volume-{rank:06d}", siren(rank)
    organization: Record = {
        "id": ids.stable("volume-organization", rank),
        "membership_id": ids.stable("volume-membership", rank),
        "account_id": lines.account_id(rank),
        "slug": slug,
        "name": f"Volume {rank}",
        "legal_name": f"SOCIETE VOLUME {rank}",
        "locale": "fr",
        "legal_share_capital": 1000,
        "legal_country": "FR",
        "legal_registration_date": "2020-01-02",
        "legal_form": "SARL",
        "legal_address": f"{rank} rue du Nombre 75010 Paris FRANCE",
        "legal_sector": "6201Z",
        "contract_signed_at": "2020-01-02 09:12:41.552310",
        "legal_number": f"{number}0001{_luhn(number + '0001')}",
        "siren": number,
        "vat_number": f"FR{(12 + 3 * (int(number) % 97)) % 97:02d}{number}",
        "address": None,
        "status": "active",
        "created_at": stamp,
        "updated_at": stamp,
    }
    organization["organization_id"] = organization["id"]
    world.store["organizations"].put(organization)
    world.store["memberships"].put(_membership(organization, rank))
    world.store["bank_accounts"].put(_account(world, organization, rank, stamp))
    return organization


def _membership(organization: Record, rank: int) -> Record:
    return {
        "id": organization["membership_id"],
        "organization_id": organization["id"],
        "first_name": "Dominique",
        "last_name": f"Nombre {rank}",
        "email": f"dirigeant-{rank}@volume.example",
        "phone_number": None,
        "position": "Gérance",
        "role": "owner",
        "locale": "fr",
        "team_id": ids.stable("volume-team", rank),
        **dict.fromkeys(("residence_country", "birthdate", "nationality", "birth_country")),
        "ubo": True,
        "status": "active",
        "kyc_status": "accepted",
        "paired_device": True,
    }


def _account(world: World, organization: Record, rank: int, stamp: str) -> Record:
    assert world.volume is not None
    balance, iban = lines.balance_after(rank, world.volume.transactions - 1), _iban(rank)
    return {
        "id": organization["account_id"],
        "organization_id": organization["id"],
        "volume_rank": rank,
        "slug": f"{organization['slug']}-bank-account-1",
        "number": 1,
        "name": "Compte principal",
        "iban": iban,
        "bic": constants.BIC,
        "currency": constants.CURRENCY,
        "balance_cents": balance,
        "authorized_balance_cents": balance,
        "opening_cents": lines.OPENING,
        "status": "active",
        "main": True,
        "is_external_account": False,
        "account_number": iban[14:25],
        "created_at": stamp,
        "updated_at": stamp,
    }
