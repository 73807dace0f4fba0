"""Internal transfers: instant, between two accounts of the organization (reference §13.1)."""

from typing import Literal

from pydantic import Field
from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError
from qonto_sandbox.core.formats import euros
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.payments import ledger, orders
from qonto_sandbox.schemas.common import Asked, Wire


class NewInternalTransfer(Asked):
    debit_iban: str
    credit_iban: str
    reference: str = Field(max_length=140)
    amount: str = Field(pattern=r"^\d+(\.\d{1,2})?$")
    currency: Literal["EUR"] | None = None


class InternalTransferCreation(Asked):
    internal_transfer: NewInternalTransfer


class InternalTransfer(Wire):
    id: str
    slug: str
    status: str
    amount: float
    amount_cents: int
    amount_currency: Literal["EUR"]
    # As the reference names it; live answers say `amount_currency`.
    currency: Literal["EUR"]
    reference: str
    created_at: str


class OneInternalTransfer(Wire):
    internal_transfer: InternalTransfer


def _own(call: Call, body: Body, name: str) -> Record:
    iban = body.text(name).replace(" ", "").upper()
    for account in call.world.store["bank_accounts"].by("iban", iban):
        if account["organization_id"] == call.organization_id and account["status"] == "active":
            return account
    detail = f"{name} is not an active account of the organization"
    raise ApiError(400, "bank_account_not_found", detail, pointer=body.pointer(name))


@endpoint(
    "POST",
    "/v2/internal_transfers",
    scopes=("internal_transfer.write",),
    idempotent=True,
    request=InternalTransferCreation,
    response=OneInternalTransfer,
    errors=(400, 401, 403, 422),
)
def create_internal_transfer(call: Call) -> Response:
    """Create an internal transfer"""
    body = call.body.object("internal_transfer")
    cents, reference = body.amount("amount"), body.text("reference", longest=140)
    for name in ("currency", "amount_currency"):
        body.choice(name, ("EUR",), required=False)
    debited, credited = _own(call, body, "debit_iban"), _own(call, body, "credit_iban")
    if debited["id"] == credited["id"]:
        detail = "debit_iban and credit_iban must be different"
        raise ApiError(400, "bad_request", detail, pointer=body.pointer("credit_iban"))
    orders.check_funds(debited, cents)
    ledger.move_between(
        call.world,
        debited=debited,
        credited=credited,
        cents=cents,
        reference=reference,
        by=call.principal.membership_id,
    )
    rank = len(call.world.store["internal_transfers"]) + 1
    record = call.world.store["internal_transfers"].put(
        {
            "id": ids.new(),
            "organization_id": call.organization_id,
            "slug": f"{call.organization['slug']}-{debited['number']}-transfer-{rank}",
            "amount_cents": cents,
            "reference": reference,
            "created_at": call.world.stamp(),
        }
    )
    shown = {name: record[name] for name in ("id", "slug", "amount_cents", "reference", "created_at")}
    money = {"amount": euros(cents), "amount_currency": "EUR", "currency": "EUR"}
    return answer({"internal_transfer": {**shown, "status": "processing", **money}})
