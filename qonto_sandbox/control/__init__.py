"""What the real Qonto does not have: the page and the API under /_sandbox/."""

from qonto_sandbox.control import acts, identifiants, payments

MODULES = (
    acts,
    identifiants,
    payments,
)
