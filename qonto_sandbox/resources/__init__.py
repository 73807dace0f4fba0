"""One module a Qonto resource. A module may define `attach(world)` to subscribe to events or to make files."""

from qonto_sandbox.resources import bank_accounts, organization

MODULES = (organization, bank_accounts)
