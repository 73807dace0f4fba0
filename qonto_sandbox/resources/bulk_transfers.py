"""Bulk SEPA transfers: accepted at once, created one by one a moment later (reference §11)."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field
from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.formats import french_euros
from qonto_sandbox.core.jobs import job
from qonto_sandbox.core.pagination import page_answer, sorted_by
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.payments import batches, orders, sca, vop
from qonto_sandbox.resources.sepa_transfers import InlinePayee
from qonto_sandbox.resources.shapes import Meta, PageQuery
from qonto_sandbox.schemas.common import Asked, Wire

MAX_ITEMS = 400
FIELDS = ("id", "initiator_id", "created_at", "updated_at", "total_count")


class BulkItem(Asked):
    client_transfer_id: str
    amount: str = Field(pattern=r"^\d+(\.\d{1,2})?$")
    reference: str = Field(max_length=140)
    beneficiary_id: str | None = None
    beneficiary: InlinePayee | None = None
    scheduled_date: str | None = None
    note: str | None = None
    attachment_ids: list[str] = Field(default=[], max_length=5)


class BulkCreation(Asked):
    vop_proof_token: str
    bank_account_id: str
    bulk_transfers: list[BulkItem] = Field(min_length=1, max_length=MAX_ITEMS)


class BulkResult(Wire):
    client_transfer_id: str
    transfer_id: str | None
    status: Literal["pending", "completed", "failed"]
    errors: list[dict[str, Any]] | None


class BulkTransfer(Wire):
    id: str
    initiator_id: str
    created_at: str
    updated_at: str
    total_count: int
    completed_count: int
    pending_count: int
    failed_count: int
    results: list[BulkResult]


class OneBulkTransfer(Wire):
    bulk_transfer: BulkTransfer


class BulkTransferPage(Wire):
    bulk_transfers: list[BulkTransfer]
    meta: Meta


def view(record: Record) -> dict[str, Any]:
    mute = bool(record.get("mute"))
    states = ["pending" if mute else item["status"] for item in record["items"]]
    shown = ("client_transfer_id", "transfer_id", "status", "errors")
    return {
        **{name: record[name] for name in FIELDS},
        **{f"{state}_count": states.count(state) for state in ("completed", "pending", "failed")},
        "results": [] if mute else [{name: item[name] for name in shown} for item in record["items"]],
    }


def _read_items(call: Call, rows: list[Body]) -> list[orders.Order]:
    seen: set[str] = set()
    read = []
    for row in rows:
        identifier = row.uuid("client_transfer_id")
        if identifier in seen:
            detail = "client_transfer_id must be unique"
            raise ApiError(400, "bad_request", detail, pointer=row.pointer("client_transfer_id"))
        seen.add(identifier)
        read.append(orders.read_order(call, row))
    return read


@endpoint(
    "POST",
    "/v2/sepa/bulk_transfers",
    auth=("oauth",),
    scopes=("payment.write",),
    idempotent=True,
    request=BulkCreation,
    response=OneBulkTransfer,
    errors=(400, 401, 403, 404, 412, 422, 428),
)
def create_bulk_transfer(call: Call) -> Response:
    """Create up to 400 SEPA transfers at once"""
    rows = call.body.objects("bulk_transfers", at_most=MAX_ITEMS)
    read = _read_items(call, rows)
    account = orders.debit_account(call, call.body)
    vop.require_token(call.world, call.body.data, [order.iban for order in read])
    orders.check_four_eyes(call, sum(order.amount_cents for order in read))
    session = None
    if not all(order.trusted for order in read):
        total = french_euros(sum(order.amount_cents for order in read))
        session = sca.authorise(call, "transfer.bulk.create", f"{len(read)} virements pour {total}")
    stamp = call.world.stamp()
    record: Record = {
        "id": ids.new(),
        "organization_id": call.organization_id,
        "initiator_id": call.principal.membership_id,
        "bank_account_id": account["id"],
        "created_at": stamp,
        "updated_at": stamp,
        "total_count": len(read),
        "mute": call.world.options.mute_bulks,
        "items": [
            batches.stored_item(order, client_transfer_id=row.text("client_transfer_id"))
            for order, row in zip(read, rows, strict=True)
        ],
    }
    call.world.store["bulk_transfers"].put(record)
    when = call.world.now() + timedelta(seconds=call.world.options.processing_delay)
    call.world.schedule(when, "bulk.create", bulk_id=record["id"])
    sca.consume(call.world, session)
    return answer({"bulk_transfer": view(record)})


@job("bulk.create")
def create_items(world: World, bulk_id: str) -> None:
    record = world.store["bulk_transfers"].get(bulk_id)
    if record is not None and record.get("mute") != "lost":
        batches.create_all(world, record)
        record["updated_at"] = world.stamp()
        world.store["bulk_transfers"].put(record)


@endpoint(
    "GET",
    "/v2/sepa/bulk_transfers",
    scopes=("organization.read",),
    query=PageQuery,
    response=BulkTransferPage,
    errors=(400, 401, 403, 422),
)
def list_bulk_transfers(call: Call) -> Response:
    """List bulk SEPA transfers"""
    rows = call.world.store["bulk_transfers"].by("organization_id", call.organization_id)
    return page_answer(call.query, "bulk_transfers", sorted_by(rows, "updated_at", True), view)


@endpoint(
    "GET",
    "/v2/sepa/bulk_transfers/{id}",
    scopes=("organization.read",),
    response=OneBulkTransfer,
    errors=(401, 403, 404),
)
def show_bulk_transfer(call: Call) -> Response:
    """Retrieve a bulk SEPA transfer"""
    record = call.world.store["bulk_transfers"].get(call.path["id"])
    if record is None or record["organization_id"] != call.organization_id:
        raise not_found()
    return answer({"bulk_transfer": view(record)})
