"""From a change in the store to the webhooks of the Business API (partner reference §4.2)."""

from collections.abc import Callable
from typing import Any

from qonto_sandbox.core import ids
from qonto_sandbox.core.formats import euros
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.resources import beneficiaries, client_invoices, clients
from qonto_sandbox.webhooks.delivery import BUSINESS

Body = dict[str, Any]

# The read scope that a subscription needs besides `webhook`.
TOPICS: dict[str, str] = {
    "v1/transactions": "organization.read",
    "v1/accounts": "organization.read",
    "v1/organizations": "organization.read",
    "v1/memberships": "organization.read",
    "v1/beneficiaries": "organization.read",
    "v1/cards": "card.read",
    "v1/client-invoices": "client_invoices.read",
    "v1/clients": "organization.read",
    "v1/products": "product.read",
    "v1/consent-revocations": "",
    "v1/payment-links": "payment_link.read",
    "v1/payment-links-connections": "payment_link.read",
    "v1/terminal-payments": "terminal.read",
    "v1/sepa-direct-debit-mandates": "sepa_direct_debit.read",
    "v1/sepa-direct-debit-collections": "sepa_direct_debit.read",
}
TRANSACTION = (
    "id",
    "transaction_id",
    "local_currency",
    "side",
    "operation_type",
    "status",
    "label",
    "clean_counterparty_name",
    "note",
    "reference",
    "settled_at",
    "emitted_at",
    "updated_at",
    "attachment_ids",
    "subject_type",
    "bank_account_id",
)
MEMBERSHIP = (
    "id",
    "first_name",
    "last_name",
    "email",
    "phone_number",
    "position",
    "status",
    "role",
    "locale",
    "team_id",
    "kyc_status",
)
ORGANIZATION = (
    "id",
    "legal_name",
    "slug",
    "locale",
    "legal_country",
    "legal_form",
    "legal_sector",
    "legal_number",
    "legal_registration_date",
    "legal_share_capital",
    "contract_signed_at",
    "status",
    "created_at",
    "updated_at",
)


def _transaction(line: Record) -> Body:
    balance = line["settled_balance_cents"]
    return {
        **{name: line[name] for name in TRANSACTION},
        "amount": euros(line["amount_cents"]),
        "currency": "EUR",
        "local_amount": euros(line["local_amount_cents"]),
        "settled_balance": None if balance is None else euros(balance),
        **line.get("detail", {}),
    }


def _account(account: Record) -> Body:
    names = ("id", "slug", "iban", "currency", "name", "status", "updated_at")
    available = {"amount": euros(account["authorized_balance_cents"]), "currency": account["currency"]}
    return {**{name: account[name] for name in names}, "authorized_balance": available}


def _beneficiary(record: Record) -> Body:
    shown = beneficiaries.view(record)
    return {name: value for name, value in shown.items() if name not in ("email", "activity_tag")}


def _invoice(record: Record) -> Body:
    shown = client_invoices.view(record)
    return {name: value for name, value in shown.items() if name != "einvoicing_lifecycle_events"}


def _picked(names: tuple[str, ...]) -> Callable[[Record], Body]:
    return lambda record: {name: record[name] for name in names}


# The topic published inside the sandbox → the topic on the wire and its data.
VIEWS: dict[str, tuple[str, Callable[[Record], Body]]] = {
    "transactions": ("v1/transactions", _transaction),
    "accounts": ("v1/accounts", _account),
    "beneficiaries": ("v1/beneficiaries", _beneficiary),
    "client_invoices": ("v1/client-invoices", _invoice),
    "clients": ("v1/clients", clients.view),
    "memberships": ("v1/memberships", _picked(MEMBERSHIP)),
    "organizations": ("v1/organizations", _picked(ORGANIZATION)),
    "consent-revocations": (
        "v1/consent-revocations",
        lambda consent: {"client_id": consent["client_id"], "revoked_at": consent["revoked_at"]},
    ),
}


def listen(world: World) -> None:
    """Subscriptions hear of every change of their topics, in their organization."""

    def heard(topic: str, event: str, record: Record) -> None:
        if topic in VIEWS:
            _notify(world, topic, event, record)

    world.events.subscribe(heard)


def _notify(world: World, topic: str, event: str, record: Record) -> None:
    wire_topic, view = VIEWS[topic]
    organization_id = record["id"] if topic == "organizations" else record["organization_id"]
    for subscription in world.store["webhook_subscriptions"].by("organization_id", organization_id):
        if wire_topic not in subscription["types"]:
            continue
        named = {} if topic == "consent-revocations" else {"event": event}
        envelope = {
            "id": ids.new(),
            "subscription_id": subscription["id"],
            "organization_id": organization_id,
            "membership_id": subscription["membership_id"],
            "type": wire_topic,
            "created_at": f"{world.stamp()[:19]}Z",
            "data": {**named, **view(record)},
        }
        world.deliveries.enqueue(
            family=BUSINESS, subscription=subscription, event=envelope, event_type=f"{wire_topic} {event}"
        )
