"""SEPA transfers: create, list, show, cancel, proof (reference §10)."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field
from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer, empty, pdf
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.formats import euros, french_euros, instant
from qonto_sandbox.core.later import Later
from qonto_sandbox.core.pagination import page_answer, sorted_by
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.payments import engine, orders, sca, vop
from qonto_sandbox.resources.shapes import Meta, PageQuery
from qonto_sandbox.schemas.common import Asked, Wire

if TYPE_CHECKING:
    from qonto_sandbox.documents import pdf as drawings
else:
    drawings = Later("qonto_sandbox.documents.pdf")

STATUSES = ("pending", "processing", "canceled", "declined", "settled")
FIELDS = (
    "id",
    "initiator_id",
    "bank_account_id",
    "beneficiary_id",
    "status",
    "reference",
    "note",
    "declined_reason",
    "scheduled_date",
    "created_at",
    "updated_at",
    "processed_at",
    "completed_at",
    "transaction_id",
    "recurring_transfer_id",
)


class InlinePayee(Asked):
    name: str = Field(max_length=140)
    iban: str
    bic: str | None = None
    email: str | None = None
    activity_tag: str | None = None


class NewTransfer(Asked):
    bank_account_id: str
    reference: str = Field(max_length=140)
    amount: str = Field(pattern=r"^\d+(\.\d{1,2})?$")
    beneficiary_id: str | None = None
    beneficiary: InlinePayee | None = None
    scheduled_date: str | None = None
    note: str | None = Field(default=None, max_length=140)
    attachment_ids: list[str] = Field(default=[], max_length=5)


class TransferCreation(Asked):
    vop_proof_token: str
    transfer: NewTransfer


class Transfer(Wire):
    id: str
    initiator_id: str
    bank_account_id: str
    beneficiary_id: str
    amount: float
    amount_cents: int
    amount_currency: Literal["EUR"]
    status: Literal["pending", "processing", "canceled", "declined", "settled"]
    reference: str
    note: str | None
    declined_reason: str | None
    scheduled_date: str
    created_at: str
    updated_at: str
    processed_at: str | None
    completed_at: str | None
    transaction_id: str | None
    recurring_transfer_id: str | None


class OneTransfer(Wire):
    transfer: Transfer


class TransferPage(Wire):
    transfers: list[Transfer]
    meta: Meta


class TransferQuery(PageQuery):
    status: list[str] = Field(default=[], alias="status[]")
    updated_at_from: str | None = None
    updated_at_to: str | None = None
    scheduled_date_from: str | None = None
    scheduled_date_to: str | None = None
    beneficiary_ids: list[str] = Field(default=[], alias="beneficiary_ids[]")
    ids: list[str] = Field(default=[], alias="ids[]", max_length=100)
    recurring_transfer_ids: list[str] = Field(default=[], alias="recurring_transfer_ids[]")
    sort_by: str = "updated_at:desc"


def view(record: Record) -> dict[str, Any]:
    cents = record["amount_cents"]
    money = {"amount": euros(cents), "amount_cents": cents, "amount_currency": "EUR"}
    return {**{name: record[name] for name in FIELDS}, **money}


def _get(call: Call) -> Record:
    record = call.world.store["transfers"].get(call.path["id"])
    if record is None or record["organization_id"] != call.organization_id:
        raise not_found()
    return record


@endpoint(
    "POST",
    "/v2/sepa/transfers",
    scopes=("payment.write",),
    idempotent=True,
    request=TransferCreation,
    response=OneTransfer,
    errors=(400, 401, 403, 404, 412, 422, 428),
)
def create_transfer(call: Call) -> Response:
    """Create a SEPA transfer"""
    body = call.body.object("transfer")
    order = orders.read_order(call, body)
    account = orders.debit_account(call, body)
    vop.require_token(call.world, call.body.data, [order.iban])
    orders.check_policies(call, order)
    session = None
    if not order.trusted:
        about = f"Virement de {french_euros(order.amount_cents)} à {order.name}"
        session = sca.authorise(call, "transfer.single.create", about)
    if not orders.is_future(call.world, order):
        orders.check_funds(account, order.amount_cents)
    record = orders.new_transfer(call.world, account=account, initiator_id=call.principal.membership_id, order=order)
    engine.plan(call.world, record)
    sca.consume(call.world, session)
    return answer({"transfer": view(record)})


@endpoint(
    "GET",
    "/v2/sepa/transfers",
    scopes=("organization.read",),
    query=TransferQuery,
    response=TransferPage,
    errors=(400, 401, 403, 422),
)
def list_transfers(call: Call) -> Response:
    """List SEPA transfers"""
    query = call.query
    field, descending = query.sort(
        {"updated_at": ("asc", "desc"), "scheduled_date": ("asc", "desc")}, "updated_at:desc"
    )
    among = {
        "status": query.choices("status", STATUSES),
        "beneficiary_id": query.uuids("beneficiary_ids"),
        "id": query.uuids("ids", at_most=100),
        "recurring_transfer_id": query.uuids("recurring_transfer_ids"),
    }
    start, end = query.instant("updated_at_from"), query.instant("updated_at_to")
    first, last = query.day("scheduled_date_from"), query.day("scheduled_date_to")
    rows = [
        row
        for row in call.world.store["transfers"].by("organization_id", call.organization_id)
        if all(not values or row[name] in values for name, values in among.items())
        and (start is None or row["updated_at"] >= instant(start))
        and (end is None or row["updated_at"] <= instant(end))
        and (first is None or row["scheduled_date"] >= first.isoformat())
        and (last is None or row["scheduled_date"] <= last.isoformat())
    ]
    return page_answer(query, "transfers", sorted_by(rows, field, descending), view)


@endpoint(
    "GET",
    "/v2/sepa/transfers/{id}",
    scopes=("organization.read",),
    response=OneTransfer,
    errors=(401, 403, 404),
)
def show_transfer(call: Call) -> Response:
    """Retrieve a SEPA transfer"""
    return answer({"transfer": view(_get(call))})


@endpoint(
    "POST",
    "/v2/sepa/transfers/{id}/cancel",
    scopes=("payment.write",),
    body="none",
    status=204,
    errors=(400, 401, 403, 404),
)
def cancel_transfer(call: Call) -> Response:
    """Cancel a SEPA transfer that is still pending"""
    record = _get(call)
    if record["status"] != "pending":
        raise ApiError(400, "cannot_cancel", "Only pending transfers can be canceled")
    engine.move(call.world, record, status="canceled")
    return empty(204)


@endpoint(
    "POST",
    "/v2/sepa/transfers/{id}/download_proof",
    scopes=("payment.write",),
    body="none",
    media_type="application/pdf",
    errors=(400, 401, 403, 404),
)
def download_proof(call: Call) -> Response:
    """Download the proof of a settled SEPA transfer"""
    record = _get(call)
    if record["status"] != "settled":
        raise ApiError(400, "transfer_not_completed", "The proof exists once the transfer is completed")
    store = call.world.store
    account = store["bank_accounts"].get(record["bank_account_id"])
    payee = store["beneficiaries"].get(record["beneficiary_id"])
    rows = [
        ("Montant", french_euros(record["amount_cents"])),
        ("Donneur d’ordre", call.organization["legal_name"]),
        ("Compte débité", account["iban"] if account else ""),
        ("Bénéficiaire", payee["name"] if payee else ""),
        ("IBAN du bénéficiaire", payee["iban"] if payee else ""),
        ("Référence", record["reference"]),
        ("Ordre reçu le", record["created_at"]),
        ("Exécuté le", record["completed_at"]),
        ("Identifiant", record["id"]),
    ]
    return pdf(drawings.transfer_proof_pdf(rows), f"preuve-virement-{record['id']}.pdf")
