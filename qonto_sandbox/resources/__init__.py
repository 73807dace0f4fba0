"""One module a Qonto resource. A module may define `attach(world)` to subscribe to events or to make files."""

from qonto_sandbox.resources import (
    bank_accounts,
    beneficiaries,
    bulk_transfers,
    client_invoices,
    clients,
    credit_notes,
    internal_transfers,
    organization,
    recurring_transfers,
    sca_sessions,
    sepa_transfers,
    transfer_requests,
    verify_payee,
)

MODULES = (
    organization,
    bank_accounts,
    verify_payee,
    beneficiaries,
    sca_sessions,
    sepa_transfers,
    bulk_transfers,
    recurring_transfers,
    internal_transfers,
    transfer_requests,
    clients,
    client_invoices,
    credit_notes,
)
