"""Credentials ready for any client."""

from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core import constants, ids
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.seed.cast import COMPANIES, Company
from qonto_sandbox.seed.organizations import plant_tokens, secret_key


def of_company(company: Company) -> dict[str, Any]:
    return {
        "organization_id": company.id,
        "organization_slug": company.slug,
        "legal_name": company.legal_name,
        "siren": company.siren,
        "login": company.slug,
        "secret_key": secret_key(company),
        "access_token": ids.opaque("ory_at_", company.slug),
        "refresh_token": ids.opaque("ory_rt_", company.slug),
        "bank_account_id": company.account_id(0),
        "iban": company.accounts[0].iban,
        "users": [person.email for person in company.people],
    }


@endpoint("GET", "/_sandbox/identifiants.json", auth=("none",), tag="control")
def identifiants(call: Call) -> Response:
    """Identifiants de l’application et des organisations, prêts à l’emploi."""
    for company in COMPANIES:
        # Someone may have revoked or rotated them since.
        plant_tokens(call.world, company)
    organizations = [of_company(company) for company in COMPANIES]
    main = organizations[0]
    return answer(
        {
            "client_id": constants.CLIENT_ID,
            "client_secret": constants.CLIENT_SECRET,
            "staging_token": constants.STAGING_TOKEN,
            "partner_id": constants.PARTNER_ID,
            "partner_token": constants.PARTNER_TOKEN,
            **{
                key: main[key] for key in ("organization_slug", "login", "secret_key", "access_token", "refresh_token")
            },
            "organization_id": main["organization_id"],
            "bank_account_id": main["bank_account_id"],
            "api_url": call.url(""),
            "oauth_url": call.url(""),
            "organizations": organizations,
        }
    )
