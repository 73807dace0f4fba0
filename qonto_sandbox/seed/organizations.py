"""Companies, their people, their accounts, and the credentials with which any client can start."""

from datetime import date, datetime, timedelta

from qonto_sandbox.core import constants, ids
from qonto_sandbox.core.formats import PARIS, instant
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.oauth.scopes import SCOPES
from qonto_sandbox.seed.cast import COMPANIES, Account, Company, Person


def secret_key(company: Company) -> str:
    """The secret of the company's API key."""
    return ids.stable("secret", company.slug).replace("-", "")


def seed(world: World, anchor: date) -> None:
    opened = datetime.combine(anchor - timedelta(days=400), datetime.min.time(), PARIS)
    for company in COMPANIES:
        world.store["organizations"].put(_organization(company, instant(opened)))
        for index, person in enumerate(company.people):
            world.store["memberships"].put(_membership(company, index, person))
        for index, account in enumerate(company.accounts):
            world.store["bank_accounts"].put(_account(company, index, account, instant(opened)))
        world.store["api_keys"].put(
            {
                "id": company.slug,
                "organization_id": company.id,
                "membership_id": company.membership_id(0),
                "secret": secret_key(company),
            }
        )
        plant_tokens(world, company)


def _organization(company: Company, created_at: str) -> Record:
    return {
        "id": company.id,
        "organization_id": company.id,
        "slug": company.slug,
        "name": company.name,
        "legal_name": company.legal_name,
        "locale": "fr",
        "legal_share_capital": company.share_capital,
        "legal_country": "FR",
        "legal_registration_date": company.registered_on,
        "legal_form": company.legal_form,
        "legal_address": company.legal_address,
        "legal_sector": company.legal_sector,
        "contract_signed_at": f"{company.registered_on} 09:12:41.552310",
        "legal_number": company.siret,
        "siren": company.siren,
        "vat_number": company.vat_number,
        "address": company.address,
        "status": "active",
        "created_at": created_at,
        "updated_at": created_at,
    }


def _membership(company: Company, index: int, person: Person) -> Record:
    return {
        "id": company.membership_id(index),
        "organization_id": company.id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone_number": person.phone_number,
        "position": person.position or None,
        "role": person.role,
        "locale": "fr",
        "team_id": ids.stable("team", company.slug),
        "residence_country": "FR",
        "birthdate": person.birthdate,
        "nationality": "FR",
        "birth_country": "FR",
        "ubo": person.ubo,
        "status": "active",
        "kyc_status": "accepted",
        "paired_device": person.paired_device,
    }


def _account(company: Company, index: int, account: Account, created_at: str) -> Record:
    return {
        "id": company.account_id(index),
        "organization_id": company.id,
        "slug": f"{company.slug}-bank-account-{index + 1}",
        "number": index + 1,
        "name": account.name,
        "iban": account.iban,
        "bic": constants.BIC,
        "currency": constants.CURRENCY,
        "balance_cents": account.opening_cents,
        "authorized_balance_cents": account.opening_cents,
        "opening_cents": account.opening_cents,
        "status": account.status,
        "main": index == 0,
        "is_external_account": False,
        "account_number": account.iban[14:25],
        "created_at": created_at,
        "updated_at": created_at,
    }


def plant_tokens(world: World, company: Company) -> None:
    """The consent behind the published tokens. Its access token outlives an hour, so that a demo never stops."""
    consent = ids.stable("consent", company.slug)
    now = world.now()
    world.store["consents"].put(
        {
            "id": consent,
            "organization_id": company.id,
            "membership_id": company.membership_id(0),
            "client_id": constants.CLIENT_ID,
            "scopes": list(SCOPES),
            "created_at": instant(now),
            "revoked_at": None,
        }
    )
    for kind, prefix, life in (("access", "ory_at_", 3650), ("refresh", "ory_rt_", 90)):
        world.store["tokens"].put(
            {
                "id": ids.opaque(prefix, company.slug),
                "kind": kind,
                "consent_id": consent,
                "scopes": list(SCOPES),
                "created_at": instant(now),
                "expires_at": instant(now + timedelta(days=life)),
                "used_at": None,
                "revoked": False,
            }
        )
