"""What the real Qonto does not have: the page and the API under /_sandbox/."""

from qonto_sandbox.control import (
    acts,
    consents,
    faults,
    identifiants,
    invoices,
    movements,
    onboarding,
    openapi,
    operations,
    page,
    payments,
    volume,
    webhooks,
)

MODULES = (
    page,
    acts,
    consents,
    identifiants,
    openapi,
    movements,
    faults,
    volume,
    payments,
    invoices,
    onboarding,
    webhooks,
    operations,
)
