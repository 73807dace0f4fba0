"""What the real Qonto does not have: the page and the API under /_sandbox/."""

from qonto_sandbox.control import acts, identifiants

MODULES = (acts, identifiants)
