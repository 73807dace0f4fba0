"""Business accounts (reference §4.2)."""

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from qonto_sandbox.core import constants, ids
from qonto_sandbox.core.answers import answer, pdf
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.formats import euros
from qonto_sandbox.core.later import Later
from qonto_sandbox.core.pagination import page_answer
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.payments import sca
from qonto_sandbox.schemas import common
from qonto_sandbox.schemas import organization as schemas

if TYPE_CHECKING:
    from qonto_sandbox.documents import statements as documents
else:
    documents = Later("qonto_sandbox.documents.statements")

READ, WRITE = ("organization.read",), ("bank_account.write",)
# What the plan allows.
MOST_ACCOUNTS = 5
LONGEST_NAME = 60
BALANCE_READERS = frozenset({"owner", "admin", "manager", "reporting", "accountant"})
DETAIL_READERS = frozenset({"owner", "admin"})


def view(row: Record, role: str) -> dict[str, Any]:
    """What a member of this role may see of an account."""
    shown = {name: row[name] for name in ("id", "name", "organization_id", "status", "main")}
    if role in BALANCE_READERS:
        shown |= {
            "currency": row["currency"],
            "balance": euros(row["balance_cents"]),
            "balance_cents": row["balance_cents"],
            "authorized_balance": euros(row["authorized_balance_cents"]),
            "authorized_balance_cents": row["authorized_balance_cents"],
        }
    if role in DETAIL_READERS:
        shown |= {name: row[name] for name in ("iban", "bic", "updated_at", "is_external_account", "account_number")}
    return shown


def own_account(call: Call) -> Record:
    """The account of the path, or 404 when it is unknown or of another organization."""
    row = call.world.store["bank_accounts"].get(call.path["id"])
    if row is None or row["organization_id"] != call.organization_id:
        raise not_found()
    return row


def _all(call: Call) -> list[Record]:
    return call.world.store["bank_accounts"].by("organization_id", call.organization_id)


def _answer(call: Call, row: Record) -> Response:
    return answer({"bank_account": view(row, call.membership["role"])})


@endpoint(
    "GET",
    "/v2/bank_accounts",
    scopes=READ,
    query=common.PageQuery,
    response=schemas.AccountList,
    errors=(400, 401, 403, 422),
)
def list_accounts(call: Call) -> Response:
    """Lister les comptes."""
    return page_answer(call.query, "bank_accounts", _all(call), lambda row: view(row, call.membership["role"]))


@endpoint("GET", "/v2/bank_accounts/{id}", scopes=READ, response=schemas.AccountAnswer, errors=(401, 403, 404))
def show_account(call: Call) -> Response:
    """Lire un compte."""
    return _answer(call, own_account(call))


@endpoint(
    "POST",
    "/v2/bank_accounts",
    scopes=WRITE,
    auth=("oauth",),
    idempotent=True,
    request=schemas.AccountRequest,
    response=schemas.AccountAnswer,
    errors=(400, 401, 403, 422),
)
def create_account(call: Call) -> Response:
    """Ouvrir un compte de plus."""
    call.require_role("owner", "admin")
    name = call.body.object("bank_account").text("name", longest=LONGEST_NAME)
    rows = _all(call)
    if sum(row["status"] == "active" for row in rows) >= MOST_ACCOUNTS:
        raise ApiError(400, "bank_accounts_limit_reached", "Your plan does not allow more bank accounts")
    stamp, number = call.world.stamp(), max(row["number"] for row in rows) + 1
    iban = _new_iban(call)
    row = call.world.store["bank_accounts"].put(
        {
            "id": ids.new(),
            "organization_id": call.organization_id,
            "slug": f"{call.organization['slug']}-bank-account-{number}",
            "number": number,
            "name": name,
            "iban": iban,
            "bic": constants.BIC,
            "currency": constants.CURRENCY,
            "balance_cents": 0,
            "authorized_balance_cents": 0,
            "opening_cents": 0,
            "status": "active",
            "main": False,
            "is_external_account": False,
            "account_number": iban[14:25],
            "created_at": stamp,
            "updated_at": stamp,
        }
    )
    call.world.events.publish("accounts", "created", row)
    return _answer(call, row)


def _new_iban(call: Call) -> str:
    """The next free number of Qonto's bank, with its two keys."""
    rank = 9_000_000_000 + len(call.world.store["bank_accounts"])
    key = 97 - int(f"1695800001{rank:011d}") * 100 % 97
    bban = f"1695800001{rank:011d}{key:02d}"
    return f"FR{98 - int(bban + '152700') % 97:02d}{bban}"


@endpoint(
    "PATCH",
    "/v2/bank_accounts/{id}",
    scopes=WRITE,
    auth=("oauth",),
    request=schemas.AccountRequest,
    response=schemas.AccountAnswer,
    errors=(400, 401, 403, 404, 422),
)
def rename_account(call: Call) -> Response:
    """Renommer un compte."""
    call.require_role("owner", "admin")
    row = own_account(call)
    row["name"] = call.body.object("bank_account").text("name", longest=LONGEST_NAME)
    return _saved(call, row)


@endpoint(
    "POST",
    "/v2/bank_accounts/{id}/close",
    scopes=WRITE,
    auth=("oauth",),
    body="none",
    response=schemas.AccountAnswer,
    errors=(400, 401, 403, 404, 412, 422, 428),
)
def close_account(call: Call) -> Response:
    """Clôturer un compte, après authentification forte."""
    call.require_role("owner", "admin")
    row = own_account(call)
    _refuse_closing(call, row)
    session = sca.authorise(call, "bank_account.close", f"Clôturer le compte {row['name']}")
    row["status"] = "closed"
    response = _saved(call, row)
    sca.consume(call.world, session)
    return response


def _refuse_closing(call: Call, row: Record) -> None:
    lines = call.world.store["transactions"].by("bank_account_id", row["id"])
    reasons = {
        "The main bank account cannot be closed": row["main"],
        "An external bank account cannot be closed": row["is_external_account"],
        "The bank account is already closed": row["status"] == "closed",
        "The balance of the bank account must be zero": row["balance_cents"] != 0,
        "The bank account has pending operations": any(line["status"] == "pending" for line in lines),
    }
    reason = next((words for words, stands in reasons.items() if stands), None)
    if reason is not None:
        raise ApiError(400, "bad_request", reason)


def _saved(call: Call, row: Record) -> Response:
    row["updated_at"] = call.world.stamp()
    call.world.store["bank_accounts"].put(row)
    call.world.events.publish("accounts", "updated", row)
    return _answer(call, row)


@endpoint(
    "GET",
    "/v2/bank_accounts/{id}/iban_certificate",
    scopes=READ,
    media_type="application/pdf",
    errors=(400, 401, 403, 404),
)
def iban_certificate(call: Call) -> Response:
    """Télécharger le relevé d’identité bancaire."""
    row = own_account(call)
    if call.organization["status"] != "active":
        raise ApiError(400, "iban_generation_failed", "Organization is not KYB accepted")
    if row["status"] != "active" or row["is_external_account"]:
        raise ApiError(400, "iban_generation_failed", "Bank account is not active")
    return pdf(documents.iban_certificate(call.organization, row), f"rib-{row['slug']}.pdf")
