"""GET /v2/organization (reference §4.1)."""

from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.formats import euros
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.schemas import organization as schemas

READ = ("organization.read",)
FIELDS = (
    "id",
    "name",
    "slug",
    "legal_name",
    "locale",
    "legal_share_capital",
    "legal_country",
    "legal_registration_date",
    "legal_form",
    "legal_address",
    "legal_sector",
    "contract_signed_at",
    "legal_number",
    "address",
)


def embedded_account(row: Record) -> dict[str, Any]:
    """An account as the organization shows it: with its slug, without its organization."""
    return {
        "id": row["id"],
        "slug": row["slug"],
        "iban": row["iban"],
        "bic": row["bic"],
        "currency": row["currency"],
        "balance": euros(row["balance_cents"]),
        "balance_cents": row["balance_cents"],
        "authorized_balance": euros(row["authorized_balance_cents"]),
        "authorized_balance_cents": row["authorized_balance_cents"],
        "name": row["name"],
        "updated_at": row["updated_at"],
        "status": row["status"],
        "main": row["main"],
        "is_external_account": row["is_external_account"],
        "account_number": row["account_number"],
    }


@endpoint(
    "GET",
    "/v2/organization",
    scopes=READ,
    query=schemas.OrganizationQuery,
    response=schemas.OrganizationAnswer,
    errors=(400, 401, 403),
)
def organization(call: Call) -> Response:
    """Lire l’organisation et ses comptes."""
    external = call.query.boolean("include_external_accounts") or False
    accounts = call.world.store["bank_accounts"].by("organization_id", call.organization_id)
    shown = [embedded_account(row) for row in accounts if external or not row["is_external_account"]]
    fields = {name: call.organization[name] for name in FIELDS}
    return answer({"organization": fields | {"bank_accounts": shown}})
