"""Business accounts (reference §4.2)."""

from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import not_found
from qonto_sandbox.core.formats import euros
from qonto_sandbox.core.pagination import page_answer
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record

READ = ("organization.read",)


def view(row: Record) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "organization_id": row["organization_id"],
        "status": row["status"],
        "main": row["main"],
        "iban": row["iban"],
        "bic": row["bic"],
        "currency": row["currency"],
        "balance": euros(row["balance_cents"]),
        "balance_cents": row["balance_cents"],
        "authorized_balance": euros(row["authorized_balance_cents"]),
        "authorized_balance_cents": row["authorized_balance_cents"],
        "updated_at": row["updated_at"],
        "is_external_account": row["is_external_account"],
        "account_number": row["account_number"],
    }


def own_account(call: Call, id: str) -> Record:
    """The account, or 404 when it is unknown or of another organization."""
    row = call.world.store["bank_accounts"].get(id)
    if row is None or row["organization_id"] != call.organization_id:
        raise not_found()
    return row


@endpoint("GET", "/v2/bank_accounts", scopes=READ, errors=(401, 403))
def list_accounts(call: Call) -> Response:
    """Lister les comptes."""
    rows = call.world.store["bank_accounts"].by("organization_id", call.organization_id)
    return page_answer(call.query, "bank_accounts", rows, view)


@endpoint("GET", "/v2/bank_accounts/{id}", scopes=READ, errors=(401, 403, 404))
def show_account(call: Call) -> Response:
    """Lire un compte."""
    return answer({"bank_account": view(own_account(call, call.path["id"]))})
