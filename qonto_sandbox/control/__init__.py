"""What the real Qonto does not have: the page and the API under /_sandbox/."""

from qonto_sandbox.control import acts, identifiants, invoices, onboarding, operations, payments, webhooks

MODULES = (
    acts,
    identifiants,
    payments,
    invoices,
    onboarding,
    webhooks,
    operations,
)
