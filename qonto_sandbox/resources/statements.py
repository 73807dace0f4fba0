"""Monthly statements of account (reference §14.1): one a month gone by, made when somebody downloads it."""

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.files import file_url
from qonto_sandbox.core.formats import PARIS, moment
from qonto_sandbox.core.later import Later
from qonto_sandbox.core.pagination import page_answer
from qonto_sandbox.core.params import bad_parameter
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.schemas import organization as schemas

if TYPE_CHECKING:
    from qonto_sandbox.documents import statements as documents
else:
    documents = Later("qonto_sandbox.documents.statements")

READ = ("organization.read",)
PERIOD = re.compile(r"(\d{2})-(\d{4})")


def attach(world: World) -> None:
    world.makers.append(_make)


def _month(stamp: str) -> date:
    return moment(stamp).astimezone(PARIS).date().replace(day=1)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def of_account(world: World, account: Record) -> list[Record]:
    """The statements of an account: from its first settled line to the last full month."""
    lines = world.store["transactions"].by("bank_account_id", account["id"])
    settled = [line["settled_at"] for line in lines if line["settled_at"]]
    found: list[Record] = []
    month, current = _month(min(settled)) if settled else world.today(), world.today().replace(day=1)
    while month < current:
        period = month.strftime("%m-%Y")
        id = ids.stable("statement", account["id"], period)
        found.append({"id": id, "account": account, "period": period, "month": month})
        month = _next(month)
    return found


def _of_organization(world: World, organization_id: str) -> list[Record]:
    accounts = world.store["bank_accounts"].by("organization_id", organization_id)
    return [row for account in accounts for row in of_account(world, account)]


def _make(world: World, id: str) -> bytes | None:
    for organization in world.store["organizations"]:
        for row in _of_organization(world, organization["id"]):
            if row["id"] == id:
                lines = world.store["transactions"].by("bank_account_id", row["account"]["id"])
                return documents.statement(organization, row["account"], row["month"], lines)
    return None


def _viewer(call: Call) -> Any:
    def view(row: Record) -> dict[str, Any]:
        year, month = row["period"][3:], row["period"][:2]
        name = f"releve-{row['account']['slug']}-{year}-{month}.pdf"
        return {
            "id": row["id"],
            "bank_account_id": row["account"]["id"],
            "period": row["period"],
            "file": {
                "file_name": name,
                "file_content_type": "application/pdf",
                "file_size": str(len(call.world.blob(row["id"]) or b"")),
                "file_url": file_url(call, row["id"], content_type="application/pdf", file_name=name),
            },
        }

    return view


def _asked_period(call: Call, name: str) -> date | None:
    """A month written `MM-YYYY`; an ISO date stands for its month."""
    text = call.query.text(name)
    if not text:
        return None
    read = PERIOD.fullmatch(text)
    try:
        return date(int(read[2]), int(read[1]), 1) if read else date.fromisoformat(text[:10]).replace(day=1)
    except ValueError:
        raise bad_parameter(name, f"{name} must be a month (MM-YYYY)") from None


def _asked_accounts(call: Call) -> set[str] | None:
    """The accounts asked for; None means all."""
    by_id, by_iban = call.query.uuids("bank_account_ids"), call.query.many("ibans")
    if by_id and by_iban:
        detail = "bank_account_ids and ibans cannot be used together"
        extra = {"status": "422", "message": detail}
        raise ApiError(422, "bad_request", detail, parameter="bank_account_ids", extra=extra)
    own = call.world.store["bank_accounts"].by("organization_id", call.organization_id)
    field, asked = ("id", by_id) if by_id else ("iban", by_iban)
    found = {row["id"] for row in own if row[field] in asked}
    if len(found) < len(set(asked)):
        raise not_found(parameter="bank_account_ids" if by_id else "ibans")
    return found if asked else None


@endpoint(
    "GET",
    "/v2/statements",
    scopes=READ,
    query=schemas.StatementsQuery,
    response=schemas.StatementList,
    errors=(400, 401, 403, 404, 422),
    single=(404, 422),
)
def list_statements(call: Call) -> Response:
    """Lister les relevés."""
    first, last = _asked_period(call, "period_from"), _asked_period(call, "period_to")
    accounts = _asked_accounts(call)
    _, descending = call.query.sort({"period": ("asc", "desc")}, "period:desc")
    rows = [
        row
        for row in _of_organization(call.world, call.organization_id)
        if (accounts is None or row["account"]["id"] in accounts)
        and (first is None or row["month"] >= first)
        and (last is None or row["month"] <= last)
    ]
    rows.sort(key=lambda row: (row["month"], row["id"]), reverse=descending)
    return page_answer(call.query, "statements", rows, _viewer(call))


@endpoint(
    "GET", "/v2/statements/{id}", scopes=READ, response=schemas.StatementAnswer, errors=(401, 403, 404), single=(404,)
)
def show_statement(call: Call) -> Response:
    """Lire un relevé et obtenir une adresse de téléchargement."""
    rows = _of_organization(call.world, call.organization_id)
    row = next((row for row in rows if row["id"] == call.path["id"]), None)
    if row is None:
        raise not_found()
    return answer({"statement": _viewer(call)(row)})
